"""Whole subjects put on what is behind them, or on nothing, as files show them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compositing.backgrounds import render_background
from engine.compositing.clean_plate import Subject
from engine.compositing.harmony import Dressed, Harmony, shadowed
from engine.compositing.pyramid import Pyramid
from engine.imaging.geometry import strips
from engine.imaging.types import Alpha, Image, Pixels, Rect, check_alpha
from engine.settings import BackgroundSettings, HarmonySettings

ROWS = 256


class WholeMatte:
    """A matte in one array, read by rectangles.

    Args:
        alpha: H×W float32 in [0, 1].
    """

    def __init__(self, alpha: Alpha) -> None:
        check_alpha(alpha, (alpha.shape[0], alpha.shape[1]))
        self._alpha = alpha

    def read(self, rect: Rect | None = None) -> NDArray[np.float32]:
        return self._alpha if rect is None else self._alpha[rect.slices]


def put_on(
    background: BackgroundSettings,
    harmony: HarmonySettings,
    image: Image,
    *,
    foreground: Pixels,
    alpha: Alpha,
    backdrop: Image | None = None,
) -> Dressed | None:
    """A subject and what is behind it, made to belong together but not yet blended.

    Args:
        background: what it is put on.
        harmony: how the two are made to belong together.
        image: the photograph: it gives the frame, the depth, and what to blur.
        foreground: H×W×3, straight.
        alpha: H×W float32 in [0, 1].
        backdrop: the background's image, for the kind "image".

    Returns:
        Both, H×W×3; None if it is put on nothing.

    Raises:
        UserError: for the kind "image" without a backdrop.
    """
    matte = WholeMatte(alpha)
    subject = Subject(matte, image.size)
    under = render_background(background, image, backdrop=backdrop, subject=subject)
    if under is None:
        return None
    made = Harmony(harmony, background, Pyramid(image), matte, backdrop)
    if not made.wanted:
        return Dressed(foreground, under)
    colours = np.empty_like(foreground)
    for strip in strips(image.size, rows=ROWS):
        place = strip.slices
        colours[place], under[place] = made.dressed(foreground[place], under[place], rect=strip)
    return Dressed(colours, under)


def on_nothing(
    harmony: HarmonySettings, image: Image, *, foreground: Pixels, alpha: Alpha
) -> tuple[Pixels, Alpha]:
    """A subject on nothing, together with its shadow.

    Args:
        harmony: whether there is a shadow, and how it falls.
        image: the photograph.
        foreground: H×W×3, straight.
        alpha: H×W float32 in [0, 1].

    Returns:
        Straight colours and coverage, fresh; or the ones given if there is no shadow.
    """
    if not harmony.shadowed:
        return foreground, alpha
    made = Harmony(harmony, BackgroundSettings(), Pyramid(image), WholeMatte(alpha))
    colours, covers = np.empty_like(foreground), np.empty_like(alpha)
    for strip in strips(image.size, rows=ROWS):
        place = strip.slices
        colours[place], covers[place] = shadowed(made, foreground[place], alpha[place], rect=strip)
    return colours, covers
