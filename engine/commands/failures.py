"""Errors in words; what nobody foresaw goes to the log, and people learn where that is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

from engine.errors import UserError

_log = logging.getLogger("engine")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_file() -> Path:
    """Where the command line's log is written."""
    return user_log_path("matteapp", appauthor=False) / "matte.log"


@contextmanager
def logging_to_file() -> Iterator[None]:
    """Send log lines and warnings of libraries to the file instead of the terminal.

    If the file cannot be written they are dropped: a cut must not fail because of its log.
    """
    handler, root = _handler(), logging.getLogger()
    logging.captureWarnings(True)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        logging.captureWarnings(False)


def _handler() -> logging.Handler:
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    return handler


def reason_of(error: Exception, *, path: Path | None = None) -> str:
    """One line about an error; the traceback of one that is our fault is logged.

    Args:
        error: what was raised.
        path: the photograph it happened with, named unless the error names a file itself.
    """
    if isinstance(error, UserError):
        return str(error) if error.path or path is None else f"{path}: {error}"
    _log.error("unexpected error (%s)", path or "no file", exc_info=error)
    where = f"{path}: " if path is not None else ""
    return (
        f"{where}something went wrong inside the program ({type(error).__name__}). "
        f"The details are in {log_file()}."
    )
