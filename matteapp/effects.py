"""What the application's settings do: at the start, and as soon as they are changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.device import Compute
from engine.errors import UserError
from matteapp.bridge import Bridge
from matteapp.canvas.display import read_profile
from matteapp.errors_ui import ErrorDesk
from matteapp.live import Live
from matteapp.main_window import MainWindow
from matteapp.session import Session
from matteapp.settings import (
    DEVICE,
    DISPLAY,
    PRESSURE,
    RESTING_MEMORY,
    SOFTNESS,
    TEXT_PERCENT,
    THEME,
    Settings,
)
from matteapp.theme import colours, put_on


class Effects(QObject):
    """Puts settings in force; those that others read when they need them are not here."""

    def __init__(
        self,
        app: QApplication,
        settings: Settings,
        session: Session,
        window: MainWindow,
        *,
        bridge: Bridge,
        live: Live,
        desk: ErrorDesk,
    ) -> None:
        super().__init__(window)
        self._app = app
        self._settings = settings
        self._session = session
        self._window = window
        self._bridge = bridge
        self._live = live
        self._desk = desk
        self._table: Mapping[str, Callable[[], None]] = {
            THEME: self._show_theme,
            TEXT_PERCENT: self._show_theme,
            DISPLAY: self._show_display,
            PRESSURE: self._set_pressure,
            SOFTNESS: self._set_softness,
            DEVICE: self._set_device,
            RESTING_MEMORY: self._set_resting_memory,
        }
        settings.changed.connect(self._on_changed)
        app.styleHints().colorSchemeChanged.connect(self._show_theme)

    def start(self) -> None:
        """Put all of them in force."""
        for effect in dict.fromkeys(self._table.values()):
            effect()

    def _on_changed(self, key: str, value: object) -> None:
        if key in self._table:
            self._table[key]()

    def _show_theme(self) -> None:
        percent = self._settings.number(TEXT_PERCENT)
        name = put_on(self._app, self._settings.text(THEME), percent=percent)
        self._window.canvas.set_surround(QColor(colours(name)["surround"]))

    def _show_display(self) -> None:
        """Show colours as the display's profile asks for, or say why that can't be."""
        chosen = self._settings.text(DISPLAY)
        canvas = self._window.canvas
        try:
            canvas.set_display(read_profile(Path(chosen)) if chosen else None)
        except UserError as error:
            canvas.set_display(None)
            self._desk.report(error)

    def _set_pressure(self) -> None:
        self._window.canvas.brush.pressure = bool(self._settings.value(PRESSURE))

    def _set_softness(self) -> None:
        self._window.canvas.brush.softens = bool(self._settings.value(SOFTNESS))

    def _set_device(self) -> None:
        self._bridge.compute = Compute(self._settings.text(DEVICE))
        self._live.try_again()

    def _set_resting_memory(self) -> None:
        self._session.resting_bytes = self._settings.number(RESTING_MEMORY) * 2**20
