"""Asks the render thread for tiles and hands them over on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColorSpace, QColorTransform, QImage

from engine.imaging.types import Rect
from engine.jobs.context import JobContext
from matteapp.canvas.display import transform_for
from matteapp.canvas.tiles import GUTTER, Tile, TileKey, level_size

if TYPE_CHECKING:
    from engine.compositing.plane_copies import PlaneCopies
    from engine.compositing.pyramid import Pyramid
    from engine.compositing.view_look import Look
    from engine.compositing.view_tiles import Scene
    from engine.document.state import DocumentState
    from engine.imaging.types import Image

LANE = "tiles"


class RenderThread(Protocol):
    """What the canvas needs of a worker; `engine.jobs.worker.Worker` is one."""

    def submit(
        self, request: Callable[[JobContext], Any], *, lane: str | None = None, title: str = ""
    ) -> int: ...

    def cancel_lane(self, lane: str) -> None: ...


class SmallSizes:
    """The halved sizes of one photograph and of its planes; made on the render thread."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._made: tuple[Pyramid, PlaneCopies] | None = None

    def get(self) -> tuple[Pyramid, PlaneCopies]:
        """Called on the render thread only."""
        if self._made is None:
            # OpenCV comes with them, which the window does not wait for.
            from engine.compositing.plane_copies import PlaneCopies
            from engine.compositing.pyramid import Pyramid

            self._made = Pyramid(self._image), PlaneCopies()
        return self._made


@dataclass(frozen=True, eq=False)
class RenderTiles:
    """A request to the render thread: tiles of an immutable document, most urgent first.

    Attributes:
        deliver: gets each tile as soon as it is drawn, on the render thread.
        display: the display's profile, None to show numbers as they are.
    """

    state: DocumentState
    sizes: SmallSizes
    backdrop: Image | None
    look: Look
    revision: int
    keys: tuple[TileKey, ...]
    deliver: Callable[[TileKey, Tile], None]
    display: QColorSpace | None = None

    def __call__(self, ctx: JobContext) -> None:
        from engine.compositing.view_tiles import Scene

        pyramid, copies = self.sizes.get()
        scene = Scene(self.state, pyramid, self.backdrop, self.look, copies)
        transform = transform_for(self.display, self.state.image.metadata.icc)
        for key in self.keys:
            ctx.check()
            self.deliver(key, self._drawn(key, scene, transform))

    def _drawn(self, key: TileKey, scene: Scene, transform: QColorTransform | None) -> Tile:
        from engine.compositing.view_tiles import render_tile

        size = level_size(self.state.size, key.level)
        rect = tile_rect(key, size)
        made = render_tile(key.view, scene, rect, key.level)
        form = QImage.Format.Format_RGB32
        if not made.opaque:
            form = QImage.Format.Format_ARGB32_Premultiplied
        pixels = made.pixels
        image = QImage(pixels.data, rect.width, rect.height, pixels.strides[0], form)
        if transform is not None:
            image.applyColorTransform(transform)
        return Tile(image, (rect.top, rect.left), self.revision, pixels)


def tile_rect(key: TileKey, size: tuple[int, int]) -> Rect:
    """A tile's pixels at its level with the gutter, inside the level's (height, width)."""
    return key.rect.grown(GUTTER, within=size)


class TileSource(QObject):
    """The hop between the render thread and the canvas.

    Signals:
        arrived(TileKey, Tile): a tile was drawn; heard on the GUI thread.
    """

    arrived = Signal(object, object)
    _drawn = Signal(object, object)

    def __init__(self, thread: RenderThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._asked: dict[TileKey, int] = {}
        self._drawn.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    def ask(
        self, wanted: dict[TileKey, int], request: Callable[[tuple[TileKey, ...]], RenderTiles]
    ) -> None:
        """Want these tiles, most urgent first, and no others any more.

        Args:
            wanted: for each tile the revision that it has to show at least; what is asked for
                already is not asked for again.
            request: makes the request for the render thread.
        """
        if wanted.items() <= self._asked.items():
            return
        self._asked = wanted
        self._thread.submit(request(tuple(wanted)), lane=LANE, title="Drawing the view")

    def deliver(self, key: TileKey, tile: Tile) -> None:
        """Called on the render thread."""
        self._drawn.emit(key, tile)

    def stop(self) -> None:
        """Want nothing any more."""
        self._asked = {}
        self._thread.cancel_lane(LANE)

    def _arrive(self, key: TileKey, tile: Tile) -> None:
        if self._asked.get(key, tile.revision + 1) <= tile.revision:
            del self._asked[key]
        self.arrived.emit(key, tile)
