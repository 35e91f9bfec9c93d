"""Small pictures of documents and files, made on a thread of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

from engine.document.project_file import SUFFIX, read_thumbnail, thumbnail
from engine.document.state import DocumentState, SourceLink, new_document
from engine.jobs.context import JobContext
from engine.jobs.worker import TERMINAL, Done, Failed, JobEvent, Worker

SIDE = 256
"""Pixels of the longer side, at most."""
_BEHIND = QColor(128, 128, 128)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileThumbnail:
    """A small picture of a photograph or a project, without opening it."""

    path: Path

    def __call__(self, ctx: JobContext) -> QImage:
        if self.path.suffix.lower() == SUFFIX:
            return _on_grey(QImage.fromData(read_thumbnail(self.path)))
        picture = _by_qt(self.path)
        return picture if not picture.isNull() else self._by_engine()

    def _by_engine(self) -> QImage:
        """What Qt doesn't know, such as EXR, has to be read as a whole."""
        from engine.imaging.read import read_image

        link = SourceLink(None, "", embedded=False)
        return _picture(new_document(read_image(self.path), link))


@dataclass(frozen=True, eq=False)
class StateThumbnail:
    """A small picture of a document as it is: cut out once there is a matte."""

    state: DocumentState

    def __call__(self, ctx: JobContext) -> QImage:
        return _picture(self.state)


class Thumbnails(QObject):
    """Makes small pictures one after the other.

    Signals:
        made(object, QImage): what was asked for, and its picture.
    """

    made = Signal(object, object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked: dict[int, object] = {}
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._worker = Worker("thumbnails", on_event=self._post)
        self._open = True

    def ask(self, of: object, request: Callable[[JobContext], QImage]) -> None:
        """Ask for a picture; a newer request for the same thing takes the older one's place."""
        self._asked[self._worker.submit(request, lane=str(id(of)))] = of

    def close(self) -> None:
        """Make no more."""
        self._open = False
        self._worker.close(timeout=5.0)

    def _post(self, event: JobEvent) -> None:
        if self._open:
            self._arrived.emit(event)

    def _deliver(self, event: JobEvent) -> None:
        if not isinstance(event, TERMINAL):
            return
        of = self._asked.pop(event.job.id, None)
        if isinstance(event, Failed):
            # The file says what is wrong with it when it is opened.
            _log.info("no thumbnail of %s: %s", of, event.error)
        elif isinstance(event, Done) and self._open:
            self.made.emit(of, event.result)


def _by_qt(path: Path) -> QImage:
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid():
        # JPEG is decoded at a fraction of its size then.
        reader.setScaledSize(size.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio))
    return _small(reader.read())


def _small(picture: QImage) -> QImage:
    if picture.isNull() or max(picture.width(), picture.height()) <= SIDE:
        return picture
    return picture.scaled(
        QSize(SIDE, SIDE),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _picture(state: DocumentState) -> QImage:
    samples = thumbnail(state)
    height, width = samples.shape[:2]
    form = QImage.Format.Format_ARGB32  # BGRA in memory, on every machine that Qt 6 runs on
    return _on_grey(QImage(samples.tobytes(), width, height, 4 * width, form))


def _on_grey(picture: QImage) -> QImage:
    """A copy on neutral grey, so that one sees what is cut out."""
    made = QImage(picture.size(), QImage.Format.Format_RGB32)
    if made.isNull():
        return made
    made.fill(_BEHIND)
    painter = QPainter(made)
    painter.drawImage(0, 0, picture)
    painter.end()
    return made
