"""Draws the composite: as `engine.products` writes it, at any level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compositing.backgrounds import render_background
from engine.compositing.blend import composite
from engine.compositing.clean_plate import Subject
from engine.compositing.harmony import Harmony, shadowed
from engine.compositing.pyramid import eight_bits
from engine.compositing.view_crop import Crop, premultiplied
from engine.compositing.views import ViewedPlane


def draw_composite(crop: Crop) -> NDArray[np.uint8]:
    """The subject on its background; with four channels where that is transparent."""
    colours, matte, behind = crop.colours(), crop.matte(), _behind(crop)
    harmony = _harmony(crop)
    if behind is None:
        if harmony is not None and harmony.chosen.shadowed:
            colours, matte = shadowed(harmony, colours, matte, rect=crop.rect, level=crop.level)
        return premultiplied(colours, matte)
    under = eight_bits(behind)
    if harmony is not None:
        colours, under = harmony.dressed(colours, under, rect=crop.rect, level=crop.level)
    linear = crop.state.settings.background.linear_light
    return composite(colours, matte, under, linear_light=linear)


def _behind(crop: Crop) -> NDArray[np.uint8] | None:
    settings, backdrop = crop.state.settings.background, crop.scene.backdrop
    if settings.kind == "image" and backdrop is None:
        return None
    level = crop.scene.pyramid.level(crop.level)
    matte = _matte(crop)
    subject = None if matte is None else Subject(matte, matte.size)
    return render_background(settings, level, backdrop=backdrop, rect=crop.rect, subject=subject)


def _harmony(crop: Crop) -> Harmony | None:
    """What makes both belong together, if there is anything to be done and a matte for it."""
    matte, scene = _matte(crop), crop.scene
    if matte is None:
        return None
    settings = crop.state.settings
    made = Harmony(settings.harmony, settings.background, scene.pyramid, matte, scene.backdrop)
    return made if made.wanted else None


def _matte(crop: Crop) -> ViewedPlane | None:
    state = crop.state
    return state.mask if state.alpha is None else state.alpha
