"""A cycle's figures as tables for people: the columns of paper 000's table 1, a row a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

METRICS = "metrics"
"""Stem of the files with figures and with tables."""
COLUMNS: dict[str, tuple[str, str, int]] = {
    "SAD": ("whole", "SAD", 3),
    "MSE": ("whole", "MSE", 5),
    "MAD": ("whole", "MAD", 5),
    "SAD-T": ("unknown", "SAD", 3),
    "MSE-T": ("unknown", "MSE", 5),
    "MAD-T": ("unknown", "MAD", 5),
    "SAD-FG": ("foreground", "SAD", 3),
    "SAD-BG": ("background", "SAD", 3),
    "Grad": ("whole", "Grad", 3),
    "Conn": ("whole", "Conn", 3),
}
"""Title to region, metric and decimals."""
NOTHING = "–"
DISTANCE = "fd_"
"""How names of figures of a generator that are shown begin."""


def tables_of(rounds: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: a table for each set that StyleMatte is judged on.

    Args:
        rounds: as `trainer.cycle.judging.judge` has them, from the one before the first on.
    """
    found = [_table(name, rounds) for name in rounds[-1]["sets"]]
    made = [_made(one) for one in rounds if one["made"]]
    return "\n".join([*found, *(["\n".join(made) + "\n"] if made else [])])


def _made(found: Mapping[str, Any]) -> str:
    """What a round made, in a line."""
    made = found["made"]
    portraits, synthetic = made["portraits"], made["synthetic"]
    last = made["stylemattegan-second"] or made["stylemattegan-first"]
    shown = (pair for pair in last["figures"].items() if pair[0].startswith(DISTANCE))
    figures = ", ".join(f"{name} {value:.4g}" for name, value in shown)
    return (
        f"- {found['title']}: {portraits['kept']} of {portraits['photographs']} photographs became "
        f"portraits with mattes; {synthetic['samples']} synthetic ones ({figures})."
    )


def _table(name: str, rounds: Sequence[Mapping[str, Any]]) -> str:
    judged = [(one["title"], one["sets"][name]) for one in rounds]
    lines = [
        f"## {name}: {judged[-1][1]['count']} photographs, profile p3m\n",
        _line(["", *COLUMNS]),
        _line(["---", *("---:" for _ in COLUMNS)]),
        *(_line([title, *_cells(found["mean"])]) for title, found in judged),
    ]
    return "\n".join(lines) + "\n"


def _cells(mean: Mapping[str, Mapping[str, float]]) -> list[str]:
    found = ((mean.get(region, {}).get(metric), n) for region, metric, n in COLUMNS.values())
    return [NOTHING if value is None else f"{value:.{n}f}" for value, n in found]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
