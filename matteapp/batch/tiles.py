"""How a photograph of a batch is drawn in the grid: its picture, its name, how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.batch.items import Item
from matteapp.batch.model import ITEM, PROGRESS
from matteapp.text_size import text_factor

TILE = QSize(156, 152)
_PICTURE = QSize(140, 108)
_GROUND = QColor(128, 128, 128)
SIGNS: dict[str, tuple[str, str]] = {
    "waits": ("", ""),
    "works": ("", ""),
    "done": ("✓", "#3fa66a"),
    "doubtful": ("?", "#e0a030"),
    "failed": ("!", "#e0604c"),
    "stopped": ("–", "#8a8a8a"),
}
"""What is written in the corner of a photograph in each state, and on which colour."""
_SIGN_INK = QColor(16, 16, 16)
_MARK = QColor("#f2c14e")


class TileDrawer(QStyledItemDelegate):
    """Draws tiles.

    Args:
        find: an item's picture, or None while it is on its way.
    """

    def __init__(self, find: Callable[[Item], QImage | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._find = find

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        # Larger text needs more room below the picture.
        picture = _picture()
        frame = TILE - _PICTURE
        height = max(frame.height(), option.fontMetrics.height() + 20)
        return QSize(picture.width() + frame.width(), picture.height() + height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        item = cast(Item, index.data(ITEM))
        palette, area = option.palette, option.rect.adjusted(3, 3, -3, -3)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen:
            painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(area, 6, 6)
        frame = QRect(area.topLeft() + QPoint(5, 5), _picture())
        self._draw_picture(painter, item, frame, palette)
        _draw_sign(painter, item, frame)
        if item.state == "works":
            _draw_progress(painter, frame, float(index.data(PROGRESS)), palette)
        ink = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.setPen(palette.color(ink))
        below = QRect(
            frame.left(), frame.bottom() + 2, frame.width(), area.bottom() - frame.bottom()
        )
        name = option.fontMetrics.elidedText(
            item.source.name, Qt.TextElideMode.ElideMiddle, below.width()
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
        if option.state & QStyle.StateFlag.State_HasFocus and not chosen:
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, 6, 6)
        painter.restore()

    def _draw_picture(self, painter: QPainter, item: Item, frame: QRect, palette: QPalette) -> None:
        picture = self._find(item)
        if picture is None or picture.isNull():
            painter.setBrush(palette.color(QPalette.ColorRole.Mid))
            painter.drawRoundedRect(frame, 4, 4)
            return
        size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(frame.topLeft(), size)
        place.moveCenter(frame.center())
        painter.fillRect(place, _GROUND)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(1.0 if item.has_result else 0.55)
        painter.drawImage(place, picture)
        painter.setOpacity(1.0)


def _grown(pixels: int) -> int:
    """A length for text as it is; it grows half as much, so that pictures stay side by side."""
    return round(pixels * (1 + text_factor()) / 2)


def _picture() -> QSize:
    return QSize(_grown(_PICTURE.width()), _grown(_PICTURE.height()))


def _draw_sign(painter: QPainter, item: Item, frame: QRect) -> None:
    sign, colour = SIGNS[item.state]
    size = _grown(18)
    font = QFont(painter.font())
    font.setBold(True)
    painter.setFont(font)
    if sign:
        spot = QRect(frame.right() - size - 4, frame.top() + 4, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawEllipse(spot)
        painter.setPen(_SIGN_INK)
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, sign)
    if item.marked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_MARK)
        spot = QRect(frame.left() + 4, frame.top() + 4, size, size)
        painter.drawEllipse(spot)
        painter.setPen(_SIGN_INK)
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, "★")
    font.setBold(False)
    painter.setFont(font)


def _draw_progress(painter: QPainter, frame: QRect, share: float, palette: QPalette) -> None:
    bar = QRect(frame.left() + 8, frame.bottom() - 12, frame.width() - 16, 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.color(QPalette.ColorRole.Shadow))
    painter.drawRoundedRect(bar, 3, 3)
    bar.setWidth(max(6, round(bar.width() * share)))
    painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
    painter.drawRoundedRect(bar, 3, 3)
