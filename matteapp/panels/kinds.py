"""What kinds of values a panel can show, as plain descriptions that a table is written with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Number:
    """A number on a slider.

    Attributes:
        low, high: ends of the slider, in the unit shown.
        step: one step of slider and arrow keys.
        unit: shown after the number.
        scale: shown = stored × scale (100 for a share shown in per cent).
        decimals: digits after the point.
        whole: the stored value is an int.
        automatic: the stored value may be None, which means "as the photograph asks for".
    """

    low: float
    high: float
    step: float = 1.0
    unit: str = ""
    scale: float = 1.0
    decimals: int = 0
    whole: bool = False
    automatic: bool = False


@dataclass(frozen=True)
class Switch:
    """On or off."""


Options = tuple[tuple[str, str, str], ...]
"""Value, title and tip each."""


@dataclass(frozen=True)
class OneOf:
    """One of some named values: (value, title, tip) each."""

    options: Options


@dataclass(frozen=True)
class Colour:
    """An RGB triple in [0, 1]."""


@dataclass(frozen=True)
class File:
    """The path of a picture, or empty."""


@dataclass(frozen=True)
class FieldSpec:
    """One row of a panel.

    Attributes:
        path: where the value is in `CutSettings`, such as "edge.smooth".
        title: what people read.
        kind: which control it gets.
        tip: what it does, in a sentence.
        shown_for: other values of the same panel that make the row visible: name to values.
    """

    path: str
    title: str
    kind: Number | Switch | OneOf | Colour | File
    tip: str
    shown_for: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]
