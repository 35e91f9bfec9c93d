"""The widget that shows views of the document, with pan and zoom; tools come with the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QColorSpace,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from engine.compositing.view_look import Look
from engine.compositing.views import SHAPES, VIEWS
from engine.imaging.types import Image, Rect
from matteapp.canvas.document_view import DocumentView
from matteapp.canvas.hud import BoxName, caption_rect, draw_caption
from matteapp.canvas.outlines import Outlines
from matteapp.canvas.panes import CompareMode, Panes
from matteapp.canvas.picture import scaled
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.screen import Screen
from matteapp.canvas.shown import Shown
from matteapp.canvas.tiles import TileKey
from matteapp.canvas.viewport import Viewport
from matteapp.canvas.wipe import TITLE_GAP, Wipe, draw_title
from matteapp.language import _

if TYPE_CHECKING:
    from engine.document.state import DocumentState


class Viewer(QWidget):
    """A view of the document, alone or compared with another; it holds no data of its own.

    Nothing is computed here: tiles are drawn on the render thread, a paint event copies them, and
    until a tile is there its last state, or a coarser one, stands in.

    Signals:
        opened(object): another photograph's state is shown, or None.
        moved(): another part of it is in sight, or another zoom.
        arrived(): a tile in sight is there, or is newer.
        zoom_changed(float): device pixels an image pixel.
        caption_changed(str): what the view has to say besides its title, or "".
        view_changed(str): the name of the view that was chosen.

    Args:
        thread: draws the tiles; not the engine thread, which would keep them waiting.
    """

    opened = Signal(object)
    moved = Signal()
    arrived = Signal()
    zoom_changed = Signal(float)
    caption_changed = Signal(str)
    view_changed = Signal(str)

    def __init__(self, thread: RenderThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = DocumentView(thread, self)
        self._view.arrived.connect(self._tile_arrived)
        self._outlines = Outlines(thread, self._view, self)
        self._outlines.changed.connect(self.refresh)
        self._screen = Screen(self._view.find, self._outlines.draw)
        self._shown = Shown(self._view.view)
        self._fits = True
        self._caption = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def state(self) -> DocumentState | None:
        """The document as it is shown."""
        return self._view.state

    @property
    def view(self) -> str:
        """The name of the view, see `engine.compositing.views.VIEWS`."""
        return self._shown.chosen

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
        return self.is_drawn() and self._outlines.are_settled(self.viewport)

    def is_drawn(self, rect: Rect | None = None) -> bool:
        """Whether what is in sight of a rectangle (of all) shows the newest state."""
        return not any(map(self._view.stale, self._keys(rect)))

    def show_state(self, state: DocumentState | None) -> None:
        """Show another state of the document; its alpha is shown as it is."""
        if self._view.show_state(state):
            self._open(state)
        self._ask()

    def set_view(self, name: str) -> None:
        """Show another view; the old one stays in sight until the new one is drawn."""
        self._shown.chosen = name
        self._show_views()
        self.view_changed.emit(name)

    def peek(self, name: str) -> None:
        """Show a view instead of the chosen one for a while; "" goes back."""
        self._shown.peeked = name
        self._show_views()

    def set_compare(self, mode: CompareMode, other: str) -> None:
        """Compare the view with another across a line, or beside it; "off" with its own only."""
        self._shown.mode, self._shown.other = mode, other
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
        self._view.set_look(look)
        self._ask()

    def set_surround(self, colour: QColor) -> None:
        """The neutral colour around the photograph."""
        self.refresh(self._screen.set_surround(colour))

    def set_pixel_grid(self, wanted: bool) -> None:
        """Whether lines part the pixels when they are large."""
        self.refresh(self._screen.set_pixel_grid(wanted))

    def show_box(self, rect: Rect | None, *, of: BoxName = "subject") -> None:
        """Show the subject's box or the head's, or none."""
        self.refresh(self._screen.show_box(rect, of=of))

    def move_wipe(self, by: float) -> None:
        """Move the line between two compared views by a share of the width."""
        self.refresh(self._screen.move_wipe(self._wipe.share + by))

    def fit(self) -> None:
        """Show all of the photograph; it stays so while the widget's size changes."""
        if self.viewport is not None:
            self._look(self.viewport.fitted(), fits=True)

    def zoom_to(self, scale: float, at: tuple[float, float] | None = None) -> None:
        """Zoom; `at` is the (row, col) of the photograph to stay where it is (the middle)."""
        if self.viewport is not None:
            where = self.viewport.middle if at is None else self.viewport.to_device(*at)
            self._look(self.viewport.zoomed(scale, where), fits=False)

    def zoom_by(self, notches: float, at: tuple[float, float] | None = None) -> None:
        """Zoom by notches of a wheel, a quarter octave each; `at` is a device point (x, y)."""
        if self.viewport is not None:
            scale = self.viewport.stepped(notches)
            self._look(self.viewport.zoomed(scale, at or self.viewport.middle), fits=False)

    def pan(self, across: float, down: float) -> None:
        """Move the photograph by device pixels."""
        if self.viewport is not None:
            self._look(self.viewport.panned(across, down), fits=False)

    def stop(self) -> None:
        """Ask the threads for nothing any more."""
        self._view.stop()

    def refresh(self, region: QRegion) -> None:
        """Paint device pixels of a pane again, in every pane."""
        if not region.isEmpty():
            shown = self._screen.panes.spread(region)
            self.update(scaled(shown, 1 / self.devicePixelRatioF()))

    def sizeHint(self) -> QSize:
        return QSize(960, 640)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._resize()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._resize()

    def showEvent(self, event: QShowEvent) -> None:
        self._outlines.march(visible=True)

    def hideEvent(self, event: QHideEvent) -> None:
        self._outlines.march(visible=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        self._screen.paint(painter, scaled(event.region(), ratio), self._keys())
        painter.resetTransform()
        self._wipe.draw(painter, self.size())
        starts = [round(left / ratio) for left in self._screen.panes.offsets]
        if len(starts) > 1:
            for start, view in zip(starts, self._shown.panes, strict=True):
                draw_title(painter, _(VIEWS[view].title), start + TITLE_GAP, self.height())
        place = caption_rect(self._caption, self.font()).translated(starts[-1], 0)
        if event.region().intersects(place):
            draw_caption(painter, self._caption, place)

    @property
    def _wipe(self) -> Wipe:
        return self._screen.picture.wipe

    def _open(self, state: DocumentState | None) -> None:
        """Another photograph, or none."""
        self.opened.emit(state)
        ratio = self.devicePixelRatioF()
        whole = None if state is None else Viewport(state.size, self._pane_size(), ratio=ratio)
        self._look(None if whole is None else whole.fitted(), fits=True)

    def _look(self, viewport: Viewport | None, *, fits: bool) -> None:
        before = self.scale
        self._fits = fits
        self.refresh(self._screen.look(viewport))
        self._outlines.look(viewport)
        self.moved.emit()
        self._ask()
        if self.scale != before:
            self.zoom_changed.emit(self.scale)

    def _resize(self) -> None:
        self.refresh(self._screen.resize(self._device_size()))
        self.update()  # what lies between the panes, too
        if self.viewport is not None:
            resized = self.viewport.resized(self._pane_size(), ratio=self.devicePixelRatioF())
            self._look(resized.fitted() if self._fits else resized, fits=self._fits)

    def _show_views(self) -> None:
        """Show the view that is chosen or peeked at, and the one that it is compared with."""
        view, compared = self._shown.view, self._shown.compared
        self._view.view, self._view.chosen = view, compared
        self._view.shapes = self._outlines.want((view, *([compared] if compared else ())))
        if self._screen.show_views(*self._shown.panes):
            self._resize()
        self._ask()
        if self.settled:
            self.refresh(self._screen.redraw_all())

    def _ask(self) -> None:
        """Ask for what is missing or stale, and say what the view has to say."""
        before = "" if self._shown.mode == "side" else self._view.before
        self.refresh(self._screen.part(before, self._view.view))
        if self.viewport is not None:
            self._view.ask(self.viewport)
        self._outlines.follow(self.viewport, visible=self.isVisible())
        said = _(self._view.caption)
        if said != self._caption:
            self._caption = said
            self.caption_changed.emit(self._caption)
            self.update()

    def _tile_arrived(self, key: TileKey) -> None:
        if key.view in SHAPES:
            self._outlines.follow(self.viewport, visible=self.isVisible())
            return
        self.refresh(self._screen.redraw_tile(key))
        self.arrived.emit()

    def _keys(self, rect: Rect | None = None) -> list[TileKey]:
        return [] if self.viewport is None else self._view.keys(self.viewport, rect)

    def _device_size(self) -> QSize:
        return self.size() * self.devicePixelRatioF()

    def _pane_size(self) -> tuple[int, int]:
        """(height, width) of each pane, in device pixels."""
        size = self._device_size()
        pane = Panes(size.width(), size.height(), self._screen.panes.count).size
        return pane.height(), pane.width()
