"""A new start of the application, for what counts only then."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess

from matteapp.files import Files
from matteapp.language import _, language_of, spoken
from matteapp.main_window import MainWindow
from matteapp.settings import LANGUAGE, Settings


class Restart(QObject):
    """Offers a new start once another language is chosen.

    Attributes:
        wanted: people have left to start again.
    """

    def __init__(self, window: MainWindow, settings: Settings, files: Files) -> None:
        super().__init__(window)
        self.wanted = False
        self._window, self._settings, self._files = window, settings, files
        settings.changed.connect(self._on_changed)

    def _on_changed(self, key: str, value: object) -> None:
        if key == LANGUAGE and language_of(str(value)) != spoken():
            said = _("The language is in force from the next start on.")
            self._window.bar.say(said, action=_("Start again"), run=self.ask)

    def ask(self) -> None:
        """Leave, once nothing is unsaved, to start again."""
        self._files.leave(self._leave)

    def _leave(self) -> None:
        self.wanted = True
        self._settings.store.sync()  # the next start reads it, perhaps before this one has ended
        self._window.let_close()


def start_again() -> None:
    """Start another process of the application, which outlives this one."""
    QProcess.startDetached(sys.executable, ["-m", "matteapp"])
