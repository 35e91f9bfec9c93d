"""The options of the tool in use, above the canvas: one control for each that its row names."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from matteapp.language import _
from matteapp.panels.fields import CalmCombo, CalmSlider
from matteapp.tools.brush import BrushOptions
from matteapp.tools.options import HARDNESS, OPTIONS, SIZE, OptionSpec, Pick, Range
from matteapp.tools.table import TOOLS

_LARGEST_ON_SLIDER = 100
_SIZE_TIP = "The brush's diameter in pixels of the photograph ([ and ])."
_HARDNESS_TIP = "How much of the brush is sure; its rim becomes unknown (Shift+[ and Shift+])."


class _Option(QWidget):
    """A control with its title before it."""

    def __init__(self, title: str, tip: str) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)
        self.row.addWidget(QLabel(_(title)))
        self.setToolTip(_(tip))

    def show_options(self, options: BrushOptions) -> None:
        """Show what is chosen without telling that it was."""
        raise NotImplementedError


class SizeOption(_Option):
    """The brush's size on a logarithmic slider, with its number."""

    def __init__(self, options: BrushOptions) -> None:
        super().__init__("Size", _SIZE_TIP)
        self._options = options
        self.slider = CalmSlider()
        self.slider.setAccessibleName(_("Size"))
        self.slider.setToolTip(_(_SIZE_TIP))
        self.slider.setRange(0, _LARGEST_ON_SLIDER)
        self.slider.setFixedWidth(64)
        self.box = _number(_("Size, number"), _(_SIZE_TIP), Range(1, 4000, " px"))
        self.row.addWidget(self.slider)
        self.row.addWidget(self.box)
        self.slider.valueChanged.connect(self._on_slider)
        self.box.valueChanged.connect(self._on_number)

    def show_options(self, options: BrushOptions) -> None:
        shown = ((self.box, round(options.size)), (self.slider, _on_log_scale(options.size)))
        for control, value in shown:
            with QSignalBlocker(control):
                control.setValue(value)

    def _on_slider(self, position: int) -> None:
        self._options.size = round(10 ** (position / _LARGEST_ON_SLIDER * 3))

    def _on_number(self, size: int) -> None:
        self._options.size = size


class HardnessOption(_Option):
    """The share of the brush that has no rim."""

    def __init__(self, options: BrushOptions) -> None:
        super().__init__("Hardness", _HARDNESS_TIP)
        self._options = options
        self.box = _number(_("Hardness, number"), _(_HARDNESS_TIP), Range(0, 100, " %"))
        self.row.addWidget(self.box)
        self.box.valueChanged.connect(self._on_number)

    def show_options(self, options: BrushOptions) -> None:
        with QSignalBlocker(self.box):
            self.box.setValue(round(options.hardness * 100))

    def _on_number(self, percent: int) -> None:
        self._options.hardness = percent / 100


class NumberOption(_Option):
    """A whole number of the table of options."""

    def __init__(self, name: str, spec: OptionSpec, kind: Range, options: BrushOptions) -> None:
        super().__init__(spec.title, spec.tip)
        self._name, self._options = name, options
        self.box = _number(_(spec.title), _(spec.tip), kind)
        self.row.addWidget(self.box)
        self.box.valueChanged.connect(self._on_number)

    def show_options(self, options: BrushOptions) -> None:
        with QSignalBlocker(self.box):
            self.box.setValue(int(options.number(self._name)))

    def _on_number(self, value: int) -> None:
        self._options.choose(self._name, value)


class ChoiceOption(_Option):
    """One of some values of the table of options."""

    def __init__(self, name: str, spec: OptionSpec, kind: Pick, options: BrushOptions) -> None:
        super().__init__(spec.title, spec.tip)
        self._name, self._options = name, options
        self.combo = CalmCombo()
        self.combo.setAccessibleName(_(spec.title))
        self.combo.setToolTip(_(spec.tip))
        for value, title in kind.options:
            self.combo.addItem(_(title), value)
        self.row.addWidget(self.combo)
        self.combo.currentIndexChanged.connect(self._on_index)

    def show_options(self, options: BrushOptions) -> None:
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self.combo.findData(options.chosen(self._name)))

    def _on_index(self, index: int) -> None:
        self._options.choose(self._name, self.combo.itemData(index))


class ToolOptionsBar(QWidget):
    """Every option there is; those of the tool in use are in sight."""

    def __init__(self, options: BrushOptions) -> None:
        super().__init__()
        self._options = options
        self.controls = {name: _option(name, options) for name in (SIZE, HARDNESS, *OPTIONS)}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for control in self.controls.values():
            control.hide()
            row.addWidget(control)
        options.changed.connect(self.show_options)
        self.show_options()

    def show_tool(self, name: str) -> None:
        """Show the options of a tool of `TOOLS`."""
        for option, control in self.controls.items():
            control.setVisible(option in TOOLS[name].options)
        self.setVisible(bool(TOOLS[name].options))

    def show_options(self) -> None:
        """Show what is chosen."""
        for control in self.controls.values():
            control.show_options(self._options)


def _option(name: str, options: BrushOptions) -> _Option:
    own: dict[str, Callable[[BrushOptions], _Option]] = {SIZE: SizeOption, HARDNESS: HardnessOption}
    if name in own:
        return own[name](options)
    spec = OPTIONS[name]
    if isinstance(spec.kind, Range):
        return NumberOption(name, spec, spec.kind, options)
    return ChoiceOption(name, spec, spec.kind, options)


def _number(name: str, tip: str, kind: Range) -> QSpinBox:
    box = QSpinBox()
    box.setProperty("bare", True)
    box.setRange(kind.low, kind.high)
    box.setSingleStep(kind.step)
    box.setSuffix(kind.unit)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setKeyboardTracking(False)
    box.setFixedWidth(66)
    return box


def _on_log_scale(size: float) -> int:
    """1 to 1000 pixels as 0 to 100."""
    return min(round(math.log10(max(size, 1.0)) / 3 * _LARGEST_ON_SLIDER), _LARGEST_ON_SLIDER)
