"""What a matting method may be told besides the photograph and its trimap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from engine.device import Compute
from engine.imaging.types import Alpha, Rect


class Readable(Protocol):
    """A plane of a document, or anything else that gives a rectangle of itself."""

    def read(self, rect: Rect) -> Alpha: ...


def part_of(plane: Alpha | Readable, rect: Rect) -> Alpha:
    """A rectangle of an array or a plane."""
    return plane[rect.slices] if isinstance(plane, np.ndarray) else plane.read(rect)


@dataclass(frozen=True, eq=False)
class Conditions:
    """Under which a method works.

    Attributes:
        mask: the coarse mask that the trimap was made from, H×W float32 in [0, 1]; None if the
            user drew the trimap. Networks look at it, the classical methods don't.
        compute: where networks run.
    """

    mask: Alpha | Readable | None = None
    compute: Compute = field(default_factory=Compute)
