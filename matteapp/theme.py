"""Dark and light: one table of colours each, put on the application as palette and style sheet."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from matteapp.icons import dress_again, set_icon_colours
from matteapp.text_size import grow, set_text_size

STYLE = "fusion"
ThemeName = Literal["dark", "light"]

_ROLES: dict[QPalette.ColorRole, str] = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "field",
    QPalette.ColorRole.AlternateBase: "surface",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "accent_text",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.Mid: "groove",
    QPalette.ColorRole.Dark: "line",
    QPalette.ColorRole.Shadow: "shadow",
}
_DISABLED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
)


def colours(name: ThemeName) -> dict[str, str]:
    """The table of a theme: colour name to `#rrggbb`, and marks to files."""
    text = (files("resources") / "themes" / f"{name}.json").read_text(encoding="utf-8")
    table: dict[str, str] = json.loads(text)
    pictures = {mark: _picture(f"{mark}-{name}.svg") for mark in ("caret", "check")}
    return {**table, **pictures}


def _picture(name: str) -> str:
    return Path(str(files("resources") / "icons" / name)).as_posix()


def style_sheet(table: dict[str, str], *, percent: int = 100) -> str:
    """The style sheet with every `@name` replaced by the table's colour, every "tx" by pixels.

    Args:
        percent: the size of text.
    """
    text = (files("resources") / "themes" / "studio.qss").read_text(encoding="utf-8")
    text = re.sub(r"\b(\d+)tx\b", lambda size: f"{int(size[1]) * percent // 100}px", text)
    return re.sub(r"@(\w+)", lambda found: table[found.group(1)], text)


def palette(table: dict[str, str]) -> QPalette:
    """The palette for what no style sheet reaches."""
    made = QPalette()
    for role, name in _ROLES.items():
        made.setColor(role, QColor(table[name]))
    for role in _DISABLED:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(table["disabled"]))
    return made


def resolve(wanted: str, app: QApplication) -> ThemeName:
    """The theme a wish ("dark", "light" or "system") stands for now."""
    if wanted in ("dark", "light"):
        return wanted  # type: ignore[return-value]
    light = app.styleHints().colorScheme() == Qt.ColorScheme.Light
    return "light" if light else "dark"


def put_on(app: QApplication, wanted: str, *, percent: int = 100) -> ThemeName:
    """Dress the whole application; returns the theme it wears now.

    Args:
        wanted: "dark", "light" or "system".
        percent: the size of text.
    """
    name = resolve(wanted, app)
    table = colours(name)
    set_icon_colours(table["text"], table["disabled"], table["accent_text"])
    if app.style().name() != STYLE:
        app.setStyle(STYLE)
    if app.palette() != palette(table):
        app.setPalette(palette(table))
    set_text_size(app, percent)
    sheet = style_sheet(table, percent=percent)
    if app.styleSheet() != sheet:  # it costs a second for every window there is
        app.setStyleSheet(sheet)
    for window in app.topLevelWidgets():
        dress_again(window)
        grow(window)
    return name
