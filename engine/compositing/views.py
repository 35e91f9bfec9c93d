"""The views of a document: their names, colours and captions (numpy only; drawn elsewhere)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from numpy.typing import NDArray

from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Image,
    Rect,
    Trimap,
)
from engine.settings import CutSettings

Rgb8: TypeAlias = tuple[int, int, int]


class ViewedPlane(Protocol):
    """What a view needs of a plane; `engine.document.planes.Plane` is one."""

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def tiles(self) -> tuple[NDArray[Any], ...]:
        """Row by row, squares of `tile_side` pixels; the same object while its pixels are."""

    @property
    def tile_side(self) -> int: ...
    def read(self, rect: Rect | None = None) -> NDArray[Any]: ...


@runtime_checkable
class ReadAtLevels(Protocol):
    """A plane that knows itself what it looks like small."""

    def at_level(self, rect: Rect, level: int) -> NDArray[Any]:
        """A rectangle, in pixels of a level that halves the size `level` times."""


class ViewedDocument(Protocol):
    """What a view needs of a document; `engine.document.state.DocumentState` is one.

    Its alpha is drawn as it is: to see what the edge tools do, hand in what they made of it.
    """

    @property
    def image(self) -> Image: ...
    @property
    def strokes(self) -> ViewedPlane: ...
    @property
    def mask(self) -> ViewedPlane | None: ...
    @property
    def trimap(self) -> ViewedPlane | None: ...
    @property
    def alpha(self) -> ViewedPlane | None: ...
    @property
    def foreground(self) -> ViewedPlane | None: ...
    @property
    def enhanced(self) -> ViewedPlane | None: ...
    @property
    def settings(self) -> CutSettings: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def effective_trimap(self, rect: Rect | None = None) -> Trimap: ...


PALETTES: dict[str, dict[int, Rgb8]] = {
    "standard": {
        STROKE_FOREGROUND: (40, 190, 80),
        STROKE_BACKGROUND: (225, 50, 50),
        STROKE_UNKNOWN: (60, 120, 255),
    },
    "colour_safe": {
        STROKE_FOREGROUND: (0, 158, 115),
        STROKE_BACKGROUND: (213, 94, 0),
        STROKE_UNKNOWN: (86, 60, 200),
    },
}
"""Colours of keep, cut and unknown, sRGB 0–255; the second for who can't tell red from green.

Source of the second's keep and cut: Okabe and Ito, "Color Universal Design" (2008).
"""

STROKE_STRENGTH = 0.65
"""Share of a stroke's colour over the photograph."""


@dataclass(frozen=True)
class Strength:
    """How strong a view's own colour is over the photograph.

    Attributes:
        default: 0 to 1, until people choose another.
        title: what its slider is called.
        tip: what it does, in a sentence.
    """

    default: float
    title: str
    tip: str


@dataclass(frozen=True)
class ViewSpec:
    """A row of the table of views.

    Attributes:
        title: its name for people.
        key: its key.
        icon: its icon's name (Phosphor).
        planes: the parts of the document that it is made of; only when one of them changes does
            the view.
        caption: what it has to say about a document, "" if it shows just what its title says.
        before: the view that it is compared with across a line, empty if with none.
        strength: of its colour, None if there is nothing to choose.
        outline: the shape (see `SHAPES`) whose outline runs over it, empty if none.
    """

    title: str
    key: str
    icon: str
    planes: frozenset[str]
    caption: Callable[[ViewedDocument, Image | None], str]
    before: str = ""
    strength: Strength | None = None
    outline: str = ""


_NO_MASK = "no mask yet: only the strokes"
_NO_TRIMAP = "no trimap yet: only the strokes"
_MASK = "no matte yet: the guidance mask stands in"
_NOTHING = "no matte yet: everything counts as subject"
_OWN_COLOURS = "not decontaminated yet: the photograph's own colours"
_NOT_ENHANCED = "not enhanced yet: the photograph (see the Enhance panel)"
CHANGE_SHOWN = 8.0
"""Grey levels of 255 from which a change shows at its brightest."""
_SCALE = f"brightest where {CHANGE_SHOWN:.0f} or more of 255 grey levels change"
_NO_BACKDROP = "the background image is not loaded: shown as transparent"


def _quiet(state: ViewedDocument, backdrop: Image | None) -> str:
    return ""


def _about_mask(state: ViewedDocument, backdrop: Image | None) -> str:
    return "" if state.mask is not None else _NO_MASK


