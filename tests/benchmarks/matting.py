"""Ours against pymatting's whole-image closed form, on portraits with hair and an exact matte.

    python tests/benchmarks/matting.py [--sizes 1 4 12 45] [--bands narrow wide broken]

Every solve runs in a process of its own that has compiled everything on a small portrait before,
so that time and memory are those of the solve. pymatting is given at most `--limit` megapixels.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from portraits import BANDS, Portrait, draw_portrait

from engine.imaging.types import UNKNOWN, Alpha

SOLVERS = ("pymatting", "ours")


def main() -> None:
    options = _options()
    if options.solve:
        _child(*options.solve)
    else:
        _compare_all(options)


def _compare_all(options: argparse.Namespace) -> None:
    rows = []
    for size in options.sizes:
        for band in options.bands:
            rows.append(_compare(size, band, options))
            print(_line(rows[-1]), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 4, 12, 45])
    parser.add_argument("--bands", nargs="+", default=list(BANDS), choices=BANDS)
    parser.add_argument("--limit", type=float, default=12, help="largest size for pymatting, MP")
    parser.add_argument("--repeat", type=int, default=3, help="solves of ours; the median counts")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--solve", nargs=5, help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare(size: float, band: str, options: argparse.Namespace) -> dict[str, object]:
    portrait = draw_portrait(size, band=band)
    inside = portrait.trimap == UNKNOWN
    row: dict[str, object] = {"megapixels": size, "band": band, "unknown": int(inside.sum())}
    mattes: dict[str, Alpha] = {}
    with tempfile.TemporaryDirectory() as folder:
        for solver in SOLVERS:
            if solver == "pymatting" and size > options.limit:
                continue
            target = Path(folder) / f"{solver}.npy"
            repeat = options.repeat if solver == "ours" or size <= 1 else 1
            row[solver] = _run(solver, size, band, repeat, target)
            mattes[solver] = np.load(target)
    for solver, matte in mattes.items():
        row[f"{solver} against exact"] = _errors(matte, portrait)
    if len(mattes) == 2:
        apart = np.abs(mattes["ours"] - mattes["pymatting"])[inside]
        row["mean difference"] = float(apart.mean())
        row["99th percentile"] = float(np.quantile(apart, 0.99))
    return row


def _run(solver: str, size: float, band: str, repeat: int, target: Path) -> dict[str, float]:
    arguments = [solver, str(size), band, str(repeat), str(target)]
    command = [sys.executable, __file__, "--solve", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _child(solver: str, size: str, band: str, repeat: str, target: str) -> None:
    solve = {"ours": _ours, "pymatting": _pymatting}[solver]
    solve(draw_portrait(0.1, band="wide"))
    portrait = draw_portrait(float(size), band=band)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(int(repeat)):
        start = time.perf_counter()
        matte = solve(portrait)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    np.save(target, matte)
    gigabytes = {"gigabytes": peak / 2**20, "gigabytes before": before / 2**20}
    print(json.dumps({"seconds": statistics.median(seconds), **gigabytes}))


def _ours(portrait: Portrait) -> Alpha:
    from engine.matting.solve import solve_alpha

    return solve_alpha(portrait.image, portrait.trimap)


def _pymatting(portrait: Portrait) -> Alpha:
    from pymatting import estimate_alpha_cf

    trimap = portrait.trimap / 255.0
    trimap[portrait.trimap == UNKNOWN] = 0.5
    return estimate_alpha_cf(portrait.image.pixels / 255.0, trimap).astype(np.float32)


def _errors(matte: Alpha, portrait: Portrait) -> dict[str, float]:
    """SAD and Grad in thousands over the unknown pixels (Rhemann et al. 2009)."""
    inside = portrait.trimap == UNKNOWN
    sad = np.abs(matte - portrait.alpha)[inside].sum() / 1000
    apart = (_gradient(matte) - _gradient(portrait.alpha))[inside]
    return {"SAD": float(sad), "Grad": float(np.square(apart, dtype=np.float64).sum() / 1000)}


def _gradient(matte: Alpha) -> NDArray[np.float32]:
    """Gradient magnitude under L2-normalised derivatives of a Gaussian, sigma 1.4, 9×9."""
    at = np.arange(-4, 5)
    smooth = np.exp(-(at**2) / (2 * 1.4**2)) / (1.4 * np.sqrt(2 * np.pi))
    slope = -at * smooth / 1.4**2
    norm = np.sqrt((np.outer(smooth, slope) ** 2).sum())
    edge = cv2.BORDER_REPLICATE
    across = cv2.sepFilter2D(matte, cv2.CV_32F, slope / norm, smooth, borderType=edge)
    down = cv2.sepFilter2D(matte, cv2.CV_32F, smooth, slope / norm, borderType=edge)
    return np.hypot(across, down)


def _line(row: dict[str, object]) -> str:
    ours, theirs = row["ours"], row.get("pymatting")
    assert isinstance(ours, dict)
    text = f"{row['megapixels']:>4} MP {row['band']:<7} unknown {row['unknown']:>8}  "
    text += f"ours {ours['seconds']:7.2f} s {ours['gigabytes']:5.2f} GB"
    exact = row["ours against exact"]
    if not isinstance(theirs, dict):
        return f"{text}  SAD {exact['SAD']:.3f} Grad {exact['Grad']:.3f}"
    reference = row["pymatting against exact"]
    text += f"  pymatting {theirs['seconds']:7.2f} s {theirs['gigabytes']:5.2f} GB"
    text += f"  {theirs['seconds'] / ours['seconds']:5.1f}× faster"
    text += f"  mean {row['mean difference']:.4f} p99 {row['99th percentile']:.4f}"
    ratios = [f"{key} {exact[key] / reference[key]:.3f}×" for key in ("SAD", "Grad")]
    return f"{text}  {' '.join(ratios)}"


if __name__ == "__main__":
    main()
