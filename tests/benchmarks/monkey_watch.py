"""What has to hold while the monkey plays: no fault, no lost work, nothing left over."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import shiboken6
from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler

from matteapp.documents import Document
from matteapp.session import Session

LONGEST_END = 60.0
"""Seconds that a thread may take to notice that it is not wanted."""
_HARMLESS = (
    "This plugin does not support",  # what the offscreen platform cannot do
    "propagateSizeHints",
)


class _Errors(logging.Handler):
    """Takes what is logged as an error: the error dialog and the threads write there."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.ERROR)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        told = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self._watch.fail(f"logged: {record.getMessage()}\n{told}")


class Watch:
    """Collects failures; begins when it is made.

    Args:
        failed: is called at once when something goes wrong on the window's thread; what goes wrong
            elsewhere is seen by who looks at `failures`.

    Attributes:
        failures: what went wrong, in words.
    """

    def __init__(self, failed: Callable[[], object]) -> None:
        self.failures: list[str] = []
        self._failed = failed
        self._threads = set(threading.enumerate())
        self._timers = {id(timer) for timer in active_timers()}
        self._session: Session | None = None
        self._dirty: dict[Document, bool] = {}
        self._confirmed = False
        sys.excepthook = self._on_exception
        sys.unraisablehook = lambda told: self.fail(f"unraisable: {told.exc_value!r} {told.object}")
        threading.excepthook = lambda told: self._on_exception(
            told.exc_type, told.exc_value, told.exc_traceback
        )
        logging.getLogger().addHandler(_Errors(self))
        qInstallMessageHandler(self._on_message)

    def fail(self, told: str) -> None:
        self.failures.append(told)
        if threading.current_thread() is threading.main_thread():
            self._failed()

    def follow(self, session: Session) -> None:
        """Keep account of the work on every document."""
        self._session = session
        session.work_changed.connect(self._note)
        session.documents_changed.connect(self._note_all)
        session.closed.connect(self._on_closed)

    @contextmanager
    def confirmed(self) -> Iterator[None]:
        """People say meanwhile that unsaved work may go."""
        self._confirmed = True
        yield
        self._confirmed = False

    def check(self) -> None:
        """What can be seen at any moment."""
        session = self._session
        if session is None:
            return
        for document, dirty in self._dirty.items():
            if dirty and document.state is None and document.recovery is None:
                self.fail(f"{document.name} is dirty, and empty")
        if session.document is not None and session.document not in session.documents:
            self.fail("what is shown is not open")
        if session.state is not None and not 0 <= session.history.index < len(
            session.history.labels
        ):
            self.fail(f"step {session.history.index} of {len(session.history.labels)}")

    def look_for_leaks(self) -> None:
        """After the window has gone: which threads and timers live on."""
        gc.collect()
        new = [one for one in threading.enumerate() if one not in self._threads]
        for thread in new:
            thread.join(LONGEST_END)
        threads = [one.name for one in new if one.is_alive()]
        if threads:
            self.fail(f"threads left: {threads}")
        timers = [one for one in active_timers() if id(one) not in self._timers]
        if timers:
            self.fail(f"timers left: {[(one.interval(), one.parent()) for one in timers]}")

    def _note(self, document: Document) -> None:
        self._dirty[document] = document.dirty

    def _note_all(self) -> None:
        assert self._session is not None
        for document in self._session.documents:
            self._note(document)

    def _on_closed(self, document: Document) -> None:
        if self._dirty.pop(document, False) and not self._confirmed:
            self.fail(f"{document.file or document} was closed with unsaved work, unasked")

    def _on_exception(
        self,
        kind: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.fail("".join(traceback.format_exception(kind, error, trace)))

    def _on_message(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not any(
            known in text for known in _HARMLESS
        ):
            self.fail(f"Qt says: {text}")


def active_timers() -> list[Any]:
    """Timers that Python knows of and that still run."""
    found = (one for one in gc.get_objects() if issubclass(type(one), QTimer))
    return [timer for timer in found if shiboken6.isValid(timer) and timer.isActive()]
