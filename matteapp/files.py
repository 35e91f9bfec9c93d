"""Opening documents, and showing one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.document.source import DifferentSource, MissingSource
from engine.document.state import DocumentState, SourceLink, new_document
from matteapp.bridge import Bridge
from matteapp.clipboard import image_from
from matteapp.dialogs.filters import open_filter, picture_filter
from matteapp.documents import Document, placed
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.language import _
from matteapp.recent import RecentFiles
from matteapp.requests import Opened, OpenRequest
from matteapp.saving import Saving, is_own
from matteapp.session import Session

SAMPLE = "astronaut.png"
_LANE = "open"


class Files(QObject):
    """How documents come into the window, and how they leave it.

    `prepared` is what a photograph that is new goes through before it is shown.

    A file is read when its document is shown for the first time; until then it only has its place
    among the others.
    """

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        recent: RecentFiles,
        desk: ErrorDesk,
        bar: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._bridge = bridge
        self._recent = recent
        self._desk = desk
        self._bar = bar
        self._window = window
        self.prepared: Callable[[DocumentState], DocumentState] = lambda state: state
        self.saving = Saving(session, bridge, recent, window, read=self.read)
        session.wanted.connect(self.read)
        session.leaving.connect(self._on_leaving)

    @property
    def name(self) -> str:
        """What the document that is shown is called."""
        document = self._session.document
        return "" if document is None else document.name

    # -- opening

    def ask_open(self) -> None:
        """Let people choose files."""
        dialog = QFileDialog(self._window, _("Open"), filter=open_filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.open_paths([Path(n) for n in names]))
        dialog.open()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open these files and show the first; one that is open already is only shown."""
        documents = [self._document_of(path) for path in dict.fromkeys(paths)]
        if documents:
            self._session.show(documents[0])

    def open_sample(self) -> None:
        """Open the portrait that comes along."""
        with as_file(files("resources") / "samples" / SAMPLE) as path:
            self.open_paths([Path(path)])

    def paste(self) -> None:
        """Open the picture, or the files, on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        data = clipboard.mimeData()
        urls = data.urls() if data is not None else []
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if paths:
            self.open_paths(paths)
            return
        image = image_from(clipboard.image())
        if image is None:
            self._bar.say(_("There is no picture on the clipboard."))
            return
        link = SourceLink(None, "", embedded=False, name="pasted.png")
        self._session.open_state(self.prepared(new_document(image, link)), dirty=True)

    def read(self, document: Document, then: Callable[[], object] | None = None) -> None:
        """Read a document's file and show it.

        Args:
            then: what to do once it is shown.
        """
        path = document.file if document.recovery is None else document.recovery.path
        if path is not None:
            self._start(document, OpenRequest(path), then)

    def _document_of(self, path: Path) -> Document:
        known = placed(list(self._session.documents), path)
        return known or self._session.add(file=path.absolute())

    def _start(
        self, document: Document, request: OpenRequest, then: Callable[[], object] | None = None
    ) -> None:
        self._bridge.start(
            request,
            lane=_LANE,
            title=_("Opening {name}").format(name=document.name),
            done=partial(self._on_opened, document, request, then),
            failed=partial(self._on_not_opened, document, request),
        )

    def _on_opened(
        self,
        document: Document,
        request: OpenRequest,
        then: Callable[[], object] | None,
        opened: Opened,
    ) -> None:
        recovered = document.recovery is not None
        project = document.project_path if recovered else opened.project
        if not recovered and not is_own(request.path):
            self._recent.add(request.path)
        fresh = project is None and not recovered
        self._session.open_state(
            self.prepared(opened.state) if fresh else opened.state,
            path=project,
            dirty=recovered or request.source is not None,
            document=document,
            snapshots=opened.snapshots,
        )
        if recovered:
            self._bar.say(_("Your work is back. Save it to keep it."))
        if then is not None:
            then()

    def _on_not_opened(self, document: Document, request: OpenRequest, error: Exception) -> None:
        if isinstance(error, MissingSource):
            find = partial(self._ask_source, document, request)
            self._desk.report(error, action=_("Find the photograph…"), run=find)
        elif isinstance(error, DifferentSource):
            again = OpenRequest(request.path, error.chosen, accept_different=True)
            run = partial(self._start, document, again)
            self._desk.report(error, action=_("Use it anyway"), run=run)
        else:
            self._give_up(document, request, error)

    def _give_up(self, document: Document, request: OpenRequest, error: Exception) -> None:
        """What cannot be read is not open; recovered work stays, it may be readable elsewhere."""
        if document.recovery is None:
            if not request.path.exists():
                self._recent.remove(request.path)
            self._session.close_state(document)
        self._desk.report(error)

    def _ask_source(self, document: Document, request: OpenRequest) -> None:
        dialog = QFileDialog(self._window, _("Where is the photograph?"), filter=picture_filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(
            lambda name: self._start(document, OpenRequest(request.path, Path(name)))
        )
        dialog.open()

    def _on_leaving(self, _document: Document) -> None:
        """People went elsewhere: what is still being read would take them away from there."""
        self._bridge.cancel_lane(_LANE)

    # -- closing

    def close(self, document: Document | None = None) -> None:
        """Close a document (the shown one), asking once if work would be lost."""
        closing = document or self._session.document
        if closing is not None:
            close = partial(self._session.close_state, closing)
            self.saving.guard(lambda: (closing,), close)

    def leave(self, then: Callable[[], None]) -> None:
        """Go on with `then` once no work of any document can be lost; ask once for all of them."""
        self.saving.guard(lambda: self._session.documents, then)
