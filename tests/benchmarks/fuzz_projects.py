"""Damage project files in many ways: each must open or be refused in words.

    python tests/benchmarks/fuzz_projects.py --count 400 --seed 1

Every case is made from its seed and number alone, so that `--only NUMBER` repeats one. The cases
run in a child process with a cap on its memory and on the time for each. Exit code 1 if a case
ended in anything but a document or a `UserError`, changed the file, crashed or hung.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from project_damage import damaged

from engine.document import edits
from engine.document.project_file import load_project, save_project
from engine.document.source import open_photograph
from engine.document.state import DocumentState
from engine.errors import UserError
from engine.imaging.types import Rect
from engine.imaging.write import write_picture

MEMORY_BYTES = 5 << 30
"""Address space beyond what the imports need; readers reserve that of the largest file they take,
which is no memory in use, so that this is a guard for the machine and not the measure."""
RESIDENT_BYTES = 300 << 20
"""The measure: memory in use at the worst moment, beyond that of opening undamaged projects."""
SECONDS = 20
"""For one case."""

SIZE = (48, 64)


# --- undamaged projects -----------------------------------------------------------------------


def projects(folder: Path) -> list[bytes]:
    """Good project files: linked, and embedded at 8 and at 16 bits."""
    rng = np.random.default_rng(0)
    made = []
    for name, dtype, bits, embed in (
        ("linked.png", np.uint8, 8, False),
        ("embedded.jpg", np.uint8, 8, True),
        ("embedded16.png", np.uint16, 16, True),
    ):
        pixels = rng.integers(0, np.iinfo(dtype).max, (*SIZE, 3)).astype(dtype)
        write_picture(folder / name, pixels, bits=bits)
        project = folder / f"{name}.matte"
        save_project(project, _worked_on(open_photograph(folder / name), rng), embed=embed)
        made.append(project.read_bytes())
    return made


def _worked_on(state: DocumentState, rng: np.random.Generator) -> DocumentState:
    alpha = rng.random(SIZE, dtype=np.float32)
    state = edits.set_mask(state, np.rint(alpha))
    state = edits.set_trimap(state, rng.choice(np.array([0, 128, 255], np.uint8), SIZE))
    state = edits.set_alpha(state, alpha)
    return edits.paint(state, Rect(5, 5, 25, 45), rng.integers(0, 4, (20, 40), np.uint8))


# --- one child with a cap ---------------------------------------------------------------------


def run_case(data: bytes, folder: Path) -> str:
    """How opening this file ended: "opened", "refused", or what went wrong."""
    path = folder / "case.matte"
    path.write_bytes(data)
    try:
        state = load_project(path)
        state.effective_trimap()
        save_project(folder / "again.matte", state)
        outcome = "opened"
    except UserError:
        outcome = "refused"
    except BaseException:  # noqa: BLE001 - whatever it is, it is what this program looks for
        return traceback.format_exc()
    return outcome if path.read_bytes() == data else "the file was changed"


def run_cases(seed: int, numbers: range) -> None:
    """Print a line of JSON for each case; meant for the child."""
    faulthandler.enable()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = projects(folder)
        _check_undamaged(good, folder)
        _cap_memory()
        _check_undamaged(good, folder)
        resident = _resident()
        for number in numbers:
            rng = np.random.default_rng([seed, number])
            kind, data = damaged(good[number % len(good)], rng)
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            _say(number=number, kind=kind)
            _say(outcome=run_case(data, folder))
            faulthandler.cancel_dump_traceback_later()
        _say(grown=_resident() - resident)


def _check_undamaged(good: list[bytes], folder: Path) -> None:
    for data in good:
        if (outcome := run_case(data, folder)) != "opened":
            raise SystemExit(f"an undamaged project: {outcome}")


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _cap_memory() -> None:
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _resident() -> int:
    """The most memory this process ever had in use, in bytes; 0 where that is not known."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- the parent -------------------------------------------------------------------------------


def fuzz(*, seed: int, first: int, count: int) -> tuple[Counter[str], list[str]]:
    """Run cases in a child.

    Returns:
        How many of each kind were opened and refused, and what went wrong.
    """
    script = [sys.executable, __file__, "--child", "--seed", str(seed)]
    child = subprocess.run(
        [*script, "--first", str(first), "--count", str(count)],
        capture_output=True,
        text=True,
        check=False,
    )
    ends: Counter[str] = Counter()
    wrong: list[str] = []
    case = "before the first case"
    for line in map(json.loads, child.stdout.splitlines()):
        if "number" in line:
            case = f"case {line['number']} ({line['kind']})"
        elif "grown" in line:
            if line["grown"] > RESIDENT_BYTES:
                wrong.append(f"memory grew by {line['grown'] >> 20} MiB")
        elif line["outcome"] in ("opened", "refused"):
            ends[f"{case.split('(')[1][:-1]}: {line['outcome']}"] += 1
        else:
            wrong.append(f"{case}: {line['outcome']}")
    if child.returncode != 0:
        wrong.append(f"{case}: ended with {child.returncode}\n{child.stderr[-3000:]}")
    if not wrong and ends.total() != count:
        wrong.append(f"only {ends.total()} of {count} cases ran")
    return ends, wrong


def main() -> int:
    """Run as the description of this file says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    first, count = wanted.first, wanted.count
    if wanted.only is not None:
        first, count = wanted.only, 1
    if wanted.child:
        run_cases(wanted.seed, range(first, first + count))
        return 0
    ends, wrong = fuzz(seed=wanted.seed, first=first, count=count)
    lines = [f"{number:5} {end}" for end, number in sorted(ends.items())]
    sys.stdout.write("\n".join([*lines, *wrong, f"{count} cases, {len(wrong)} wrong"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
