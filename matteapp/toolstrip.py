"""The strip of tools at the left."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from matteapp.actions import ACTIONS
from matteapp.tools.table import TOOLS

_BREAK_BEFORE = ("quick", "lasso", "box", "hand")


def action_button(action: QAction, *, size: int = 22) -> QToolButton:
    """A button that shows an action's icon and says its name."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(size, size))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setAccessibleName(ACTIONS[action.objectName()].title.replace("&", ""))
    return button


class ToolStrip(QFrame):
    """One button for every tool."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("toolStrip")
        self.setAccessibleName("Tools")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 8)
        column.setSpacing(3)
        for name in TOOLS:
            if name in _BREAK_BEFORE:
                column.addSpacing(12)
            column.addWidget(action_button(actions[f"tool.{name}"]))
        column.addStretch(1)
        self.setFixedWidth(52)
