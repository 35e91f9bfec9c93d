"""Icons by name (Phosphor, through qtawesome), in the theme's colour, each with a spoken name."""

from __future__ import annotations

from typing import Protocol

import qtawesome
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QWidget

_NAME, _PLAIN = "icon_name", "icon_plain"
_colours = {"color": "#e8e8e8", "color_disabled": "#747474", "color_on": "#0d1626"}


class _Dressable(Protocol):
    def setIcon(self, icon: QIcon, /) -> None: ...
    def setProperty(self, name: str, value: object, /) -> bool: ...


def set_icon_colours(normal: str, disabled: str, checked: str) -> None:
    """Set what colours icons made from now on have."""
    _colours.update(color=normal, color_disabled=disabled, color_on=checked)


def icon(name: str, *, plain: bool = False) -> QIcon:
    """A Phosphor icon, such as "paint-brush"; see https://phosphoricons.com.

    Args:
        plain: its colour stays the same when its wearer is checked.
    """
    colours = {**_colours, "color_on": _colours["color"]} if plain else _colours
    made: QIcon = qtawesome.icon(f"ph.{name}", **colours)
    return made


def dress(wearer: _Dressable, name: str, *, plain: bool = False) -> None:
    """Give an action or a button the icon, and let it follow the theme."""
    wearer.setProperty(_NAME, name)
    wearer.setProperty(_PLAIN, plain)
    wearer.setIcon(icon(name, plain=plain))


def name_control(control: QAbstractButton, *, icon_name: str, title: str, tip: str = "") -> None:
    """Icon, accessible name and tool tip of a button that shows no text."""
    dress(control, icon_name)
    control.setAccessibleName(title)
    control.setToolTip(tip or title)


def framed(picture: QImage, size: QSize) -> QPixmap:
    """A picture in the middle of a transparent frame, so that what stands below it lines up."""
    frame = QPixmap(size)
    frame.fill(Qt.GlobalColor.transparent)
    fitted = picture.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    painter = QPainter(frame)
    left, top = (size.width() - fitted.width()) // 2, (size.height() - fitted.height()) // 2
    painter.drawImage(left, top, fitted)
    painter.end()
    return frame


def dress_again(root: QWidget) -> None:
    """Redraw every icon below `root` in the current colours."""
    wearers: list[QObject] = [*root.findChildren(QAction), *root.findChildren(QAbstractButton)]
    for wearer in wearers:
        name = wearer.property(_NAME)
        if name and isinstance(wearer, QAction | QAbstractButton):
            wearer.setIcon(icon(name, plain=bool(wearer.property(_PLAIN))))
