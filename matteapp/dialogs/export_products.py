"""Which files are exported: a tick for every product, with what it is or why it cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from engine.product_table import EVERY, LAYERED, PICTURES, ProductSpec
from matteapp.language import _

_COMPACT: Mapping[str, Mapping[str, ProductSpec]] = {"Layers": LAYERED, "Views": PICTURES}
_ACROSS = 4


class ProductBoxes(QWidget):
    """Ticks for all of `EVERY`; layers and views in rows, the others with a line each.

    Signals:
        changed(): people ticked something.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.boxes = {name: QCheckBox(_(row.title)) for name, row in EVERY.items()}
        self.rows = QWidget()
        main = [name for name in EVERY if name not in LAYERED and name not in PICTURES]
        self.notes = {name: QLabel(_(EVERY[name].summary)) for name in main}
        self._indent()
        for name, box in self.boxes.items():
            box.setAccessibleName(_(EVERY[name].title))
            box.toggled.connect(self.changed)
        self._place(main)

    @property
    def chosen(self) -> list[str]:
        """What is ticked and can be had."""
        return [n for n, box in self.boxes.items() if box.isChecked() and box.isEnabled()]

    def tick(self, names: Iterable[str]) -> None:
        """Tick these and no others, without telling."""
        wanted = set(names)
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(name in wanted)

    def offer(self, impossible: Callable[[str], str], remark: Callable[[str], str]) -> None:
        """Offer what can be had.

        Args:
            impossible: why a product cannot be had, or nothing.
            remark: what it is.
        """
        for name, box in self.boxes.items():
            reason = impossible(name)
            told = reason or remark(name)
            box.setEnabled(not reason)
            box.setToolTip(
                _("Export {what}.").format(what=remark(name))
                if not reason
                else _("Not possible: {reason}.").format(reason=reason)
            )
            if name in self.notes:
                self.notes[name].setEnabled(not reason)
                self.notes[name].setText(told)

    def _place(self, main: list[str]) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        for index, name in enumerate(main):
            self.notes[name].setProperty("role", "muted")
            self.notes[name].setMinimumWidth(360)
            grid.addWidget(self.boxes[name], 3 * index, 0)
            grid.addWidget(self.notes[name], 3 * index + 1, 0)
            grid.setRowMinimumHeight(3 * index + 2, 6)
        self._place_rows()

    def _place_rows(self) -> None:
        """Layers and views, in the same columns."""
        grid = QGridLayout(self.rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        for title, names in _COMPACT.items():
            top = grid.rowCount()
            label = QLabel(_(title))
            label.setProperty("role", "muted")
            grid.addWidget(label, top, 0)
            for index, name in enumerate(names):
                grid.addWidget(self.boxes[name], top + 1 + index // _ACROSS, index % _ACROSS)
        for column in range(_ACROSS):
            grid.setColumnStretch(column, 1)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._indent()
        super().changeEvent(event)

    def _indent(self) -> None:
        """Have the notes begin where the titles above them do."""
        for name, note in self.notes.items():
            box, option = self.boxes[name], QStyleOptionButton()
            box.initStyleOption(option)
            element = QStyle.SubElement.SE_CheckBoxContents
            note.setIndent(self.style().subElementRect(element, option, box).left())
