"""The classical matting methods: one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.errors import UserError

if TYPE_CHECKING:
    from engine.matting.method import Method


@dataclass(frozen=True)
class MethodSpec:
    """One row of the table.

    Attributes:
        name: what the command line and files call it.
        title: what people read.
        summary: what it is good for, in one line.
        load: makes the method; imports what it needs.
    """

    name: str
    title: str
    summary: str
    load: Callable[[], Method]


def method_named(name: str) -> MethodSpec:
    """The row called `name`.

    Raises:
        UserError: if there is none; it lists what there is.
    """
    try:
        return METHODS[name]
    except KeyError:
        known = ", ".join(METHODS)
        raise UserError(
            f"There is no matting method {name!r}.", remedy=f"Choose one of: {known}."
        ) from None


def prepare(name: str) -> None:
    """Import and compile what a method needs by solving a few pixels with it.

    It costs seconds after an install and a part of one later; run it beside other work.
    """
    import numpy as np

    from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image

    ramp = np.linspace(0, 255, 24).astype(np.uint8)
    pixels = np.broadcast_to(ramp[:, None, None], (24, 24, 3)).copy()
    trimap = np.full((24, 24), UNKNOWN, np.uint8)
    trimap[:8], trimap[-8:] = BACKGROUND, FOREGROUND
    method_named(name).load().solve(Image(pixels), trimap, tile=24)


def _closed_form() -> Method:
    from engine.matting.closed_form import solve_closed_form
    from engine.matting.method import BandMethod

    return BandMethod(solve_closed_form)


def _pymatting(name: str) -> Callable[[], Method]:
    def load() -> Method:
        from engine.matting.affinity import AFFINITIES, solve_affinity
        from engine.matting.method import BandMethod

        return BandMethod(partial(solve_affinity, AFFINITIES[name]))

    return load


_ROWS = (
    MethodSpec(
        "closed_form",
        "Closed form",
        "Hair and soft edges; the fastest (Levin, Lischinski and Weiss 2008).",
        _closed_form,
    ),
    MethodSpec(
        "knn",
        "KNN",
        "Finds similar colours further away (Chen, Li and Tang 2013).",
        _pymatting("knn"),
    ),
    MethodSpec(
        "learning_based",
        "Learning based",
        "Learns alpha from colour in small windows (Zheng and Kambhamettu 2009).",
        _pymatting("learning_based"),
    ),
    MethodSpec(
        "random_walk",
        "Random walk",
        "Smooth and forgiving where colours overlap (Grady and others 2005).",
        _pymatting("random_walk"),
    ),
)
METHODS: dict[str, MethodSpec] = {row.name: row for row in _ROWS}
