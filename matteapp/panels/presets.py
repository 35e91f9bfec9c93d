"""Presets: named sets of settings to choose from, and a line to name a new one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal

from engine.presets import BUILT_IN, Preset
from engine.settings import CutSettings
from matteapp.language import _
from matteapp.panels.preset_row import PresetRow
from matteapp.panels.section import Section


class PresetsPanel(Section):
    """Shows the presets it is given, and which of them the settings are.

    Signals:
        chosen(str): people want this preset's settings.
        save_asked(str): people want to keep the settings under this name.
        rename_asked(str, str): people want another name for a preset.
        delete_asked(str): people want to be rid of a preset.
    """

    chosen = Signal(str)
    save_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__("presets", _("Presets"))
        self.row = PresetRow(
            _("preset"),
            tip=_("Take all settings that a preset sets, in one step."),
            kept=_("the settings of this cut"),
        )
        self.combo, self.buttons, self.name = self.row.combo, self.row.buttons, self.row.name
        self._presets: Mapping[str, Preset] = {}
        self.rows.addWidget(self.row)
        self.row.chosen.connect(self.chosen)
        self.combo.activated.connect(lambda: self.say(self.row.title or _("none")))
        self.row.save_asked.connect(self.save_asked)
        self.row.rename_asked.connect(self.rename_asked)
        self.row.delete_asked.connect(self.delete_asked)
        self.row.asked.connect(lambda: self.header.setChecked(True))
        self.show_presets({})

    @property
    def current(self) -> str:
        """The preset that is shown as chosen, empty if none is."""
        return self.row.current

    def show_presets(self, presets: Mapping[str, Preset], *, chosen: str = "") -> None:
        """Offer these."""
        self._presets = presets
        own = [name for name in presets if name not in BUILT_IN]
        self.row.offer({name: preset.tip for name, preset in presets.items()}, own=own)
        self._show_chosen(chosen)

    def show_settings(self, settings: CutSettings) -> None:
        """Say whether these are a preset's."""
        known = self._presets.get(self.current)
        if known is None or known.on(settings) != settings:
            found = (n for n, preset in self._presets.items() if preset.on(settings) == settings)
            self._show_chosen(next(found, ""))

    def ask_name(self) -> None:
        """Let people type a name for the settings as they are."""
        self.row.ask_name()

    def end_naming(self) -> None:
        """Have the line for names no more."""
        self.row.end_naming()

    def _show_chosen(self, name: str) -> None:
        self.row.show_chosen(name)
        self.say(self.row.title or _("none"))
