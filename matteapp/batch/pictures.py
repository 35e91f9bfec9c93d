"""Pictures of a batch's photographs and results, read aside when they are seen."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from engine.batch.items import Item
from engine.batch.preview import make_preview, preview_path
from engine.imaging.types import to_float
from engine.jobs.context import JobContext
from engine.jobs.worker import Done, Failed, JobEvent, Worker
from matteapp.clipboard import picture_from
from matteapp.thumbnails import SIDE, FileThumbnail

Size = Literal["small", "large"]
KEPT = {"small": 400, "large": 12}
"""How many pictures of each size are kept in memory."""
MOST_WAITING = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """A picture of a photograph, or of its result once it has one.

    Attributes:
        source: the photograph.
        size: for the grid, or to look at.
        preview: the result's preview, or None for the photograph itself.
        outputs: what a preview is made from, if it is not there.
        version: another one for another result.
    """

    source: Path
    size: Size
    preview: Path | None = None
    outputs: tuple[tuple[str, Path], ...] = ()
    version: object = None

    def __call__(self, ctx: JobContext) -> QImage:
        if self.preview is None:
            return FileThumbnail(self.source)(ctx) if self.size == "small" else _whole(self.source)
        if not self.preview.is_file():
            make_preview(self.preview, self.source, dict(self.outputs))
        return _whole(self.preview, longest=SIDE if self.size == "small" else None)


def wanted(item: Item, size: Size, *, previews: Path, out: Path | None) -> Wanted:
    """The picture that shows how far a photograph is."""
    if not item.has_result or out is None:
        return Wanted(item.source, size)
    outputs = tuple(item.outputs.items())
    version = (item.stamp, item.made_by, item.by_hand)
    return Wanted(item.source, size, preview_path(previews, item.source, out), outputs, version)


class Pictures(QObject):
    """Has pictures, or gets them: what is asked for last comes first.

    Signals:
        arrived(Wanted): its picture is here now.
    """

    arrived = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: dict[Size, OrderedDict[Wanted, QImage]] = {
            "small": OrderedDict(),
            "large": OrderedDict(),
        }
        self._waiting: OrderedDict[Wanted, None] = OrderedDict()
        self._reading: Wanted | None = None
        self._open = True
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._worker = Worker("batch pictures", on_event=self._post)

    def find(self, of: Wanted) -> QImage | None:
        """The picture, or None; then it is on its way."""
        kept = self._kept[of.size]
        if of in kept:
            kept.move_to_end(of)
            return kept[of]
        if of != self._reading:
            self._waiting[of] = None
            self._waiting.move_to_end(of)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._read_next()
        return None

    def close(self) -> None:
        """Read no more."""
        self._open = False
        self._worker.close(timeout=5.0)

    def _read_next(self) -> None:
        if self._reading is None and self._waiting and self._open:
            self._reading, _ = self._waiting.popitem(last=True)
            self._worker.submit(self._reading, title=self._reading.source.name)

    def _post(self, event: JobEvent) -> None:
        """Called on the worker's thread."""
        if self._open:
            self._posted.emit(event)

    def _deliver(self, event: JobEvent) -> None:
        if not isinstance(event, Done | Failed) or self._reading is None or not self._open:
            return
        done, self._reading = self._reading, None
        if isinstance(event, Failed):
            _log.info("no picture of %s: %s", done.source, event.error)
        # One that cannot be shown is not asked for again and again.
        self._keep(done, event.result if isinstance(event, Done) else QImage())
        self._read_next()

    def _keep(self, of: Wanted, picture: QImage) -> None:
        kept = self._kept[of.size]
        kept[of] = picture
        if len(kept) > KEPT[of.size]:
            kept.popitem(last=False)
        self.arrived.emit(of)


def _whole(path: Path, *, longest: int | None = None) -> QImage:
    """A file as RGBA, no larger than a preview."""
    from engine.batch.preview import LONGEST
    from engine.imaging.geometry import resize
    from engine.imaging.read import read_image

    image = read_image(path)
    height, width = image.size
    scale = min(1.0, (longest or LONGEST) / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    colours = np.rint(to_float(resize(image.pixels, size)) * 255).astype(np.uint8)
    alpha = np.ones(size, np.float32) if image.alpha is None else resize(image.alpha, size)
    return picture_from(np.dstack([colours, np.rint(alpha * 255).astype(np.uint8)]))
