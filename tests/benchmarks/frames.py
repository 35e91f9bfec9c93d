"""How fast the whole window answers: panning, zooming, painting, dragging a slider; run by hand.

    python tests/benchmarks/frames.py [--megapixels 12 24 45] [--load solve] [--strokes 200]

A hand is played by a thread that posts a move every 8 ms, whatever the window does meanwhile; each
is timed from its posting to the end of the window's update that shows it. Panning, zooming and
painting go on beside the load on the engine thread; a slider of the edge tools is dragged with the
engine as free as people find it then. After that: the time from the end of a stroke to the matte
that follows from it, and the memory of the document after many strokes.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import psutil
from painting import LOADS, PERIOD, Times, document, post, pump, repeat
from portraits import Portrait, draw_portrait
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from matteapp import studio
from matteapp.app import SWITCH_INTERVAL
from matteapp.canvas.pace import put_painting_first
from matteapp.main_window import MainWindow
from matteapp.panels.fields import NumberField

WINDOW = 1600, 1000
MOVES = 400
FIRST, PATIENCE = 600.0, 300.0
"""Seconds: until the document is drawn and coloured, and until anything else has to be done."""
TARGET_P95_MS = 16.7
NONE, LEFT, MIDDLE = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton

TIMES = Times()
"""Of the gesture that is being played."""


class TimedWindow(MainWindow):
    """Notes when an update has ended."""

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            missing = len(TIMES.received) - len(TIMES.painted)
            TIMES.painted.extend([time.perf_counter()] * missing)
        return handled


class Reception(QObject):
    """Notes when a widget is handed a move or a turn of the wheel."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.Wheel):
            TIMES.received.append(time.perf_counter())
        return False


@dataclass(frozen=True)
class Gesture:
    """What a hand does.

    Attributes:
        button: that is held; none for the wheel.
        move: posts one move to a widget: its number comes along.
        loaded: whether the engine works on something else meanwhile.
    """

    button: Qt.MouseButton
    move: Callable[[QWidget, int], None]
    loaded: bool = True


def _around(widget: QWidget, number: int, *, wide: float = 0.3) -> QPointF:
    angle = 2 * math.pi * number / MOVES
    x = widget.width() * (0.5 + wide * math.cos(angle))
    return QPointF(x, widget.height() * (0.5 + wide * math.sin(2 * angle)))


def _drag(button: Qt.MouseButton, widget: QWidget, number: int) -> None:
    post(widget, QEvent.Type.MouseMove, _around(widget, number), NONE, button)


def _slide(widget: QWidget, number: int) -> None:
    along = QPointF(widget.width() * (0.5 + 0.4 * math.sin(number / 40)), widget.height() / 2)
    post(widget, QEvent.Type.MouseMove, along, NONE, LEFT)


