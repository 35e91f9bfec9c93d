"""The bar above the canvas that says what is shown: the view, its strength, what it is beside."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from engine.compositing.view_look import Grade, Look
from engine.compositing.views import VIEWS
from matteapp.actions import COMPARE_ACTIONS, WITH_ACTIONS
from matteapp.icons import dress, name_control
from matteapp.language import _
from matteapp.panels.fields import CalmSlider, ColourField
from matteapp.panels.kinds import Colour, FieldSpec
from matteapp.toolstrip import action_button

_SHORT_TITLES = {
    "layers": "Layers",
    "onion": "Onion",
    "ants": "Ants",
    "on_black": "Black",
    "on_white": "White",
    "on_grey": "Grey",
    "foreground": "Colours",
    "change": "Change",
}
_EDGE, _GAP = 3, 2
LEAST, MOST = 0.05, 20.0
"""Bounds of gain and gamma."""


class ViewSwitch(QFrame):
    """One button for every view; what finds no room is in the menu at its end."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("viewSwitch")
        self.setAccessibleName(_("Views"))
        self.buttons = [self._button(actions[f"view.{name}"], name) for name in VIEWS]
        self.more = QToolButton(self)
        name_control(self.more, icon_name="caret-double-right", title=_("More views"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.addActions([actions[f"view.{name}"] for name in VIEWS])
        self.more.setMenu(menu)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        widths = [button.sizeHint().width() + _GAP for button in self.buttons]
        return QSize(sum(widths) - _GAP + 2 * _EDGE, self._height)

    def minimumSizeHint(self) -> QSize:
        widest = max(button.sizeHint().width() for button in self.buttons) + _GAP
        return QSize(widest + self.more.sizeHint().width() + 2 * _EDGE, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._put_buttons()

    def _put_buttons(self) -> None:
        """Show as many as there is room for, and always the one that is chosen."""
        whole = self.width() >= self.sizeHint().width()
        room = self.width() - _EDGE - (0 if whole else self.more.sizeHint().width() + _GAP)
        left, shown = _EDGE, self._fitting(room - _EDGE)
        for button in self.buttons:
            button.setVisible(button in shown)
            if button in shown:
                size = button.sizeHint()
                button.setGeometry(left, _EDGE, size.width(), self.height() - 2 * _EDGE)
                left += size.width() + _GAP
        self.more.setVisible(not whole)
        width = self.more.sizeHint().width()
        place = self.width() - width - _EDGE
        self.more.setGeometry(place, _EDGE, width, self.height() - 2 * _EDGE)

    def _fitting(self, room: int) -> list[QToolButton]:
        """The chosen one, and of the others the first."""
        chosen = next((button for button in self.buttons if button.isChecked()), self.buttons[0])
        room -= chosen.sizeHint().width()
        fitting = [chosen]
        for button in self.buttons:
            if button is not chosen:
                room -= button.sizeHint().width() + _GAP
                if room < 0:
                    break
                fitting.append(button)
        return fitting

    @property
    def _height(self) -> int:
        return self.buttons[0].sizeHint().height() + 2 * _EDGE

    def _button(self, action: QAction, name: str) -> QToolButton:
        action.setIconText(_(_SHORT_TITLES.get(name, VIEWS[name].title)))
        button = action_button(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setParent(self)
        button.toggled.connect(self._put_buttons)
        return button


class StrengthBar(QWidget):
    """How strong the view's colour is, and which one; hidden for views without one.

    Signals:
        strength_edited(str, float): a view, and its strength from 0 to 1.
        colour_edited(object): the overlay's colour, red, green and blue from 0 to 1.
    """

    strength_edited = Signal(str, float)
    colour_edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._view = ""
        self.title = QLabel()
        self.slider = CalmSlider()
        self.slider.setRange(0, 100)
        self.slider.setMinimumWidth(56)
        self.slider.setMaximumWidth(96)
        self.slider.setAccessibleName(_("Strength of the view"))
        self.slider.setToolTip(_("How strong the view's colour is."))
        self.number = QLabel()
        self.number.setMinimumWidth(self.number.fontMetrics().horizontalAdvance("100 %"))
        spec = FieldSpec("overlay", "Overlay colour", Colour(), "The colour of what is cut away.")
        self.colour = ColourField(spec)
        self.colour.label.hide()
        self.colour.code.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.title, self.slider, self.number, self.colour):
            row.addWidget(part)
        self.slider.valueChanged.connect(self._on_slid)
        self.colour.edited.connect(self._on_coloured)

    def show_view(self, view: str, look: Look) -> None:
        """Show the strength that a view has."""
        self._view, strength = view, VIEWS[view].strength
        for part in (self.title, self.slider, self.number):
            part.setVisible(strength is not None)
        self.colour.setVisible(view == "overlay")
        self.colour.show_value(tuple(channel / 255 for channel in look.overlay_colour))
        if strength is None:
            return
        self.title.setText(_(strength.title))
        self.slider.setAccessibleName(_("{title} of the view").format(title=_(strength.title)))
        self.slider.setToolTip(_(strength.tip))
        percent = round(look.strength(view) * 100)
        self.number.setText(f"{percent} %")
        with QSignalBlocker(self.slider):
            self.slider.setValue(percent)

    def _on_slid(self, percent: int) -> None:
        self.number.setText(f"{percent} %")
        self.strength_edited.emit(self._view, percent / 100)

    def _on_coloured(self, colour: object, ends: bool) -> None:
        self.colour_edited.emit(colour)


class GradeBar(QWidget):
    """The viewer's gain and gamma.

    Signals:
        edited(Grade): people have set another.
    """

    edited = Signal(object)

    def __init__(self, reset: QAction) -> None:
        super().__init__()
        self.gain = _factor(
            _("Viewer gain"), _("Brighten what is shown; the result stays as it is.")
        )
        self.gamma = _factor(
            _("Viewer gamma"),
            _("Below 1 opens what is nearly white, above 1 what is nearly black."),
        )
        self._reset = reset
        self.reset = action_button(reset, size=18)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for title, box in ((_("Gain"), self.gain), (_("Gamma"), self.gamma)):
            label = QLabel(title)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
            box.valueChanged.connect(self._on_edited)
        row.addWidget(self.reset)

    def show_grade(self, grade: Grade) -> None:
        """Show gain and gamma."""
        for box, value in ((self.gain, grade.gain), (self.gamma, grade.gamma)):
            with QSignalBlocker(box):
                box.setValue(value)
        self._reset.setEnabled(not grade.neutral)

    def _on_edited(self) -> None:
        self.edited.emit(Grade(self.gain.value(), self.gamma.value()))


class _Factor(QDoubleSpinBox):
    """A number that steps by quarter octaves: as fine below 1 as above."""

    def stepBy(self, steps: int) -> None:
        self.setValue(self.value() * 2 ** (steps / 4))


def _factor(title: str, tip: str) -> QDoubleSpinBox:
    box = _Factor()
    box.setProperty("bare", True)
    box.setRange(LEAST, MOST)
    box.setDecimals(2)
    box.setValue(1.0)
    box.setKeyboardTracking(False)
    box.setFixedWidth(54)
    box.setAccessibleName(title)
    box.setToolTip(tip)
    return box


class CompareButton(QToolButton):
    """Opens the menu of what the view is compared with, and how."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        dress(self, "columns")
        self.setText(_("Compare"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setAccessibleName(_("Compare"))
        self.setToolTip(_("Compare the view with another, across a line or side by side."))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addActions([actions[name] for name in COMPARE_ACTIONS])
        menu.addSeparator()
        menu.addActions([actions[name] for name in WITH_ACTIONS])
        self.setMenu(menu)

    def show_other(self, title: str) -> None:
        """Say what the view is compared with; empty if with nothing."""
        self.setText(_("With {view}").format(view=title) if title else _("Compare"))


class ViewBar(QWidget):
    """The views, the strength of the one that is shown, and what it is compared with."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.views = ViewSwitch(actions)
        self.strength = StrengthBar()
        self.compare = CompareButton(actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.views, 100)
        row.addStretch(1)
        row.addWidget(self.strength)
        row.addWidget(self.compare)
