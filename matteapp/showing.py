"""Keeps the window true to the document that is shown and to its history."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.imaging.types import Rect
from matteapp.backdrop import Backdrop
from matteapp.canvas.readout import read_out
from matteapp.files import Files
from matteapp.guidance_edits import is_painted
from matteapp.live import Live
from matteapp.looks import Looks
from matteapp.main_window import MainWindow
from matteapp.session import Change, Session
from matteapp.text_size import grow


class Showing(QObject):
    """Shows on canvas, panels, film and status line what the session holds.

    Signals:
        opened(object): another photograph is shown in its state, or None.

    Args:
        live: was connected with the session before, and so hears of every change first.
        files: knows the document's name, and whether its photograph is kept inside.
        looks: how each document was looked at.
        backdrop: the picture behind the subject.
    """

    opened = Signal(object)

    def __init__(
        self,
        session: Session,
        live: Live,
        window: MainWindow,
        files: Files,
        *,
        looks: Looks,
        backdrop: Backdrop,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._live = live
        self._window = window
        self._files = files
        self._looks = looks
        self._backdrop = backdrop
        session.changed.connect(self._on_changed)
        session.history_changed.connect(self._on_history_changed)
        session.dirty_changed.connect(window.setWindowModified)
        session.leaving.connect(looks.keep)
        session.documents_changed.connect(self._show_documents)
        session.work_changed.connect(self._show_documents)
        live.shown_changed.connect(self._show_on_canvas)
        window.canvas.cursor_moved.connect(self._on_cursor_moved)

    def _on_changed(self, change: Change) -> None:
        state = change.after
        opened = change.before is None or state is None or change.before.image is not state.image
        if opened:
            self._show_document()
        self._show_on_canvas()
        if opened:
            self._looks.take_up(self._session.document)
            self._window.top.show_zoom(self._window.canvas.scale)
        self._show_panels()
        self._backdrop.follow(None if state is None else state.settings.background)

    def _show_document(self) -> None:
        state = self._session.state
        self._window.show_document(self._files.name, open_now=state is not None)
        self._window.status.show_image(None if state is None else state.image)
        self._window.actions_by_name["file.embed"].setChecked(self._files.saving.embed)
        self.opened.emit(state)

    def _show_on_canvas(self) -> None:
        self._window.canvas.show_state(self._live.displayed())

    def _show_panels(self) -> None:
        state = self._session.state
        painted = state is not None and is_painted(state.strokes)
        self._window.panels.show_state(state, has_strokes=painted)
        box = None if state is None else state.settings.guidance.box
        head = None if state is None else state.settings.enhance.box
        hairy = state is not None and state.settings.trimap.hair
        self._window.actions_by_name["run.hair"].setChecked(hairy)
        self._window.canvas.show_box(None if box is None else Rect(*box))
        self._window.canvas.show_box(None if head is None else Rect(*head), of="head")

    def _on_history_changed(self) -> None:
        history, actions = self._session.history, self._window.actions_by_name
        actions["edit.undo"].setEnabled(history.can_undo)
        actions["edit.redo"].setEnabled(history.can_redo)
        self._window.panels.history.show_steps(history.labels, history.index)
        self._window.panels.history.show_snapshots([kept.name for kept in history.snapshots])
        self._window.setWindowModified(self._session.dirty)

    def _show_documents(self) -> None:
        session = self._session
        self._window.film.show_documents(session.documents, session.document)
        grow(self._window.film)
        if session.document is not None:
            self._window.name_document(session.document.name)

    def _on_cursor_moved(self, place: tuple[float, float] | None) -> None:
        self._window.status.show_readout(read_out(self._live.displayed(), place))
