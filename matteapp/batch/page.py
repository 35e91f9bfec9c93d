"""The page of a batch: what is ordered, the photographs in a grid, and one of them large."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
)

from engine.batch.items import Item
from matteapp.batch.model import FILTERS, ITEM, BatchModel, Filtered
from matteapp.batch.review import ReviewPane, worn
from matteapp.batch.setup import OrderForm
from matteapp.batch.tiles import TileDrawer
from matteapp.dialogs.page import Page, Sheet
from matteapp.language import _

_ADD = ("batch.add", "batch.folder", "batch.watch")
_RUN = ("batch.start", "batch.pause", "batch.cancel", "batch.retry")


class BatchPage(QFrame):
    """Shows a batch; holds none of it.

    Signals:
        chosen(object): this `Item` is looked at now, or None.
        opened(object): people want to fix this `Item` by hand.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("batchPage")
        self.setAccessibleName(_("Batch"))
        self._find: Callable[[Item], QImage | None] = lambda _: None
        self.model = BatchModel(self)
        self.filtered = Filtered(self.model, self)
        self.grid = QListView()
        self.review = ReviewPane(actions)
        self.form = OrderForm(actions)
        self.counts = QLabel()
        self.counts.setAccessibleName(_("How far the batch is"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Progress of the batch"))
        self.filter = QComboBox()
        self.buttons = {name: QPushButton() for name in (*_ADD, *_RUN)}
        for name, button in self.buttons.items():
            worn(button, actions[name], name)
        self.buttons["batch.start"].setProperty("loud", True)
        self._fill_grid()
        self._place()
        self._connect()

    def find_pictures(self, find: Callable[[Item], QImage | None]) -> None:
        """Where the grid gets its pictures from."""
        self._find = find

    @property
    def current(self) -> Item | None:
        """The photograph that is looked at."""
        found = self.grid.currentIndex().data(ITEM)
        return found if isinstance(found, Item) else None

    @property
    def selected(self) -> list[Item]:
        """The photographs that are chosen."""
        return [index.data(ITEM) for index in self.grid.selectedIndexes()]

    def show_items(self, items: Sequence[Item]) -> None:
        """Show these photographs; the first is looked at."""
        self.model.show_items(items)
        self.look_at_first()
        self._on_current()

    def show_item(self, item: Item) -> None:
        """Show how far this one is."""
        self.model.show_item(item)
        if self.current is None:
            self.look_at_first()
        elif self.current.source == item.source:
            self._on_current()

    def look_at_first(self) -> None:
        """Look at the first photograph that is shown."""
        self.grid.setCurrentIndex(self.filtered.index(0, 0))

    def look_at(self, source: Path) -> None:
        """Look at this photograph, if it is shown."""
        self.grid.setCurrentIndex(self.filtered.mapFromSource(self.model.place(source)))

    def turn(self, by: int) -> None:
        """Look at the next photograph, or the one before."""
        row = self.grid.currentIndex().row() + by
        if 0 <= row < self.filtered.rowCount():
            self.grid.setCurrentIndex(self.filtered.index(row, 0))

    def show_counts(self, text: str, done: int, total: int) -> None:
        """Show how far all of it is, in words and as a bar."""
        self.counts.setText(text)
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)

    def show_filter(self, name: str) -> None:
        """Show only some of the photographs."""
        self.filter.setCurrentIndex(self.filter.findData(name))
        self.filtered.show_only(name)
        self.look_at_first()

    def _fill_grid(self) -> None:
        grid = self.grid
        grid.setModel(self.filtered)
        grid.setItemDelegate(TileDrawer(lambda item: self._find(item), grid))
        grid.setViewMode(QListView.ViewMode.IconMode)
        grid.setResizeMode(QListView.ResizeMode.Adjust)
        grid.setMovement(QListView.Movement.Static)
        grid.setUniformItemSizes(True)
        grid.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        grid.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        grid.setAccessibleName(_("Photographs of the batch"))
        grid.setToolTip(_("The arrow keys flip through the photographs."))
        for name, (title, _states) in FILTERS.items():
            self.filter.addItem(_(title), name)
        self.filter.setAccessibleName(_("Which photographs are shown"))
        self.filter.setToolTip(_("Show all photographs, or only those in some state."))

    def _place(self) -> None:
        inner = Sheet()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Page(inner, title=_("Batch")))  # large text needs more than there may be
        whole = QVBoxLayout(inner)
        whole.setContentsMargins(16, 12, 12, 10)
        whole.setSpacing(10)
        whole.addLayout(self._head())
        whole.addWidget(self.form)
        whole.addLayout(self._run_row())
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.grid)
        parts.addWidget(self.review)
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 1)
        parts.setSizes([520, 480])
        whole.addWidget(parts, 1)

    def _head(self) -> QHBoxLayout:
        title = QLabel(_("Batch"))
        title.setProperty("role", "title")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(title)
        row.addStretch(1)
        for name in _ADD:
            row.addWidget(self.buttons[name])
        return row

    def _run_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for name in _RUN:
            row.addWidget(self.buttons[name])
        row.addWidget(self.bar, 1)
        row.addWidget(self.counts)
        row.addWidget(self.filter)
        return row

    def _connect(self) -> None:
        self.grid.selectionModel().currentChanged.connect(self._on_current)
        self.grid.activated.connect(self._on_activated)
        self.filter.activated.connect(lambda _: self.show_filter(self.filter.currentData()))
        self.review.turn_asked.connect(self.turn)

    def _on_current(self, *_: object) -> None:
        self.chosen.emit(self.current)

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(ITEM))
