"""How long a brush takes to reach the screen while the engine works; run by hand.

    python tests/benchmarks/painting.py [--load solve foreground idle] [--megapixels 24]

A tablet is played by a thread that posts a move every 8 ms, whatever the window does meanwhile.
Each event is timed from its posting to the end of the window update that paints it.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from portraits import Portrait, draw_portrait
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.document import edits
from engine.document.state import DocumentState, SourceLink, new_document
from engine.foreground.estimate import estimate_foreground
from engine.jobs.context import JobContext
from engine.jobs.worker import Failed, JobEvent, Worker
from matteapp.canvas.canvas import Canvas
from matteapp.canvas.pace import give_way, put_painting_first
from matteapp.canvas.strokes import Stroke

VIEWPORT = 1600, 1000
PERIOD = 0.008
STROKES, MOVES = 6, 100
TARGET_P95_MS, TARGET_GAP_MS = 16.0, 50.0

Load = Callable[[Portrait, JobContext], Any]


def _solve(portrait: Portrait, ctx: JobContext) -> Any:
    from engine.matting.solve import solve_alpha

    return solve_alpha(portrait.image, portrait.trimap, ctx=ctx)


def _foreground(portrait: Portrait, ctx: JobContext) -> Any:
    return estimate_foreground(portrait.image, portrait.alpha, ctx=ctx)


def _python(portrait: Portrait, ctx: JobContext) -> Any:
    """What holds the interpreter all the time: the worst there can be."""
    total = 0
    for number in range(20_000_000):
        total += number % 7
        if number % 100_000 == 0:
            ctx.check()
    return total


LOADS: dict[str, Load | None] = {
    "idle": None,
    "solve": _solve,
    "foreground": _foreground,
    "python": _python,
}


@dataclass
class Times:
    """Moments in seconds; the n-th event posted is the n-th received."""

    posted: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    beats: list[float] = field(default_factory=list)
    processor: float = 0.0

    @property
    def latencies(self) -> np.ndarray:
        return (np.array(self.painted) - np.array(self.posted[: len(self.painted)])) * 1000

    @property
    def gap(self) -> float:
        return float(np.diff(self.beats).max()) * 1000


class TimedCanvas(Canvas):
    """Notes when events arrive and when the update that paints them has ended."""

    def __init__(self, thread: Worker, times: Times) -> None:
        super().__init__(thread)
        self.times = times

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.times.received.append(time.perf_counter())

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            now = time.perf_counter()
            missing = len(self.times.received) - len(self.times.painted)
            self.times.painted.extend([now] * missing)
        return handled


class Document:
    """What the window does with a stroke: an edit, then the canvas shows the new state."""

    def __init__(self, state: DocumentState, canvas: Canvas) -> None:
        self.state = state
        self.canvas = canvas
        canvas.easel.stroke_finished.connect(self.paint)
        canvas.show_state(state)

    def paint(self, stroke: Stroke) -> None:
        self.state = edits.paint(self.state, stroke.rect, stroke.labels)
        self.canvas.show_state(self.state)


def document(portrait: Portrait) -> DocumentState:
    state = new_document(portrait.image, SourceLink(None, "", False))
    state = edits.set_mask(state, (portrait.alpha > 0.5).astype(np.float32))
    state = edits.set_trimap(state, portrait.trimap)
    return edits.set_alpha(state, portrait.alpha)


def pump(seconds: float, until: Callable[[], bool]) -> None:
    """Run the event loop until something holds."""
    loop = QEventLoop()
    timer = QTimer()
    end = time.perf_counter() + seconds

    timer.timeout.connect(lambda: loop.quit() if until() or time.perf_counter() > end else None)
    timer.start(10)
    loop.exec()


def play(canvas: TimedCanvas, done: threading.Event) -> None:
    """Post strokes along the outline of the head, as a tablet would."""
    left = Qt.MouseButton.LeftButton
    due = time.perf_counter()
    for stroke in range(STROKES):
        for move in range(MOVES):
            place = _place(canvas, stroke, move)
            if move == 0:
                post(canvas, QEvent.Type.MouseButtonPress, place, left, left)
            due += PERIOD
            time.sleep(max(0.0, due - time.perf_counter()))
            canvas.times.posted.append(time.perf_counter())
            post(canvas, QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton, left)
        post(canvas, QEvent.Type.MouseButtonRelease, place, left, Qt.MouseButton.NoButton)
    done.set()


def _place(canvas: Canvas, stroke: int, move: int) -> QPointF:
    angle = 2 * math.pi * (stroke + move / MOVES) / STROKES
    x = canvas.width() / 2 + math.cos(angle) * canvas.width() * 0.3
    return QPointF(x, canvas.height() / 2 + math.sin(angle) * canvas.height() * 0.35)


def post(
    widget: QWidget,
    kind: QEvent.Type,
    place: QPointF,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
) -> None:
    """Hand a widget a mouse event when it is its turn."""
    event = QMouseEvent(kind, place, place, button, buttons, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.postEvent(widget, event)


def measure(portrait: Portrait, load: Load | None, *, view: str, scale: float | None) -> Times:
    """Paint while `load` runs over and over on the engine thread."""
    times = Times()
    busy = threading.Event()
    render = Worker("render", on_event=complain)
    engine = Worker("engine", on_event=complain)
    for worker in (render, engine):
        worker.submit(give_way)
    canvas = TimedCanvas(render, times)
    canvas.resize(*VIEWPORT)
    canvas.show()
    canvas.set_view(view)
    shown = Document(document(portrait), canvas)
    if scale is not None:
        canvas.zoom_to(scale)
    canvas.brush.size = 60
    pump(60, lambda: canvas.settled)
    if load is not None:
        engine.submit(lambda ctx: repeat(load, portrait, busy, ctx))
        pump(180, busy.is_set)
        if not busy.is_set():
            raise RuntimeError("the engine did not get through its work once")
    beat = QTimer()
    beat.setTimerType(Qt.TimerType.PreciseTimer)
    beat.timeout.connect(lambda: times.beats.append(time.perf_counter()))
    beat.start(1)
    done = threading.Event()
    own = time.thread_time()
    tablet = threading.Thread(target=play, args=(canvas, done))
    tablet.start()
    pump(120, lambda: done.is_set() and len(times.painted) == STROKES * MOVES)
    times.processor = (time.thread_time() - own) / max(1, len(times.received)) * 1000
    beat.stop()
    tablet.join()
    canvas.stop()
    engine.close()
    render.close()
    canvas.easel.stroke_finished.disconnect(shown.paint)
    canvas.close()
    return times


def repeat(load: Load, portrait: Portrait, busy: threading.Event, ctx: JobContext) -> None:
    load(portrait, ctx)  # compiles, which is not painting's matter
    busy.set()
    while True:
        ctx.check()
        load(portrait, ctx)


def complain(event: JobEvent) -> None:
    if isinstance(event, Failed):
        sys.excepthook(type(event.error), event.error, event.error.__traceback__)


def report(name: str, view: str, zoom: str, times: Times) -> bool:
    """Print a row; whether it meets the targets."""
    late = times.latencies
    p50, p95, worst = np.percentile(late, 50), np.percentile(late, 95), late.max()
    lost = STROKES * MOVES - len(times.received)
    good = p95 <= TARGET_P95_MS and times.gap <= TARGET_GAP_MS and lost == 0
    print(
        f"{name:<11}{view:<11}{zoom:>6}{p50:9.1f}{p95:9.1f}{worst:9.1f}{times.gap:9.1f}"
        f"{lost:6d}{times.processor:9.2f}  {'ok' if good else 'MISSED'}"
    )
    return good


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--load", nargs="+", choices=LOADS, default=["idle", "solve"])
    wanted.add_argument("--view", nargs="+", default=["trimap", "composite"])
    wanted.add_argument("--megapixels", type=float, default=24.0)
    given = wanted.parse_args()
    put_painting_first()
    app = QApplication(sys.argv)
    portrait = draw_portrait(given.megapixels, band="wide")
    height, width = portrait.image.size
    print(f"{width}×{height}, viewport {VIEWPORT[0]}×{VIEWPORT[1]}, {STROKES * MOVES} moves")
    print(f"load        {os.getloadavg()[0]:.2f} before; times in ms from posted to painted")
    print(
        f"{'engine':<11}{'view':<11}{'zoom':>6}{'p50':>9}{'p95':>9}{'max':>9}{'gap':>9}"
        f"{'lost':>6}{'cpu/ev':>9}"
    )
    good = True
    for name in given.load:
        for view in given.view:
            for zoom, scale in (("fit", None), ("100 %", 1.0)):
                times = measure(portrait, LOADS[name], view=view, scale=scale)
                good &= report(name, view, zoom, times)
    app.quit()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
