"""The controls of a panel: each shows a value it is given and tells when people change it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from matteapp.language import _
from matteapp.panels.kinds import Colour, FieldSpec, File, Number, OneOf, Options, Switch


class Field(QWidget):
    """One row of a panel.

    Signals:
        edited(object, bool): the new value, and whether the gesture (a drag) ends with it.
    """

    edited = Signal(object, bool)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec, self.title = spec, _(spec.title)
        self.setObjectName(spec.path)
        self.setToolTip(_(spec.tip))
        self.label = QLabel(self.title)
        self.label.setProperty("role", "field")

    def show_value(self, value: Any) -> None:
        """Show `value` without telling that it was edited."""
        raise NotImplementedError

    def mark_changed(self, changed: bool) -> None:
        """Show whether the value was changed by hand."""
        if self.label.property("changed") != changed:
            self.label.setProperty("changed", changed)
            self.label.style().polish(self.label)


class CalmSlider(QSlider):
    """A slider that leaves the wheel to the panel until it was clicked."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmCombo(QComboBox):
    """A drop-down that leaves the wheel to the panel."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class NumberField(Field):
    """A slider with its number; with a tick for "automatic" where the value may be None."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        assert isinstance(spec.kind, Number)
        self._kind: Number = spec.kind
        self.slider = CalmSlider()
        self.slider.setRange(0, round((self._kind.high - self._kind.low) / self._kind.step))
        self.slider.setProperty("centred", self._kind.low < 0)
        self.slider.setAccessibleName(self.title)
        self.box = _number_box(self._kind)
        self.box.setAccessibleName(_("{title}, number").format(title=self.title))
        self.label.setBuddy(self.box)
        self.automatic = QCheckBox(_("Auto"))
        self.automatic.setAccessibleName(_("{title}: automatic").format(title=self.title))
        self.automatic.setVisible(self._kind.automatic)
        self._place()
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.sliderReleased.connect(self._on_released)
        self.box.valueChanged.connect(self._on_box)
        self.automatic.toggled.connect(self._on_automatic)

    def show_value(self, value: Any) -> None:
        with (
            QSignalBlocker(self.slider),
            QSignalBlocker(self.box),
            QSignalBlocker(self.automatic),
        ):
            self.automatic.setChecked(self._kind.automatic and value is None)
            self.slider.setEnabled(value is not None)
            self.box.setVisible(value is not None)
            if value is not None:
                shown = value * self._kind.scale
                self.slider.setValue(round((shown - self._kind.low) / self._kind.step))
                self.box.setValue(shown)

    def _place(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.label, 1)
        top.addWidget(self.automatic)
        top.addWidget(self.box)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.slider)

    def _stored(self, shown: float) -> float | int:
        value = shown / self._kind.scale
        return round(value) if self._kind.whole else round(value, 6)

    def _on_slider(self, position: int) -> None:
        shown = self._kind.low + position * self._kind.step
        with QSignalBlocker(self.box):
            self.box.setValue(shown)
        self.edited.emit(self._stored(shown), not self.slider.isSliderDown())

    def _on_released(self) -> None:
        self.edited.emit(self._stored(self.box.value()), True)

    def _on_box(self, shown: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((shown - self._kind.low) / self._kind.step))
        self.edited.emit(self._stored(shown), True)

    def _on_automatic(self, on: bool) -> None:
        self.edited.emit(None if on else self._stored(self.box.value()), True)


def _number_box(kind: Number) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setProperty("bare", True)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setDecimals(kind.decimals)
    box.setRange(kind.low, kind.high)
    box.setSingleStep(kind.step)
    box.setSuffix(f" {kind.unit}" if kind.unit and kind.unit != "°" else kind.unit)
    box.setKeyboardTracking(False)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setFixedWidth(82)
    return box


