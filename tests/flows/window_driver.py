"""Works the real window the way people do; run by test_window_flow.py in processes of their own.

    window_driver.py before|after FOLDER

`before` opens, paints, changes the background, undoes, saves, paints on, exports, and then waits
to be killed. `after` recovers, exports again and closes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QFileDialog, QLineEdit, QWidget

from engine.imaging.types import STROKE_BACKGROUND, STROKE_FOREGROUND, Rect
from matteapp.autosave import recovery_folder
from matteapp.dialogs.unsaved import UnsavedDialog
from matteapp.settings import AUTOSAVE, THEME
from matteapp.studio import Studio

PATIENCE = 90_000
"""Milliseconds; the first cut on a machine compiles the solver."""
LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Does one thing after another and waits for what it should lead to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = QApplication.instance() or QApplication(sys.argv[:1])
        store = QSettings("matteapp", "matteapp")
        store.setValue(AUTOSAVE, 1)
        store.setValue(THEME, os.environ.get("MATTE_THEME", "dark"))
        self.studio = Studio(self.app)
        self.window, self.canvas = self.studio.window, self.studio.canvas
        sys.excepthook = self._on_uncaught
        self._heartbeat = QTimer(interval=20)
        self._heartbeat.start()
        self._shots = 0
        self.window.resize(1440, 900)
        self.studio.start()
        self.take_focus()

    def take_focus(self) -> None:
        """A bare X server has no window manager that would do it."""
        self.until(lambda: self.window.windowHandle().isExposed(), "the window is shown")
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, "the window is active")

    def until(self, true: Callable[[], object], what: str) -> None:
        """Let the window live until something holds."""
        patience = QTimer(singleShot=True)
        patience.start(PATIENCE)
        while not true():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if not patience.isActive():
                self.shoot("stuck")
                sys.exit(f"waited in vain: {what}; {self.window.bar.text.text()}")

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """A screenshot into $MATTE_SHOTS, if that is set."""
        folder = os.environ.get("MATTE_SHOTS")
        if folder:
            self.app.processEvents()
            self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            self._shots += 1
            prefix = f"{sys.argv[1]}_{os.environ.get('MATTE_THEME', 'dark')}_{self._shots:02d}"
            (widget or self.window).grab().save(str(Path(folder) / f"{prefix}_{name}.png"))

    def settled(self) -> None:
        def done() -> bool:
            state = self.studio.session.state
            return (
                state is not None
                and not self.studio.live.busy
                and state.foreground is not None
                and state.alpha_stale is None
                and self.canvas.settled
            )

        self.until(done, "the matte is solved and drawn")

    def key(self, name: str) -> None:
        modifiers, key = {
            "V": (Qt.KeyboardModifier.NoModifier, Qt.Key.Key_V),
            "F7": (Qt.KeyboardModifier.NoModifier, Qt.Key.Key_F7),
            "2": (Qt.KeyboardModifier.NoModifier, Qt.Key.Key_2),
            "1": (Qt.KeyboardModifier.NoModifier, Qt.Key.Key_1),
            "Ctrl+Z": (Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z),
            "Ctrl+S": (Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_S),
        }[name]
        self.take_focus()
        self.canvas.setFocus()
        QTest.keyClick(self.window.windowHandle(), key, modifiers)

    def stroke(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag from one pixel (row, col) of the photograph to another."""
        QTest.mousePress(self.canvas, LEFT, pos=self._place(*start))
        for step in range(1, 9):
            row = start[0] + (end[0] - start[0]) * step / 8
            col = start[1] + (end[1] - start[1]) * step / 8
            QTest.mouseMove(self.canvas, self._place(row, col))
        QTest.mouseRelease(self.canvas, LEFT, pos=self._place(*end))

    def dialog(self, kind: type[QDialog]) -> QDialog:
        found: list[QDialog] = []

        def there() -> bool:
            found[:] = [d for d in self.window.findChildren(kind) if d.isVisible()]
            return bool(found)

        self.until(there, f"a {kind.__name__} is shown")
        return found[0]

    def choose_background(self, kind: str) -> None:
        field = self.window.panels.settings["background"].fields["background.kind"]
        combo = field.findChild(QComboBox)
        self.window.panels.ensureWidgetVisible(combo)
        QTest.mouseClick(combo, LEFT)
        view = combo.view()
        self.until(view.isVisible, "the list is open")
        QTest.keyClick(view, Qt.Key.Key_Home)
        for _ in range(combo.findData(kind)):
            QTest.keyClick(view, Qt.Key.Key_Down)
        QTest.keyClick(view, Qt.Key.Key_Return)
        self.until(lambda: self._background() == kind, "the background is chosen")

    def export(self, folder: Path) -> None:
        """Export the cut-out and the matte through the dialog."""
        folder.mkdir()
        QTest.mouseClick(self.window.export, LEFT)
        from matteapp.dialogs.export import ExportDialog

        dialog = self.dialog(ExportDialog)
        assert isinstance(dialog, ExportDialog)
        dialog.folder.setText(str(folder))
        for name in ("alpha", "composite"):
            dialog.products[name].click()
        self.shoot("export", dialog)
        QTest.mouseClick(dialog.go, LEFT)
        self.until(lambda: "Exported" in self.window.bar.text.text(), "the files are written")
        self.shoot("exported")

    def label_at(self, row: int, col: int) -> int:
        state = self.studio.session.state
        assert state is not None
        return int(state.strokes.read(Rect(row, col, row + 1, col + 1))[0, 0])

    def _background(self) -> str:
        state = self.studio.session.state
        return "" if state is None else state.settings.background.kind

    def _place(self, row: float, col: float) -> QPoint:
        assert self.canvas.viewport is not None
        x, y = self.canvas.viewport.to_device(row, col)
        ratio = self.canvas.devicePixelRatioF()
        return QPoint(round(x / ratio), round(y / ratio))

    def _on_uncaught(self, kind, error, trace) -> None:
        sys.__excepthook__(kind, error, trace)
        os._exit(3)


