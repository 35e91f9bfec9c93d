"""What a person sees of a run: a bar with the time left, or a few lines where no terminal is."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Display:
    """Shows progress on the first process; the others, and runs without a terminal, have no bar.

    Args:
        steps: of the whole run.
        done: of them already.
        shown: False for the other processes.
    """

    def __init__(self, *, steps: int, done: int, shown: bool) -> None:
        self._console = Console(stderr=True, quiet=not shown, highlight=False)
        self._bar = Progress(
            TextColumn("[bold]training"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[loss]}"),
            console=self._console,
            disable=not (shown and self._console.is_terminal),
            speed_estimate_period=300,
        )
        self._task: TaskID = self._bar.add_task("", total=steps, completed=done, loss="")

    def __enter__(self) -> Display:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, done: int) -> None:
        """So many steps are done."""
        self._bar.update(self._task, completed=done)

    def figures(self, text: str) -> None:
        """Show figures beside the bar."""
        self._bar.update(self._task, loss=text)

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(text, markup=False, soft_wrap=True)
