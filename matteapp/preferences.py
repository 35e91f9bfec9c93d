"""What people choose about the application as a whole, and the dialogs to choose it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matteapp.dialogs.keys import KeySheet
from matteapp.dialogs.preferences import PreferencesDialog
from matteapp.dialogs.shortcuts import ShortcutsDialog
from matteapp.main_window import MainWindow
from matteapp.networks import Networks
from matteapp.settings import Settings
from matteapp.shortcuts import Shortcuts
from matteapp.tour import Tour


class Preferences:
    """Opens the dialogs of settings, keys and networks, and the tour.

    Attributes:
        table: what its actions do.
        shortcuts: the keys of all actions.
        tour: shows what the window can do.
    """

    def __init__(self, window: MainWindow, settings: Settings, *, networks: Networks) -> None:
        self._window, self._settings = window, settings
        self.shortcuts = Shortcuts(window.actions_by_name, settings.store, window)
        self.tour = Tour(window, settings)
        self.table: Mapping[str, Callable[[], object]] = {
            "edit.settings": self._show_settings,
            "edit.keys": self._change_keys,
            "edit.models": networks.ask,
            "help.keys": self._show_keys,
            "help.tour": self.tour.start,
        }

    def _show_settings(self) -> None:
        PreferencesDialog(self._settings, self._window).open()

    def _change_keys(self) -> None:
        ShortcutsDialog(self.shortcuts, self._window).open()

    def _show_keys(self) -> None:
        actions = self._window.actions_by_name
        KeySheet(actions, change=self._change_keys, parent=self._window).open()
