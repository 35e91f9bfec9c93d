"""All keys on one sheet, from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from matteapp.actions import ACTIONS, KEY_NOTES

_COLUMNS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("file", "File"), ("edit", "Edit"), ("run", "Matte"), ("help", "Help")),
    (("tool", "Tools"), ("brush", "Brush"), ("held", "While painting")),
    (("view", "Views"),),
)


class KeySheet(QDialog):
    """Shows every key; leave it with Esc."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 20, 24, 24)
        row.setSpacing(40)
        for groups in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(6)
            for group, title in groups:
                _add_group(column, title, _rows(group))
            column.addStretch(1)
            row.addLayout(column)


def _rows(group: str) -> list[tuple[str, tuple[str, ...]]]:
    if group == "held":
        return [(note.title, note.keys) for note in KEY_NOTES]
    return [
        (row.title.replace("&", "").rstrip("…"), tuple(_native(key) for key in row.keys))
        for name, row in ACTIONS.items()
        if name.startswith(f"{group}.") and row.keys
    ]


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


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
