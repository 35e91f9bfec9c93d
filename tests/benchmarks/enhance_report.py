"""What `enhance_table.py` prints: means, paired differences, groups apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median

import numpy as np

from engine.imaging.read import read_image
from trainer.evaluation.paired import PairedDifference, paired_difference

SEED = 1
BAD = 0.01
"""Share of a picture in which the first trimap is sure and wrong, from which it is a bad one."""
TRIMAPS = {"own": "trimaps of the network, of each picture", "true": "the true trimap for both"}
GROUPS: dict[str, Callable[[dict], bool]] = {
    "all": lambda row: True,
    "front": lambda row: not row["turned"],
    "profiles": lambda row: row["turned"],
    "good first trimap": lambda row: row["before"]["trimap"]["wrong"] < BAD,
    "bad first trimap": lambda row: row["before"]["trimap"]["wrong"] >= BAD,
}
NOTHING_LOST = 1e-6


def print_report(
    rows: Sequence[dict], out: Path, metrics: Sequence[str], *, tuned: str = ""
) -> None:
    """Print all there is and write it as JSON.

    Args:
        rows: of the results.
        out: the folder of everything; table.json is written there.
        metrics: in order.
        tuned: the reference model that was fine-tuned with generated pairs.
    """
    by_part = {part: [row for row in rows if row["part"] == part] for part in _parts(rows)}
    found: dict[str, object] = {}
    complete = by_part.get("main", [])
    if complete:
        found["inversion"] = _inversions(complete)
        for reference in _names(complete, "reference"):
            mine = [row for row in complete if row["reference"] == reference]
            found[reference] = _groups(reference, mine, metrics)
        if tuned:
            found["tuned"] = _tuned(complete, tuned, metrics)
    if by_part.get("ablations"):
        found["ablations"] = _ablations(complete, by_part["ablations"], metrics, out)
    if by_part.get("detail"):
        found["detail"] = _detail(by_part["detail"])
    if by_part.get("speed"):
        found["speed"] = _speed(by_part["speed"])
    (out / "table.json").write_text(json.dumps(found, indent=1), encoding="utf-8")


def _inversions(rows: Sequence[dict]) -> dict[str, float]:
    each = list({row["number"]: row for row in rows}.values())
    told = {}
    print(f"\nInversion of {len(each)} portraits, decibels")
    for name, title in (("psnr_w", "after W+"), ("psnr", "after N")):
        values = [row[name] for row in each]
        told |= {name: fmean(values), f"{name}_least": min(values)}
        print(
            f"  {title:10} mean {fmean(values):6.2f}  median {median(values):6.2f}  "
            f"least {min(values):6.2f}"
        )
    return told


def _groups(reference: str, rows: Sequence[dict], metrics: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    refused = rows[0]["refused"]
    print(f"\n{reference}" + (f"  (without {', '.join(refused)})" if refused else ""))
    for name, belongs in GROUPS.items():
        mine = [row for row in rows if belongs(row)]
        if mine:
            found[name] = _compared(name, mine, metrics)
    return found


def _compared(title: str, rows: Sequence[dict], metrics: Sequence[str]) -> dict[str, object]:
    change = {key: fmean(row["change"][key] for row in rows) for key in ("most", "mean")}
    entropy = [fmean(row["entropy"][n] for row in rows) for n in (0, 1)]
    wrong = [fmean(row[when]["trimap"]["wrong"] for row in rows) for when in ("before", "after")]
    print(
        f"  {title}: {len(rows)} portraits, changed by {change['mean']:.2f} grey levels in the "
        f"mean, {change['most']:.1f} at most; entropy {entropy[0]:.4f} to {entropy[1]:.4f}; "
        f"trimaps wrong in {wrong[0]:.2%} to {wrong[1]:.2%}"
    )
    found: dict[str, object] = {"count": len(rows), "change": change, "entropy": entropy}
    for told, words in TRIMAPS.items():
        print(f"    {words}")
        found[told] = {metric: _metric(rows, told, metric) for metric in metrics}
    return found


def _metric(rows: Sequence[dict], told: str, metric: str) -> dict[str, object]:
    before, after = ([row[when][told][metric] for row in rows] for when in ("before", "after"))
    improved = fmean(b > a for a, b in zip(after, before, strict=True))
    pair = _paired(after, before)
    scale = 1000.0 if metric == "MSE" else 1.0
    print(
        f"      {metric:5} {scale * fmean(before):9.4f} → {scale * fmean(after):9.4f}"
        f"{' ·10⁻³' if scale > 1 else '':7} improved {improved:4.0%}  {_said(pair, scale)}"
    )
    numbers = {"before": fmean(before), "after": fmean(after), "improved": improved}
    return {**numbers, "paired": None if pair is None else pair.as_dict()}


def _tuned(rows: Sequence[dict], tuned: str, metrics: Sequence[str]) -> dict[str, object]:
    """Fine-tuned against not: without enhancement, and with it."""
    first = next(iter(_names(rows, "reference")))
    plain = {row["number"]: row for row in rows if row["reference"] == first}
    mine = {row["number"]: row for row in rows if row["reference"] == tuned}
    both = sorted(set(plain) & set(mine))
    found: dict[str, object] = {}
    print(f"\n{tuned} less {first}, {len(both)} portraits, own trimaps")
    for when, words in (("before", "neither enhanced"), ("after", "both enhanced")):
        for metric in metrics:
            values = [[rows_[n][when]["own"][metric] for n in both] for rows_ in (mine, plain)]
            pair = _paired(*values)
            scale = 1000.0 if metric == "MSE" else 1.0
            print(f"  {words:18} {metric:5} {_said(pair, scale)}")
            found[f"{when}, {metric}"] = None if pair is None else pair.as_dict()
    return found


def _ablations(
    complete: Sequence[dict], rows: Sequence[dict], metrics: Sequence[str], out: Path
) -> dict[str, object]:
    """Errors of each variant, and what it lacks against the complete method."""
    reference = rows[0]["reference"]
    whole = {row["number"]: row for row in complete if row["reference"] == reference}
    found: dict[str, object] = {}
    print(f"\nAblations for {reference}, own trimaps: mean after, and less the complete method's")
    print(
        f"  {'':26}{'n':>4}"
        + "".join(f"{metric:>28}" for metric in metrics)
        + f"{'grey':>8}{'|Δα|':>9}"
    )
    for name in [*_names(rows, "variant"), "complete"]:
        mine = {row["number"]: row for row in rows if row["variant"] == name} or whole
        both = sorted(set(mine) & set(whole))
        if not both:
            continue
        cells = [_cell(mine, whole, both, metric) for metric in metrics]
        grey = fmean(mine[n]["change"]["mean"] for n in both)
        alpha = fmean(_matte_change(out, n, reference, name) for n in both)
        numbers = "".join(text for text, _ in cells)
        print(f"  {name:26}{len(both):4}{numbers}{grey:8.2f}{alpha:9.5f}")
        told = {metric: pair for metric, (_, pair) in zip(metrics, cells, strict=True)}
        found[name] = {"count": len(both), "change_mean": grey, "alpha": alpha, **told}
    return found


def matte_file(out: Path, number: int, reference: str, variant: str) -> Path:
    """Where the matte of an enhanced portrait is kept."""
    return out / "mattes" / f"{number}-{Path(reference).name}-{variant}.png"


def _matte_change(out: Path, number: int, reference: str, variant: str) -> float:
    """Mean absolute difference of a variant's matte and the complete method's."""
    mattes = [
        read_image(matte_file(out, number, reference, name)).pixels[..., 0] / np.float64(65535)
        for name in (variant, "complete")
    ]
    return float(np.abs(mattes[0] - mattes[1]).mean())


def _cell(
    mine: dict[int, dict], whole: dict[int, dict], both: Sequence[int], metric: str
) -> tuple[str, object]:
    ours, theirs = ([rows[n]["after"]["own"][metric] for n in both] for rows in (mine, whole))
    pair = _paired(ours, theirs)
    scale = 1000.0 if metric == "MSE" else 1.0
    apart = "" if pair is None else f"{scale * pair.mean:+.3f}{'*' if pair.shown else ' '}"
    text = f"{scale * fmean(ours):14.3f} {apart:>13}"
    return text, {"mean": fmean(ours), "paired": None if pair is None else pair.as_dict()}


def _detail(rows: Sequence[dict]) -> dict[str, object]:
    found: dict[str, object] = {}
    print("\nDetail that is lost, and pixels that changed, in large photographs")
    for mode in _names(rows, "variant"):
        mine = [row for row in rows if row["variant"] == mode]
        told = {key: fmean(row[key] for row in mine) for key in mine[0] if ":" in key}
        worst = max(abs(row["outside the square: detail lost"]) for row in mine)
        verdict = "none outside the square" if worst < NOTHING_LOST else "LOST OUTSIDE THE SQUARE"
        print(f"  {mode} ({len(mine)}): {verdict}")
        for key, value in told.items():
            print(f"    {key:36} {value:9.4%}")
        found[mode] = told
    return found


def _speed(rows: Sequence[dict]) -> list[dict]:
    print("\nSeconds a step, memory in MiB (process, device)")
    for row in rows:
        if "problem" in row:
            told = row["problem"]
        else:
            told = f"{row['seconds']:8.3f} s {row['process_mib']:8} {row['device_mib']:8}"
        print(f"  {row['number']:5} {row['variant']:16} {told}")
    keys = ("number", "variant", "seconds", "process_mib", "device_mib", "threads", "problem")
    return [{key: row[key] for key in keys if key in row} for row in rows]


def _paired(ours: Sequence[float], theirs: Sequence[float]) -> PairedDifference | None:
    if len(ours) < 2:
        return None
    return paired_difference(ours, theirs, rng=np.random.default_rng(SEED))


def _said(pair: PairedDifference | None, scale: float) -> str:
    if pair is None:
        return "(one portrait)"
    shown = "" if pair.shown else ", not shown"
    low, high = scale * pair.low, scale * pair.high
    return f"differs by {scale * pair.mean:+.4f} [{low:+.4f}, {high:+.4f}]{shown}"


def _names(rows: Sequence[dict], key: str) -> list[str]:
    return list(dict.fromkeys(row[key] for row in rows))


def _parts(rows: Sequence[dict]) -> list[str]:
    return _names(rows, "part")
