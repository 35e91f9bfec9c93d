"""Makes the subject and what is behind it belong together: light, colours, and a shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compositing.backgrounds import render_background
from engine.compositing.clean_plate import Subject
from engine.compositing.colour_match import (
    Match,
    Statistics,
    match_of,
    statistics,
    sure_subject,
)
from engine.compositing.matte_copies import (
    ReadMatte,
    axis_of,
    blurred,
    halvings_for,
    remembered,
    small_matte,
)
from engine.compositing.pyramid import Pyramid
from engine.compositing.sampling import sample
from engine.compositing.shadow import shade
from engine.imaging.types import Alpha, Image, Pixels, Rect, Rgb, from_float, to_float
from engine.settings import BackgroundSettings, HarmonySettings

LIGHT_SIDE = 512
"""Short side of the copy that the background's light and colours are read from."""


class Dressed(NamedTuple):
    """Colours of the subject and of what is behind it, h×w×3 each."""

    colours: Pixels
    behind: Pixels


@dataclass(frozen=True, eq=False)
class Harmony:
    """What `HarmonySettings` ask for, for one photograph and its matte.

    Attributes:
        chosen: the settings.
        background: what it is put on.
        pyramid: of the photograph; the copies that are made of it live as long.
        matte: after the edge tools; the copies that are made of it live as long.
        backdrop: the background's image, for the kind "image".
    """

    chosen: HarmonySettings
    background: BackgroundSettings
    pyramid: Pyramid
    matte: ReadMatte
    backdrop: Image | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the photograph."""
        return self.pyramid.image.size

    @property
    def wanted(self) -> bool:
        """Whether anything is to be done."""
        return self.chosen.shadowed or self._lit

    def dressed(self, colours: Pixels, behind: Pixels, *, rect: Rect, level: int = 0) -> Dressed:
        """Light and match the subject, and throw its shadow.

        Args:
            colours: of the subject, h×w×3, straight, sRGB-encoded.
            behind: h×w×3 of any depth.
            rect: which part of the level this is.
            level: of the pyramid.

        Returns:
            Both at their own depths; what nothing is done to is returned as it is.
        """
        if self.chosen.shadowed:
            behind = self._shaded(behind, self.shade(rect, level=level))
        if self._lit:
            lit = self._lit_colours(to_float(colours), rect, level)
            colours = from_float(lit, colours.dtype)
        return Dressed(colours, behind)

    def shade(self, rect: Rect, *, level: int = 0) -> Alpha:
        """How much the shadow covers, h×w float32."""
        return shade(self.chosen, self.matte, self.size, rect, level=level)

    @property
    def _lit(self) -> bool:
        return self.chosen.lit and self.background.kind != "transparent"

    def _shaded(self, behind: Pixels, cover: Alpha) -> Pixels:
        under = to_float(behind)
        colour = np.array(self.chosen.shadow_colour, np.float32)
        return from_float(under + cover[..., None] * (colour - under), behind.dtype)

    def _lit_colours(self, colours: Rgb, rect: Rect, level: int) -> Rgb:
        match = self._match()
        if match is not None:
            colours = match.of(colours)
        return self._wrapped(colours, rect, level) if self.chosen.wrap > 0 else colours

    def _wrapped(self, colours: Rgb, rect: Rect, level: int) -> Rgb:
        """The background's light over the edge, as a second exposure would add it (screen)."""
        sigma = self.chosen.wrap_width * min(self.size)
        halvings = halvings_for(sigma)
        around = remembered(
            self.matte,
            ("around", sigma),
            lambda: blurred(small_matte(self.matte, self.size, halvings), sigma / 2**halvings),
        )
        inside = _level_part(around[..., None], halvings, rect, level)
        # On a straight edge the blurred matte is one half.
        share = np.clip((1 - inside) * np.float32(2), 0.0, 1.0) * np.float32(self.chosen.wrap)
        light = _level_part(self._light(sigma), self._coarse, rect, level)
        return 1 - (1 - colours) * (1 - share * light)

    def _light(self, sigma: float) -> Rgb:
        """The background's light as it reaches the edge, on the coarse copy."""
        key = ("light", self.background, id(self.backdrop), sigma)
        return remembered(
            self._ground, key, lambda: blurred(self._behind(), 2 * sigma / 2**self._coarse)
        )

    @property
    def _ground(self) -> object:
        """What the background is made of besides its settings."""
        return self.matte if self.background.kind == "blurred" else self.pyramid

    def _behind(self) -> Rgb:
        small = self.pyramid.level(self._coarse)
        subject = Subject(self.matte, self.size)
        rendered = render_background(
            self.background, small, backdrop=self.backdrop, subject=subject
        )
        if rendered is None:
            return np.zeros((*small.size, 3), np.float32)
        return to_float(rendered)

    def _match(self) -> Match | None:
        chosen = self.chosen
        if max(chosen.match, chosen.match_light) <= 0:
            return None
        subject = remembered(self.matte, "subject", self._subject_statistics)
        key = ("statistics", self.background, id(self.backdrop))
        behind = remembered(self._ground, key, lambda: statistics(self._light(0.0)))
        if subject is None or behind is None:
            return None
        return match_of(subject, behind, colours=chosen.match, light=chosen.match_light)

    def _subject_statistics(self) -> Statistics | None:
        small = self.pyramid.level(self._coarse)
        sure = sure_subject(small_matte(self.matte, self.size, self._coarse))
        return statistics(small.rgb(), sure)

    @property
    def _coarse(self) -> int:
        """Halvings of the copy that light and colours are read from."""
        return max(0, math.ceil(math.log2(min(self.size) / LIGHT_SIDE)))


def shadowed(
    harmony: Harmony, colours: Pixels, alpha: Alpha, *, rect: Rect, level: int = 0
) -> tuple[Pixels, Alpha]:
    """A part of a subject on nothing with its shadow, as straight colours and coverage.

    Args:
        harmony: for the photograph that both belong to.
        colours: h×w×3, straight.
        alpha: h×w float32 in [0, 1].
        rect: which part of the level this is.
        level: of the pyramid.
    """
    below = (1 - alpha) * harmony.shade(rect, level=level)
    cover = alpha + below
    own = to_float(colours)
    share = np.divide(below, cover, out=np.zeros_like(below), where=cover > 0)[..., None]
    shade_colour = np.array(harmony.chosen.shadow_colour, np.float32)
    return from_float(own + share * (shade_colour - own), colours.dtype), cover


def _level_part(copy: NDArray[np.float32], halvings: int, rect: Rect, level: int) -> Rgb:
    rows = axis_of(copy.shape[0], halvings=halvings, level=level)
    cols = axis_of(copy.shape[1], halvings=halvings, level=level)
    return sample(copy, rect, rows=rows, cols=cols)
