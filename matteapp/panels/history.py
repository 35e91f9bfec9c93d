"""The steps taken so far and the snapshots; a click goes back to one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QWidget,
)

from matteapp.icons import name_control
from matteapp.language import _, ngettext
from matteapp.panels.section import Section

_ROWS_SHOWN = 7
_SNAPSHOTS_SHOWN = 4
_EDIT_KEYS = QAbstractItemView.EditTrigger


class HistoryPanel(Section):
    """Shows labels of steps, and names of snapshots.

    Signals:
        step_chosen(int): people want the state after this step.
        snapshot_asked(): people want to keep what is shown.
        snapshot_chosen(int): people want this snapshot back.
        snapshot_renamed(int, str): people call it something else.
        snapshot_dropped(int): people don't need it any more.
    """

    step_chosen = Signal(int)
    snapshot_asked = Signal()
    snapshot_chosen = Signal(int)
    snapshot_renamed = Signal(int, str)
    snapshot_dropped = Signal(int)

    def __init__(self) -> None:
        super().__init__("history", _("History"), is_open=False)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Steps taken"))
        self.list.setToolTip(_("Click on a step to go back, or forward again, to it."))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.clicked.connect(self._on_clicked)
        self.snapshots = QListWidget()
        self.snapshots.setAccessibleName(_("Snapshots"))
        self.snapshots.setToolTip(
            _("Double-click or press Enter to go back to a snapshot, press F2 to rename it.")
        )
        self.snapshots.setEditTriggers(_EDIT_KEYS.EditKeyPressed)
        self.snapshots.activated.connect(lambda index: self.snapshot_chosen.emit(index.row()))
        self.snapshots.itemChanged.connect(self._on_renamed)
        self.snapshots.currentRowChanged.connect(self._on_current)
        self.keep, self.back, self.drop = QToolButton(), QToolButton(), QToolButton()
        self._name_buttons()
        self.rows.addWidget(self.list)
        self.rows.addWidget(self._heading())
        self.rows.addWidget(self.snapshots)
        self.show_steps((), 0)
        self.show_snapshots(())

    def show_steps(self, labels: Sequence[str], position: int) -> None:
        """Show the steps, the first of which is the opening; `position` is the one shown."""
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems([_(label) for label in labels])
            self.list.setCurrentRow(position)
        self.list.setFixedHeight(_height(self.list, _ROWS_SHOWN))
        current = self.list.item(position)
        if current is not None:
            self.list.scrollToItem(current)
        self.say(_count(max(len(labels) - 1, 0)))

    def show_snapshots(self, names: Sequence[str]) -> None:
        """Show the snapshots by name."""
        shown = [self.snapshots.item(row).text() for row in range(self.snapshots.count())]
        if list(names) != shown or not names:
            self._fill_snapshots(names)
        self.snapshots.setVisible(bool(names))
        self._on_current(self.snapshots.currentRow())

    def _fill_snapshots(self, names: Sequence[str]) -> None:
        more, row = len(names) > self.snapshots.count(), self.snapshots.currentRow()
        with QSignalBlocker(self.snapshots):
            self.snapshots.clear()
            for name in names:
                item = QListWidgetItem(name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.snapshots.addItem(item)
            self.snapshots.setCurrentRow(len(names) - 1 if more else min(row, len(names) - 1))
        self.snapshots.setFixedHeight(_height(self.snapshots, _SNAPSHOTS_SHOWN))

    def _name_buttons(self) -> None:
        name_control(
            self.keep,
            icon_name="camera",
            title=_("Take a snapshot"),
            tip=_("Keep what is shown by a name: no undo forgets it, and it is saved along."),
        )
        name_control(
            self.back,
            icon_name="arrow-u-up-left",
            title=_("Back to the snapshot"),
            tip=_("Go back to the chosen snapshot; undo leads here again."),
        )
        name_control(
            self.drop,
            icon_name="trash",
            title=_("Delete the snapshot"),
            tip=_("Keep the chosen snapshot no longer."),
        )
        self.keep.clicked.connect(self.snapshot_asked)
        self.back.clicked.connect(lambda: self.snapshot_chosen.emit(self.snapshots.currentRow()))
        self.drop.clicked.connect(lambda: self.snapshot_dropped.emit(self.snapshots.currentRow()))

    def _heading(self) -> QWidget:
        title = QLabel(_("Snapshots"))
        title.setProperty("role", "muted")
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(2)
        row.addWidget(title, 1)
        for button in (self.keep, self.back, self.drop):
            row.addWidget(button)
        return heading

    def _on_clicked(self, index: QModelIndex) -> None:
        self.step_chosen.emit(index.row())

    def _on_renamed(self, item: QListWidgetItem) -> None:
        self.snapshot_renamed.emit(self.snapshots.row(item), item.text())

    def _on_current(self, row: int) -> None:
        for button in (self.back, self.drop):
            button.setEnabled(row >= 0)


def _height(shown: QListWidget, most: int) -> int:
    row = max(shown.sizeHintForRow(0), 22)
    return row * min(max(shown.count(), 1), most) + 12


def _count(steps: int) -> str:
    if steps == 0:
        return _("no steps")
    return ngettext("{count} step", "{count} steps", steps).format(count=steps)
