"""Random actions over the real window: nothing may break, leak, or lose work.

    python tests/benchmarks/monkey.py SEED COUNT [--calm] [--trace]

Does COUNT things that people could do, chosen by SEED, in a window with real threads, networks and
files, in a folder of its own. Fails with the last actions on: an exception anywhere, an error in
the log, a warning of Qt, a document that is gone with its work unasked, a thread or timer that is
left over. What the threads do meanwhile varies; with --calm every action waits for them, which is
slow, but the same each time.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

from monkey_moves import Monkey
from monkey_watch import Watch
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from matteapp.dialogs.unsaved import UnsavedDialog
from matteapp.studio import Studio

SHOWN_ACTIONS = 40
LONGEST_STEP = 120.0
"""Seconds after which the process counts as hanging, and tells where."""
LONGEST_REST = 90.0
"""Seconds within which all that was begun has to end."""
_SETTLE_EVERY = 150


class Run:
    """One seed: acts from a timer within the event loop, as people's events come."""

    def __init__(self, seed: int, count: int, *, calm: bool, trace: bool, folder: Path) -> None:
        self.seed, self.count, self._calm, self._trace = seed, count, calm, trace
        self.app = QApplication.instance() or QApplication(sys.argv[:1])
        self.app.setQuitOnLastWindowClosed(False)
        self.watch = Watch(self.app.quit)
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.studio = Studio(self.app, store=store, recovery=folder / "state" / "recovery")
        self.watch.follow(self.studio.session)
        self.monkey = Monkey(self.studio, random.Random(seed), folder, watch=self.watch)
        self.done: deque[str] = deque(maxlen=SHOWN_ACTIONS)
        self.taken = 0
        self._script = self._play()
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)

    def run(self) -> bool:
        """Play to the end; whether all was well."""
        self.studio.start()
        self._timer.start(0)
        self.app.exec()
        faulthandler.cancel_dump_traceback_later()
        self._timer.stop()
        if not self.watch.failures:
            self.studio.close()
            self._clear_away()
        for failure in self.watch.failures:
            self._tell(failure)
        return not self.watch.failures

    def _step(self) -> None:
        faulthandler.dump_traceback_later(LONGEST_STEP, exit=True)
        pause = next(self._script, None)
        self.watch.check()
        if pause is None or self.watch.failures:
            self.app.quit()
        else:
            self._timer.start(pause)

    def _play(self) -> Iterator[int]:
        """One thing after the other, with the milliseconds to wait after each."""
        for number in range(1, self.count + 1):
            self.taken = number
            self._note(f"{number}: {self.monkey.act()}")
            if self._calm or number % _SETTLE_EVERY == 0:
                yield from self._rest()
            yield self.monkey.pause()
        yield from self._leave()

    def _rest(self) -> Iterator[int]:
        """Wait until nothing is under way."""
        end = time.monotonic() + LONGEST_REST
        while (why := self.monkey.busy()) and time.monotonic() < end:
            yield 20
        if why:
            self.watch.fail(f"{why} after {LONGEST_REST:.0f} s")

    def _leave(self) -> Iterator[int]:
        """Close the window the way people do: asked once, for all that is unsaved."""
        yield from self.monkey.put_away()
        self._note("the end: close the window")
        unsaved = {document.name for document in self.studio.session.unsaved}
        self.studio.window.close()
        yield 50
        question = self.app.activeModalWidget()
        if unsaved and not isinstance(question, UnsavedDialog):
            self.watch.fail(f"the window closes and nobody asks about {sorted(unsaved)}")
        elif isinstance(question, UnsavedDialog):
            with self.watch.confirmed():
                question.button(question.StandardButton.Discard).click()
        yield 50
        if self.studio.window.isVisible():
            self.watch.fail("the window does not close")

    def _clear_away(self) -> None:
        """What was made for this window has to go with it."""
        self.monkey.end()
        self.studio.window.deleteLater()
        self.studio.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self.watch.look_for_leaks()

    def _note(self, told: str) -> None:
        self.done.append(told)
        if self._trace:
            print(told, file=sys.stderr, flush=True)

    def _tell(self, failure: str) -> None:
        print(f"seed {self.seed}, after {self.taken} of {self.count} actions:")
        print(failure)
        print("the last of them:", *self.done, sep="\n  ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--calm", action="store_true", help="wait for all threads after each")
    parser.add_argument("--trace", action="store_true", help="tell each at once, for crashes")
    given = parser.parse_args()
    faulthandler.enable()
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    with tempfile.TemporaryDirectory(prefix="monkey") as name:
        folder = Path(name)
        at_home(folder)
        run = Run(given.seed, given.count, calm=given.calm, trace=given.trace, folder=folder)
        good = run.run()
        print(f"seed {given.seed}: {run.taken} actions, {len(run.watch.failures)} failures")
        print(run.monkey.summary())
        sys.stdout.flush()
    os._exit(0 if good else 1)  # a failed run leaves threads behind, which is told already


def at_home(folder: Path) -> None:
    """Nothing outside of the folder is read or written as the user's own."""
    os.environ["HOME"] = str(folder)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        place = folder / name.lower()
        place.mkdir()
        os.environ[f"XDG_{name}_HOME"] = str(place)


if __name__ == "__main__":
    main()