def before(hand: Hand) -> None:
    hand.shoot("welcome")
    welcome_buttons = {b.text(): b for b in hand.window.welcome.findChildren(QWidget, "")
                       if hasattr(b, "text")}  # fmt: skip
    QTest.mouseClick(welcome_buttons["Open the sample"], LEFT)
    hand.settled()
    hand.shoot("opened")
    hand.key("V")
    hand.until(lambda: hand.canvas.view == "overlay", "the overlay is shown")
    hand.settled()
    hand.shoot("overlay")
    hand.stroke((430, 400), (470, 430))
    hand.until(lambda: hand.label_at(450, 415) == STROKE_FOREGROUND, "the stroke is there")
    hand.settled()
    hand.shoot("stroke")
    hand.key("F7")
    hand.choose_background("gradient")
    hand.settled()
    hand.shoot("gradient")
    hand.choose_background("blurred")
    hand.settled()
    hand.shoot("blurred")
    hand.key("Ctrl+Z")
    hand.until(lambda: hand._background() == "gradient", "the background is undone")
    _save_as(hand, hand.folder / "work.matte")
    hand.key("2")
    hand.stroke((200, 330), (260, 340))
    hand.until(lambda: hand.label_at(230, 335) == STROKE_BACKGROUND, "the second stroke is there")
    hand.settled()
    hand.shoot("second_stroke")
    kept = recovery_folder()
    hand.until(lambda: any(kept.glob("*.json")), "the work is kept for recovery")
    hand.export(hand.folder / "before")
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    hand.app.exec()


def _save_as(hand: Hand, path: Path) -> None:
    hand.key("Ctrl+S")
    dialog = hand.dialog(QFileDialog)
    hand.shoot("save", dialog)
    name = dialog.findChild(QLineEdit)
    name.selectAll()
    QTest.keyClicks(name, str(path))
    QTest.keyClick(name, Qt.Key.Key_Return)
    hand.until(lambda: not hand.studio.session.dirty, "the project is saved")


def after(hand: Hand) -> None:
    hand.until(hand.window.bar.isVisible, "recovery is offered")
    hand.shoot("offer")
    QTest.mouseClick(hand.window.bar.action, LEFT)
    hand.settled()
    hand.shoot("recovered")
    assert hand.label_at(450, 415) == STROKE_FOREGROUND
    assert hand.label_at(230, 335) == STROKE_BACKGROUND
    assert hand._background() == "gradient"
    assert hand.studio.session.dirty
    assert hand.studio.session.project_path == hand.folder / "work.matte"
    hand.export(hand.folder / "after")
    hand.window.close()
    question = hand.dialog(UnsavedDialog)
    hand.shoot("question", question)
    QTest.mouseClick(question.button(question.StandardButton.Discard), LEFT)
    hand.until(lambda: not hand.window.isVisible(), "the window is closed")
    hand.studio.close()
    assert not list(recovery_folder().glob("*.matte"))


if __name__ == "__main__":
    {"before": before, "after": after}[sys.argv[1]](Hand(Path(sys.argv[2])))
