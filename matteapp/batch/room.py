"""Everything behind the page of a batch, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings

from matteapp.batch.commands import BatchCommands
from matteapp.batch.desk import BatchDesk
from matteapp.batch.fixing import Fixing
from matteapp.batch.page import BatchPage
from matteapp.batch.watching import Watching
from matteapp.bridge import Bridge
from matteapp.errors_ui import ErrorDesk
from matteapp.files import Files
from matteapp.main_window import MainWindow
from matteapp.session import Session


class BatchRoom:
    """The batch of one window.

    Args:
        window: gets the page.
        bridge: of the open photographs; what a batch asks of the disk never waits for it.
        store: remembers the last batch.
        previews: the folder where small pictures of results are kept.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        bridge: Bridge,
        files: Files,
        *,
        desk: ErrorDesk,
        store: QSettings,
        previews: Path,
    ) -> None:
        self._window = window
        self._disk = Bridge(window)
        page = BatchPage(window.actions_by_name)
        window.add_batch(page)
        self.desk = BatchDesk(
            page,
            store=store,
            bridge=self._disk,
            compute=lambda: bridge.compute,
            desk=desk,
            bar=window.bar,
            previews=previews,
        )
        self.fixing = Fixing(self.desk, session, bridge, files, window.bar)
        self.watching = Watching(self._disk, desk, found=self.desk.watched, parent=self.desk)
        self.commands = BatchCommands(
            window, session, desk=self.desk, fixing=self.fixing, watching=self.watching
        )
        self._open_paths = files.open_paths

    @property
    def table(self) -> Mapping[str, Callable[[], object]]:
        """From the names of actions to what they do."""
        return self.commands.table

    def take_dropped(self, paths: Sequence[Path]) -> None:
        """Queue what is dropped on the page; open what is dropped elsewhere."""
        folders = any(path.is_dir() for path in paths)
        if folders or self._window.stage.currentWidget() is self.desk.page:
            self.commands.show()
            self.desk.add(paths)
        else:
            self._open_paths(paths)

    def offer(self) -> None:
        """Offer to go on with a batch that was interrupted."""
        self.desk.offer(self.commands.show)

    def close(self) -> None:
        """End all threads."""
        self.watching.stop()
        self.desk.close()
        self._disk.close()
