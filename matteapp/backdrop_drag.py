"""Dragging the picture behind the subject: the hand tool with Shift."""

from __future__ import annotations

from matteapp.errors_ui import MessageBar
from matteapp.gesture import SettingEdits
from matteapp.language import _
from matteapp.session import Session

_PATH, _TITLE = "background.offset", "Background: move"
_FURTHEST = 1.0
"""In shares of the frame's sides; as far as the panel's sliders go."""


class BackdropDrag:
    """Turns drags into the background's offset, one step of the history each."""

    def __init__(self, session: Session, edits: SettingEdits, bar: MessageBar) -> None:
        self._session = session
        self._edits = edits
        self._bar = bar
        self._from: tuple[float, float] | None = None

    def move(self, rows: float, cols: float, ends: bool) -> None:
        """Move by pixels of the photograph since the drag began."""
        state = self._session.state
        if state is None:
            return
        if state.settings.background.kind != "image":
            self._bar.say(_("There is no picture behind the subject to be moved."))
            return
        if self._from is None:
            self._from = state.settings.background.offset
        moved = rows / state.size[0], cols / state.size[1]
        offset = tuple(
            min(max(start + by, -_FURTHEST), _FURTHEST)
            for start, by in zip(self._from, moved, strict=True)
        )
        self._edits.edit(_PATH, offset, ends, title=_(_TITLE))
        if ends:
            self._from = None
