"""Turns what people do with the panels' controls into edits; a drag is one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.document import edits
from engine.document.state import DocumentState
from engine.setting_paths import with_value
from matteapp.documents import Document
from matteapp.panels.setting_panel import DEFAULTS
from matteapp.session import Session

_PARTS = {"matte": ("method", "refine")}
"""What a panel edits, where that isn't the part of the settings that it is named after."""


class SettingEdits:
    """Sets settings of the document; while a control is dragged, one step is amended."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._dragged: tuple[str, Document | None, int] | None = None

    def edit(self, path: str, value: Any, ends: bool, *, title: str) -> None:
        """Set a value.

        Args:
            path: such as "edge.smooth".
            value: its new value.
            ends: False while the control is still being dragged.
            title: what the step is called.
        """
        if self._session.state is None:
            return

        def change(state: DocumentState) -> DocumentState:
            return edits.set_settings(state, with_value(state.settings, path, value))

        if self._dragged == (path, *self._place()):
            self._session.amend(change)
        elif not self._step(change, title):
            return
        self._dragged = None if ends else (path, *self._place())

    def _place(self) -> tuple[Document | None, int]:
        """Where in the work a gesture is: it is over when another document or step is shown."""
        return self._session.document, self._session.history.index

    def _step(self, change: Callable[[DocumentState], DocumentState], title: str) -> bool:
        """Whether the change was one, so that a step was made of it."""
        before = self._session.state
        self._session.apply(change, label=title)
        return self._session.state is not before

    def reset(self, part: str, *, title: str) -> None:
        """Set everything of a panel ("edge", "matte") back to its default."""
        if self._session.state is None:
            return
        defaults = {name: getattr(DEFAULTS, name) for name in _PARTS.get(part, (part,))}
        self._session.apply(
            lambda state: edits.set_settings(state, replace(state.settings, **defaults)),
            label=title,
        )
