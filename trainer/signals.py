"""Being asked to stop: the step in progress is finished and saved first."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

STOPPED = 75
"""Exit code of a run that was stopped and can be resumed (EX_TEMPFAIL): a batch script puts its
job back into the queue on this code, and `&&` doesn't go on."""
_ASKED_BY = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """Notes SIGTERM and SIGINT instead of dying from them, while it is entered.

    A second Ctrl+C ends a process that trains alone at once. Among several it is ignored, because
    `torchrun` passes on what the terminal has already sent to all.

    Attributes:
        asked: name of the signal that came, or None.
    """

    def __init__(self, *, alone: bool = True) -> None:
        self.asked: str | None = None
        self._alone = alone
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in _ASKED_BY:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() returned

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked is not None and number == signal.SIGINT and self._alone:
            raise KeyboardInterrupt
        self.asked = signal.Signals(number).name
