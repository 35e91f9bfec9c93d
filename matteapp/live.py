"""Which step follows which change, so that the matte keeps up with what people do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from engine.compositing.proxy_size import halvings_of
from engine.document import edits
from engine.document.planes import Plane
from engine.document.state import DocumentState
from engine.imaging.types import Image, Rect
from engine.matting.methods import sees_alone
from engine.settings import EdgeSettings
from matteapp.bridge import Bridge
from matteapp.language import _
from matteapp.session import Change, Session
from matteapp.steps import (
    ALPHA,
    COLOURS,
    EDGES,
    ENHANCED,
    MASK,
    ROUGH_EDGES,
    STEPS,
    TRIMAP,
    Outcome,
    Snapshot,
    StepRequest,
    StepSpec,
    guiding_mask,
    read_by,
    same,
)

FOUND = ("automatic", "grabcut")
"""Sources of a mask that is looked for in the photograph."""


def _enhanced_by(state: DocumentState, *, used: bool = True) -> tuple[Any, ...]:
    """What the enhanced picture is made with, nothing where the photograph itself is used."""
    shown = state.enhancement is not None and used
    return (state.enhancement, state.settings.enhance.strength) if shown else ()


# The choices a plane was made with, next to what it was made from.
_CHOICES: dict[StepSpec, Callable[[DocumentState], tuple[Any, ...]]] = {
    ENHANCED: _enhanced_by,
    TRIMAP: lambda state: (state.mask, state.settings.trimap),
    ALPHA: lambda state: (
        state.settings.method,
        state.settings.refine,
        guiding_mask(state),
        *_enhanced_by(state, used=state.settings.enhance.matte),
    ),
    COLOURS: lambda state: (
        state.settings.edge,
        state.settings.foreground,
        *_enhanced_by(state, used=state.settings.enhance.colours),
    ),
}
_RESULT: dict[StepSpec, str] = {
    ENHANCED: "enhanced",
    TRIMAP: "trimap",
    ALPHA: "alpha",
    COLOURS: "foreground",
}


class Live(QObject):
    """Orders the next step that the document needs; one at a time, the newest wins.

    What came of a step is taken only if all that it was computed from is still current.

    Signals:
        shown_changed(): the matte after the edge tools is another one.
        settled(): nothing is left to be done, or nothing may be while it is paused.
        failed(object, object): a step (StepSpec) ended in an exception.
        paused_changed(bool): steps wait from now on, or are taken again.
    """

    shown_changed = Signal()
    settled = Signal()
    failed = Signal(object, object)
    doubted = Signal(str)
    paused_changed = Signal(bool)

    def __init__(self, session: Session, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._bridge = bridge
        self._running: StepRequest | None = None
        self._given_up: list[StepRequest] = []
        self._made_with: WeakKeyDictionary[Plane, tuple[Any, ...]] = WeakKeyDictionary()
        self._shown: Plane | None = None
        self._shown_of: tuple[Plane, EdgeSettings] | None = None
        self._rough: tuple[Plane, Plane, EdgeSettings] | None = None
        self._dragging = False
        self._paused = self._ordered = False
        self._left: WeakKeyDictionary[Image, tuple[Plane, tuple[Plane, EdgeSettings]]] = (
            WeakKeyDictionary()
        )
        session.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        """Whether a step is on its way."""
        return self._running is not None

    @property
    def paused(self) -> bool:
        """Whether steps wait until people go on, or order them."""
        return self._paused

    def pause(self, on: bool) -> None:
        """Let all steps wait, or take once what they owe now."""
        if on != self._paused:
            self._paused, self._ordered = on, False
            self.paused_changed.emit(on)
            self.follow()

    def displayed(self) -> DocumentState | None:
        """The document as it is to be looked at: its matte after the edge tools."""
        state = self._session.state
        if state is None or state.alpha is None or self._shown is None:
            return state
        rough = self._rough
        seen = rough is not None and rough[1] is state.alpha and not self._shows(state)
        return replace(state, alpha=rough[0] if rough is not None and seen else self._shown)

    def drag_edges(self, on: bool) -> None:
        """While an edge setting is dragged a large matte is shown roughly, and then exactly."""
        self._dragging = on
        if not on:
            self.follow()

    def solve_again(self) -> None:
        """Solve the matte from the guidance there is; once, and even while it is paused."""
        self._given_up.clear()
        self._ordered = True
        state = self._session.state
        if state is not None:
            whole = Rect.whole(state.size)
            self._session.amend(lambda now: replace(now, alpha_stale=whole), rect=Rect(0, 0, 0, 0))

    def try_again(self) -> None:
        """Take the steps again that failed or were stopped."""
        self._given_up.clear()
        self.follow()

    def run_all(self) -> None:
        """Start again from finding the subject; once, and even while it is paused."""
        self._given_up.clear()
        self._ordered = True
        state = self._session.state
        if state is None:
            return
        if state.settings.guidance.source in FOUND and state.mask is not None:
            self._session.amend(lambda now: edits.set_mask(now, None))
        else:
            self.solve_again()

    def stop(self) -> None:
        """Stop the running step; it is not started again until something changes."""
        if self._running is not None:
            self._bridge.cancel_lane(self._running.spec.lane)

    def follow(self) -> None:
        """Order the next step, unless it is on its way already."""
        waits = self._paused and not self._ordered
        wanted = None if waits else next(self._wanted(), None)
        if wanted is None:
            self._ordered = False
            self._drop_running()
            self.settled.emit()
        elif self._running is None or not self._matches(self._running, wanted):
            self._drop_running()
            self._start(wanted)

    def _on_changed(self, change: Change) -> None:
        if change.before is None or change.after is None or _other(change.before, change.after):
            self._leave(change.before, change.after)
        state = self._session.state
        if state is None:
            self._drop_running()
            return
        self._adopt(state)
        self._show_untouched_edges(state)
        self.follow()

    def _leave(self, before: DocumentState | None, after: DocumentState | None) -> None:
        """Another document: what its edge tools gave when it was left is taken up again."""
        self._given_up.clear()
        self._rough, self._dragging, self._ordered = None, False, False
        if before is not None and self._shown is not None and self._shown_of is not None:
            self._left[before.image] = self._shown, self._shown_of
        none = None, None
        self._shown, self._shown_of = none if after is None else self._left.pop(after.image, none)

    def _adopt(self, state: DocumentState) -> None:
        """What was loaded from a project counts as made with the settings it was saved with."""
        for spec, name in _RESULT.items():
            plane = getattr(state, name)
            if plane is not None:
                self._made_with.setdefault(plane, _CHOICES[spec](state))

    def _show_untouched_edges(self, state: DocumentState) -> None:
        """Without edge tools the matte is shown as it is, and at once."""
        if state.alpha is not None and state.settings.edge == EdgeSettings():
            self._set_shown(state.alpha, state)

    def _wanted(self) -> Iterator[StepRequest]:
        state = self._session.state
        if state is None:
            return
        for spec in STEPS:
            request = self._request(spec, state)
            if request is not None and not self._is_given_up(request):
                yield request

    def _request(self, spec: StepSpec, state: DocumentState) -> StepRequest | None:
        snapshot = _NEEDS[spec](self, state)
        if snapshot is None:
            return None
        return StepRequest(spec, replace(snapshot, compute=self._bridge.compute))

    def _need_enhanced(self, state: DocumentState) -> Snapshot | None:
        if state.enhancement is None:
            return None
        drawn = state.enhanced is not None and self._is_made_with(ENHANCED, state)
        return None if drawn else Snapshot(state)

    def _need_mask(self, state: DocumentState) -> Snapshot | None:
        missing = state.mask is None and state.settings.guidance.source in FOUND
        return Snapshot(state) if missing else None

    def _need_trimap(self, state: DocumentState) -> Snapshot | None:
        if state.mask is None:
            return None
        stale = state.trimap is None or not self._is_made_with(TRIMAP, state)
        return Snapshot(state) if stale else None

    def _need_alpha(self, state: DocumentState) -> Snapshot | None:
        guided = state.trimap is not None or sees_alone(state.settings)
        if not guided and state.alpha_stale is None:
            return None
        if state.alpha is None:
            return Snapshot(state)
        if not self._is_made_with(ALPHA, state):
            return Snapshot(replace(state, alpha_stale=Rect.whole(state.size)))
        return Snapshot(state) if state.alpha_stale is not None else None

    def _need_rough_edges(self, state: DocumentState) -> Snapshot | None:
        if state.alpha is None or self._shows(state) or not self._roughly(state):
            return None
        drawn = self._rough is not None and self._rough[1:] == (state.alpha, state.settings.edge)
        return None if drawn else Snapshot(state)

    def _roughly(self, state: DocumentState) -> bool:
        return self._dragging and halvings_of(state.size) > 0

    def _need_edges(self, state: DocumentState) -> Snapshot | None:
        if state.alpha is None or self._shows(state) or self._roughly(state):
            return None
        if self._shown_of is None or self._shown_of[1] != state.settings.edge:
            return Snapshot(state)
        return Snapshot(state, self._shown, self._shown_of[0])

    def _need_colours(self, state: DocumentState) -> Snapshot | None:
        if state.alpha is None or not self._shows(state):
            return None
        if state.foreground is not None and self._is_made_with(COLOURS, state):
            return Snapshot(state, self._shown) if state.foreground_stale is not None else None
        return Snapshot(replace(state, foreground_stale=None), self._shown)

    def _shows(self, state: DocumentState) -> bool:
        """Whether the matte shown is the one of this state, after its edge tools."""
        shown = self._shown_of
        return shown is not None and shown[0] is state.alpha and shown[1] == state.settings.edge

    def _is_made_with(self, spec: StepSpec, state: DocumentState) -> bool:
        made_with = self._made_with.get(getattr(state, _RESULT[spec]))
        return made_with is not None and same(made_with, _CHOICES[spec](state))

    def _matches(self, one: StepRequest, other: StepRequest) -> bool:
        return one.spec is other.spec and same(one.key, other.key)

    def _is_given_up(self, request: StepRequest) -> bool:
        return any(self._matches(request, other) for other in self._given_up)

    def _start(self, request: StepRequest) -> None:
        self._running = request
        self._bridge.start(
            request,
            lane=request.spec.lane,
            title=_(request.spec.title),
            done=partial(self._on_done, request),
            failed=partial(self._on_failed, request),
            cancelled=partial(self._on_cancelled, request),
        )

    def _drop_running(self) -> None:
        if self._running is not None:
            lane = self._running.spec.lane
            self._running = None
            self._bridge.cancel_lane(lane)

    def _on_done(self, request: StepRequest, outcome: Outcome) -> None:
        if self._running is request:
            self._running = None
        state = self._session.state
        if state is None:
            return
        if not same(request.key, read_by(request.spec, Snapshot(state, self._shown))):
            self.follow()
        elif request.spec is ROUGH_EDGES:
            self._take_rough_edges(outcome)
        elif request.spec is EDGES:
            self._take_edges(outcome, state)
        else:
            self._take(request.spec, outcome)

    def _take(self, spec: StepSpec, outcome: Outcome) -> None:
        found = {name: getattr(outcome.state, name) for name in spec.writes}
        if spec in _RESULT:
            self._made_with[found[_RESULT[spec]]] = _CHOICES[spec](outcome.state)
        self._session.amend(lambda now: replace(now, **found))
        if outcome.doubts:
            self.doubted.emit(" ".join(outcome.doubts))

    def _take_rough_edges(self, outcome: Outcome) -> None:
        made_of = outcome.state
        assert outcome.shown_alpha is not None and made_of.alpha is not None
        if self._dragging:
            self._rough = outcome.shown_alpha, made_of.alpha, made_of.settings.edge
            self.shown_changed.emit()
        self.follow()

    def _take_edges(self, outcome: Outcome, state: DocumentState) -> None:
        assert outcome.shown_alpha is not None
        self._set_shown(outcome.shown_alpha, state)
        self.follow()

    def _set_shown(self, plane: Plane, state: DocumentState) -> None:
        assert state.alpha is not None
        before = self._shown if self._rough is None else None
        self._shown, self._rough = plane, None
        self._shown_of = (state.alpha, state.settings.edge)
        if before is not plane:
            self.shown_changed.emit()

    def _on_failed(self, request: StepRequest, error: Exception) -> None:
        self._give_up(request)
        self.failed.emit(request.spec, error)
        self.follow()

    def _on_cancelled(self, request: StepRequest) -> None:
        if self._running is request:
            self._give_up(request)
            self._ordered = False
            self.settled.emit()

    def _give_up(self, request: StepRequest) -> None:
        self._given_up.append(request)
        if self._running is request:
            self._running = None


_NEEDS: dict[StepSpec, Callable[[Live, DocumentState], Snapshot | None]] = {
    ENHANCED: Live._need_enhanced,
    MASK: Live._need_mask,
    TRIMAP: Live._need_trimap,
    ALPHA: Live._need_alpha,
    ROUGH_EDGES: Live._need_rough_edges,
    EDGES: Live._need_edges,
    COLOURS: Live._need_colours,
}


def _other(before: DocumentState, after: DocumentState) -> bool:
    return before.image is not after.image
