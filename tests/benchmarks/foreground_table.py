"""Foreground colours: every way to them on made validation pictures (paper 003, Table 3).

    python tests/benchmarks/foreground_table.py --json colours.jsonl [--count 200] [--size 512]
        [--network without_rab=FILE --network with_rab=foreground_small]
        [--methods photograph multilevel …]

All are given the true matte. Errors are of F where the matte is more than 0, and of alpha times F;
SAD in thousands, over the three channels. "photograph" takes the photograph's own colours. Each
network is a label with the name of weights or a weights file; the last one named is compared with
all others. Each result is appended to the file at once; started again, it goes on where it was.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import TypeAlias

import numpy as np
from matting_pictures import SEED, Pictures
from result_lines import ResultLines

from engine.device import Compute
from engine.errors import UserError
from engine.foreground.estimate import FOREGROUND_METHODS, estimate_foreground
from engine.imaging.types import Image, to_float
from trainer.data.sample import Photograph
from trainer.evaluation.networks import open_network
from trainer.evaluation.paired import paired_difference
from trainer.validation.foreground import colour_errors

SHOWN = {"sad": 1.0, "mse": 1000.0, "sad_shown": 1.0, "mse_shown": 1000.0}
TITLES = {"sad": "F SAD", "mse": "F MSE", "sad_shown": "aF SAD", "mse_shown": "aF MSE"}
CLASSICAL = tuple(name for name, spec in FOREGROUND_METHODS.items() if not spec.by_network)

Solve: TypeAlias = Callable[[Photograph], np.ndarray]
"""Foreground colours H×W×3 float32 in [0, 1]."""


def main() -> None:
    options = _options()
    networks = dict(named.split("=", 1) for named in options.network)
    lines = ResultLines(options.json, size=options.size)
    _check_networks(lines, networks)
    pictures = Pictures(options.size, options.count, options.portraits)
    try:
        if not options.report:
            _compute(pictures, _solvers(options.methods, networks), networks, lines)
    except UserError as error:
        raise SystemExit(str(error)) from error
    names = set(pictures.names())
    methods = [*options.methods, *networks]
    rows = [row for row in lines.rows if row["picture"] in names and row["method"] in methods]
    _print(rows, methods)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    methods = ["photograph", *CLASSICAL]
    parser.add_argument("--json", type=Path, required=True, help="results are appended here")
    parser.add_argument("--count", type=int, default=200, help="made pictures")
    parser.add_argument("--size", type=int, default=512, help="their side in pixels")
    parser.add_argument("--portraits", type=int, default=0, help="made portraits")
    parser.add_argument("--methods", nargs="+", default=methods, choices=methods)
    parser.add_argument("--network", action="append", default=[], metavar="LABEL=NAME|FILE")
    parser.add_argument("--report", action="store_true", help="print what there is, compute none")
    options = parser.parse_args()
    labels = [named.partition("=")[0] for named in options.network if "=" in named]
    if len(set(labels) - set(methods)) < len(options.network):
        parser.error("each --network is LABEL=NAME|FILE, each label another one and no method's")
    return options


def _check_networks(lines: ResultLines, networks: dict[str, str]) -> None:
    for row in lines.rows:
        if networks.get(row["method"], row["weights"]) != row["weights"]:
            raise SystemExit(f"{lines.path} has {row['method']} with {row['weights']}")


def _solvers(methods: list[str], networks: dict[str, str]) -> dict[str, Solve]:
    solvers = {name: _own_colours if name == "photograph" else _engine(name) for name in methods}
    return solvers | {label: _network(weights) for label, weights in networks.items()}


def _own_colours(photograph: Photograph) -> np.ndarray:
    return to_float(photograph.image)


def _engine(method: str) -> Solve:
    def solve(photograph: Photograph) -> np.ndarray:
        image = Image(photograph.image)
        return estimate_foreground(image, photograph.alpha, method=method, bits=32)

    return solve


def _network(weights: str) -> Solve:
    """As the application uses it: tile by tile, the photograph's own colours where alpha is 1."""
    network = open_network(weights, kind="foreground", compute=Compute(precision="float32"))

    def solve(photograph: Photograph) -> np.ndarray:
        image = Image(photograph.image)
        return estimate_foreground(
            image, photograph.alpha, method="network", bits=32, painter=network.run
        )

    return solve


def _compute(
    pictures: Pictures, solvers: dict[str, Solve], networks: dict[str, str], lines: ResultLines
) -> None:
    done = lines.keys(("picture", "method"))
    warm = False
    for name in pictures.names():
        missing = [method for method in solvers if (name, method) not in done]
        if not missing:
            continue
        photograph = pictures.picture(name)
        for method in missing if not warm else []:
            solvers[method](photograph)  # compiles and loads
        warm = True
        for method in missing:
            start = time.perf_counter()
            colours = solvers[method](photograph)
            seconds = round(time.perf_counter() - start, 4)
            errors = colour_errors(colours, _truth(photograph), photograph.alpha)
            weights = networks.get(method, "")
            lines.add(
                picture=name,
                family=photograph.family,
                method=method,
                weights=weights,
                seconds=seconds,
                errors=errors,
            )
        print(name, flush=True)


def _truth(photograph: Photograph) -> np.ndarray:
    if photograph.foreground is None:
        raise ValueError(f"{photograph.name} has no foreground")
    return photograph.foreground


def _print(rows: list[dict], methods: list[str]) -> None:
    found = {
        method: {row["picture"]: row for row in rows if row["method"] == method}
        for method in methods
    }
    found = {method: of for method, of in found.items() if of}
    common = sorted(set.intersection(*(set(of) for of in found.values()))) if found else []
    if len(common) < 2:
        return
    print(f"\n{len(common)} pictures")
    print(f"{'':20}{''.join(f'{TITLES[key]:>10}' for key in SHOWN)}{'seconds':>10}  (MSE ×10³)")
    for method, of in found.items():
        means = (by * fmean(of[n]["errors"][key] for n in common) for key, by in SHOWN.items())
        seconds = fmean(of[name]["seconds"] for name in common)
        print(f"{method:20}{''.join(f'{value:10.3f}' for value in means)}{seconds:10.3f}")
    *others, last = found
    for other in others:
        _print_comparison(last, other, found, common)


def _print_comparison(ours: str, theirs: str, found: dict[str, dict], pictures: list[str]) -> None:
    told = []
    for key, by in SHOWN.items():
        own, other = ([found[m][n]["errors"][key] for n in pictures] for m in (ours, theirs))
        apart = paired_difference(own, other, rng=np.random.default_rng(SEED))
        told.append(
            f"{TITLES[key]} {by * apart.mean:+.3f} [{by * apart.low:+.3f}, {by * apart.high:+.3f}]"
            f"{'' if apart.shown else ', not shown'}"
        )
    print(f"  {ours} against {theirs}: {'; '.join(told)}")


if __name__ == "__main__":
    main()
