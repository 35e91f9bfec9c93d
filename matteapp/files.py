"""Opening, saving and closing documents, without ever losing work unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.document import edits
from engine.document.project_file import SUFFIX
from engine.document.source import DifferentSource, MissingSource
from engine.document.state import DocumentState, SourceLink, new_document
from matteapp.bridge import Bridge
from matteapp.clipboard import image_from
from matteapp.dialogs.filters import PROJECT_FILTER, open_filter, picture_filter
from matteapp.dialogs.unsaved import UnsavedDialog
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.recent import RecentFiles
from matteapp.requests import Opened, OpenRequest, SaveRequest
from matteapp.session import Session

SAMPLE = "astronaut.png"
_LANE = "open"


def _nothing() -> None:
    return


class Files(QObject):
    """The document's life on disk.

    Signals:
        waiting_changed(int): so many more files wait to be opened.
    """

    waiting_changed = Signal(int)

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
        self._waiting: list[Path] = []
        self._embed = False

    @property
    def name(self) -> str:
        """What the open document is called."""
        if self._session.project_path is not None:
            return self._session.project_path.name
        state = self._session.state
        return "" if state is None else state.source.name or "Pasted photograph"

    @property
    def waiting(self) -> int:
        """How many more files wait to be opened."""
        return len(self._waiting)

    @property
    def embed(self) -> bool:
        """Whether the photograph is stored in the project file."""
        return self._embed

    @embed.setter
    def embed(self, embed: bool) -> None:
        self._embed = embed

    # -- opening

    def ask_open(self) -> None:
        """Let people choose files."""
        dialog = QFileDialog(self._window, "Open", filter=open_filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.open_paths([Path(n) for n in names]))
        dialog.open()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open the first of these files; the others wait for "Open Next"."""
        if paths:
            self.guard(partial(self._open_first, list(paths)))

    def open_next(self) -> None:
        """Open the next file that waits."""
        if self._waiting:
            self.guard(partial(self._open_first, self._waiting))

    def open_sample(self) -> None:
        """Open the portrait that comes along."""
        with as_file(files("resources") / "samples" / SAMPLE) as path:
            self.guard(partial(self._start, OpenRequest(Path(path)), remember=False))

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
            self._bar.say("There is no picture on the clipboard.")
            return
        link = SourceLink(None, "", embedded=False, name="pasted.png")
        state = new_document(image, link)
        self.guard(lambda: self._session.open_state(state, dirty=True))

    def _open_first(self, paths: list[Path]) -> None:
        self._waiting = paths[1:]
        self.waiting_changed.emit(len(self._waiting))
        self._start(OpenRequest(paths[0]))

    def _start(self, request: OpenRequest, *, remember: bool = True) -> None:
        self._bridge.start(
            request,
            lane=_LANE,
            title=f"Opening {request.path.name}",
            done=partial(self._on_opened, request, remember),
            failed=partial(self._on_not_opened, request),
        )

    def _on_opened(self, request: OpenRequest, remember: bool, opened: Opened) -> None:
        if remember:
            self._recent.add(request.path)
        self._embed = opened.state.source.embedded
        relinked = request.source is not None
        self._session.open_state(opened.state, path=opened.project, dirty=relinked)

    def _on_not_opened(self, request: OpenRequest, error: Exception) -> None:
        if isinstance(error, MissingSource):
            find = partial(self._ask_source, request)
            self._desk.report(error, action="Find the photograph…", run=find)
        elif isinstance(error, DifferentSource):
            again = OpenRequest(request.path, error.chosen, accept_different=True)
            self._desk.report(error, action="Use it anyway", run=partial(self._start, again))
        else:
            if not request.path.exists():
                self._recent.remove(request.path)
            self._desk.report(error)

    def _ask_source(self, request: OpenRequest) -> None:
        dialog = QFileDialog(self._window, "Where is the photograph?", filter=picture_filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self._start(OpenRequest(request.path, Path(name))))
        dialog.open()

    # -- saving

    def save(self, then: Callable[[], None] = _nothing) -> None:
        """Save the project, asking where if it has no file yet."""
        if self._session.project_path is not None:
            self.save_to(self._session.project_path, then)
        else:
            self.ask_save(then)

    def ask_save(self, then: Callable[[], None] = _nothing) -> None:
        """Save the project under a name that people choose."""
        if self._session.state is None:
            return
        dialog = QFileDialog(self._window, "Save project", filter=PROJECT_FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(str(self._suggested()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name), then))
        dialog.open()

    def save_to(self, path: Path, then: Callable[[], None] = _nothing) -> None:
        """Save the project as this file."""
        state = self._session.state
        if state is None:
            return
        self._bridge.start(
            SaveRequest(path, state, self._embed),
            title=f"Saving {path.name}",
            done=partial(self._on_saved, path, state, then),
        )

    def _on_saved(
        self, path: Path, state: DocumentState, then: Callable[[], None], source: SourceLink
    ) -> None:
        now = self._session.state
        if now is not None and now.image is state.image:
            self._session.mark_saved(path, state=state)
            self._session.amend(lambda open_now: edits.set_source(open_now, source))
        self._recent.add(path)
        then()

    def _suggested(self) -> Path:
        state = self._session.state
        if self._session.project_path is not None:
            return self._session.project_path
        source = None if state is None else state.source.path
        if source is None or not _is_writable_place(source):
            return Path.home() / f"{Path(self.name).stem}{SUFFIX}"
        return source.with_suffix(SUFFIX)

    # -- closing

    def close(self) -> None:
        """Close the document, asking once if work would be lost."""
        self.guard(self._session.close_state)

    def guard(self, then: Callable[[], None]) -> None:
        """Go on with `then` once no work can be lost by it; not at all if people cancel."""
        if self._session.state is None or not self._session.dirty:
            then()
            return
        UnsavedDialog(
            self.name, save=lambda: self.save(then), discard=then, parent=self._window
        ).open()


def _is_writable_place(source: Path) -> bool:
    """The sample lies among the program's own files: no place for people's work."""
    return "resources" not in source.parts