def _about_trimap(state: ViewedDocument, backdrop: Image | None) -> str:
    return "" if state.trimap is not None else _NO_TRIMAP


def _about_matte(state: ViewedDocument, backdrop: Image | None) -> str:
    if state.alpha is not None:
        return ""
    return _NOTHING if state.mask is None else _MASK


def _about_colours(state: ViewedDocument, backdrop: Image | None) -> str:
    return "" if state.foreground is not None else _OWN_COLOURS


def _about_result(state: ViewedDocument, backdrop: Image | None) -> str:
    matte = _about_matte(state, backdrop)
    return matte or _about_colours(state, backdrop)


def _about_composite(state: ViewedDocument, backdrop: Image | None) -> str:
    missing = state.settings.background.kind == "image" and backdrop is None
    return _about_result(state, backdrop) or (_NO_BACKDROP if missing else "")


def _about_enhanced(state: ViewedDocument, backdrop: Image | None) -> str:
    return "" if state.enhanced is not None else _NOT_ENHANCED


def _about_change(state: ViewedDocument, backdrop: Image | None) -> str:
    return _SCALE if state.enhanced is not None else _NOT_ENHANCED


def _opacity(default: float, what: str) -> Strength:
    return Strength(default, "Opacity", f"How much of the photograph {what} covers.")


_TRANSPARENCY = Strength(0.5, "Transparency", "How far the photograph fades around the subject.")
_MATTE = frozenset({"alpha", "mask"})
_RESULT = frozenset({"alpha", "mask", "image", "foreground"})

VIEWS: dict[str, ViewSpec] = {
    "input": ViewSpec("Input", "F2", "image", frozenset({"image"}), _quiet),
    "guidance": ViewSpec(
        "Guidance", "F3", "person-simple", frozenset({"image", "mask", "strokes"}), _about_mask
    ),
    "trimap": ViewSpec(
        "Trimap",
        "F4",
        "selection-all",
        frozenset({"image", "trimap", "strokes"}),
        _about_trimap,
        strength=_opacity(0.5, "the trimap's colour"),
    ),
    "alpha": ViewSpec("Alpha", "F5", "circle-half", _MATTE, _about_matte),
    "foreground": ViewSpec(
        "Foreground", "F6", "user", frozenset({"image", "foreground"}), _about_colours
    ),
    "composite": ViewSpec(
        "Composite", "F7", "stack", _RESULT | {"background", "backdrop"}, _about_composite
    ),
    "layers": ViewSpec("On layers", "Y", "squares-four", _RESULT, _about_result),
    "onion": ViewSpec(
        "Onion skin",
        "O",
        "stack-simple",
        _MATTE | {"image"},
        _about_matte,
        strength=_TRANSPARENCY,
    ),
    "ants": ViewSpec(
        "Marching ants", "M", "selection", frozenset({"image"}), _about_matte, outline="matte"
    ),
    "overlay": ViewSpec(
        "Overlay",
        "V",
        "selection-inverse",
        _MATTE | {"image"},
        _about_matte,
        strength=_opacity(0.6, "the overlay's colour"),
    ),
    "on_black": ViewSpec(
        "On black", "A", "square", _RESULT, _about_result, strength=_opacity(1.0, "black")
    ),
    "on_white": ViewSpec(
        "On white", "T", "square", _RESULT, _about_result, strength=_opacity(1.0, "white")
    ),
    "on_grey": ViewSpec(
        "On grey", "Shift+F6", "square", _RESULT, _about_result, strength=_opacity(1.0, "grey")
    ),
    "enhanced": ViewSpec(
        "Enhanced", "F8", "sparkle", frozenset({"image", "enhanced"}), _about_enhanced, "input"
    ),
    "change": ViewSpec(
        "Change map", "Shift+F8", "thermometer", frozenset({"image", "enhanced"}), _about_change
    ),
}
"""Every view by its name. What stands in for something else is said in the caption."""

SHAPES: dict[str, frozenset[str]] = {
    "matte": _MATTE,
    "unknown": frozenset({"trimap", "strokes"}),
}
"""What can be outlined on any view, and the parts of the document that it is made of."""


def planes_of(name: str) -> frozenset[str]:
    """The parts of the document that a view or a shape is made of."""
    return SHAPES[name] if name in SHAPES else VIEWS[name].planes


def caption(view: str, state: ViewedDocument, backdrop: Image | None = None) -> str:
    """What a view of this document has to say besides its title, or ""."""
    return VIEWS[view].caption(state, backdrop)