class SwitchField(Field):
    """A tick."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.tick = QCheckBox()
        self.tick.setFixedWidth(18)
        self.tick.setAccessibleName(self.title)
        self.label.setBuddy(self.tick)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.addWidget(self.label, 1)
        row.addWidget(self.tick)
        self.tick.toggled.connect(self._on_toggled)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.tick):
            self.tick.setChecked(bool(value))

    def _on_toggled(self, on: bool) -> None:
        self.edited.emit(on, True)


class ChoiceField(Field):
    """A drop-down."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        assert isinstance(spec.kind, OneOf)
        self.combo = CalmCombo()
        self.combo.setAccessibleName(self.title)
        self.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_options(_translated(spec.kind.options))
        self.label.setBuddy(self.combo)
        self.label.setMinimumWidth(72)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.combo, 1)
        self.combo.activated.connect(self._on_activated)

    def show_options(self, options: Options) -> None:
        """Offer these, (value, title, tip) each; what was chosen stays so if it is among them."""
        chosen = self.combo.currentData()
        with QSignalBlocker(self.combo):
            self.combo.clear()
            for value, title, tip in options:
                self.combo.addItem(title, value)
                self.combo.setItemData(self.combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
            self.combo.setCurrentIndex(self.combo.findData(chosen))

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self.combo.findData(value))

    def _on_activated(self, index: int) -> None:
        self.edited.emit(self.combo.itemData(index), True)


def _translated(options: Options) -> Options:
    return tuple((value, _(title), _(tip)) for value, title, tip in options)


class _Swatch(QPushButton):
    """A button that is a colour."""

    def __init__(self) -> None:
        super().__init__()
        self.colour = QColor("white")
        self.setFixedSize(64, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().mid().color())
        painter.setBrush(self.colour)
        painter.drawRoundedRect(self.rect().adjusted(4, 4, -4, -4), 3, 3)
        painter.end()


class ColourField(Field):
    """A colour, with the system's dialog behind it."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.swatch = _Swatch()
        self.swatch.setAccessibleName(self.title)
        self.code = QLabel()
        self.code.setProperty("role", "muted")
        self.label.setBuddy(self.swatch)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.addWidget(self.label, 1)
        row.addWidget(self.code)
        row.addWidget(self.swatch)
        self.swatch.clicked.connect(self._ask)

    def show_value(self, value: Any) -> None:
        self.swatch.colour = QColor.fromRgbF(*value)
        self.code.setText(self.swatch.colour.name())
        self.swatch.update()

    def _ask(self) -> None:
        dialog = QColorDialog(self.swatch.colour, self.window())
        dialog.setWindowTitle(self.title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        before = QColor(self.swatch.colour)
        dialog.currentColorChanged.connect(self._on_looked_at)
        dialog.colorSelected.connect(self._on_chosen)
        dialog.rejected.connect(lambda: self._on_chosen(before))
        dialog.open()

    def _on_looked_at(self, colour: QColor) -> None:
        self.edited.emit(_rgb(colour), False)

    def _on_chosen(self, colour: QColor) -> None:
        self.edited.emit(_rgb(colour), True)


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


class FileField(Field):
    """A picture's file."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.button = QPushButton(_("Choose…"))
        self.button.setAccessibleName(self.title)
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.label.setBuddy(self.button)
        self.label.setMinimumWidth(72)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.button, 1)
        self.button.clicked.connect(self._ask)

    def show_value(self, value: Any) -> None:
        name = Path(value).name if value else _("Choose…")
        metrics = self.button.fontMetrics()
        self.button.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, 150))

    def _ask(self) -> None:
        dialog = QFileDialog(self.window(), self.title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    def _on_chosen(self, name: str) -> None:
        self.edited.emit(name, True)


FIELDS: dict[type, type[Field]] = {
    Number: NumberField,
    Switch: SwitchField,
    OneOf: ChoiceField,
    Colour: ColourField,
    File: FileField,
}


def make_field(spec: FieldSpec) -> Field:
    """The control for a row."""
    return FIELDS[type(spec.kind)](spec)
