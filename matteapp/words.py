"""What controls are called, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

Words = tuple[str, str]
"""(accessible name, tool tip)"""


def describe(words: Mapping[QWidget, Words]) -> None:
    """Give every control its accessible name and its tool tip."""
    for control, (name, tip) in words.items():
        control.setAccessibleName(name)
        control.setToolTip(tip)
