"""One picture on the canvas, or two of the same place beside each other; in device pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QRegion

CompareMode = Literal["off", "wipe", "side"]
GAP = 4
"""Device pixels between two panes."""


@dataclass(frozen=True)
class Panes:
    """Where the panes lie in the widget; the last one shows the view that is chosen.

    Attributes:
        width, height: of the widget, in device pixels.
        count: 1 or 2.
    """

    width: int = 1
    height: int = 1
    count: int = 1

    @property
    def size(self) -> QSize:
        """Of each pane."""
        return QSize(max(1, (self.width - GAP * (self.count - 1)) // self.count), self.height)

    @property
    def offsets(self) -> tuple[int, ...]:
        """The first column of each pane."""
        return (0,) if self.count == 1 else (0, self.width - self.size.width())

    @property
    def rects(self) -> tuple[QRect, ...]:
        """The panes in the widget."""
        size = self.size
        return tuple(QRect(x, 0, size.width(), size.height()) for x in self.offsets)

    def at(self, x: float) -> int:
        """The pane that a column of the widget lies in, or is nearest to."""
        return 0 if self.count == 1 or x < self.width / 2 else 1

    def spread(self, region: QRegion) -> QRegion:
        """What a region of a pane is on the widget: the same in every pane."""
        if self.count == 1 or region.isEmpty():
            return region
        spread = QRegion()
        for rect in self.rects:
            spread += region.translated(rect.left(), 0) & rect
        return spread
