"""Shows a file in the system's own file manager, selected where that can be asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from matteapp.documents import Document
from matteapp.errors_ui import MessageBar
from matteapp.language import _
from matteapp.session import Session


def reveal(path: Path) -> bool:
    """Show a file in its folder; returns whether something could be started."""
    return _WAYS.get(sys.platform, _by_folder)(path)


def reveal_document(session: Session, bar: MessageBar, document: Document | None = None) -> None:
    """Show a document's file (the shown one's), or say why there is nothing to show."""
    chosen = document or session.document
    if chosen is None:
        return
    path = chosen.place
    if path is None:
        bar.say(_("This photograph was pasted and has no file yet. Save the project first."))
    elif not path.exists():
        bar.say(_("{path} is not there any more.").format(path=path), alarm=True)
    elif not reveal(path):
        bar.say(_("No file manager could be opened. The file is {path}.").format(path=path))


def _by_folder(path: Path) -> bool:
    """Linux has no one way to select a file that every desktop understands."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _by_explorer(path: Path) -> bool:
    return _started("explorer.exe", f"/select,{path}")


def _by_finder(path: Path) -> bool:
    return _started("open", "-R", str(path))


def _started(program: str, *arguments: str) -> bool:
    return QProcess.startDetached(program, list(arguments))[0]


_WAYS: dict[str, Callable[[Path], bool]] = {"win32": _by_explorer, "darwin": _by_finder}
