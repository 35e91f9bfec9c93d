"""The application: its log, its window, and what becomes of an error that nobody caught."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from matteapp.errors_ui import ErrorDesk
from matteapp.leaving import leave
from matteapp.log import start_log
from matteapp.restart import start_again
from matteapp.studio import Studio

SWITCH_INTERVAL = 0.001
"""Seconds a thread keeps the interpreter: with 5 ms, strokes stutter while the engine solves."""


def run(files: Sequence[Path]) -> int:
    """Run the application until its window is closed."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    start_log()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("matteapp")
    app.setApplicationDisplayName("Matteapp")
    studio = Studio(app)
    sys.excepthook = partial(_on_uncaught, studio.desk)
    studio.start(files)
    try:
        code = app.exec()
    finally:
        studio.close()
    if studio.restart.wanted:
        start_again()
    return leave(code)


def _on_uncaught(
    desk: ErrorDesk,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    desk.report(error)
