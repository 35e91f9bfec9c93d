"""How much of a head a generator's square holds."""

from __future__ import annotations

from dataclasses import replace

from engine.enhance.align import Alignment, Found
from engine.enhance.heads import SIDE
from engine.models.weights import find_weights

FFHQ = 2.2
"""Half heads, from the eyes to the chin, in FFHQ's square."""
HELD: dict[Found, float] = {"landmarks": FFHQ, "head": SIDE}
"""Half heads in a square, by what it was found by."""


def framed(alignment: Alignment, generator: str) -> Alignment:
    """The square, as large as those that a generator learnt from.

    One that this project's trainer made learnt from squares around whole heads of hair, others from
    FFHQ's. A box is the user's and stays.

    Args:
        alignment: as it was found.
        generator: the name of its weights.

    Raises:
        UserError: if there are no such weights.
    """
    held = HELD.get(alignment.found)
    if held is None:
        return alignment
    learnt = SIDE if find_weights(generator).row.recipe else FFHQ
    return replace(alignment, side=alignment.side * learnt / held)
