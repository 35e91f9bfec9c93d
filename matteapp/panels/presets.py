"""Presets: named sets of settings to choose from, and a line to name a new one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from engine.presets import BUILT_IN, Preset
from engine.settings import CutSettings
from matteapp.icons import name_control
from matteapp.panels.fields import CalmCombo
from matteapp.panels.section import Section

_NONE = "Choose a preset…"
_BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    ("save", "floppy-disk", "Save as preset", "Keep the settings of this cut under a name."),
    ("rename", "pencil-simple", "Rename preset", "Give the preset of yours another name."),
    ("delete", "trash", "Delete preset", "Forget the preset of yours."),
)


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
        super().__init__("presets", "Presets")
        self.combo = CalmCombo()
        self.combo.setAccessibleName("Preset")
        self.combo.setToolTip("Take all settings that a preset sets, in one step.")
        self.buttons = {name: QToolButton() for name, *_ in _BUTTONS}
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the preset")
        self.name.setToolTip("What the preset is called.")
        self._presets: Mapping[str, Preset] = {}
        self._renamed = ""
        self._arrange()
        self.combo.activated.connect(self._on_activated)
        self.buttons["save"].clicked.connect(self.ask_name)
        self.buttons["rename"].clicked.connect(self._ask_new_name)
        self.buttons["delete"].clicked.connect(self._on_delete)
        self.name.returnPressed.connect(self._on_named)
        self.show_presets({})

    @property
    def current(self) -> str:
        """The preset that is shown as chosen, empty if none is."""
        return str(self.combo.currentData() or "")

    def show_presets(self, presets: Mapping[str, Preset], *, chosen: str = "") -> None:
        """Offer these."""
        self._presets = presets
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItem(_NONE, "")
            for name, preset in presets.items():
                self.combo.addItem(name, name)
                tip = preset.tip or "A preset of yours."
                self.combo.setItemData(self.combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._show_chosen(chosen)

    def show_settings(self, settings: CutSettings) -> None:
        """Say whether these are a preset's."""
        known = self._presets.get(self.current)
        if known is None or known.on(settings) != settings:
            found = (n for n, preset in self._presets.items() if preset.on(settings) == settings)
            self._show_chosen(next(found, ""))

    def ask_name(self) -> None:
        """Let people type a name for the settings as they are."""
        self._ask("", "Name of the new preset")

    def end_naming(self) -> None:
        """Have the line for names no more."""
        self.name.hide()
        self.combo.setFocus()

    def _ask_new_name(self) -> None:
        self._ask(self.current, "New name of the preset")

    def _ask(self, renamed: str, hint: str) -> None:
        self._renamed = renamed
        self.header.setChecked(True)
        self.name.setText(renamed)
        self.name.setPlaceholderText(hint)
        self.name.setAccessibleName(hint)
        self.name.show()
        self.name.selectAll()
        self.name.setFocus()

    def _on_named(self) -> None:
        if self._renamed:
            self.rename_asked.emit(self._renamed, self.name.text())
        else:
            self.save_asked.emit(self.name.text())

    def _on_activated(self, index: int) -> None:
        name = str(self.combo.itemData(index))
        self._show_chosen(name)
        if name:
            self.chosen.emit(name)

    def _on_delete(self) -> None:
        self.delete_asked.emit(self.current)

    def _show_chosen(self, name: str) -> None:
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(max(self.combo.findData(name), 0))
        own = bool(name) and name not in BUILT_IN
        for button in ("rename", "delete"):
            self.buttons[button].setEnabled(own)
        self.say(name or "none")

    def _arrange(self) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.combo, 1)
        for name, icon_name, title, tip in _BUTTONS:
            name_control(self.buttons[name], icon_name=icon_name, title=title, tip=tip)
            row.addWidget(self.buttons[name])
        self.name.setToolTip("Enter keeps the preset under this name, Esc leaves it.")
        self.name.setMaxLength(60)
        self.name.hide()
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.name)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self.end_naming)
        self.rows.addWidget(holder)
        self.rows.addWidget(self.name)
