"""What tools have computed beside the window: strokes that grow, areas that are labelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from engine.document import edits
from engine.document.planes import Plane
from engine.document.state import TRIMAP_OF_STROKE, DocumentState
from engine.imaging.types import STROKE_UNKNOWN, Rect
from engine.jobs.context import JobContext
from matteapp.canvas.rendering import RenderThread
from matteapp.canvas.spans import Dab, swept
from matteapp.canvas.strokes import EMPTY, spans_bounds, spans_filled

if TYPE_CHECKING:
    from engine.guidance.areas import Area

LANE = "tools"
Find = Callable[[DocumentState], "Area | None"]


@dataclass(frozen=True, eq=False)
class Grown:
    """What a part of a stroke grew to.

    Attributes:
        rect: the pixels of the photograph that were looked at.
        inside: H×W bool, what gets the stroke's label.
        rim: H×W bool, what is unknown, since an edge of the picture stopped the stroke there.
    """

    rect: Rect
    inside: NDArray[np.bool_]
    rim: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class GrowRequest:
    """Let a part of a stroke grow.

    Attributes:
        state: the document; strokes of another label are never grown over.
        label: STROKE_FOREGROUND or STROKE_BACKGROUND.
        path: where the brush went, each piece from dab to dab.
        reach, tolerance: see `engine.guidance.growth.grow`.
    """

    state: DocumentState
    label: int
    path: tuple[tuple[Dab, Dab], ...]
    reach: float
    tolerance: float

    def __call__(self, ctx: JobContext) -> Grown | None:
        from engine.guidance.growth import grow

        swept_over = [swept(*piece, within=self.state.size) for piece in self.path]
        seeds_rect = EMPTY
        for spans in swept_over:
            seeds_rect = seeds_rect.united(spans_bounds(spans))
        if seeds_rect.empty:
            return None
        rect = seeds_rect.grown(int(self.reach) + 4, within=self.state.size)
        seeds = np.zeros((rect.height, rect.width), bool)
        for spans in swept_over:
            spans_filled(seeds, spans, top_left=rect[:2])
        painted = self.state.strokes.read(rect)
        found = grow(
            self.state.image.pixels[rect.slices],
            seeds,
            reach=self.reach,
            tolerance=self.tolerance,
            barred=(painted != 0) & (painted != self.label),
        )
        return Grown(rect, found.inside & ~found.rim, found.rim & self._open(rect))

    def _open(self, rect: Rect) -> NDArray[np.bool_]:
        """Where nothing says yet what the stroke says; there its rim is of use."""
        said = self.state.effective_trimap(rect)
        wanted = TRIMAP_OF_STROKE[self.label]
        return np.asarray((said != wanted) & (self.state.strokes.read(rect) == 0))


@dataclass(frozen=True, eq=False)
class Marks:
    """An area that was labelled.

    Attributes:
        before: the strokes it was made on.
        after: the strokes with it.
        rect: where they differ.
        title: what the history calls it.
    """

    before: Plane
    after: Plane
    rect: Rect
    title: str


@dataclass(frozen=True, eq=False)
class MarkRequest:
    """Find an area and label it."""

    state: DocumentState
    find: Find
    label: int
    title: str

    def __call__(self, ctx: JobContext) -> Marks | None:
        area = self.find(self.state)
        ctx.check()
        if area is None:
            return None
        strokes = self.state.strokes
        after = edits.marked(strokes, area.rect, area.where, self.label)
        return None if after is strokes else Marks(strokes, after, area.rect, self.title)


class Bench(QObject):
    """The tools' own thread, and the hop back to the window.

    Growing follows the brush: what it has gone over while a part grows is the next part.

    Signals:
        grown(Grown, int): a part of the stroke in progress grew; its label.
        grown_up(): nothing of the stroke that was ended grows any more.
        marked(Marks): an area was labelled on the strokes that are still current.

    Args:
        thread: computes; not the one that draws tiles, which would keep them waiting.
        state: the document as it is now.
    """

    grown = Signal(object, int)
    grown_up = Signal()
    marked = Signal(object)
    _arrived = Signal(object, object)

    def __init__(
        self,
        thread: RenderThread,
        state: Callable[[], DocumentState | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._thread = thread
        self._state = state
        self._running: object = None
        self._waiting: GrowRequest | None = None
        self._ending = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    @property
    def growing(self) -> bool:
        """Whether a part of a stroke is on its way."""
        return isinstance(self._running, GrowRequest)

    def grow(self, start: Dab, end: Dab, *, label: int, reach: float, tolerance: float) -> None:
        """Let the stroke in progress grow around a new piece of it."""
        state = self._state()
        if state is None:
            return
        piece = ((start, end),)
        if self._waiting is None:
            self._waiting = GrowRequest(state, label, piece, reach, tolerance)
        else:
            self._waiting = replace(self._waiting, path=self._waiting.path + piece)
        if self._running is None:
            self._start_waiting()

    def end_growth(self) -> None:
        """The brush was lifted; `grown_up` tells when all of the stroke has grown."""
        if self._running is None and self._waiting is None:
            self.grown_up.emit()
        else:
            self._ending = True

    def mark(self, find: Find, *, label: int, title: str) -> None:
        """Find an area and label it; a newer one takes the place of an older."""
        state = self._state()
        if state is not None:
            self.drop()
            self._submit(MarkRequest(state, find, label, title))

    def drop(self) -> None:
        """Nothing that is on its way is wanted."""
        self._running = self._waiting = None
        self._ending = False
        self._thread.cancel_lane(LANE)

    def _start_waiting(self) -> None:
        request, self._waiting = self._waiting, None
        if request is not None:
            self._submit(request)

    def _submit(self, request: GrowRequest | MarkRequest) -> None:
        self._running = request

        def run(ctx: JobContext) -> None:
            found: Any = None
            try:
                found = request(ctx)
            finally:
                self._arrived.emit(request, found)

        self._thread.submit(run, lane=LANE, title="Working with a tool")

    def _on_arrived(self, request: object, found: Any) -> None:
        if request is not self._running:
            return
        self._running = None
        if isinstance(request, MarkRequest):
            self._take_marks(request, found)
            return
        if found is not None and isinstance(request, GrowRequest):
            self.grown.emit(found, request.label)
        self._start_waiting()
        if self._running is None and self._ending:
            self._ending = False
            self.grown_up.emit()

    def _take_marks(self, request: MarkRequest, found: Marks | None) -> None:
        state = self._state()
        if state is None or state.image is not request.state.image:
            return
        if state.strokes is not request.state.strokes:  # painted on meanwhile: look again
            self._submit(replace(request, state=state))
        elif found is not None:
            self.marked.emit(found)


RIM = STROKE_UNKNOWN
"""What the rim of a stroke that grew is labelled with."""
