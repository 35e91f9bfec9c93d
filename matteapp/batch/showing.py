"""What the page of a batch shows: pictures, progress, counts, and what is ordered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from engine.batch.batch import Batch
from engine.batch.items import ENDED, Item, ItemState
from engine.batch.order import Order
from matteapp.batch.page import BatchPage
from matteapp.batch.pictures import Pictures, Size, Wanted, wanted
from matteapp.batch.review import PHOTOGRAPH
from matteapp.language import _

_SHOWN_AGAIN = 100
"""Milliseconds between two drawings of progress."""


class BatchShow(QObject):
    """Draws a batch that others own.

    Args:
        page: where it is drawn.
        previews: where small pictures of results are kept.
    """

    def __init__(self, page: BatchPage, previews: Path) -> None:
        super().__init__(page)
        self._page = page
        self._previews = previews
        self._batch: Batch | None = None
        self.pictures = Pictures(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_SHOWN_AGAIN)
        self._later.timeout.connect(self._show_progress)
        self.pictures.arrived.connect(self._on_picture)
        page.find_pictures(lambda item: self.pictures.find(self._wanted(item, "small")))
        page.chosen.connect(self._on_chosen)
        page.review.ground_chosen.connect(lambda _: self._on_chosen(page.current))

    def show_all(self, batch: Batch | None, order: Order, *, settings: str, runs: bool) -> None:
        """Show how far a batch is, and what is ordered.

        Args:
            settings: whose settings these are, in words.
            runs: it is being worked off.
        """
        self._batch = batch
        placed = order if order.folder.parts else None
        self._page.form.show_order(placed, settings=settings)
        self._page.form.setEnabled(placed is not None and not runs)
        self._show_counts(Counter() if batch is None else batch.counts)

    def show_progress_soon(self) -> None:
        """Show how far those in hand are; often enough to be seen, and no more."""
        if not self._later.isActive():
            self._later.start()

    def close(self) -> None:
        """Read no more pictures."""
        self._batch = None
        self.pictures.close()

    def _show_counts(self, counts: Counter[ItemState]) -> None:
        total, finished = sum(counts.values()), sum(counts[state] for state in ENDED)
        words = [_("{at} of {of}").format(at=finished, of=total)]
        if not total:
            words = [_("Add photographs to begin.")]
        if counts["doubtful"]:
            words.append(_("{count} to look at twice").format(count=counts["doubtful"]))
        if counts["failed"]:
            words.append(_("{count} failed").format(count=counts["failed"]))
        self._page.show_counts("  ·  ".join(words), finished, total)

    def _show_progress(self) -> None:
        working = {} if self._batch is None else self._batch.working
        self._page.model.show_progress({path: share for path, (share, _) in working.items()})

    def _on_chosen(self, item: Item | None) -> None:
        picture: QImage | None = None if item is None else self.pictures.find(self._large(item))
        self._page.review.show_item(item, picture)

    def _on_picture(self, of: Wanted) -> None:
        self._page.model.redraw(of.source)
        item = self._page.current
        if item is not None and of == self._large(item):
            self._page.review.show_item(item, self.pictures.find(of))

    def _wanted(self, item: Item, size: Size) -> Wanted:
        out = None if self._batch is None else self._batch.order.folder
        return wanted(item, size, previews=self._previews, out=out)

    def _large(self, item: Item) -> Wanted:
        if self._page.review.ground == PHOTOGRAPH:
            return Wanted(item.source, "large")
        return self._wanted(item, "large")
