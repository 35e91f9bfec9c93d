"""Does a worse mask make a worse matte: one network, masks eroded and dilated by fixed widths.

Source: Yu et al., "Mask Guided Matting via Progressive Refinement Network" (2021), section 5,
"Robustness to Guidance".
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

import numpy as np
from matting_pictures import SEED, Pictures
from result_lines import ResultLines
from torch import nn

from engine.device import Compute
from trainer.ablation.judging import METRICS, REGIONS, errors_of, laboratory_kinds
from trainer.ablation.laboratory import trained_network
from trainer.ablation.table import SCALE
from trainer.evaluation.guidance import MASK_WIDTHS, true_trimap
from trainer.evaluation.networks import open_network
from trainer.evaluation.paired import paired_difference

STRENGTHS = ("mask", *(f"mask_{how}_{w}" for how in ("eroded", "dilated") for w in MASK_WIDTHS))
"""The undisturbed mask first."""
PLACES = [f"{region} {metric}" for region in REGIONS for metric in METRICS]


def judge_robustness(asked: str, pictures: Pictures, out: Path, *, report: bool = False) -> None:
    """Judge a network with each mask, print the table, and write it beside the results.

    Args:
        asked: the name of weights, a weights file, or the folder of a run of the ablation.
        pictures: to judge on.
        out: folder of the results; what is there already is not computed again.
        report: compute nothing.
    """
    path = out / f"robustness-{Path(asked).stem}-{pictures.size}.jsonl"
    lines = ResultLines(path, network=asked, size=pictures.size)
    if not report:
        _compute(_network(asked), pictures, lines)
    names = set(pictures.names())
    _print([row for row in lines.rows if row["picture"] in names], path)


def _network(asked: str) -> nn.Module:
    if Path(asked).is_dir():
        return trained_network(Path(asked))
    return open_network(asked, compute=Compute(precision="float32")).module


def _compute(network: nn.Module, pictures: Pictures, lines: ResultLines) -> None:
    kinds, done = laboratory_kinds(), lines.keys(("picture", "kind"))
    for name in pictures.names():
        missing = [kind for kind in STRENGTHS if (name, kind) not in done]
        if not missing:
            continue
        photograph = pictures.picture(name)
        rng, trimap = np.random.default_rng(SEED), true_trimap(photograph.alpha)
        for kind in missing:
            errors = errors_of(network, photograph, kinds[kind], rng, trimap=trimap)
            lines.add(picture=name, family=photograph.family, kind=kind, errors=errors)
        print(name, flush=True)


def _print(rows: list[dict], path: Path) -> None:
    errors = {
        kind: {row["picture"]: row["errors"] for row in rows if row["kind"] == kind}
        for kind in STRENGTHS
    }
    common = sorted(set.intersection(*(set(found) for found in errors.values())))
    common = [name for name in common if all(set(errors[k][name]) == set(REGIONS) for k in errors)]
    if len(common) < 2:
        return
    print(f"\n{len(common)} photographs; behind each figure, the change from the true mask's")
    print(f"{'':16}{''.join(f'{place:>40}' for place in PLACES)}  (MSE ×10³)")
    found: dict[str, dict] = {}
    for kind in STRENGTHS:
        found[kind] = {place: _change(errors, kind, place, common) for place in PLACES}
        print(f"{kind:16}{''.join(f'{_shown(found[kind][place], place):>40}' for place in PLACES)}")
    path.with_suffix(".json").write_text(json.dumps(found, indent=1), encoding="utf-8")


def _change(errors: dict[str, dict], kind: str, place: str, pictures: list[str]) -> dict:
    region, metric = place.split()
    own, base = (
        [errors[which][name][region][metric] for name in pictures] for which in (kind, STRENGTHS[0])
    )
    rng = np.random.default_rng(SEED)
    apart = {} if kind == STRENGTHS[0] else paired_difference(own, base, rng=rng).as_dict()
    return {"mean": fmean(own), "change": apart}


def _shown(figure: dict, place: str) -> str:
    by, change = SCALE[place.split()[1]], figure["change"]
    text = f"{by * figure['mean']:.3f}"
    if not change:
        return text
    sure = "" if change["shown"] else "?"
    low, mean, high = (by * change[key] for key in ("low", "mean", "high"))
    return f"{text} {mean:+.3f}{sure} [{low:+.3f},{high:+.3f}]"
