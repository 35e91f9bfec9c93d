"""What data is made of before it becomes tensors: a subject, a background, a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError

Pixels8 = NDArray[np.uint8]
"""H×W×3 uint8, RGB, sRGB-encoded."""
Split = Literal["train", "validation"]


@dataclass(frozen=True, eq=False)
class Subject:
    """A foreground with its exact matte.

    Attributes:
        foreground: H×W×3 uint8 straight colours, right wherever alpha > 0 and smooth elsewhere.
        alpha: H×W float32 in [0, 1].
        name: which subject it is, for logs.
        family: what kind of edge it has ("strands", "fur", "veil", "solid", …), for tables.
        detail: H×W bool where fine structure is, or None.
    """

    foreground: Pixels8
    alpha: NDArray[np.float32]
    name: str
    family: str = ""
    detail: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.foreground.shape != (*self.alpha.shape, 3) or self.foreground.dtype != np.uint8:
            raise BugError(f"{self.name}: foreground {self.foreground.shape}, {self.alpha.shape}")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.alpha.shape[0], self.alpha.shape[1]


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph with the matte of its subject; colours of the layers where they are known.

    Attributes:
        image: H×W×3 uint8.
        alpha: H×W float32 in [0, 1].
        name: which photograph it is; a file stem where it has one.
        family: as `Subject.family`.
        foreground: H×W×3 uint8, or None.
        background: H×W×3 uint8, or None.
        trimap: H×W uint8 (0, 128, 255) that came with it, or None.
        detail: H×W bool where fine structure is, or None.
    """

    image: Pixels8
    alpha: NDArray[np.float32]
    name: str
    family: str = ""
    foreground: Pixels8 | None = None
    background: Pixels8 | None = None
    trimap: NDArray[np.uint8] | None = None
    detail: NDArray[np.bool_] | None = None


class Subjects(Protocol):
    """A collection of subjects to compose over backgrounds."""

    def __len__(self) -> int: ...

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """Subject `index`; what is random about it comes from `rng` alone."""


class Backgrounds(Protocol):
    """A collection of pictures without a subject."""

    def __len__(self) -> int: ...

    def background(self, index: int, size: tuple[int, int], rng: np.random.Generator) -> Pixels8:
        """A piece of background `index` that fills `size` (height, width)."""


class Photographs(Protocol):
    """A collection of photographs with mattes, such as a benchmark."""

    def __len__(self) -> int: ...

    def photograph(self, index: int) -> Photograph: ...
