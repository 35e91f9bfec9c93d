"""The photographs of a batch as Qt's views want them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from engine.batch.items import Item
from matteapp.language import _

ITEM, PROGRESS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex

STATE_WORDS = {
    "waits": "waits",
    "works": "is being cut",
    "done": "done",
    "doubtful": "done, look twice",
    "failed": "failed",
    "stopped": "stopped",
}
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All", ()),
    "done": ("Done", ("done", "doubtful")),
    "doubtful": ("Look twice", ("doubtful",)),
    "failed": ("Failed", ("failed", "stopped")),
    "waits": ("To do", ("waits", "works")),
    "marked": ("Marked", ()),
}
"""What can be shown: title, and states; "marked" goes by the mark."""


class BatchModel(QAbstractListModel):
    """Holds what the batch last said of each photograph."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []
        self._rows: dict[Path, int] = {}
        self._shares: dict[Path, float] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM:
            return item
        if role == PROGRESS:
            return self._shares.get(item.source, 0.0)
        if role == Qt.ItemDataRole.DisplayRole:
            return item.source.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (str(item.source), item.remark)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return describe(item)
        return None

    def show_items(self, items: Sequence[Item]) -> None:
        """Show these and no others."""
        self.beginResetModel()
        self._items = list(items)
        self._rows = {item.source: row for row, item in enumerate(self._items)}
        self.endResetModel()

    def show_item(self, item: Item) -> None:
        """Show how far a photograph is now; a new one comes last."""
        row = self._rows.get(item.source)
        if row is None:
            row = len(self._items)
            self.beginInsertRows(QModelIndex(), row, row)
            self._items.append(item)
            self._rows[item.source] = row
            self.endInsertRows()
            return
        self._items[row] = item
        self._tell(row)

    def show_progress(self, shares: dict[Path, float]) -> None:
        """How far those in hand are."""
        told = set(self._shares) | set(shares)
        self._shares = shares
        for source in told & set(self._rows):
            self._tell(self._rows[source])

    def redraw(self, source: Path) -> None:
        """Its picture is another one."""
        if source in self._rows:
            self._tell(self._rows[source])

    def place(self, source: Path) -> QModelIndex:
        """Where a photograph is; an invalid index if it is not there."""
        row = self._rows.get(source)
        return QModelIndex() if row is None else self.index(row)

    def _tell(self, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)


class Filtered(QSortFilterProxyModel):
    """The photographs of one of `FILTERS`."""

    def __init__(self, model: BatchModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = "all"
        self.setSourceModel(model)

    def show_only(self, name: str) -> None:
        self._name = name
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        item = self.sourceModel().index(row, 0).data(ITEM)
        if self._name == "marked":
            return bool(item.marked)
        states = FILTERS[self._name][1]
        return not states or item.state in states


def describe(item: Item) -> str:
    """A photograph in words."""
    marked = "marked" if item.marked else ""
    words = (item.source.name, _(STATE_WORDS[item.state]), marked, item.remark)
    return ", ".join(filter(None, words))
