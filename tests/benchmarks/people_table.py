"""Who finds the person best: GrabCut, an outline, networks; on photographs that nobody trained on.

    python tests/benchmarks/people_table.py PEOPLE --json people.jsonl [--count 90]
        [--finders grabcut outline person_small …] [--report]

PEOPLE is a folder with `image/` and `label/`. Each photograph is judged whole, from the waist up
and from the chest up (`trainer.validation.people.upper`). Of 576 pixels the labels are right to
about two. A finder that finds nobody has an IoU of 0.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import fmean, median

import numpy as np
from result_lines import ResultLines

from engine.errors import UserError
from engine.guidance.grabcut import grabcut
from engine.guidance.people import find_people, mask_of
from engine.guidance.subject import automatic_mask
from engine.imaging.types import Alpha, Image, Rect
from trainer.data.layouts.opening import open_photographs
from trainer.data.recompose import split_of
from trainer.data.sample import Photograph
from trainer.evaluation.paired import paired_difference
from trainer.metrics.overlap import boundary_f, overlap
from trainer.validation.people import upper

INSET = 0.05
"""GrabCut by itself takes everything but the photograph's margin for the subject."""
PIECES: dict[str, Callable[[Photograph], Photograph]] = {
    "whole": lambda photograph: photograph,
    "upper": partial(upper, part=0.5),
    "head": partial(upper, part=0.28),
}
FAILED = 0.6
SEED = 1


def main() -> None:
    options = _options()
    results = ResultLines(options.json)
    if not options.report:
        for row in _computed(options, results.keys(("photograph", "piece", "finder"))):
            results.add(**row)
    for piece in PIECES:
        _print(piece, [row for row in results.rows if row["piece"] == piece])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("people", type=Path)
    parser.add_argument("--json", type=Path, required=True, help="results are appended here")
    parser.add_argument("--count", type=int, default=90)
    parser.add_argument("--finders", nargs="+", default=["grabcut", "outline", "person_small"])
    parser.add_argument("--report", action="store_true", help="print what there is")
    return parser.parse_args()


def _computed(
    options: argparse.Namespace, done: set[tuple[object, ...]]
) -> Iterator[dict[str, object]]:
    opened = open_photographs("people", root=options.people)
    held_out = [n for n, name in enumerate(opened.names) if split_of(name) == "validation"]
    chosen = np.linspace(0, len(held_out) - 1, min(options.count, len(held_out))).astype(int)
    for number in chosen:
        whole = opened.photograph(held_out[int(number)])
        for piece, cut in PIECES.items():
            photograph = cut(whole)
            for finder in options.finders:
                if (whole.name, piece, finder) not in done:
                    row = {"photograph": whole.name, "piece": piece, "finder": finder}
                    yield row | _judged(photograph, finder)


def _judged(photograph: Photograph, finder: str) -> dict[str, object]:
    image, truth = Image(np.ascontiguousarray(photograph.image)), photograph.alpha > 0.5
    start = time.perf_counter()
    try:
        found = _found(image, finder) > 0.5
    except UserError as error:
        return {"iou": 0.0, "boundary": 0.0, "problem": str(error)}
    seconds = time.perf_counter() - start
    return {
        "iou": overlap(found, truth),
        "boundary": boundary_f(found, truth),
        "seconds": round(seconds, 4),
    }


def _found(image: Image, finder: str) -> Alpha:
    if finder == "grabcut":
        height, width = image.size
        down, across = round(INSET * height), round(INSET * width)
        return grabcut(image, box=Rect(down, across, height - down, width - across))
    if finder == "outline":
        return automatic_mask(image)
    return mask_of(find_people(image, model=finder), image.size)


def _print(piece: str, rows: list[dict]) -> None:
    finders = list(dict.fromkeys(row["finder"] for row in rows))
    print(f"\n{piece}: {len({row['photograph'] for row in rows})} photographs")
    print(f"{'':24}{'IoU':>8}{'least':>8}{'<0.6':>6}{'F':>8}{'nobody':>8}{'seconds':>9}")
    by_finder = {name: _of(rows, name) for name in finders}
    for name, found in by_finder.items():
        iou = [row["iou"] for row in found.values()]
        seconds = [row["seconds"] for row in found.values() if "seconds" in row]
        print(
            f"{name:24}{fmean(iou):8.3f}{min(iou):8.3f}{sum(value < FAILED for value in iou):6}"
            f"{fmean(row['boundary'] for row in found.values()):8.3f}"
            f"{sum('problem' in row for row in found.values()):8}"
            f"{median(seconds) if seconds else float('nan'):9.2f}"
        )
    first, *others = finders[::-1]
    for other in others:
        names = sorted(set(by_finder[first]) & set(by_finder[other]))
        pair = ([1 - by_finder[name][n]["iou"] for n in names] for name in (first, other))
        found = paired_difference(*pair, rng=np.random.default_rng(SEED))
        shown = "" if found.shown else ", not shown"
        print(
            f"  {first} against {other}: 1 − IoU differs by {found.mean:+.3f} "
            f"[{found.low:+.3f}, {found.high:+.3f}]{shown}"
        )


def _of(rows: list[dict], finder: str) -> dict[str, dict]:
    return {row["photograph"]: row for row in rows if row["finder"] == finder}


if __name__ == "__main__":
    main()
