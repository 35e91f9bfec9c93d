"""The steps taken so far; a click goes back to one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget

from matteapp.panels.section import Section

_ROWS_SHOWN = 7


class HistoryPanel(Section):
    """Shows labels of steps.

    Signals:
        step_chosen(int): people want the state after this step.
    """

    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("history", "History", is_open=False)
        self.list = QListWidget()
        self.list.setAccessibleName("Steps taken")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.clicked.connect(self._on_clicked)
        self.rows.addWidget(self.list)
        self.show_steps((), 0)

    def show_steps(self, labels: Sequence[str], position: int) -> None:
        """Show the steps, the first of which is the opening; `position` is the one shown."""
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems(labels)
            self.list.setCurrentRow(position)
        self.list.setFixedHeight(self._height(len(labels)))
        current = self.list.item(position)
        if current is not None:
            self.list.scrollToItem(current)
        self.say(_count(max(len(labels) - 1, 0)))

    def _height(self, rows: int) -> int:
        row = max(self.list.sizeHintForRow(0), 22)
        return row * min(max(rows, 1), _ROWS_SHOWN) + 12

    def _on_clicked(self, index: QModelIndex) -> None:
        self.step_chosen.emit(index.row())


def _count(steps: int) -> str:
    if steps == 0:
        return "no steps"
    return "1 step" if steps == 1 else f"{steps} steps"
