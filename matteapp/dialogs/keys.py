"""All keys on one sheet: those that actions have now, and those that tools listen to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from matteapp.actions import ACTIONS, KEY_NOTES, plain_title
from matteapp.dialogs.page import Page
from matteapp.language import _
from matteapp.text_size import text_factor

COLUMNS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("file", "File"), ("edit", "Edit"), ("run", "Matte"), ("enhance", "Enhance")),
    (
        ("tool", "Tools"),
        ("brush", "Brush"),
        ("held", "While painting"),
        ("batch", "Batch"),
        ("preset", "Presets"),
        ("help", "Help"),
    ),
    (
        ("view", "Views"),
        ("peek", "While held"),
        ("show", "On every view"),
        ("compare", "Compare"),
        ("with", "Compare with"),
        ("wipe", "Line between views"),
    ),
)
"""Groups of actions, the part of a name before its dot, and their headings."""
_HELD = "held"
_LARGE = 1.3


class KeySheet(QDialog):
    """Shows every key; leave it with Esc.

    Args:
        actions: by their names.
        change: called when people want other keys.
    """

    def __init__(
        self,
        actions: Mapping[str, QAction],
        *,
        change: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._change = actions, change
        self.setWindowTitle(_("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.addWidget(self._sheet(), 1)
        whole.addLayout(self._buttons())

    def _sheet(self) -> Page:
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(24, 20, 24, 8)
        row.setSpacing(40)
        for groups in _columns():
            column = QVBoxLayout()
            column.setSpacing(6)
            for group, title in groups:
                _add_group(column, _(title), self._rows(group))
            column.addStretch(1)
            row.addLayout(column)
        return Page(inner, title=_("Keys"))

    def _rows(self, group: str) -> list[tuple[str, tuple[str, ...]]]:
        if group == _HELD:
            return [(_(note.title), tuple(map(_, note.keys))) for note in KEY_NOTES]
        return [
            (plain_title(ACTIONS[name]), tuple(map(_native, action.shortcuts())))
            for name, action in self._actions.items()
            if name.startswith(f"{group}.") and action.shortcuts()
        ]

    def _buttons(self) -> QHBoxLayout:
        change, close = QPushButton(_("Change keys…")), QPushButton(_("Close"))
        change.setToolTip(_("Give actions and tools keys of your choice."))
        change.clicked.connect(self._on_change)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(change)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _on_change(self) -> None:
        self.accept()
        self._change()


def _columns() -> tuple[tuple[tuple[str, str], ...], ...]:
    """Large text finds room for two columns only."""
    if text_factor() <= _LARGE:
        return COLUMNS
    first, second, third = COLUMNS
    return (*first, *second[2:]), (*second[:2], *third)


def _native(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)


def _add_group(column: QVBoxLayout, title: str, rows: list[tuple[str, tuple[str, ...]]]) -> None:
    if not rows:
        return
    heading = QLabel(title)
    heading.setProperty("role", "heading")
    column.addWidget(heading)
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 1)
    for index, (text, keys) in enumerate(rows):
        grid.addWidget(QLabel(text), index, 0)
        grid.addLayout(_key_caps(keys), index, 1)
    column.addLayout(grid)
    column.addSpacing(12)


def _key_caps(keys: tuple[str, ...]) -> QHBoxLayout:
    caps = QHBoxLayout()
    caps.setSpacing(4)
    caps.addStretch(1)
    for key in keys:
        cap = QLabel(key)
        cap.setProperty("role", "key")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        caps.addWidget(cap)
    return caps
