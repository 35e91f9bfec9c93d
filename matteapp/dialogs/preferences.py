"""The settings dialog, built from the table of settings; a change takes effect at once."""

from __future__ import annotations

from functools import partial

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

from matteapp.settings import SETTINGS, Choice, Settings, SettingSpec, Whole


class PreferencesDialog(QDialog):
    """Shows the table; what is changed here is kept right away."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.controls: dict[str, QWidget] = {}
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(18)
        whole.addLayout(self._grid())
        whole.addStretch(1)
        whole.addLayout(self._buttons())
        self.setMinimumWidth(560)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for index, spec in enumerate(SETTINGS.values()):
            title, note, control = QLabel(spec.title), QLabel(spec.tip), self._control(spec)
            note.setProperty("role", "muted")
            note.setWordWrap(True)
            title.setBuddy(control)
            control.setAccessibleName(spec.title)
            control.setMinimumWidth(170)
            grid.addWidget(title, 3 * index, 0)
            grid.addWidget(note, 3 * index + 1, 0)
            grid.addWidget(control, 3 * index, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
            grid.setRowMinimumHeight(3 * index + 2, 12)
            self.controls[spec.key] = control
        return grid

    def _control(self, spec: SettingSpec) -> QWidget:
        if isinstance(spec.kind, Choice):
            return self._choice(spec, spec.kind)
        if isinstance(spec.kind, Whole):
            return self._whole(spec, spec.kind)
        return self._tick(spec)

    def _choice(self, spec: SettingSpec, kind: Choice) -> QComboBox:
        combo = QComboBox()
        for value, title in kind.options:
            combo.addItem(title, value)
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
        tick = QCheckBox("On")
        tick.setChecked(bool(self._settings.value(spec.key)))
        tick.toggled.connect(partial(self._settings.set_value, spec.key))
        return tick

    def _buttons(self) -> QHBoxLayout:
        reset, close = QPushButton("Back to defaults"), QPushButton("Close")
        close.setDefault(True)
        reset.clicked.connect(self._reset)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(reset)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _reset(self) -> None:
        self._settings.reset()
        self.accept()
