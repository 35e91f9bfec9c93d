"""What the actions of a batch do, and when they can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from matteapp.batch.desk import BatchDesk
from matteapp.batch.fixing import Fixing
from matteapp.batch.watching import Watching
from matteapp.dialogs.filters import picture_filter
from matteapp.language import _
from matteapp.main_window import MainWindow
from matteapp.session import Session


class BatchCommands(QObject):
    """A table from the names of the batch's actions to what they do."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        *,
        desk: BatchDesk,
        fixing: Fixing,
        watching: Watching,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._desk = desk
        self._fixing = fixing
        self._watching = watching
        self._actions: Mapping[str, QAction] = window.actions_by_name
        self.table: Mapping[str, Callable[[], object]] = {
            "file.batch": self._turn,
            "batch.add": self._ask_photographs,
            "batch.folder": lambda: self._ask_folder(_("Folder with photographs"), self._add),
            "batch.watch": self._watch_or_not,
            "batch.start": desk.start,
            "batch.pause": desk.pause,
            "batch.cancel": desk.cancel,
            "batch.retry": desk.retry,
            "batch.settings": self._take_settings,
            "batch.mark": desk.mark,
            "batch.open": lambda: fixing.open(desk.page.current),
            "batch.return": fixing.put_back,
            "batch.remove": desk.remove,
            "batch.new": desk.begin_anew,
        }
        desk.changed.connect(self._update)
        watching.changed.connect(self._update)
        session.changed.connect(self._update)
        desk.page.opened.connect(fixing.open)
        desk.page.grid.selectionModel().selectionChanged.connect(self._update)
        window.stage.currentChanged.connect(self._update)
        self._update()

    def show(self, on: bool = True) -> None:
        """Show the page, or the canvas again."""
        self._window.show_batch(on)
        if on:
            self._desk.restore()
            self._desk.page.grid.setFocus()

    def _turn(self) -> None:
        self.show(self._window.stage.currentWidget() is not self._desk.page)

    def _add(self, folder: Path) -> None:
        self.show()
        self._desk.add([folder])

    def _ask_photographs(self) -> None:
        dialog = QFileDialog(self._window, _("Photographs for the batch"), filter=picture_filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._on_photographs)
        dialog.open()

    def _on_photographs(self, names: Sequence[str]) -> None:
        self.show()
        self._desk.add([Path(name) for name in names])

    def _ask_folder(self, title: str, chosen: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: chosen(Path(name)))
        dialog.finished.connect(self._update)
        dialog.open()

    def _watch_or_not(self) -> None:
        if self._watching.folder is None:
            self._ask_folder(_("Folder to watch"), self.watch)
        else:
            self._watching.stop()
        self._update()

    def watch(self, folder: Path) -> None:
        """Watch a folder and cut what comes into it."""
        self.show()
        order = self._desk.order
        self._watching.watch(folder, out=order.folder if order.folder.parts else None)

    def _take_settings(self) -> None:
        state, document = self._session.state, self._session.document
        if state is not None and document is not None:
            self._desk.take_settings(state.settings, of=document.name)

    def _update(self, *_: object) -> None:
        desk, batch, page = self._desk, self._desk.batch, self._desk.page
        some = batch is not None and bool(batch.items)
        counts = {} if batch is None else batch.counts
        chosen = page.current is not None
        can = {
            "batch.start": some and counts.get("waits", 0) > 0 and (batch is None or batch.paused),
            "batch.pause": batch is not None and not batch.paused,
            "batch.cancel": counts.get("waits", 0) + counts.get("works", 0) > 0,
            "batch.retry": counts.get("failed", 0) + counts.get("stopped", 0) > 0
            or len(page.selected) > 1,
            "batch.settings": self._session.state is not None and not desk.runs,
            "batch.mark": chosen,
            "batch.open": chosen,
            "batch.return": self._fixing.source is not None,
            "batch.remove": chosen,
            "batch.new": some and not desk.runs,
        }
        for name, possible in can.items():
            self._actions[name].setEnabled(possible)
        self._actions["batch.watch"].setChecked(self._watching.folder is not None)
        self._actions["file.batch"].setChecked(self._window.stage.currentWidget() is page)
