"""Whose box is drawn: the subject's, or that of the head to be enhanced."""

from __future__ import annotations

from PySide6.QtCore import QObject

from engine.imaging.types import Rect
from matteapp.commands import Commands
from matteapp.enhancing import Enhancing
from matteapp.guidance_edits import GuidanceEdits
from matteapp.language import _
from matteapp.main_window import MainWindow
from matteapp.tools.table import BRUSHES


class Boxes(QObject):
    """Takes the box tool for an enhancement, and gives each box to who wants it."""

    def __init__(
        self, window: MainWindow, commands: Commands, guidance: GuidanceEdits, enhancing: Enhancing
    ) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._guidance = guidance
        self._enhancing = enhancing
        enhancing.box_wanted.connect(self._on_wanted)
        window.canvas.easel.box_drawn.connect(self._on_drawn)
        window.canvas.tool_changed.connect(self._on_tool_changed)

    def _on_wanted(self, wanted: bool) -> None:
        if wanted:
            self._commands.take_tool("box")
            self._window.bar.say(_("Drag a box around head and hair."))

    def _on_tool_changed(self, name: str) -> None:
        if name != "box":
            self._enhancing.want_box(False)

    def _on_drawn(self, rect: Rect) -> None:
        if self._enhancing.wants_box:
            self._enhancing.take_box(rect)
        else:
            self._guidance.draw_box(rect)
        self._commands.take_tool(BRUSHES[0])
