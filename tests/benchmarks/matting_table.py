"""Every way to a matte, on made validation pictures and a folder of real ones: one table.

    python tests/benchmarks/matting_table.py --json table.jsonl [--count 200] [--size 768]
        [--families …] [--portraits 0] [--extra FOLDER] [--methods closed_form shipped …]
        [--kinds trimap mask_dilated_20 …] [--network NAME] [--proposer NAME] [--workers 1]

Each result is appended to the file as one line of JSON at once; started again with the same size
and count or a larger one, it goes on where it was. With more than one worker the seconds are those
of a busy machine.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from zlib import crc32

import numpy as np
from matting_pictures import SEED, Pictures
from matting_rows import BANDS, PARTS, ROWS, Task, rows_for, rows_there
from portraits import draw_portrait

from engine.errors import UserError
from engine.imaging.types import Image
from trainer.data.sample import Photograph
from trainer.evaluation.guidance import KINDS, true_trimap
from trainer.evaluation.networks import in_eight_bits
from trainer.evaluation.paired import paired_difference
from trainer.metrics import measure

SHOWN = {"SAD": 1.0, "MSE": 1000.0, "MAD": 1000.0, "Grad": 1.0, "Conn": 1.0}


def main() -> None:
    options = _options()
    results = _read(options.json, options)
    done = {(row["picture"], row["kind"], row["method"]) for row in results}
    for row in _computed(options, done):
        results.append(row)
        with options.json.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    _print(results, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, required=True, help="results are appended here")
    parser.add_argument("--count", type=int, default=200, help="made pictures")
    parser.add_argument("--size", type=int, default=768, help="side of a made picture, pixels")
    parser.add_argument("--families", nargs="+", default=[], help="of made pictures; default all")
    parser.add_argument("--portraits", type=int, default=0, help="made portraits")
    parser.add_argument("--extra", type=Path, help="a folder with image/ and alpha/")
    parser.add_argument("--methods", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--network", default="prn_small", help="weights that refine")
    parser.add_argument("--proposer", default="mask_small", help="weights that take coarse masks")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--report", action="store_true", help="print what there is, compute none")
    options = parser.parse_args()
    if not options.report:
        options.methods = rows_there(options.methods)
    return options


def _pictures(options: argparse.Namespace) -> Pictures:
    families = tuple(options.families)
    return Pictures(options.size, options.count, options.portraits, families, options.extra)


def _read(path: Path, options: argparse.Namespace) -> list[dict]:
    """Results so far; a line that was cut short by the end of a run is computed again."""
    if not path.exists():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            print(f"a line of {path} is cut short and left out")
    wrong: set[object] = {row["size"] for row in rows} - {options.size}
    drawn = {tuple(row["families"]) for row in rows if row["picture"].startswith("made")}
    wrong |= drawn - {tuple(options.families)}
    for role in ("network", "proposer"):
        named = {row[role] for row in rows if ROWS[row["method"]].network}
        wrong |= named - {getattr(options, role)}
    if wrong:
        raise SystemExit(f"{path} holds results of {wrong}; take another file")
    if rows and not path.read_text(encoding="utf-8").endswith("\n"):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return rows


def _computed(options: argparse.Namespace, done: set[tuple[str, str, str]]) -> Iterator[dict]:
    if options.report:
        return
    names = _pictures(options).names()
    work = [(name, [key[1:] for key in done if key[0] == name], options) for name in names]
    if options.workers == 1:
        _warm_up(options)
        for number, item in enumerate(work):
            yield from _results(*item)
            print(f"{number + 1}/{len(work)} {item[0]}", flush=True)
        return
    with ProcessPoolExecutor(options.workers, get_context("spawn"), _alone) as pool:
        futures = {pool.submit(_results, *item): item[0] for item in work}
        for number, future in enumerate(as_completed(futures)):
            yield from future.result()
            print(f"{number + 1}/{len(work)} {futures[future]}", flush=True)


def _alone() -> None:
    """A worker computes on one core."""
    import cv2
    import numba
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    numba.set_num_threads(1)


def _warm_up(options: argparse.Namespace) -> None:
    """Compile and load everything, so that the first picture's seconds are as the others'."""
    portrait = draw_portrait(0.2, band="wide")
    _of_picture(Photograph(portrait.image.pixels, portrait.alpha, ""), "warm up", [], options)


def _results(name: str, done: list[tuple[str, str]], options: argparse.Namespace) -> list[dict]:
    wanted = {(kind, row) for kind in options.kinds for row in _rows(name, kind, options)}
    if wanted <= set(done):
        return []
    return _of_picture(_pictures(options).picture(name), name, done, options)


def _rows(name: str, kind: str, options: argparse.Namespace) -> list[str]:
    return rows_for(kind, options.methods, person=not name.startswith("made"))


def _of_picture(
    photograph: Photograph, name: str, done: list[tuple[str, str]], options: argparse.Namespace
) -> list[dict]:
    trimap = true_trimap(photograph.alpha)
    found = []
    for kind in options.kinds:
        rng = np.random.default_rng((SEED, crc32(f"{name} {kind}".encode())))
        guidance = KINDS[kind].make(photograph.alpha, trimap, rng)
        given = trimap if kind == "trimap" else None
        task = Task(Image(photograph.image), guidance, given, options.network, options.proposer)
        for method in _rows(name, kind, options):
            if (kind, method) in done:
                continue
            row = {"picture": name, "family": photograph.family, "kind": kind, "method": method}
            row |= {"size": options.size, "families": options.families}
            row |= {"network": options.network, "proposer": options.proposer}
            row |= {"workers": options.workers}
            try:
                matte, seconds = _solved(method, task)
            except UserError as error:
                found.append(row | {"problem": str(error)})
                continue
            errors = measure(in_eight_bits(matte), photograph.alpha, trimap=trimap)
            kept = {region: errors[region] for region in ("whole", "unknown") if region in errors}
            found.append(row | {"seconds": round(seconds, 4), "errors": kept})
    return found


def _solved(method: str, task: Task) -> tuple[np.ndarray, float]:
    """The matte and all the seconds it took, those of what it starts from too."""
    if method not in task.made:
        row = (ROWS | PARTS)[method]
        base, before = _solved(row.base, task) if row.base else (None, 0.0)
        start = time.perf_counter()
        matte = row.solve(task, base)
        task.made[method] = matte, before + time.perf_counter() - start
    return task.made[method]


def _print(results: list[dict], options: argparse.Namespace) -> None:
    for place in ("made", "portrait", "extra"):
        rows = [row for row in results if row["picture"].startswith(place)]
        for kind in options.kinds:
            of_kind = [row for row in rows if row["kind"] == kind]
            if of_kind:
                _print_kind(place, kind, of_kind)


def _print_kind(place: str, kind: str, rows: list[dict]) -> None:
    by_method: dict[str, dict[str, dict]] = defaultdict(dict)
    for row in rows:
        if "errors" in row:
            by_method[row["method"]][row["picture"]] = row
    common = set.intersection(*(set(found) for found in by_method.values())) if by_method else set()
    failed = sum("problem" in row for row in rows)
    for region in ("unknown",) if kind == "trimap" else ("whole", "unknown"):
        print(f"\n{place}, {kind}, {region}: {len(common)} pictures, {failed} solves refused")
        print(f"{'':24}{''.join(f'{name:>9}' for name in SHOWN)}{'seconds':>9}  (MSE, MAD ×10³)")
        for method in (name for name in ROWS if name in by_method):
            found = [by_method[method][picture] for picture in sorted(common)]
            _print_method(method, [row for row in found if region in row["errors"]], region)
        _print_comparison(by_method, sorted(common), region)


def _print_method(method: str, rows: list[dict], region: str) -> None:
    if rows:
        means = [
            by * fmean(row["errors"][region][key] for row in rows) for key, by in SHOWN.items()
        ]
        figures = "".join(f"{value:9.3f}" for value in means)
        print(f"{method:24}{figures}{fmean(row['seconds'] for row in rows):9.2f}")


def _print_comparison(
    by_method: dict[str, dict[str, dict]], pictures: list[str], region: str
) -> None:
    """The product's methods against closed form, at its best band."""
    references = [f"closed_form@{band}" for band in BANDS] + ["pymatting_cf"]
    errors = {
        method: [found[name]["errors"].get(region, {"MAD": 0.0})["MAD"] for name in pictures]
        for method, found in by_method.items()
    }
    there = [name for name in references if name in errors]
    if not there or len(pictures) < 2:
        return
    best = min(there, key=lambda name: fmean(errors[name]))
    for method in (name for name in errors if name == "closed_form" or ROWS[name].learned):
        rng = np.random.default_rng(SEED)
        apart = paired_difference(errors[method], errors[best], rng=rng)
        ratio = fmean(errors[method]) / max(fmean(errors[best]), 1e-9)
        print(
            f"  {method} against {best}: {ratio:.2f}× its MAD, difference "
            f"{1e3 * apart.mean:+.2f} [{1e3 * apart.low:+.2f}, {1e3 * apart.high:+.2f}] ×10⁻³"
            f"{'' if apart.shown else ', not shown'}"
        )


if __name__ == "__main__":
    main()
