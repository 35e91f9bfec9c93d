"""Qt's events in the canvas's words."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)

from matteapp.canvas.viewport import STEPS_PER_OCTAVE, Viewport
from matteapp.tools.tool import CursorName, Pointer

NOTCH = 120

CURSORS: dict[CursorName, Qt.CursorShape] = {
    "brush": Qt.CursorShape.CrossCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "hand": Qt.CursorShape.OpenHandCursor,
    "zoom": Qt.CursorShape.PointingHandCursor,
    "dropper": Qt.CursorShape.CrossCursor,
}


def pointer(
    event: QMouseEvent | QTabletEvent, viewport: Viewport | None, ratio: float, *, left: int = 0
) -> Pointer:
    """Where a mouse or a pen is on the photograph.

    Args:
        viewport: where the photograph lies in its pane.
        ratio: device pixels a logical one.
        left: the pane's first column, in device pixels.
    """
    place: QPointF = event.position()
    x, y = place.x() * ratio - left, place.y() * ratio
    row, col = (y, x) if viewport is None else viewport.to_image(x, y)
    held = event.modifiers()
    pen = isinstance(event, QTabletEvent)
    return Pointer(
        row,
        col,
        x,
        y,
        pressure=event.pressure() if isinstance(event, QTabletEvent) else None,
        shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
        alt=bool(held & Qt.KeyboardModifier.AltModifier),
        eraser=pen and event.pointerType() == QPointingDevice.PointerType.Eraser,
    )


def pans(event: QWheelEvent) -> bool:
    """Two fingers on a touch pad move the picture; a wheel, or Ctrl with either, zooms."""
    touch = event.device().type() == QInputDevice.DeviceType.TouchPad
    return touch and not event.modifiers() & Qt.KeyboardModifier.ControlModifier


def notches(event: QWheelEvent) -> float:
    """How far the wheel was turned; Alt turns Qt's wheel sideways."""
    turned = event.angleDelta()
    return (turned.y() or turned.x()) / NOTCH


def pinch_notches(event: QNativeGestureEvent) -> float:
    """How far two fingers were spread, as notches of a wheel."""
    if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
        return 0.0
    return math.log2(max(1.0 + event.value(), 0.1)) * STEPS_PER_OCTAVE
