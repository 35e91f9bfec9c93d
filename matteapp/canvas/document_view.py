"""One view of the document as tiles: which are there, which are out of date, which to ask for."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColorSpace

from engine.compositing.view_look import Look
from engine.compositing.views import SHAPES, VIEWS, caption, planes_of
from engine.document.state import PLANES, DocumentState
from engine.imaging.types import Image, Rect
from matteapp.canvas.rendering import RenderThread, RenderTiles, SmallSizes, TileSource
from matteapp.canvas.tiles import (
    TILE,
    Freshness,
    Tile,
    TileCache,
    TileKey,
    keys_in,
    level_for,
    top_level,
)
from matteapp.canvas.viewport import Viewport

Tiles = tuple[tuple[TileKey, Tile], ...]


class DocumentView(QObject):
    """Keeps the tiles of a document up to date with its newest state.

    Attributes:
        view: the view that is shown.
        chosen: the view that it is compared with; empty for none, None for the view's own.
        shapes: what is outlined on it.

    Signals:
        arrived(TileKey): a tile of the view or of a shape is there, or is newer.
    """

    arrived = Signal(object)

    def __init__(self, thread: RenderThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = TileSource(thread, self)
        self._source.arrived.connect(self._put)
        self._cache = TileCache()
        self._state: DocumentState | None = None
        self._sizes: SmallSizes | None = None
        self._fresh = Freshness((1, 1))
        self._revision = 0
        self._oldest = 0
        self._oldest_looks = 0
        self._backdrop: Image | None = None
        self._look = Look()
        self._display: QColorSpace | None = None
        self.view = "input"
        self.chosen: str | None = None
        self.shapes: tuple[str, ...] = ()

    @property
    def state(self) -> DocumentState | None:
        return self._state

    @property
    def caption(self) -> str:
        """What the view has to say about this document, or ""."""
        return "" if self._state is None else caption(self.view, self._state, self._backdrop)

    @property
    def before(self) -> str:
        """The view that this one is compared with, empty if with none.

        One that people chose, else the view's own unless something stands in for the view itself.
        """
        if self.chosen is not None:
            return self.chosen
        return "" if self._state is None or self.caption else VIEWS[self.view].before

    @property
    def _views(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.view, self.before))) if self.before else (self.view,)

    def find(self, key: TileKey) -> Tile | None:
        """The tile, even if it is out of date."""
        return self._cache.get(key)

    def show_state(self, state: DocumentState | None) -> bool:
        """Show another state; returns whether it is of another photograph."""
        before, self._state = self._state, state
        self._revision += 1
        if state is None or before is None or before.image is not state.image:
            self._start(state)
            return True
        for plane, rect in _changes(before, state).items():
            self._fresh.touch(plane, rect, self._revision)
        return False

    def set_backdrop(self, backdrop: Image | None) -> None:
        """The loaded background image, for the composite."""
        self._backdrop = backdrop
        self._touch("backdrop")

    def set_look(self, look: Look) -> None:
        """How views are drawn; what is there already is drawn again."""
        before, self._look = self._look, look
        if look != before:
            self._revision += 1
            self._oldest_looks = self._revision

    def set_display(self, profile: QColorSpace | None) -> None:
        """The display's profile; what is there already is drawn again."""
        self._display = profile
        self._revision += 1
        self._oldest_looks = self._revision

    def keys(self, viewport: Viewport, rect: Rect | None = None) -> list[TileKey]:
        """Tiles that show any of `rect` (of what is in sight), at the level of the zoom."""
        return _seen(self._views, viewport, rect)

    def shape_tiles(self, shape: str, viewport: Viewport) -> Tiles | None:
        """A shape's tiles in sight, or None while one of them is missing or out of date."""
        keys = _seen((shape,), viewport)
        if any(map(self.stale, keys)):
            return None
        found = ((key, self._cache.get(key)) for key in keys)
        return tuple((key, tile) for key, tile in found if tile is not None)

    def stale(self, key: TileKey) -> bool:
        """Whether the tile is missing or shows an old state."""
        tile = self._cache.get(key)
        return tile is None or tile.revision < self._needed(key)

    def ask(self, viewport: Viewport) -> None:
        """Ask the render thread for what is missing or stale in sight, and then around it."""
        if self._state is None:
            return
        wanted = {key: self._needed(key) for key in self._wanted(viewport)}
        self._source.ask(wanted, self._request)

    def stop(self) -> None:
        """Have nothing drawn any more."""
        self._source.stop()

    def _request(self, keys: tuple[TileKey, ...]) -> RenderTiles:
        if self._state is None or self._sizes is None:
            raise ValueError("there is no document to draw")
        return RenderTiles(
            self._state,
            self._sizes,
            self._backdrop,
            self._look,
            self._revision,
            keys,
            self._source.deliver,
            self._display,
        )

    def _wanted(self, viewport: Viewport) -> list[TileKey]:
        """An overview if there is none, what is in sight from the middle out, then around."""
        overviews = [TileKey(view, top_level(viewport.image), 0, 0) for view in self._views]
        first = [key for key in overviews if self._cache.get(key) is None]
        in_sight = _seen((*self._views, *self.shapes), viewport)
        near = partial(_distance, middle=viewport.to_image(*viewport.middle))
        seen = sorted((key for key in in_sight if self.stale(key)), key=near)
        around = [key for key in self._around(viewport) if self._cache.get(key) is None]
        return list(dict.fromkeys([*first, *seen, *around]))

    def _around(self, viewport: Viewport) -> list[TileKey]:
        level = level_for(viewport.scale, top_level(viewport.image))
        shown = viewport.rect_of(viewport.box)
        grown = shown.grown(TILE * 2**level // 2, within=viewport.image)
        return [key for view in self._views for key in keys_in(view, level, grown, viewport.image)]

    def _needed(self, key: TileKey) -> int:
        oldest = self._oldest if key.view in SHAPES else max(self._oldest, self._oldest_looks)
        return max(oldest, self._fresh.needed(planes_of(key.view), key.source_rect))

    def _start(self, state: DocumentState | None) -> None:
        """Another photograph: nothing drawn so far is of use."""
        self._source.stop()
        self._cache.clear()
        self._oldest = self._revision
        if state is not None:
            self._fresh = Freshness(state.size)
            self._sizes = SmallSizes(state.image)
        else:
            self._sizes = None

    def _touch(self, plane: str) -> None:
        self._revision += 1
        self._fresh.touch(plane, None, self._revision)

    def _put(self, key: TileKey, tile: Tile) -> None:
        known = self._cache.get(key)
        if tile.revision < self._oldest or (known is not None and known.revision > tile.revision):
            return
        self._cache.put(key, tile)
        if key.view in self._views or key.view in self.shapes:
            self.arrived.emit(key)


def _seen(views: tuple[str, ...], viewport: Viewport, rect: Rect | None = None) -> list[TileKey]:
    level = level_for(viewport.scale, top_level(viewport.image))
    shown = viewport.rect_of(viewport.box)
    wanted = shown if rect is None else shown.intersected(rect)
    return [key for view in views for key in keys_in(view, level, wanted, viewport.image)]


def _changes(before: DocumentState, after: DocumentState) -> dict[str, Rect | None]:
    """Which planes differ, and where (None: everywhere)."""
    touched: dict[str, Rect | None] = {}
    for name in PLANES:
        old, new = getattr(before, name), getattr(after, name)
        if old is not new:
            touched[name] = None if old is None or new is None else new.roughly_changed_rect(old)
    if _background_changed(before, after, touched):
        touched["background"] = None
    return touched


def _background_changed(
    before: DocumentState, after: DocumentState, touched: Collection[str]
) -> bool:
    """Whether it, or what the subject does to it: a shadow falls far from what throws it.

    A blurred photograph is filled where the subject was.
    """
    old, new = before.settings, after.settings
    if (old.background, old.harmony) != (new.background, new.harmony):
        return True
    filled = new.background.kind == "blurred"
    reaches = filled or new.harmony.shadowed or new.harmony.lit
    return reaches and not {"alpha", "mask"}.isdisjoint(touched)


def _distance(key: TileKey, *, middle: tuple[float, float]) -> float:
    half = TILE * 2**key.level / 2
    row, col = (2 * key.row + 1) * half, (2 * key.col + 1) * half
    return math.hypot(row - middle[0], col - middle[1])
