"""Saving documents, and never losing work unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.document import edits
from engine.document.project_file import SUFFIX
from engine.document.state import DocumentState, SourceLink
from matteapp.bridge import Bridge
from matteapp.dialogs.filters import project_filter
from matteapp.dialogs.unsaved import UnsavedDialog
from matteapp.documents import Document
from matteapp.language import _
from matteapp.recent import RecentFiles
from matteapp.requests import SaveRequest
from matteapp.session import Session

Read = Callable[[Document, Callable[[], object]], None]


def _nothing() -> None:
    return


class Saving(QObject):
    """Writes projects.

    Args:
        read: reads and shows a document that is not read yet, then does something.
    """

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        recent: RecentFiles,
        window: QWidget,
        *,
        read: Read,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._bridge = bridge
        self._recent = recent
        self._window = window
        self._read = read

    @property
    def embed(self) -> bool:
        """Whether the photograph that is shown is stored in its project file."""
        document = self._session.document
        return document is not None and document.embed

    @embed.setter
    def embed(self, embed: bool) -> None:
        if self._session.document is not None:
            self._session.document.embed = embed

    def save(
        self, then: Callable[[], None] = _nothing, *, document: Document | None = None
    ) -> None:
        """Save a project (the shown one), asking where if it has no file yet."""
        saved = document or self._session.document
        if saved is None:
            return
        if saved.state is None:
            self._read(saved, partial(self.save, then, document=saved))
        elif saved.project_path is not None:
            self.save_to(saved.project_path, then, document=saved)
        else:
            self.ask_save(then, document=saved)

    def save_all(self) -> None:
        """Save every project with unsaved work."""
        self._save_each(self._session.unsaved, _nothing)

    def ask_save(
        self, then: Callable[[], None] = _nothing, *, document: Document | None = None
    ) -> None:
        """Save a project (the shown one) under a name that people choose."""
        saved = document or self._session.document
        if saved is None or saved.state is None:
            return
        dialog = QFileDialog(
            self._window,
            _("Save project – {name}").format(name=saved.name),
            filter=project_filter(),
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(str(_suggested(saved)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name), then, document=saved))
        dialog.open()

    def save_to(
        self,
        path: Path,
        then: Callable[[], None] = _nothing,
        *,
        document: Document | None = None,
    ) -> None:
        """Save a project (the shown one) as this file."""
        saved = document or self._session.document
        if saved is None or saved.state is None:
            return
        kept = saved.history.snapshots
        self._bridge.start(
            SaveRequest(path, saved.state, saved.embed, kept),
            title=_("Saving {name}").format(name=path.name),
            done=partial(self._on_saved, saved, path, saved.state, saved.kept, then),
        )

    def _on_saved(
        self,
        document: Document,
        path: Path,
        state: DocumentState,
        kept: object,
        then: Callable[[], None],
        source: SourceLink,
    ) -> None:
        now = document.state
        if now is not None and now.image is state.image:
            self._session.mark_saved(path, state=state, document=document, kept=kept)
            self._session.amend(lambda state: edits.set_source(state, source), document=document)
        self._recent.add(path)
        then()

    # -- before work would be lost

    def guard(self, documents: Callable[[], Sequence[Document]], then: Callable[[], None]) -> None:
        """Go on with `then` once no work on these can be lost; not at all if people cancel.

        Saving takes its time: what was done meanwhile is asked about again.
        """
        unsaved = tuple(document for document in documents() if document.dirty)
        if not unsaved:
            then()
            return
        UnsavedDialog(
            [document.name for document in unsaved],
            save=partial(self._save_each, unsaved, partial(self.guard, documents, then)),
            discard=then,
            parent=self._window,
        ).open()

    def _save_each(self, documents: Sequence[Document], then: Callable[[], None]) -> None:
        """Save one after the other; whoever cancels a dialog on the way keeps the rest open."""
        if documents:
            rest = partial(self._save_each, documents[1:], then)
            self.save(rest, document=documents[0])
        else:
            then()


def is_own(path: Path) -> bool:
    """Whether a file is one of the program's own (the sample): no place for people's work."""
    return "resources" in path.parts


def _suggested(document: Document) -> Path:
    if document.project_path is not None:
        return document.project_path
    source = None if document.state is None else document.state.source.path
    if source is None or is_own(source):
        return Path.home() / f"{Path(document.name).stem}{SUFFIX}"
    return source.with_suffix(SUFFIX)