def _turn(widget: QWidget, number: int) -> None:
    middle = QPointF(widget.rect().center())
    by = QPoint(0, 30 if (number // 50) % 2 == 0 else -30)
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(middle)), QPoint(), by, NONE,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QCoreApplication.postEvent(widget, event)


GESTURES: dict[str, Gesture] = {
    "pan": Gesture(MIDDLE, partial(_drag, MIDDLE)),
    "zoom": Gesture(NONE, _turn),
    "paint": Gesture(LEFT, partial(_drag, LEFT)),
    "slider": Gesture(LEFT, _slide, loaded=False),
}


class Bench:
    """The real window with one drawn portrait in it."""

    def __init__(self, app: QApplication, portrait: Portrait, folder: Path) -> None:
        studio.MainWindow = TimedWindow
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.studio = studio.Studio(app, store=store, recovery=folder / "recovery")
        self.portrait = portrait
        self.canvas = self.studio.canvas
        self.studio.window.resize(*WINDOW)
        self.studio.window.show()
        self.studio.session.open_state(document(portrait))
        self.await_rest(FIRST)
        self.canvas.brush.size = 60

    @property
    def slider(self) -> QWidget:
        """One whose result needs the whole matte."""
        panel = self.studio.window.panels.settings["edge"]
        panel.header.setChecked(True)
        field = panel.fields["edge.feather"]
        self.studio.window.panels.ensureWidgetVisible(field)
        assert isinstance(field, NumberField)
        return field.slider

    def await_rest(self, seconds: float = PATIENCE) -> None:
        """Wait until the cut is done and drawn."""
        pump(seconds, lambda: not self.studio.live.busy and self.canvas.settled)
        if self.studio.live.busy:
            raise RuntimeError(f"the engine was not done after {seconds:.0f} s")

    def play(self, name: str, load: str) -> Times:
        """Play a gesture; when its events came and when they were in sight."""
        global TIMES
        gesture = GESTURES[name]
        widget = self.slider if name == "slider" else self.canvas
        reception = Reception()
        widget.installEventFilter(reception)
        end_load = self._start_load(load) if gesture.loaded else None
        TIMES = Times()
        beat = QTimer()
        beat.setTimerType(Qt.TimerType.PreciseTimer)
        beat.timeout.connect(lambda: TIMES.beats.append(time.perf_counter()))
        beat.start(1)
        done = threading.Event()
        hand = threading.Thread(target=_play, args=(widget, gesture, done))
        own = time.thread_time()
        hand.start()
        pump(PATIENCE, lambda: done.is_set() and len(TIMES.painted) >= MOVES)
        TIMES.processor = (time.thread_time() - own) / max(1, len(TIMES.received)) * 1000
        beat.stop()
        hand.join()
        widget.removeEventFilter(reception)
        if end_load is not None:
            end_load()
        self.await_rest()
        return TIMES

    def _start_load(self, name: str) -> Callable[[], None] | None:
        load = LOADS[name]
        if load is None:
            return None
        busy, over = threading.Event(), threading.Event()
        number = self.studio.bridge.start(
            partial(repeat, load, self.portrait, busy),
            title="Load",
            done=lambda _: None,
            cancelled=over.set,
        )
        pump(FIRST, busy.is_set)

        def end() -> None:
            self.studio.bridge.cancel(number)
            pump(PATIENCE, over.is_set)

        return end

    def stroke_to_matte(self, count: int, rng: random.Random) -> Iterator[float]:
        """Seconds from the end of each stroke until its matte and colours are in sight."""
        self.canvas.zoom_to(1.0)
        self.await_rest()
        for _ in range(count):
            self._stroke(rng)
            start = time.perf_counter()
            self.await_rest()
            yield time.perf_counter() - start

    def paint_many(self, count: int, rng: random.Random) -> None:
        """Strokes at a hand's speed; the engine follows as it can."""
        for _ in range(count):
            self._stroke(rng)
            pump(0.05, lambda: False)
        self.await_rest(FIRST)

    def _stroke(self, rng: random.Random) -> None:
        width, height = self.canvas.width(), self.canvas.height()
        x, y = rng.randrange(100, width - 100), rng.randrange(100, height - 100)
        self.studio.commands.take_tool(rng.choice(("foreground", "background", "unknown")))
        QTest.mousePress(self.canvas, LEFT, pos=QPoint(x, y))
        for step in range(1, 8):
            QTest.mouseMove(self.canvas, QPoint(x + 10 * step, y + 6 * step))
        QTest.mouseRelease(self.canvas, LEFT, pos=QPoint(x + 70, y + 42))

    def close(self) -> None:
        self.studio.window.let_close()
        self.studio.close()
        self.studio.window.deleteLater()


def _play(widget: QWidget, gesture: Gesture, done: threading.Event) -> None:
    if gesture.button is not NONE:
        start = QEvent.Type.MouseButtonPress
        post(widget, start, _around(widget, 0), gesture.button, gesture.button)
    due = time.perf_counter()
    for number in range(MOVES):
        due += PERIOD
        time.sleep(max(0.0, due - time.perf_counter()))
        TIMES.posted.append(time.perf_counter())
        gesture.move(widget, number)
    if gesture.button is not NONE:
        post(widget, QEvent.Type.MouseButtonRelease, _around(widget, 0), gesture.button, NONE)
    done.set()


def report(megapixels: float, name: str, times: Times) -> None:
    """Print a row of frame times in milliseconds."""
    late = times.latencies[:MOVES]
    p50, p95 = np.percentile(late, (50, 95))
    told = "ok" if p95 <= TARGET_P95_MS and len(late) == MOVES else "MISSED"
    print(
        f"{megapixels:4.0f}  {name:<8}{p50:8.1f}{p95:8.1f}{late.max():8.1f}{times.gap:8.1f}"
        f"{MOVES - len(late):6d}{times.processor:8.2f}  {told}"
    )


def report_strokes(bench: Bench, strokes: int) -> None:
    """Print how long the matte takes after a stroke, and what many strokes cost."""
    rng = random.Random(1)
    seconds = list(bench.stroke_to_matte(12, rng))
    p50, p95 = np.percentile(seconds, (50, 95))
    print(f"stroke to matte: p50 {p50:.2f} s, p95 {p95:.2f} s, max {max(seconds):.2f} s")
    own, steps = psutil.Process(), bench.studio.session.history
    gc.collect()
    before, held = own.memory_info().rss, steps.nbytes_held
    bench.paint_many(strokes, rng)
    gc.collect()
    grown, more = own.memory_info().rss - before, steps.nbytes_held - held
    print(
        f"{strokes} strokes: {own.memory_info().rss / 1e6:.0f} MB in all, {grown / 1e6:+.0f} MB by "
        f"them; the history holds {steps.nbytes_held / 1e6:.0f} MB, {more / 1e6:+.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[12, 24, 45])
    parser.add_argument("--load", choices=LOADS, default="solve")
    parser.add_argument("--strokes", type=int, default=200)
    given = parser.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL)
    put_painting_first()
    app = QApplication(sys.argv[:1])
    print(
        f"window {WINDOW[0]}×{WINDOW[1]}, {MOVES} moves 8 ms apart, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'MP':>4}  {'':<8}{'p50':>8}{'p95':>8}{'max':>8}{'gap':>8}{'lost':>6}{'cpu':>8}  in ms")
    for megapixels in given.megapixels:
        with tempfile.TemporaryDirectory() as name:
            bench = Bench(app, draw_portrait(megapixels, band="wide"), Path(name))
            for gesture in GESTURES:
                report(megapixels, gesture, bench.play(gesture, given.load))
            report_strokes(bench, given.strokes)
            bench.close()


if __name__ == "__main__":
    main()
