"""How the monkey uses controls: fields of panels, whatever is in sight, dialogs and menus."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from monkey_watch import Watch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QColorDialog,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from matteapp.dialogs.unsaved import UnsavedDialog
from matteapp.panels.fields import ChoiceField, ColourField, Field, FileField, NumberField

_USED = (
    QAbstractButton, QSlider, QAbstractSpinBox, QComboBox, QAbstractItemView, QLineEdit,
)  # fmt: skip
_TEXTS = ("", "a", "7", "-1", "1e9", "{name}_{product}", "ä/ö", "x" * 300)


class Hands:
    """Turns decisions of chance into what a mouse and keys would do.

    Args:
        pictures: what is typed into dialogs that ask for files.
        watch: hears when unsaved work is let go of on purpose.
    """

    def __init__(
        self, rng: random.Random, folder: Path, pictures: Sequence[Path], *, watch: Watch
    ) -> None:
        self._rng, self._folder, self._pictures = rng, folder, pictures
        self.watch = watch
        self._numbers = itertools.count(1)

    def new_path(self, suffix: str) -> Path:
        """A file that is not there yet."""
        return self._folder / f"work{next(self._numbers)}{suffix}"

    # -- fields of the panels

    def set_field(self, field: Field) -> str:
        """Give a setting another value, by its own control."""
        if isinstance(field, NumberField):
            told = self._set_number(field)
        elif isinstance(field, ChoiceField):
            told = self._choose(field.combo)
        elif isinstance(field, ColourField):
            field.swatch.click()
            told = "asked"
        elif isinstance(field, FileField):
            field.button.click()
            told = "asked"
        else:
            told = self._use(field.findChild(QAbstractButton))
        return f"{field.spec.path}: {told}"

    def _set_number(self, field: NumberField) -> str:
        way = self._rng.randrange(4)
        if way == 0 and not field.automatic.isHidden():
            field.automatic.click()
            return f"automatic {field.automatic.isChecked()}"
        if way == 1:
            field.box.setValue(self._rng.uniform(field.box.minimum(), field.box.maximum()))
            return field.box.text()
        field.slider.setSliderDown(True)
        for _ in range(self._rng.randint(1, 4)):
            field.slider.setValue(self._rng.randint(0, field.slider.maximum()))
            QApplication.sendPostedEvents()
        field.slider.setSliderDown(False)
        return f"dragged to {field.box.text()}"

    def _choose(self, combo: QComboBox) -> str:
        if not combo.count():
            return "(empty)"
        index = self._rng.randrange(combo.count())
        combo.setCurrentIndex(index)
        combo.activated.emit(index)
        return combo.itemText(index)

    # -- whatever is in sight

    def poke(self, window: QWidget) -> str:
        """Use any control of a window that people could use now."""
        found = [
            widget
            for widget in window.findChildren(QWidget)
            if isinstance(widget, _USED)
            and widget.isEnabled()
            and widget.isVisible()
            and widget.window() is window
        ]
        return self._use(self._rng.choice(found)) if found else "(nothing)"

    def _use(self, widget: QWidget) -> str:
        ways: dict[type, Callable[[Any], str]] = {
            QAbstractButton: self._click,
            QSlider: self._slide,
            QAbstractSpinBox: self._spin,
            QComboBox: self._choose,
            QAbstractItemView: self._click_in,
            QLineEdit: self._type,
        }
        way = next(way for kind, way in ways.items() if isinstance(widget, kind))
        name = widget.accessibleName() or widget.objectName() or type(widget).__name__
        return f"{name}: {way(widget)}"

    def _click(self, button: QAbstractButton) -> str:
        text = button.text() or button.toolTip()
        menu = button.menu() if isinstance(button, (QToolButton, QPushButton)) else None
        if menu is not None:  # shown, it would wait for its end
            return f"menu, {self._trigger(menu)}"
        button.click()
        return text.replace("\n", " ")

    def _slide(self, slider: QSlider) -> str:
        slider.setValue(self._rng.randint(slider.minimum(), slider.maximum()))
        return str(slider.value())

    def _spin(self, box: QAbstractSpinBox) -> str:
        if self._rng.random() < 0.5:
            box.stepBy(self._rng.choice((-10, -1, 1, 10)))
        else:
            box.selectAll()
            QTest.keyClicks(box, str(self._rng.choice((0, 1, 50, 99999))))
            QTest.keyClick(box, Qt.Key.Key_Return)
        return box.text()

    def _click_in(self, view: QAbstractItemView) -> str:
        model = view.model()
        if model is None or not model.rowCount(view.rootIndex()):
            return "(no rows)"
        index = model.index(self._rng.randrange(model.rowCount(view.rootIndex())), 0)
        place = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        return f"row {index.row()}"

    def _type(self, line: QLineEdit) -> str:
        text = self._rng.choice(_TEXTS)
        line.selectAll()
        line.insert(text)  # as a clipboard or an input method does: keys are ASCII in tests
        if self._rng.random() < 0.5:
            QTest.keyClick(line, Qt.Key.Key_Return)
        return text[:20]

    def turn_wheel(self, widget: QWidget, place: QPoint) -> str:
        """Turn the wheel over a widget."""
        held = Qt.KeyboardModifier.ControlModifier
        modifiers = self._rng.choice((Qt.KeyboardModifier.NoModifier, held))
        by = self._rng.choice((-600, -120, 120, 600))
        event = QWheelEvent(
            QPointF(place), QPointF(widget.mapToGlobal(place)), QPoint(), QPoint(0, by),
            Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        return f"{by} {modifiers.name}"

    # -- what lies over the window

    def use_popup(self, popup: QWidget) -> str:
        """Choose from an open menu, or leave it."""
        if isinstance(popup, QMenu) and self._rng.random() < 0.5:
            told = self._trigger(popup)
            popup.close()
            return told
        popup.close()
        return "closed"

    def _trigger(self, menu: QMenu) -> str:
        usable = [one for one in menu.actions() if one.isEnabled() and not one.isSeparator()]
        if not usable:
            return "(nothing)"
        action = self._rng.choice(usable)
        if action.menu() is None:
            action.trigger()
        return action.text()

    def use_dialog(self, dialog: QWidget) -> str:
        """Answer a dialog, or do something in it."""
        name = type(dialog).__name__
        if isinstance(dialog, UnsavedDialog):
            return f"{name}: {self._answer(dialog)}"
        if isinstance(dialog, QFileDialog):
            return f"{name} {dialog.windowTitle()}: {self._name_file(dialog)}"
        if isinstance(dialog, QColorDialog):
            return f"{name}: {self._pick_colour(dialog)}"
        if isinstance(dialog, QDialog) and self._rng.random() < 0.3:
            dialog.reject()
            return f"{name} left"
        return f"{name}: {self.poke(dialog)}"

    def _answer(self, dialog: UnsavedDialog) -> str:
        buttons = dialog.StandardButton
        answer = self._rng.choice((buttons.Save, buttons.Discard, buttons.Cancel))
        if answer == buttons.Discard:
            with self.watch.confirmed():
                dialog.button(answer).click()
        else:
            dialog.button(answer).click()
        return answer.name

    def _name_file(self, dialog: QFileDialog) -> str:
        if self._rng.random() < 0.3:
            dialog.reject()
            return "left"
        path = self._path_for(dialog)
        line = dialog.findChild(QLineEdit)
        line.setText(str(path))
        QTest.keyClick(line, Qt.Key.Key_Return)
        if dialog.isVisible():
            dialog.reject()
        return path.name

    def _path_for(self, dialog: QFileDialog) -> Path:
        if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
            return self.new_path(f".{dialog.defaultSuffix() or 'png'}")
        if dialog.fileMode() == QFileDialog.FileMode.Directory:
            return self._pictures[0].parent
        return self._rng.choice([path for path in self._pictures if path.exists()])

    def _pick_colour(self, dialog: QColorDialog) -> str:
        colour = QColor.fromRgb(*(self._rng.randrange(256) for _ in range(3)))
        dialog.setCurrentColor(colour)
        if self._rng.random() < 0.5:
            return colour.name()
        choose = self._rng.choice((dialog.accept, dialog.reject))
        choose()
        return f"{colour.name()}, {choose.__name__}ed"
