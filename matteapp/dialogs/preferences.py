"""The settings dialog, built from the table of settings; a change takes effect at once."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from matteapp.dialogs.file_choice import FileChoice
from matteapp.dialogs.page import Page, Sheet
from matteapp.language import _
from matteapp.settings import SETTINGS, Choice, ChosenFile, Settings, SettingSpec, Whole

GROUPS = {
    "look": "Appearance",
    "tools": "Pen",
    "engine": "Computing",
    "memory": "Memory",
    "files": "Files",
}
"""What settings are about: the part of a key before its slash, and the heading."""


class PreferencesDialog(QDialog):
    """Shows the table; what is changed here is kept right away."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.controls: dict[str, QWidget] = {}
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.setSpacing(12)
        whole.addWidget(self._page(), 1)
        whole.addLayout(self._buttons())
        self.setMinimumWidth(600)

    def _page(self) -> Page:
        inner = Sheet()
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 20, 24, 8)
        column.setSpacing(10)
        for group, rows in groupby(sorted(SETTINGS.values(), key=_place), key=_group):
            heading = QLabel(_(GROUPS[group]))
            heading.setProperty("role", "heading")
            column.addWidget(heading)
            column.addLayout(self._grid(list(rows)))
        column.addStretch(1)
        return Page(inner, title=_("Settings"))

    def _grid(self, rows: list[SettingSpec]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for index, spec in enumerate(rows):
            title, note, control = QLabel(_(spec.title)), QLabel(_(spec.tip)), self._control(spec)
            note.setProperty("role", "muted")
            note.setWordWrap(True)
            title.setBuddy(control)
            control.setAccessibleName(_(spec.title))
            control.setToolTip(_(spec.tip))
            control.setMinimumWidth(170)
            grid.addWidget(title, 3 * index, 0)
            grid.addWidget(note, 3 * index + 1, 0)
            grid.addWidget(control, 3 * index, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
            grid.setRowMinimumHeight(3 * index + 2, 8)
            self.controls[spec.key] = control
        return grid

    def _control(self, spec: SettingSpec) -> QWidget:
        if isinstance(spec.kind, Choice):
            return self._choice(spec, spec.kind)
        if isinstance(spec.kind, Whole):
            return self._whole(spec, spec.kind)
        if isinstance(spec.kind, ChosenFile):
            return FileChoice(spec, spec.kind, self._settings)
        return self._tick(spec)

    def _choice(self, spec: SettingSpec, kind: Choice) -> QComboBox:
        combo = QComboBox()
        for value, title in kind.options:
            combo.addItem(_(title), value)
        combo.setCurrentIndex(combo.findData(self._settings.value(spec.key)))
        combo.activated.connect(lambda row: self._settings.set_value(spec.key, combo.itemData(row)))
        return combo

    def _whole(self, spec: SettingSpec, kind: Whole) -> QSpinBox:
        box = QSpinBox()
        box.setRange(kind.low, kind.high)
        box.setSingleStep(kind.step)
        box.setSuffix(f" {kind.unit}")
        box.setKeyboardTracking(False)
        box.lineEdit().setTextMargins(6, 0, 6, 0)
        box.setValue(self._settings.number(spec.key))
        box.valueChanged.connect(partial(self._settings.set_value, spec.key))
        return box

    def _tick(self, spec: SettingSpec) -> QCheckBox:
        tick = QCheckBox(_("On"))
        tick.setChecked(bool(self._settings.value(spec.key)))
        tick.toggled.connect(partial(self._settings.set_value, spec.key))
        return tick

    def _buttons(self) -> QHBoxLayout:
        reset, close = QPushButton(_("Back to defaults")), QPushButton(_("Close"))
        reset.setToolTip(_("Set everything here to what it was at first."))
        close.setDefault(True)
        reset.clicked.connect(self._reset)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(reset)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _reset(self) -> None:
        self._settings.reset()
        self.accept()


def _group(spec: SettingSpec) -> str:
    return spec.key.partition("/")[0]


def _place(spec: SettingSpec) -> int:
    return list(GROUPS).index(_group(spec))
