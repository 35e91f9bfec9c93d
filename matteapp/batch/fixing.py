"""Single photographs of a batch in the canvas: opened with its settings, and put back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from engine.batch.items import Item
from engine.document.edits import set_settings
from engine.document.state import DocumentState
from matteapp.batch.desk import BatchDesk
from matteapp.bridge import Bridge
from matteapp.errors_ui import MessageBar
from matteapp.files import Files
from matteapp.language import _
from matteapp.requests import Exported, ExportRequest
from matteapp.session import Change, Session


class Fixing(QObject):
    """Takes photographs out to the canvas and results back in."""

    def __init__(
        self, batch: BatchDesk, session: Session, bridge: Bridge, files: Files, bar: MessageBar
    ) -> None:
        super().__init__(batch)
        self._batch = batch
        self._session = session
        self._bridge = bridge
        self._files = files
        self._bar = bar
        self._expected: set[Path] = set()
        session.changed.connect(self._on_changed)

    @property
    def source(self) -> Path | None:
        """The photograph on the canvas, if it is one of the batch."""
        state, batch = self._session.state, self._batch.batch
        path = None if state is None else state.source.path
        if path is None or batch is None or batch.item(path) is None:
            return None
        return path

    def open(self, item: Item | None) -> None:
        """Show a photograph in the canvas, to be fixed by hand."""
        if item is None:
            return
        if not any(one.place == item.source for one in self._session.documents):
            self._expected.add(item.source)
        self._files.open_paths([item.source])

    def put_back(self) -> None:
        """Export the photograph on the canvas as its result in the batch."""
        state, source, batch = self._session.state, self.source, self._batch.batch
        item = None if source is None or batch is None else batch.item(source)
        if state is None or source is None or batch is None or item is None:
            return
        order = batch.order
        targets = order.targets(source, counter=item.number, size=state.size)
        request = ExportRequest(state, targets, order.delivery, compute=self._bridge.compute)
        self._bridge.start(
            request,
            title=_("Putting {name} into the batch").format(name=source.name),
            done=partial(self._on_written, source, targets),
        )

    def _on_written(self, source: Path, targets: dict[str, Path], written: Exported) -> None:
        self._batch.hand_in(source, targets)
        said = _("{name} is in the batch as it is here.").format(name=source.name)
        self._bar.say(" ".join((said, *written.doubts)))

    def _on_changed(self, change: Change) -> None:
        path = None if change.after is None else change.after.source.path
        if path in self._expected:
            self._expected.discard(path)
            # After all who hear of the photograph have heard of it.
            QTimer.singleShot(0, partial(self._dress, change.after))

    def _dress(self, opened: DocumentState | None) -> None:
        state = self._session.state
        if state is None or opened is None or state.image is not opened.image:
            return
        settings = replace(self._batch.order.settings, guidance=state.settings.guidance)
        self._session.apply(
            lambda now: set_settings(now, settings), label=_("Settings of the batch")
        )
