"""All of an open document at one moment, frozen; planes are shared between states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.document.enhancement import Amount, Enhancement
from engine.document.planes import Plane
from engine.errors import BugError
from engine.imaging.types import (
    BACKGROUND,
    FOREGROUND,
    UNKNOWN,
    Image,
    Rect,
    Trimap,
)
from engine.settings import CutSettings

PLANES = ("strokes", "mask", "trimap", "alpha", "alpha_aside", "foreground", "enhanced")
_DTYPES = {
    "strokes": np.uint8,
    "mask": np.float32,
    "trimap": np.uint8,
    "alpha": np.float32,
    "alpha_aside": np.float32,
    "automatic": np.float32,
}
# Indexed by stroke label; the first is never used, where there is no stroke the trimap shows.
TRIMAP_OF_STROKE = np.array([UNKNOWN, BACKGROUND, UNKNOWN, FOREGROUND], np.uint8)


@dataclass(frozen=True)
class SourceLink:
    """Where the photograph of a document comes from.

    Attributes:
        path: its file, or None for one that was pasted or came inside a project file.
        sha256: hash of the file's bytes in hexadecimal; empty if it never was a file.
        embedded: whether the project file carries the photograph itself.
        name: the file's name, for people and for its suffix.
        data: the file's bytes, if the document carries them.
    """

    path: Path | None
    sha256: str
    embedded: bool
    name: str = ""
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class DocumentState:
    """A photograph and everything that was made for it.

    Attributes:
        image: the photograph, upright, H×W.
        source: where it comes from.
        strokes: H×W uint8, STROKE_* labels.
        mask: coarse mask, H×W float32 in [0, 1], or None before there is one.
        trimap: trimap made from the mask, without the strokes, H×W uint8, or None.
        alpha: the solved matte before the edge tools, H×W float32 in [0, 1], or None.
        foreground: decontaminated colours, H×W×3 in the image's dtype, or None.
        settings: the user's choices.
        alpha_stale: where guidance has changed since the matte was solved, or None.
        foreground_stale: where the matte has changed since the colours were estimated, or None.
        enhancement: how the photograph was enhanced, or None.
        enhanced: the photograph with the enhancement at its strength, H×W×3 in the image's dtype,
            or None before it is drawn.
        amount: how much `enhanced` differs from the photograph, or None.
        alpha_aside: the matte that isn't in use: the photograph's own where `alpha` is the enhanced
            picture's, and the other way round; or None.
        aside_stale: `alpha_stale` of that one.
        automatic: the matte as it was before any stroke, from the mask, trimap and method that are
            still in use; or None. Not drawn and not saved.
    """

    image: Image
    source: SourceLink
    strokes: Plane
    mask: Plane | None = None
    trimap: Plane | None = None
    alpha: Plane | None = None
    foreground: Plane | None = None
    settings: CutSettings = field(default_factory=CutSettings)
    alpha_stale: Rect | None = None
    foreground_stale: Rect | None = None
    enhancement: Enhancement | None = None
    enhanced: Plane | None = None
    amount: Amount | None = None
    alpha_aside: Plane | None = None
    aside_stale: Rect | None = None
    automatic: Plane | None = None

    def __post_init__(self) -> None:
        for name, plane in self.planes():
            wanted = _DTYPES.get(name, self.image.pixels.dtype)
            if plane.size != self.size or plane.dtype != wanted:
                raise BugError(f"{name} is {plane.dtype} {plane.size}, not {wanted} {self.size}")

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.image.size

    @property
    def solved_on(self) -> Plane | None:
        """The enhanced picture if the matte is to be solved on it; None for the photograph."""
        return self.enhanced if self.settings.enhance.matte else None

    @property
    def coloured_by(self) -> Plane | None:
        """The enhanced picture if the subject has its colours; None for the photograph."""
        return self.enhanced if self.settings.enhance.colours else None

    def planes(self) -> Iterator[tuple[str, Plane]]:
        """Name and plane of all that exist."""
        for name in (*PLANES, "automatic"):
            plane = getattr(self, name)
            if plane is not None:
                yield name, plane

    def effective_trimap(self, rect: Rect | None = None) -> Trimap:
        """The trimap (of `rect`) with the user's strokes on top; unknown where there is neither."""
        strokes = self.strokes.read(rect)
        if self.trimap is None:
            unpainted: Trimap = TRIMAP_OF_STROKE[strokes]
            return unpainted
        base: Trimap = self.trimap.read(rect)
        if not strokes.any():
            return base
        return np.where(strokes == 0, base, TRIMAP_OF_STROKE[strokes])


def new_document(
    image: Image, source: SourceLink, *, settings: CutSettings | None = None
) -> DocumentState:
    """A document for `image` in which nothing has been done yet."""
    strokes = Plane.full(image.size, 0, np.uint8)
    return DocumentState(image, source, strokes, settings=settings or CutSettings())


def changed_rect(before: DocumentState, after: DocumentState) -> Rect | None:
    """Where two states of one document differ, or a bit more; None if it may be everywhere.

    A change of settings, and a plane that comes or goes, is a difference everywhere.
    """
    if before.image is not after.image or before.settings != after.settings:
        return None
    changed = Rect(0, 0, 0, 0)
    for name in PLANES:
        old, new = getattr(before, name), getattr(after, name)
        if old is new:
            continue
        if old is None or new is None:
            return None
        changed = changed.united(new.roughly_changed_rect(old))
    return changed
