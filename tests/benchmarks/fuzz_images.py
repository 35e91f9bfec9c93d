"""Damage valid files in every way and see that readers answer with a picture or a message.

Run by hand: `python tests/benchmarks/fuzz_images.py --count 2000 --seed 1`. The readers run in a
child process with a limit on its memory; it is started again after a crash or a hang.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from fuzz_seeds import HEIGHT, WIDTH, seed_files  # noqa: E402 - run as a script from anywhere
from picture_damage import damaged  # noqa: E402 - run as a script from anywhere

from engine.errors import UserError  # noqa: E402
from engine.imaging import limits  # noqa: E402
from engine.imaging.read import read_image, read_mask, read_trimap  # noqa: E402

ADDRESS_SPACE = 6 << 30
RESIDENT = 1 << 30
LARGEST_PIXELS = 8_000_000
"""The readers' limit during the run, so that what it allows stays far below `RESIDENT`."""
SECONDS_PER_FILE = 20.0
GOOD = frozenset(("ok", "UserError"))
PLANTED_CASE = 3
PLANTS: dict[str, Callable[[], object]] = {
    "": lambda: None,
    "crash": os.abort,
    "hang": lambda: time.sleep(3600),
    "error": lambda: {}["planted"],
    "memory": lambda: bytearray(ADDRESS_SPACE),
}
"""Failures on purpose, to see that the run finds them."""


@dataclass
class Report:
    """What came of each case: outcomes by format, the bad ones, and the largest memory."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    cases: int = 0
    peak_bytes: int = 0
    slowest: float = 0.0

    def add(self, name: str, outcome: str, *, number: int, seconds: float) -> None:
        self.cases += 1
        self.slowest = max(self.slowest, seconds)
        self.outcomes.setdefault(Path(name).suffix, Counter())[outcome] += 1
        if outcome not in GOOD:
            self.failures.append(f"case {number} ({name}): {outcome}")

    def table(self) -> str:
        """The counts for people."""
        lines = [f"{self.cases} damaged files, {len(self.failures)} failures"]
        lines += [f"  {kind:6} {dict(found)}" for kind, found in sorted(self.outcomes.items())]
        lines.append(f"  peak {self.peak_bytes / 1e6:.0f} MB, slowest {self.slowest:.2f} s")
        return "\n".join(lines + self.failures)


def run(*, count: int, seed: int, keep: Path | None = None, plant: str = "") -> Report:
    """Try `count` damaged files in child processes; files that fail are kept in `keep`."""
    report = Report()
    seeds = seed_files()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in seeds.items():
            Path(folder, name).write_bytes(data)
        start = 0
        while start < count:
            command = [sys.executable, __file__, "--child", folder, "--first", str(start)]
            command += ["--count", str(count), "--seed", str(seed), "--plant", plant]
            start = _watch_child(command, Path(folder), report, seeds)
    if report.peak_bytes > RESIDENT:
        report.failures.append(f"the readers took {report.peak_bytes / 1e6:.0f} MB")
    if keep is not None:
        _keep_failures(report, seeds, seed, keep)
    return report


def _keep_failures(report: Report, seeds: dict[str, bytes], seed: int, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    for line in report.failures:
        if line.startswith("case "):
            number = int(line.split()[1])
            name, data = damaged(seeds, seed=seed, number=number)
            (keep / f"{seed}_{number}_{name}").write_bytes(data)


def _watch_child(command: list[str], folder: Path, report: Report, seeds: dict[str, bytes]) -> int:
    """Take a child's answers until it ends; returns the case to go on with."""
    given = _parser().parse_args(command[2:])
    log = folder / "answers"
    log.touch()
    with (folder / "errors").open("wb") as errors:
        child = subprocess.Popen(command, stdout=errors, stderr=errors)
        hung = _wait(child, log)
    done = _take_answers(log, report)
    log.unlink()
    number = given.first if done is None else done["number"] + 1
    if number >= given.count:
        return number
    name = damaged(seeds, seed=given.seed, number=number)[0]
    tail = (folder / "errors").read_text(errors="replace")[-600:]
    outcome = "hang" if hung else f"crash ({child.returncode}) {tail}"
    report.add(name, outcome, number=number, seconds=0.0)
    return number + 1


def _wait(child: subprocess.Popen[bytes], log: Path) -> bool:
    """Wait for the child's end; kill it if it says nothing for too long."""
    size, since = -1, time.monotonic()
    while True:
        try:
            child.wait(timeout=0.5)
            return False
        except subprocess.TimeoutExpired:
            pass
        if log.stat().st_size != size:
            size, since = log.stat().st_size, time.monotonic()
        elif time.monotonic() - since > SECONDS_PER_FILE:
            child.kill()
            child.wait()
            return True


def _take_answers(log: Path, report: Report) -> dict[str, int] | None:
    last = None
    for line in log.read_text().splitlines():
        last = json.loads(line)
        report.peak_bytes = max(report.peak_bytes, last["peak"])
        report.add(last["name"], last["outcome"], number=last["number"], seconds=last["seconds"])
    return last


def child(folder: Path, *, first: int, count: int, seed: int, plant: str) -> None:
    """Read the damaged files one after the other and print what came of each."""
    faulthandler.enable()
    logging.disable()
    limits.MAX_PIXELS = LARGEST_PIXELS
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seeds = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix}
    for number in range(first, count):
        name, data = damaged(seeds, seed=seed, number=number)
        path = folder / f"case_{number}{Path(name).suffix}"
        path.write_bytes(data)
        begin = time.monotonic()
        outcome = _outcome(path, number, PLANTS[plant if number == PLANTED_CASE else ""])
        answer = {
            "number": number,
            "name": name,
            "outcome": outcome,
            "seconds": time.monotonic() - begin,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
        with (folder / "answers").open("a") as log:  # libraries write on stdout
            log.write(json.dumps(answer) + "\n")
        path.unlink()


def _outcome(path: Path, number: int, plant: Callable[[], object]) -> str:
    readers: tuple[Callable[[Path], object], ...] = (
        read_image,
        read_image,
        lambda p: read_mask(p, (HEIGHT, WIDTH)),
        lambda p: read_trimap(p, (HEIGHT, WIDTH)),
    )
    try:
        plant()
        readers[number // 64 % len(readers)](path)
    except UserError as error:
        return "memory" if isinstance(error.__cause__, MemoryError) else "UserError"
    except MemoryError:
        return "memory"
    except Exception as error:  # noqa: BLE001 - whatever else comes is what the run looks for
        return f"{type(error).__name__}: {error}"
    return "ok"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--plant", choices=sorted(PLANTS), default="")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    return parser


def main() -> int:
    """The command line."""
    given = _parser().parse_args()
    if given.child is not None:
        child(
            given.child,
            first=given.first,
            count=given.count,
            seed=given.seed,
            plant=given.plant,
        )
        return 0
    report = run(count=given.count, seed=given.seed, keep=given.keep, plant=given.plant)
    print(report.table())
    return bool(report.failures)


if __name__ == "__main__":
    sys.exit(main())
