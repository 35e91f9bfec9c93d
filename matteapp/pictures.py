"""Which small pictures are needed, and where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from weakref import WeakSet

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from matteapp.documents import Document
from matteapp.filmstrip import Filmstrip
from matteapp.live import Live
from matteapp.session import Session
from matteapp.thumbnails import FileThumbnail, StateThumbnail, Thumbnails


class Pictures(QObject):
    """Keeps the pictures of the open documents and of the recent files up to date.

    Args:
        show_recent: shows the picture of a recent file.
    """

    def __init__(
        self,
        session: Session,
        live: Live,
        film: Filmstrip,
        *,
        show_recent: Callable[[Path, QImage], None],
    ) -> None:
        super().__init__(film)
        self._session = session
        self._live = live
        self._film = film
        self._show_recent = show_recent
        self._recent: dict[Path, QImage] = {}
        self._asked: WeakSet[Document] = WeakSet()
        self._thumbnails = Thumbnails(self)
        self._thumbnails.made.connect(self._on_made)
        session.documents_changed.connect(self._ask_missing)
        session.leaving.connect(self._ask)
        live.settled.connect(self._ask_shown)

    def follow_recent(self, paths: Sequence[Path]) -> None:
        """These are the recent files now."""
        for path in paths:
            if path in self._recent:
                self._show_recent(path, self._recent[path])
            else:
                self._thumbnails.ask(path, FileThumbnail(path))

    def close(self) -> None:
        """Make no more pictures."""
        self._thumbnails.close()

    def _ask_missing(self) -> None:
        for document in self._session.documents:
            if document not in self._asked:
                self._ask(document)

    def _ask_shown(self) -> None:
        document = self._session.document
        if document is not None and len(self._session.documents) > 1:
            self._ask(document)

    def _ask(self, document: Document) -> None:
        self._asked.add(document)
        state = document.state
        if state is not None:
            shown = self._live.displayed() if document is self._session.document else None
            self._thumbnails.ask(document, StateThumbnail(shown or state))
        elif document.recovery is not None:
            self._thumbnails.ask(document, FileThumbnail(document.recovery.path))
        elif document.file is not None:
            self._thumbnails.ask(document, FileThumbnail(document.file))

    def _on_made(self, of: object, picture: QImage) -> None:
        if isinstance(of, Path):
            self._recent[of] = picture
            self._show_recent(of, picture)
        elif isinstance(of, Document):
            tab = self._film.tab(of)
            if tab is not None:
                tab.show_picture(picture)
