"""Short pieces of work in the real window; run by test_window_work.py in processes of their own.

window_work.py background|hair|keys|again FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from window_driver import LEFT, Hand

from engine.imaging.types import UNKNOWN
from matteapp.dialogs.export import ExportDialog
from matteapp.dialogs.shortcuts import ShortcutsDialog
from matteapp.panels.fields import NumberField


def background(hand: Hand) -> None:
    """Another background, its light around the subject's edge, and both files for editors."""
    open_sample(hand)
    press(hand, "F7")
    hand.choose_background("gradient")
    hand.settled()
    before = hand.canvas.grab().toImage()
    hand.shoot("gradient")
    panel = hand.window.panels.settings["harmony"]
    field = panel.fields["harmony.wrap"]
    assert isinstance(field, NumberField)
    panel.header.setChecked(True)
    hand.app.processEvents()  # what was unfolded gets its place
    hand.window.panels.ensureWidgetVisible(field)
    field.slider.setFocus()
    QTest.keyClick(field.slider, Qt.Key.Key_End)
    state = hand.studio.session.state
    assert state is not None
    assert state.settings.harmony.wrap == 1.0
    hand.settled()
    hand.shoot("light_wrap")
    assert difference(before, hand.canvas.grab().toImage()) > 0.1
    export_as(hand, "psd")
    export_as(hand, "exr")


def hair(hand: Hand) -> None:
    """One click has strands around the subject solved, and undo takes that back."""
    open_sample(hand)
    action = hand.window.actions_by_name["run.hair"]
    before = unknown(hand)
    labels = hand.studio.session.history.labels
    menu_of(hand, "run.hair").trigger()
    hand.until(lambda: unknown(hand) > before, "more is unknown")
    hand.settled()
    assert action.isChecked()
    assert hand.studio.session.history.labels == (*labels, "Refine hair")
    press(hand, "F4")
    hand.settled()
    hand.shoot("hair")
    press(hand, "Ctrl+Z")
    hand.until(lambda: unknown(hand) == before, "the band is as it was")
    hand.settled()
    assert not action.isChecked()


def keys(hand: Hand) -> None:
    """A key of one's own for a view: it works at once, and at the next start."""
    open_sample(hand)
    hand.window.actions_by_name["edit.keys"].trigger()
    dialog = hand.dialog(ShortcutsDialog)
    assert isinstance(dialog, ShortcutsDialog)
    dialog.choose("view.alpha")
    QTest.keyClick(dialog.press, Qt.Key.Key_V)
    hand.until(lambda: "Overlay" in dialog.note.text(), "it is said whose key that is")
    assert not dialog.add.isEnabled()
    hand.shoot("taken", dialog)
    dialog.press.clear()
    QTest.keyClick(dialog.press, Qt.Key.Key_N)
    hand.until(dialog.add.isEnabled, "the key can be had")
    QTest.mouseClick(dialog.add, LEFT)
    hand.shoot("bound", dialog)
    dialog.accept()
    press(hand, "N")
    hand.until(lambda: hand.canvas.view == "alpha", "the key shows the view")
    hand.settled()
    hand.studio.settings.store.sync()


def again(hand: Hand) -> None:
    """What `keys` has bound is bound in the next window."""
    open_sample(hand)
    assert hand.canvas.view == "alpha"  # it was shown last
    press(hand, "F2")
    hand.until(lambda: hand.canvas.view == "input", "another view is shown")
    press(hand, "N")
    hand.until(lambda: hand.canvas.view == "alpha", "the key shows the view")


def open_sample(hand: Hand) -> None:
    hand.studio.files.open_sample()
    hand.settled()


def press(hand: Hand, name: str) -> None:
    """Press a key on the canvas."""
    hand.take_focus()
    hand.canvas.setFocus()
    keys = QKeySequence(name)[0]
    QTest.keyClick(hand.window.windowHandle(), keys.key(), keys.keyboardModifiers())


def menu_of(hand: Hand, name: str) -> QAction:
    """An action as it stands in its menu."""
    wanted = hand.window.actions_by_name[name]
    menus = [action.menu() for action in hand.window.menuBar().actions()]
    return next(one for menu in menus for one in menu.actions() if one is wanted)


def export_as(hand: Hand, format_name: str) -> None:
    """Export the cut-out through the dialog."""
    hand.window.bar.hide()
    QTest.mouseClick(hand.window.export, LEFT)
    dialog = hand.dialog(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    dialog.folder.setText(str(hand.folder))
    formats = dialog.form.format
    formats.setCurrentIndex(formats.findData(format_name))
    hand.shoot(f"export_{format_name}", dialog)
    QTest.mouseClick(dialog.go, LEFT)
    hand.until(lambda: f".{format_name}" in said(hand), "the file is written")


def said(hand: Hand) -> str:
    bar = hand.window.bar
    return bar.text.text() if bar.isVisible() else ""


def unknown(hand: Hand) -> int:
    """How many pixels the trimap leaves open."""
    state = hand.studio.session.state
    assert state is not None
    return int((state.effective_trimap() == UNKNOWN).sum())


def difference(one: QImage, other: QImage) -> float:
    """The mean difference of two pictures of one size, in steps of 8 bits."""
    pixels = [image.convertToFormat(QImage.Format.Format_RGB888) for image in (one, other)]
    before, after = (np.asarray(each.constBits(), np.uint8).astype(int) for each in pixels)
    return float(np.abs(before - after).mean())


def leave(hand: Hand) -> None:
    hand.window.let_close()
    hand.until(lambda: not hand.window.isVisible(), "the window is closed")
    hand.studio.close()


def main(work: str, folder: Path) -> None:
    hand = Hand(folder)
    {"background": background, "hair": hair, "keys": keys, "again": again}[work](hand)
    leave(hand)
    assert not [w for w in hand.app.topLevelWidgets() if isinstance(w, QWidget) and w.isVisible()]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
