"""Which views the canvas shows: the one that was chosen, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from matteapp.canvas.panes import CompareMode


@dataclass
class Shown:
    """What people chose to see.

    Attributes:
        chosen: the view, see `engine.compositing.views.VIEWS`.
        peeked: the view that is shown instead for a while; empty for none.
        mode: how the view is compared.
        other: what it is compared with.
    """

    chosen: str
    peeked: str = ""
    mode: CompareMode = "off"
    other: str = "input"

    @property
    def view(self) -> str:
        """The view in sight."""
        return self.peeked or self.chosen

    @property
    def panes(self) -> tuple[str, ...]:
        """The view of each pane."""
        return (self.other, self.view) if self.mode == "side" else (self.view,)

    @property
    def compared(self) -> str | None:
        """The view beside it or across the line; empty for none, None for the view's own."""
        if self.mode == "side":
            return self.other
        if self.peeked:
            return ""
        return self.other if self.mode == "wipe" and self.other != self.view else None
