"""Pictures with mattes put before other backgrounds.

Source: paper 000, section 3.2 and figure 4.
"""

from __future__ import annotations

from torch import Tensor

COLOURS = 3


def composites(pictures: Tensor, backgrounds: Tensor) -> Tensor:
    """F·α + B·(1 − α) of encoded values, kept within what a picture can show.

    Args:
        pictures: N×4×S×S, colours and matte in about [-1, 1].
        backgrounds: N×3×S×S in [-1, 1].

    Returns:
        N×3×S×S in [-1, 1].
    """
    colours, matte = pictures[:, :COLOURS], (pictures[:, COLOURS:] + 1) / 2
    return (backgrounds + matte * (colours - backgrounds)).clamp(-1, 1)
