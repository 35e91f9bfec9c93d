"""What can be done to a document: functions from a state to the next one.

An edit that changes nothing returns the very state it was given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document.enhancement import Amount, Enhancement
from engine.document.planes import Plane
from engine.document.state import DocumentState, SourceLink
from engine.errors import BugError
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Alpha,
    Pixels,
    Rect,
    Strokes,
    Trimap,
    check_alpha,
    check_trimap,
)
from engine.settings import CutSettings

ERASE = 255
"""In the labels of `paint`: take the stroke away that is there."""


def set_settings(state: DocumentState, settings: CutSettings) -> DocumentState:
    """The document with other settings; planes stay until a job brings new ones.

    Where the enhanced matte takes the place of the photograph's own, or makes room for it, each is
    kept aside for the way back.
    """
    if settings == state.settings:
        return state
    other = settings.enhance.matte != state.settings.enhance.matte
    changed = replace(_mattes_swapped(state) if other else state, settings=settings)
    same = not other and _solver(settings) == _solver(state.settings)
    return changed if same else replace(changed, automatic=None)


def set_source(state: DocumentState, source: SourceLink) -> DocumentState:
    """The document with its photograph linked or embedded otherwise."""
    return state if source == state.source else replace(state, source=source)


def paint(state: DocumentState, rect: Rect, labels: Strokes) -> DocumentState:
    """Paint strokes.

    Args:
        rect: where; what lies outside the image is left out.
        labels: uint8 of the rectangle's size: STROKE_*, 0 leaves untouched, ERASE removes.

    Raises:
        BugError: for labels of another size, dtype or value.
    """
    _check_labels(labels, rect)
    inside = rect.intersected(Rect.whole(state.size))
    if inside.empty:
        return state
    labels = labels[inside.moved(-rect.top, -rect.left).slices]
    painted = np.where(labels == 0, state.strokes.read(inside), labels)
    painted[painted == ERASE] = 0
    return _with_strokes(state, state.strokes.written(inside[:2], painted))


def refine(state: DocumentState, rect: Rect, where: NDArray[np.bool_]) -> DocumentState:
    """Have the matte solved there: unknown, but for what is painted as subject or background.

    Args:
        rect: where; what lies outside the image is left out.
        where: bool of the rectangle's size.
    """
    inside = rect.intersected(Rect.whole(state.size))
    if inside.empty:
        return state
    meant = where[inside.moved(-rect.top, -rect.left).slices]
    painted = state.strokes.read(inside)
    said = (painted == STROKE_BACKGROUND) | (painted == STROKE_FOREGROUND)
    labels = np.where(meant & ~said, np.uint8(STROKE_UNKNOWN), painted)
    return _with_strokes(state, state.strokes.written(inside[:2], labels))


def restore(state: DocumentState, rect: Rect, where: NDArray[np.bool_]) -> DocumentState:
    """Take strokes away and have the matte of before any stroke there again, at once.

    Where no such matte is kept, since the mask, the trimap or the method has changed meanwhile, it
    is solved again instead. So are the surroundings of what was taken away, in any case.

    Args:
        rect: where; what lies outside the image is left out.
        where: bool of the rectangle's size.
    """
    labels = np.where(where, np.uint8(ERASE), np.uint8(0))
    bare = paint(state, rect, labels)
    if bare is state or bare.alpha is None or bare.automatic is None:
        return bare
    inside = rect.intersected(Rect.whole(state.size))
    meant = where[inside.moved(-rect.top, -rect.left).slices]
    back = np.where(meant, bare.automatic.read(inside), bare.alpha.read(inside))
    plane = bare.alpha.written(inside[:2], back)
    if plane is bare.alpha:
        return bare
    return replace(bare, alpha=plane, foreground_stale=_more(bare, inside))


def marked(strokes: Plane, rect: Rect, where: NDArray[np.bool_], label: int) -> Plane:
    """Strokes with `label` (STROKE_* or ERASE) in an area; tile by tile, for areas of any size.

    Args:
        strokes: those before.
        rect: inside the photograph.
        where: bool of the rectangle's size.
    """
    painted = np.uint8(0 if label == ERASE else label)

    def change(part: Rect, pixels: NDArray[Any]) -> NDArray[Any]:
        return np.where(where[part.moved(-rect.top, -rect.left).slices], painted, pixels)

    return strokes.mapped(rect, change)


def set_strokes(state: DocumentState, strokes: Plane) -> DocumentState:
    """The document with other strokes, H×W uint8 of STROKE_*."""
    return _with_strokes(state, strokes)


def clear_strokes(state: DocumentState) -> DocumentState:
    """Take all strokes away."""
    return _with_strokes(state, state.strokes.written((0, 0), np.zeros(state.size, np.uint8)))


def set_mask(state: DocumentState, mask: Alpha | None) -> DocumentState:
    """The document with another coarse mask, H×W float32 in [0, 1], or with none."""
    if mask is not None:
        check_alpha(mask, state.size)
    plane = _replaced(state.mask, mask)
    return state if plane is state.mask else replace(state, mask=plane, automatic=None)


def set_trimap(state: DocumentState, trimap: Trimap | None) -> DocumentState:
    """The document with another base trimap, H×W uint8 without strokes, or with none."""
    if trimap is not None:
        check_trimap(trimap, state.size)
    plane = _replaced(state.trimap, trimap)
    if plane is state.trimap:
        return state
    whole = Rect.whole(state.size)
    return replace(state, trimap=plane, alpha_stale=whole, aside_stale=whole, automatic=None)


def set_alpha(state: DocumentState, alpha: Alpha, *, rect: Rect | None = None) -> DocumentState:
    """The document with a solved matte, of everything or of `rect` alone.

    The matte counts as current again where it is new, if that covers all that was stale.

    Raises:
        BugError: for a matte of another size or dtype, or a part of one that isn't there.
    """
    place = Rect.whole(state.size) if rect is None else rect
    check_alpha(alpha, (place.height, place.width))
    if rect is None:
        plane = _replaced(state.alpha, alpha)
    elif state.alpha is not None:
        plane = state.alpha.written(rect[:2], alpha)
    else:
        raise BugError("there is no matte yet of which a part could be replaced")
    stale = _left(state.alpha_stale, place)
    if plane is state.alpha and stale == state.alpha_stale:
        return state
    colours = state.foreground_stale if plane is state.alpha else _more(state, place)
    return replace(state, alpha=plane, alpha_stale=stale, foreground_stale=colours)


def set_foreground(
    state: DocumentState, foreground: Pixels, *, rect: Rect | None = None
) -> DocumentState:
    """The document with estimated colours, of everything or of `rect` alone.

    Tiles that equal the photograph's share its memory.
    """
    place = Rect.whole(state.size) if rect is None else rect
    if foreground.shape != (place.height, place.width, 3):
        raise BugError(f"foreground must be {place.height}×{place.width}×3, not {foreground.shape}")
    pixels = Plane.viewing(state.image.pixels)
    if rect is None:
        plane = Plane.from_array(foreground, sharing=pixels)
    else:
        plane = (state.foreground or pixels).written(rect[:2], foreground)
    return replace(state, foreground=plane, foreground_stale=_left(state.foreground_stale, place))


def set_enhancement(state: DocumentState, enhancement: Enhancement | None) -> DocumentState:
    """The document with its photograph enhanced otherwise, or not at all; drawn by a job later."""
    if enhancement is state.enhancement:
        return state
    return replace(state, enhancement=enhancement, enhanced=None, amount=None)


def set_enhanced(state: DocumentState, pixels: Pixels, amount: Amount) -> DocumentState:
    """The document with its enhancement drawn.

    Args:
        pixels: h×w×3 of the enhancement's rectangle, at the photograph's depth.
        amount: how much they differ from the photograph.

    Raises:
        BugError: if there is no enhancement.
    """
    if state.enhancement is None:
        raise BugError("there is no enhancement that could be drawn")
    base = state.enhanced or Plane.viewing(state.image.pixels)
    plane = base.written(state.enhancement.rect[:2], pixels)
    automatic = None if state.settings.enhance.matte else state.automatic
    return replace(state, enhanced=plane, amount=amount, automatic=automatic)


def _solver(settings: CutSettings) -> tuple[str, str]:
    """What the automatic matte depends on besides planes."""
    return settings.method, settings.refine


def _mattes_swapped(state: DocumentState) -> DocumentState:
    """The matte aside in use; the one in use stands in while there is no other."""
    if state.alpha is None:
        return state
    used = state.alpha_aside or state.alpha
    stale = state.alpha_stale if state.alpha_aside is None else state.aside_stale
    changed = used.roughly_changed_rect(state.alpha)
    return replace(
        state,
        alpha=used,
        alpha_stale=stale,
        alpha_aside=state.alpha,
        aside_stale=state.alpha_stale,
        foreground_stale=state.foreground_stale if changed.empty else _more(state, changed),
    )


def _check_labels(labels: Strokes, rect: Rect) -> None:
    if labels.shape != (rect.height, rect.width) or labels.dtype != np.uint8:
        raise BugError(f"labels are {labels.dtype} {labels.shape}, not uint8 of {rect}")
    if ((labels > STROKE_FOREGROUND) & (labels != ERASE)).any():
        raise BugError("labels hold a value that is no stroke")


def _with_strokes(state: DocumentState, strokes: Plane) -> DocumentState:
    if strokes is state.strokes:
        return state
    changed = strokes.changed_rect(state.strokes)
    alpha, aside = (
        changed.united(stale) if stale else changed
        for stale in (state.alpha_stale, state.aside_stale)
    )
    automatic = _untouched(state) if state.automatic is None else state.automatic
    return replace(
        state, strokes=strokes, alpha_stale=alpha, aside_stale=aside, automatic=automatic
    )


def _untouched(state: DocumentState) -> Plane | None:
    """The matte, if it is solved and nothing has been painted."""
    if state.alpha is None or state.alpha_stale is not None:
        return None
    blank = Plane.full(state.size, 0, np.uint8)
    return state.alpha if state.strokes.changed_rect(blank).empty else None


def _replaced(old: Plane | None, array: NDArray[Any] | None) -> Plane | None:
    """The plane for `array`: the old one if it has the same values."""
    if array is None:
        return None
    return Plane.from_array(array) if old is None else old.written((0, 0), array)


def _left(stale: Rect | None, renewed: Rect) -> Rect | None:
    """What is still stale after `renewed` has become current."""
    if stale is None or renewed.united(stale) == renewed:
        return None
    return stale


def _more(state: DocumentState, place: Rect) -> Rect:
    stale = state.foreground_stale
    return place if stale is None else place.united(stale)
