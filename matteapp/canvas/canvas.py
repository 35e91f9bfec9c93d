"""The canvas: shows a view of the document, and lets tools work on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QColorSpace,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.compositing.view_look import Look
from engine.compositing.views import SHAPES, VIEWS
from engine.imaging.types import Image, Rect
from matteapp.canvas.board import Board
from matteapp.canvas.document_view import DocumentView
from matteapp.canvas.events import notches, pans, pinch_notches, pointer
from matteapp.canvas.gestures import Gestures
from matteapp.canvas.hud import BoxName, Line, caption_rect, draw_caption
from matteapp.canvas.outlines import Outlines
from matteapp.canvas.panes import CompareMode, Panes
from matteapp.canvas.picture import scaled
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.screen import Screen
from matteapp.canvas.spans import Dab
from matteapp.canvas.strokes import Stroke
from matteapp.canvas.tiles import TileKey
from matteapp.canvas.viewport import Viewport
from matteapp.canvas.wipe import GRAB, TITLE_GAP, Wipe, draw_title
from matteapp.canvas.workshop import Workshop
from matteapp.tools.brush import BrushOptions
from matteapp.tools.table import TOOLS
from matteapp.tools.tool import Kind, Place, Pointer

if TYPE_CHECKING:
    from engine.document.state import DocumentState

__all__ = ["Canvas", "Stroke"]


class Canvas(QWidget):
    """A view of the document with pan, zoom and tools; it holds no data of its own.

    Nothing is computed here: tiles are drawn on the render thread, a paint event copies them, and
    until a tile is there its last state, or a coarser one, stands in.

    Signals:
        stroke_finished(Stroke): a brush was lifted.
        box_drawn(Rect): a box was drawn, clipped to the photograph.
        clicked(float, float): row and column of the photograph that were clicked on.
        divided(Line): a line was drawn across the photograph.
        cursor_moved(object): (row, col) of the photograph below the pointer, or None.
        zoom_changed(float): device pixels an image pixel.
        caption_changed(str): what the view has to say besides its title, or "".
        tool_changed(str): the name of the tool in use.
        view_changed(str): the name of the view that was chosen.
        marked(Marks): an area was labelled.
        behind_moved(float, float, bool): the picture behind the subject was dragged by rows and
            columns of the photograph since the press, and whether the drag ends.
        picked(object, str): a colour of the photograph was picked, and what for.

    Args:
        thread: draws the tiles; not the engine thread, which would keep them waiting.
        tools: computes for the tools; without it, the same thread.
    """

    stroke_finished = Signal(object)
    box_drawn = Signal(object)
    clicked = Signal(float, float)
    divided = Signal(object)
    cursor_moved = Signal(object)
    zoom_changed = Signal(float)
    caption_changed = Signal(str)
    tool_changed = Signal(str)
    view_changed = Signal(str)
    marked = Signal(object)
    picked = Signal(object, str)
    behind_moved = Signal(float, float, bool)

    def __init__(
        self,
        thread: RenderThread,
        parent: QWidget | None = None,
        *,
        tools: RenderThread | None = None,
    ) -> None:
        super().__init__(parent)
        self.brush = BrushOptions(self)
        self.brush.changed.connect(self._place_ring)
        self._gestures = Gestures(self, self.brush)
        self._view = DocumentView(thread, self)
        self._view.arrived.connect(self._tile_arrived)
        self._outlines = Outlines(thread, self._view, self)
        self._outlines.changed.connect(self._update)
        self._screen = Screen(self._view.find, self._outlines.draw)
        self._board = Board(self._screen, self._update)
        self._workshop = Workshop(
            tools or thread, self._shown_state, self._screen, self._board, self._update, self
        )
        self._workshop.grown_up.connect(self._finish_stroke)
        self._workshop.marked.connect(self.marked)
        self._workshop.picked.connect(self.picked)
        self._fits = True
        self._caption = ""
        self._chosen, self._peeked = self._view.view, ""
        self._mode: CompareMode = "off"
        self._other = "input"
        self._pane = 0
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Canvas")
        self._show_cursor()

    # What the window asks for.

    @property
    def view(self) -> str:
        """The name of the view, see `engine.compositing.views.VIEWS`."""
        return self._chosen

    @property
    def tool(self) -> str:
        """The name of the tool, see `matteapp.tools.TOOLS`."""
        return self._gestures.name

    @property
    def scale(self) -> float:
        """Device pixels an image pixel; 1 is 100 %."""
        return 1.0 if self.viewport is None else self.viewport.scale

    @property
    def caption(self) -> str:
        """What the view has to say besides its title, or ""."""
        return self._caption

    @property
    def viewport(self) -> Viewport | None:
        """Where the photograph lies in the widget, None if there is none."""
        return self._screen.viewport

    @property
    def settled(self) -> bool:
        """Whether all that is in sight shows the newest state."""
        if self.viewport is None:
            return True
        drawn = not any(map(self._view.stale, self._keys()))
        return drawn and self._outlined and self._outlines.settled

    def show_state(self, state: DocumentState | None, *, changed: Rect | None = None) -> None:
        """Show another state of the document; its alpha is shown as it is.

        Args:
            changed: where it differs; not relied on, as planes tell by themselves.
        """
        if self._view.show_state(state):
            self._start(state)
        self._ask()

    def set_view(self, name: str) -> None:
        """Show another view; the old one stays in sight until the new one is drawn."""
        self._chosen = name
        self._show_views()
        self.view_changed.emit(name)

    def peek(self, name: str) -> None:
        """Show a view instead of the chosen one for a while; "" goes back."""
        self._peeked = name
        self._show_views()

    def set_compare(self, mode: CompareMode, other: str) -> None:
        """Compare the view with another across a line, or beside it; "off" with its own only."""
        self._mode, self._other = mode, other
        self._show_views()

    def set_band(self, wanted: bool) -> None:
        """Outline what is unknown on every view."""
        self._outlines.band = wanted
        self._show_views()

    def set_backdrop(self, backdrop: Image | None) -> None:
        """The loaded background image, which a document knows by its path only."""
        self._view.set_backdrop(backdrop)
        self._ask()

    def set_display(self, profile: QColorSpace | None) -> None:
        """The display's colour profile; None shows numbers as they are."""
        self._view.set_display(profile)
        self._ask()

    def set_look(self, look: Look) -> None:
        """How views are drawn: colours, strengths, the viewer's gain and gamma."""
        self._screen.set_palette(look.palette)
        self._workshop.set_palette(look.palette)
        self._view.set_look(look)
        self._ask()

    def set_surround(self, colour: QColor) -> None:
        """The neutral colour around the photograph."""
        self._update(self._screen.set_surround(colour))

    def set_pixel_grid(self, wanted: bool) -> None:
        """Whether lines part the pixels when they are large."""
        self._update(self._screen.set_pixel_grid(wanted))

    def set_tool(self, name: str) -> None:
        """Take a tool of `matteapp.tools.TOOLS`."""
        self._gestures.take(name)
        self._show_cursor()
        self._place_ring()
        self.tool_changed.emit(name)

    def fit(self) -> None:
        """Show all of the photograph; it stays so while the widget's size changes."""
        if self.viewport is not None:
            self._fits = True
            self._look(self.viewport.fitted())

    def zoom_to(self, scale: float, at: tuple[float, float] | None = None) -> None:
        """Zoom; `at` is the (row, col) of the photograph to stay where it is (the middle)."""
        if self.viewport is not None:
            where = self.viewport.middle if at is None else self.viewport.to_device(*at)
            self._look(self.viewport.zoomed(scale, where), fits=False)

    def zoom_by(self, notches: float, at: tuple[float, float] | None = None) -> None:
        """Zoom by notches of a wheel, a quarter octave each; `at` is a device point (x, y)."""
        if self.viewport is not None:
            where = self.viewport.middle if at is None else at
            self._look(self.viewport.zoomed(self.viewport.stepped(notches), where), fits=False)

    def pan(self, across: float, down: float) -> None:
        """Move the photograph by device pixels."""
        if self.viewport is not None:
            self._look(self.viewport.panned(across, down), fits=False)

    def move_behind(self, rows: float, cols: float, *, ends: bool) -> None:
        """Tell that the picture behind the subject is dragged."""
        self.behind_moved.emit(rows, cols, ends)

    def show_box(self, rect: Rect | None, *, of: BoxName = "subject") -> None:
        """Show the subject's box or the head's, or none."""
        self._update(self._screen.show_box(rect, of=of))

    def move_wipe(self, by: float) -> None:
        """Move the line between two compared views by a share of the width."""
        if self._wipe.active:
            self._update(self._screen.move_wipe(self._wipe.share + by))

    def show_line(self, line: Line | None) -> None:
        """Show a dividing line that is being drawn, or none."""
        self._update(self._screen.show_line(line))

    def stop(self) -> None:
        """Ask the threads for nothing any more."""
        self._workshop.stop()
        self._view.stop()

    # What tools ask for, besides pan, zoom_by, show_box and show_line.

    def begin_stroke(self, label: int, *, hardness: float) -> None:
        """A brush touches down."""
        if self._workshop.growing:  # the stroke before is taken as far as it has grown
            self._workshop.hurry()
            self._finish_stroke()
        self._board.begin(label, hardness=hardness)

    def sweep(self, start: Dab, end: Dab) -> None:
        """A brush moves; both ends in pixels of the photograph."""
        self._board.sweep(start, end)

    def end_stroke(self) -> None:
        """A brush is lifted: the stroke stays in sight until the view shows it."""
        if self._workshop.growing:
            self._workshop.end_growth()
        else:
            self._finish_stroke()

    def _finish_stroke(self) -> None:
        grew, self._workshop.growing = self._workshop.growing, False
        stroke = self._board.finish()
        if stroke is not None:
            stroke = replace(stroke, title=TOOLS["quick"].title) if grew else stroke
            self.stroke_finished.emit(stroke)
            self._settle()

    def drop_stroke(self) -> None:
        """The stroke in progress is not wanted."""
        self._workshop.drop()
        self._board.drop()

    def grow(self, start: Dab, end: Dab, *, reach: float, tolerance: float) -> None:
        """The stroke in progress grows around where the brush just went."""
        self._workshop.grow(start, end, reach=reach, tolerance=tolerance)

    def show_path(self, places: Sequence[Place], *, label: int) -> None:
        """Show a line that is being drawn around something, or none."""
        self._workshop.show_path(places, label=label)

    def mark_inside(self, places: Sequence[Place], *, label: int) -> None:
        """Label what a closed line encloses."""
        self._workshop.mark_inside(places, label=label)

    def mark_at(self, place: Place, *, kind: Kind, tolerance: float, label: int) -> None:
        """Label the area that a place belongs to."""
        self._workshop.mark_at(place, kind=kind, tolerance=tolerance, label=label)

    def pick(self, place: Place, *, side: int, target: str, ends: bool) -> None:
        """Take the colour of a square of pixels."""
        self._workshop.pick(place, side=side, target=target, ends=ends)

    def drop_pick(self) -> None:
        """No colour is wanted."""
        self._workshop.drop_pick()

    def end_box(self, rect: Rect) -> None:
        """A box was drawn."""
        if self.viewport is not None:
            inside = rect.intersected(Rect.whole(self.viewport.image))
            if not inside.empty:
                self.box_drawn.emit(inside)

    def click(self, row: float, col: float) -> None:
        """A place of the photograph was clicked on."""
        if self.viewport is not None:
            height, width = self.viewport.image
            if 0 <= row < height and 0 <= col < width:
                self.clicked.emit(row, col)

    def divide(self, line: Line) -> None:
        """A line was drawn across the photograph."""
        if self.viewport is not None:
            self.divided.emit(line)

    # Events.

    def sizeHint(self) -> QSize:
        return QSize(960, 640)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._resize()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride and self._at_work
        # These keys are actions of the window as well; a tool at work goes first.
        if override and isinstance(event, QKeyEvent) and event.key() in self._tool_keys:
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._resize()
        if isinstance(event, QNativeGestureEvent):
            self.zoom_by(pinch_notches(event), self._place(event.position()))
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        self._screen.paint(painter, scaled(event.region(), ratio), self._keys())
        starts = [round(left / ratio) for left in self._screen.panes.offsets]
        place = caption_rect(self._caption, self.font()).translated(starts[-1], 0)
        painter.resetTransform()
        self._wipe.draw(painter, self.size())
        if len(starts) > 1:
            for start, view in zip(starts, (self._other, self._view.view), strict=True):
                draw_title(painter, VIEWS[view].title, start + TITLE_GAP, self.height())
        if event.region().intersects(place):
            draw_caption(painter, self._caption, place)

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

    def showEvent(self, event: QShowEvent) -> None:
        self._outlines.march(visible=True)

    def hideEvent(self, event: QHideEvent) -> None:
        self._outlines.march(visible=False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._lend_hand(False)
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._gestures.leave()
        self._place_ring()
        self.cursor_moved.emit(None)

    # How it works.

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
            self._update(self._screen.move_wipe(share))
        else:
            self._gestures.move(at)
            self._place_ring()
        self._show_cursor(at)
        if self.viewport is not None:
            self.cursor_moved.emit((at.row, at.col))

    def _on_wipe(self, at: Pointer) -> bool:
        """Whether the line between two compared views is meant, and not what a tool holds."""
        reach = GRAB * self.devicePixelRatioF()
        near = self._wipe.is_near(at.x, self._device_size().width(), reach=reach)
        return near and not self._gestures.active and not self._gestures.panning

    def _release(self, at: Pointer) -> None:
        if self._wipe.held:
            self._wipe.held = False
            return
        self._gestures.release(at)
        self._show_cursor()
        self._place_ring()

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
        return self._gestures.active or self._workshop.growing

    def _cancel_tool(self) -> None:
        self._gestures.cancel()
        if self._workshop.growing:
            self.drop_stroke()

    def _shown_state(self) -> DocumentState | None:
        return self._view.state

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
            self._update(self._screen.move_ring(None, 0.0))
        else:
            moved = self._screen.move_ring(
                (ring.pointer.x, ring.pointer.y),
                ring.radius * self.viewport.scale,
                core=ring.core,
                colour=self._workshop.colour(ring.label),
            )
            self._update(moved)

    def _start(self, state: DocumentState | None) -> None:
        """Another photograph, or none."""
        self._gestures.forget()
        self._workshop.drop()
        self._board.start(None if state is None else state.size)
        size = self._pane_size()
        whole = None if state is None else Viewport(state.size, (size.height(), size.width()))
        self._look(None if whole is None else whole.fitted())

    def _look(self, viewport: Viewport | None, *, fits: bool = True) -> None:
        before = self.scale
        self._fits = fits
        self._update(self._screen.look(viewport))
        self._outlines.look(viewport)
        self._board.show_again()
        self._place_ring()
        self._ask()
        if self.scale != before:
            self.zoom_changed.emit(self.scale)

    def _resize(self) -> None:
        self._update(self._screen.resize(self._device_size()))
        self.update()  # what lies between the panes, too
        size = self._pane_size()
        if self.viewport is not None:
            resized = self.viewport.resized((size.height(), size.width()))
            self._look(resized.fitted() if self._fits else resized, fits=self._fits)

    @property
    def _wipe(self) -> Wipe:
        return self._screen.picture.wipe

    def _compare(self) -> None:
        """Part the view from the one it is compared with, if there is one."""
        before = "" if self._mode == "side" else self._view.before
        titles = ("", "") if not before else (VIEWS[before].title, VIEWS[self._view.view].title)
        if self._wipe.compare(before, titles):
            self._update(self._screen.redraw_all())

    def _show_views(self) -> None:
        """Show the view that is chosen or peeked at, and the one that it is compared with."""
        view = self._peeked or self._chosen
        compared = self._other if self._mode == "side" else self._wiped(view)
        shown = (self._other, view) if self._mode == "side" else (view,)
        self._view.view, self._view.chosen = view, compared
        self._view.shapes = self._outlines.want((view, *([compared] if compared else ())))
        if self._screen.show_views(*shown):
            self._resize()
        self._ask()
        if self.settled:
            self._update(self._screen.redraw_all())

    def _wiped(self, view: str) -> str | None:
        """What is at the other side of the line: "" for nothing, None for the view's own."""
        if self._peeked:
            return ""
        return self._other if self._mode == "wipe" and self._other != view else None

    def _ask(self) -> None:
        """Ask for what is missing or stale, and say what the view has to say."""
        self._compare()
        if self.viewport is not None:
            self._view.ask(self.viewport)
        self._outlines.follow(self.viewport, visible=self.isVisible())
        if self._view.caption != self._caption:
            self._caption = self._view.caption
            self.caption_changed.emit(self._caption)
            self.update()

    def _tile_arrived(self, key: TileKey) -> None:
        if key.view in SHAPES:
            self._outlines.follow(self.viewport, visible=self.isVisible())
            return
        self._update(self._screen.redraw_tile(key))
        self._settle()

    def _settle(self) -> None:
        """Take a finished stroke away once the view shows the state that holds it."""
        held = self._board.held
        if held is not None and not any(map(self._view.stale, self._keys(held))):
            self._board.let_go()

    def _keys(self, rect: Rect | None = None) -> list[TileKey]:
        return [] if self.viewport is None else self._view.keys(self.viewport, rect)

    @property
    def _outlined(self) -> bool:
        """Whether every outline's tiles are there."""
        if self.viewport is None:
            return True
        shapes, viewport = self._view.shapes, self.viewport
        return all(self._view.shape_tiles(shape, viewport) is not None for shape in shapes)

    def _device_size(self) -> QSize:
        return self.size() * self.devicePixelRatioF()

    def _pane_size(self) -> QSize:
        size = self._device_size()
        return Panes(size.width(), size.height(), self._screen.panes.count).size

    def _update(self, region: QRegion) -> None:
        """Paint device pixels of a pane again, in every pane."""
        if not region.isEmpty():
            shown = self._screen.panes.spread(region)
            self.update(scaled(shown, 1 / self.devicePixelRatioF()))
