"""The canvas: a view of the document that tools work on with the mouse, a pen and keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.compositing.view_look import Look
from matteapp.canvas.easel import CanvasEasel
from matteapp.canvas.events import notches, pans, pinch_notches, pointer
from matteapp.canvas.gestures import Gestures
from matteapp.canvas.hud import draw_focus
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.viewer import Viewer
from matteapp.canvas.wipe import GRAB
from matteapp.language import _
from matteapp.tools.brush import BrushOptions
from matteapp.tools.tool import Pointer

_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_COMING_BACK = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""The window or a menu had the focus meanwhile: it is shown as it was before."""


class Canvas(Viewer):
    """Gives what mouse, pen and keys do to the tool in hand, to the wipe's line, or to the zoom.

    Signals:
        cursor_moved(object): (row, col) of the photograph below the pointer, or None.
        tool_changed(str): the name of the tool in use.

    Attributes:
        brush: options of the tools.
        easel: what tools work on; its signals tell what they have made.

    Args:
        thread: draws the tiles; not the engine thread, which would keep them waiting.
        tools: computes for the tools; without it, the same thread.
    """

    cursor_moved = Signal(object)
    tool_changed = Signal(str)

    def __init__(
        self,
        thread: RenderThread,
        parent: QWidget | None = None,
        *,
        tools: RenderThread | None = None,
    ) -> None:
        super().__init__(thread, parent)
        self.brush = BrushOptions(self)
        self.brush.changed.connect(self._place_ring)
        self.easel = CanvasEasel(tools or thread, self, self._screen)
        self._gestures = Gestures(self.easel, self.brush)
        self._pane = 0
        self._reached_by_key = False
        self.opened.connect(self._gestures.forget)
        self.opened.connect(self.easel.start)
        self.moved.connect(self._place_ring)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Canvas"))
        self._show_cursor()

    @property
    def tool(self) -> str:
        """The name of the tool, see `matteapp.tools.TOOLS`."""
        return self._gestures.name

    def set_tool(self, name: str) -> None:
        """Take a tool of `matteapp.tools.TOOLS`."""
        self._gestures.take(name)
        self._show_cursor()
        self._place_ring()
        self.tool_changed.emit(name)

    def set_look(self, look: Look) -> None:
        self.easel.set_palette(look.palette)
        super().set_look(look)

    def stop(self) -> None:
        self.easel.stop()
        super().stop()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride and self._at_work
        # These keys are actions of the window as well; a tool at work goes first.
        if override and isinstance(event, QKeyEvent) and event.key() in self._tool_keys:
            event.accept()
            return True
        if isinstance(event, QNativeGestureEvent):
            self.zoom_by(pinch_notches(event), self._place(event.position()))
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or event.button() == Qt.MouseButton.LeftButton:
            self._press(self._pointer(event), pan=middle)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._gestures.pending and event.button() == Qt.MouseButton.LeftButton:
            self._gestures.finish()
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move(self._pointer(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            self._release(self._pointer(event))

    def tabletEvent(self, event: QTabletEvent) -> None:
        handle = {
            QEvent.Type.TabletPress: self._press,
            QEvent.Type.TabletRelease: self._release,
        }.get(event.type(), self._move)
        handle(self._pointer(event))
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if pans(event):
            moved = event.pixelDelta() * self.devicePixelRatioF()
            self.pan(moved.x(), moved.y())
        else:
            self.zoom_by(notches(event), self._place(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._lend_hand(True)
        elif event.key() in self._tool_keys and self._at_work:
            self._tool_keys[Qt.Key(event.key())]()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._lend_hand(False)
        else:
            super().keyReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self._reached_by_key:
            draw_focus(QPainter(self), self.rect(), self.palette().highlight().color())

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _COMING_BACK:
            self._reached_by_key = event.reason() in _BY_KEY
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._lend_hand(False)
        self.update()
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._gestures.leave()
        self._place_ring()
        self.cursor_moved.emit(None)

    def _pointer(self, event: QMouseEvent | QTabletEvent) -> Pointer:
        ratio = self.devicePixelRatioF()
        if not self._gestures.active:  # a drag stays in the pane where it began
            self._pane = self._screen.panes.at(event.position().x() * ratio)
        return pointer(event, self.viewport, ratio, left=self._left(self._pane))

    def _left(self, pane: int) -> int:
        offsets = self._screen.panes.offsets
        return offsets[min(pane, len(offsets) - 1)]

    def _place(self, position: QPointF) -> tuple[float, float]:
        """A place of the widget in device pixels of its pane."""
        place = position * self.devicePixelRatioF()
        return place.x() - self._left(self._screen.panes.at(place.x())), place.y()

    def _press(self, at: Pointer, *, pan: bool = False) -> None:
        if self.viewport is not None and not pan and self._on_wipe(at):
            self._wipe.held = True
        elif self.viewport is not None:
            self._gestures.press(at, pan=pan)
            self._show_cursor()
            self._place_ring()

    def _move(self, at: Pointer) -> None:
        if self._wipe.held:
            share = at.x / max(1, self._device_size().width())
            self.refresh(self._screen.move_wipe(share))
        else:
            self._gestures.move(at)
            self._place_ring()
        self._show_cursor(at)
        if self.viewport is not None:
            self.cursor_moved.emit((at.row, at.col))

    def _release(self, at: Pointer) -> None:
        if self._wipe.held:
            self._wipe.held = False
            return
        self._gestures.release(at)
        self._show_cursor()
        self._place_ring()

    def _on_wipe(self, at: Pointer) -> bool:
        """Whether the line between two compared views is meant, and not what a tool holds."""
        reach = GRAB * self.devicePixelRatioF()
        near = self._wipe.is_near(at.x, self._device_size().width(), reach=reach)
        return near and not self._gestures.active and not self._gestures.panning

    @property
    def _tool_keys(self) -> dict[Qt.Key, Callable[[], None]]:
        """Keys that a tool at work listens to."""
        return {
            Qt.Key.Key_Escape: self._cancel_tool,
            Qt.Key.Key_Return: self._gestures.finish,
            Qt.Key.Key_Enter: self._gestures.finish,
            Qt.Key.Key_Backspace: self._gestures.step_back,
        }

    @property
    def _at_work(self) -> bool:
        return self._gestures.active or self.easel.growing

    def _cancel_tool(self) -> None:
        self._gestures.cancel()
        if self.easel.growing:
            self.easel.drop_stroke()

    def _lend_hand(self, wanted: bool) -> None:
        self._gestures.panning = wanted
        self._show_cursor()
        self._place_ring()

    def _show_cursor(self, at: Pointer | None = None) -> None:
        split = self._wipe.held or (at is not None and self._on_wipe(at))
        wanted = Qt.CursorShape.SplitHCursor if split else self._gestures.cursor
        if self.cursor().shape() != wanted:
            self.setCursor(wanted)

    def _place_ring(self) -> None:
        ring = self._gestures.ring
        if ring is None or self.viewport is None:
            self.refresh(self._screen.move_ring(None, 0.0))
        else:
            moved = self._screen.move_ring(
                (ring.pointer.x, ring.pointer.y),
                ring.radius * self.viewport.scale,
                core=ring.core,
                colour=self.easel.colour(ring.label),
            )
            self.refresh(moved)
