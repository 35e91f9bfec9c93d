"""What the first process does alone is shown, and ends soon when it is asked to stop."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import Progress

from engine.errors import Cancelled
from trainer.signals import StopSignals


class Watching:
    """Progress and signals of one step, as an `engine.jobs.context.JobContext`.

    Args:
        title: of the bar, which is on standard error and only on a terminal.
    """

    def __init__(self, title: str) -> None:
        self._signals = StopSignals()
        console = Console(stderr=True)
        self._bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(title, total=None)

    def __enter__(self) -> Watching:
        self._signals.__enter__()
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        self._signals.__exit__(kind, error, trace)

    def check(self) -> None:
        """Raise `Cancelled` if a signal came."""
        if self._signals.asked is not None:
            raise Cancelled

    def progress(self, fraction: float, message: str = "") -> None:
        """How much of one picture is done; nobody wants to know."""

    def told(self, done: int, wanted: int) -> None:
        """Show how much of the step is done."""
        self._bar.update(self._task, completed=done, total=wanted)
