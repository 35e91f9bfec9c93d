"""The cut-out as a file in people's hands: dragged out of the window, or copied as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolButton

from engine.imaging.types import Metadata
from engine.jobs.context import JobContext, SubContext
from matteapp.bridge import Bridge
from matteapp.clipboard import picture_from
from matteapp.errors_ui import MessageBar
from matteapp.icons import framed, name_control
from matteapp.language import _
from matteapp.live import Live
from matteapp.requests import CopyRequest
from matteapp.session import Session

_LANE = "drag"
_HELD = QSize(128, 96)


@dataclass(frozen=True, eq=False)
class Held:
    """A cut-out that was written.

    Attributes:
        path: its PNG file.
        picture: a small picture of it.
    """

    path: Path
    picture: QImage


@dataclass(frozen=True, eq=False)
class WriteCutOut:
    """Write the cut-out as it is shown as a PNG with alpha."""

    copy: CopyRequest
    path: Path
    metadata: Metadata

    def __call__(self, ctx: JobContext) -> Held:
        from engine.imaging.types import to_float
        from engine.imaging.write import write_picture

        samples = self.copy(SubContext(ctx, 0.0, 0.5))
        step = -(-max(samples.shape[:2]) // _HELD.width())
        write_picture(
            self.path,
            samples[..., :3].copy(),
            alpha=to_float(samples[..., 3]),
            metadata=self.metadata,
        )
        return Held(self.path, picture_from(samples[::step, ::step]))


class DragHandle(QToolButton):
    """A button that one can drag away; a click, or Enter, copies instead.

    Signals:
        pulled(): it is being dragged.
    """

    pulled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pressed_at: QPoint | None = None
        name_control(
            self,
            icon_name="hand-grabbing",
            title=_("The cut-out as a file"),
            tip=_("Drag the cut-out from here into another program; click to copy it as a file."),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is None:
            return
        moved = (event.position().toPoint() - start).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)  # so that letting go is no click
            self.pulled.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        super().mouseReleaseEvent(event)


class Dragging:
    """Writes the cut-out into a folder of this window's own, and hands the file over."""

    def __init__(
        self,
        session: Session,
        live: Live,
        bridge: Bridge,
        handle: DragHandle,
        bar: MessageBar,
    ) -> None:
        self._session = session
        self._live = live
        self._bridge = bridge
        self._handle = handle
        self._bar = bar
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        handle.pulled.connect(lambda: self._write(self._drag))
        handle.clicked.connect(self.copy_file)

    def copy_file(self) -> None:
        """Put the cut-out on the clipboard as a file."""
        self._write(self._copy)

    def close(self) -> None:
        """Delete what was handed over: who took it has a copy."""
        if self._folder is not None:
            self._folder.cleanup()

    def _write(self, then: Callable[[Held], None]) -> None:
        state, document = self._live.displayed(), self._session.document
        if state is None or state.alpha is None or document is None:
            self._bar.say(_("There is nothing to take yet: the matte is still to come."))
            return
        copy = CopyRequest.of(state, state.alpha)
        path = self._place() / f"{Path(document.name).stem}-cut-out.png"
        self._bridge.start(
            WriteCutOut(copy, path, state.image.metadata),
            lane=_LANE,
            title=_("Writing the cut-out"),
            done=then,
        )

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="matte-drag-", ignore_cleanup_errors=True
            )
        return Path(self._folder.name)

    def _drag(self, held: Held) -> None:
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._bar.say(
                _("The cut-out is ready now. Drag it again, or copy it as a file."),
                action=_("Copy the file"),
                run=partial(self._copy, held),
            )
            return
        drag = QDrag(self._handle)
        drag.setMimeData(_as_file(held))
        drag.setPixmap(framed(held.picture, _HELD))
        drag.exec(Qt.DropAction.CopyAction)

    def _copy(self, held: Held) -> None:
        QGuiApplication.clipboard().setMimeData(_as_file(held))
        self._bar.say(_("{name} is on the clipboard as a file.").format(name=held.path.name))


def _as_file(held: Held) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(held.path))])
    return data
