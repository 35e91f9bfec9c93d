"""What the monkey can do: one table of moves, each a thing that people could do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from monkey_hands import Hands
from monkey_pictures import make_pictures
from monkey_watch import Watch
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from matteapp.actions import ACTIONS
from matteapp.settings import THEME
from matteapp.studio import Studio
from matteapp.tools.table import TOOLS

_NEVER = ("file.quit",)
"""Actions that end the play."""
MOST_DOCUMENTS = 6
_PAUSES = (0, 0, 0, 0, 1, 5, 20, 60)
_KEYS = (
    Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Tab, Qt.Key.Key_Backtab,
    Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_Delete, Qt.Key.Key_5,
)  # fmt: skip
_MODIFIERS = (
    *(Qt.KeyboardModifier.NoModifier,) * 4,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class _Swallowed(QObject):
    """Stands in for the system's file browser."""

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        """Show nothing."""


class Monkey:
    """Acts on a window by chance.

    Args:
        rng: all its decisions.
        folder: where its pictures and projects are.
        watch: is told what was confirmed.
    """

    def __init__(self, studio: Studio, rng: random.Random, folder: Path, *, watch: Watch) -> None:
        self._studio, self._rng, self._folder = studio, rng, folder
        self._window, self._canvas = studio.window, studio.canvas
        self._pictures = make_pictures(folder / "pictures")
        self._hands = Hands(rng, folder, self._pictures, watch=watch)
        self._counts: Counter[str] = Counter()
        self._held: Qt.MouseButton | None = None
        self._browser = _Swallowed()
        QDesktopServices.setUrlHandler("file", self._browser, "take")
        self._moves: dict[str, tuple[int, Callable[[], str]]] = {
            "action": (30, self._action),
            "key": (12, self._key),
            "tool": (6, self._tool),
            "press": (16, self._press),
            "click": (5, self._click),
            "wheel": (5, self._wheel),
            "field": (16, self._field),
            "poke": (14, lambda: self._hands.poke(self._window)),
            "open": (3, self._open),
            "show": (5, self._show),
            "close": (2, self._close),
            "save": (2, self._save),
            "walk": (2, self._walk),
            "window": (2, self._resize),
            "theme": (1, self._theme),
            "clipboard": (1, self._copy_something),
            "leave": (2, self._leave_canvas),
        }

    def act(self) -> str:
        """Do one thing; what it was."""
        if not self._counts:
            return self._counted("open", self._open())
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            return self._counted("popup", self._hands.use_popup(popup))
        if modal is not None:
            self._held = None  # its release goes to nobody
            return self._counted("dialog", self._hands.use_dialog(modal))
        if self._held is not None and self._rng.random() < 0.8:
            return self._counted("drag", self._drag())
        weights = [weight for weight, _ in self._moves.values()]
        name = self._rng.choices(list(self._moves), weights)[0]
        return self._counted(name, self._moves[name][1]())

    def pause(self) -> int:
        """Milliseconds until the next thing."""
        return self._rng.choice(_PAUSES)

    def busy(self) -> str:
        """What is under way, or "" if nothing is."""
        studio = self._studio
        if studio.live.busy:
            return "a step of the cut is still under way"
        if self._window.stage.currentWidget() is self._canvas and not self._canvas.settled:
            return "the canvas is not drawn"
        return ""

    def put_away(self) -> Iterator[int]:
        """Let go of the mouse, and close what is open over the window."""
        self._held = None
        QTest.mouseRelease(self._canvas, Qt.MouseButton.LeftButton)
        for _ in range(20):
            over = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            dialogs = (d for d in self._window.findChildren(QDialog) if d.isVisible())
            over = over or next(dialogs, None)
            if over is None:
                return
            over.close()
            yield 20

    def end(self) -> None:
        """Hold nothing of the window any more."""
        QDesktopServices.unsetUrlHandler("file")
        self._moves.clear()

    def summary(self) -> str:
        """How often each move was made."""
        return ", ".join(f"{name} {count}" for name, count in sorted(self._counts.items()))

    def _counted(self, name: str, told: str) -> str:
        self._counts[name] += 1
        return f"{name} {told}"

    # -- by the table of actions and by keys

    def _action(self) -> str:
        actions = self._window.actions_by_name
        able = [n for n in ACTIONS if n not in _NEVER and actions[n].isEnabled()]
        name = self._rng.choice(able)
        actions[name].trigger()
        return name

    def _key(self) -> str:
        bound = [
            (name, keys[0])
            for name, action in self._window.actions_by_name.items()
            if name not in _NEVER and (keys := action.shortcuts())
        ]
        handle = self._window.windowHandle()
        if self._rng.random() < 0.3:
            key = self._rng.choice(_KEYS)
            QTest.keyClick(handle, key)
            return key.name
        name, keys = self._rng.choice(bound)
        pressed = keys[0]
        QTest.keyClick(handle, pressed.key(), pressed.keyboardModifiers())
        return f"{keys.toString()} for {name}"

    # -- on the canvas

    def _tool(self) -> str:
        name = self._rng.choice(list(TOOLS))
        self._window.actions_by_name[f"tool.{name}"].trigger()
        return name

    def _place(self) -> QPoint:
        """Mostly on the canvas, at times beyond its rim."""
        width, height = self._canvas.width(), self._canvas.height()
        if self._rng.random() < 0.1:
            return QPoint(self._rng.randint(-50, width + 50), self._rng.randint(-50, height + 50))
        return QPoint(self._rng.randrange(max(1, width)), self._rng.randrange(max(1, height)))

    def _press(self) -> str:
        if not self._canvas.isVisible() or self._held is not None:
            return "(not possible)"
        button = self._rng.choice((Qt.MouseButton.LeftButton,) * 6 + (Qt.MouseButton.MiddleButton,))
        modifiers, place = self._rng.choice(_MODIFIERS), self._place()
        QTest.mousePress(self._canvas, button, modifiers, place)
        self._held = button
        return f"{button.name} {modifiers.name} at {place.toTuple()} with {self._canvas.tool}"

    def _drag(self) -> str:
        assert self._held is not None
        place = self._place()
        if self._rng.random() < 0.6:
            QTest.mouseMove(self._canvas, place)
            return f"to {place.toTuple()}"
        QTest.mouseRelease(self._canvas, self._held, pos=place)
        self._held = None
        return f"ends at {place.toTuple()}"

    def _click(self) -> str:
        if not self._canvas.isVisible():
            return "(no canvas)"
        place, twice = self._place(), self._rng.random() < 0.3
        click = QTest.mouseDClick if twice else QTest.mouseClick
        click(self._canvas, Qt.MouseButton.LeftButton, self._rng.choice(_MODIFIERS), place)
        return f"{'twice ' if twice else ''}at {place.toTuple()} with {self._canvas.tool}"

    def _wheel(self) -> str:
        return self._hands.turn_wheel(self._canvas, self._place())

    def _leave_canvas(self) -> str:
        """Space or Alt held, and let go somewhere else."""
        key = self._rng.choice((Qt.Key.Key_Space, Qt.Key.Key_Alt))
        press = self._rng.choice((QTest.keyPress, QTest.keyRelease))
        press(self._canvas, key)
        return f"{key.name} {press.__name__}"

    # -- in the panels

    def _field(self) -> str:
        panels = self._window.panels.settings.values()
        fields = [field for panel in panels for field in panel.fields.values()]
        usable = [field for field in fields if field.isEnabled() and not field.isHidden()]
        return self._hands.set_field(self._rng.choice(usable)) if usable else "(nothing)"

    def _theme(self) -> str:
        theme = self._rng.choice(("dark", "light", "system"))
        self._studio.settings.set_value(THEME, theme)
        return theme

    # -- documents

    def _open(self) -> str:
        session = self._studio.session
        if len(session.documents) >= MOST_DOCUMENTS:
            return self._close()
        projects = [path for path in self._folder.glob("*.matte") if path.is_file()]
        paths = self._rng.sample([*self._pictures, *sorted(projects)], self._rng.choice((1, 1, 2)))
        self._studio.files.open_paths(paths)
        return " ".join(path.name for path in paths)

    def _show(self) -> str:
        documents = self._studio.session.documents
        if not documents:
            return "(nothing)"
        document = self._rng.choice(documents)
        self._studio.session.show(document)
        return document.name

    def _close(self) -> str:
        documents = self._studio.session.documents
        if not documents:
            return "(nothing)"
        document = self._rng.choice(documents)
        told = document.name
        self._studio.files.close(document)
        return told

    def _save(self) -> str:
        if self._studio.session.state is None:
            return "(nothing)"
        path = self._hands.new_path(".matte")
        self._studio.files.saving.save_to(path)
        return path.name

    def _walk(self) -> str:
        """To the opening and back: what people chose and painted is as it was."""
        session = self._studio.session
        before = session.state
        if before is None:
            return "(nothing)"
        index = session.history.index
        session.jump_to(0)
        session.jump_to(index)
        after = session.state
        same = after is not None and after.settings == before.settings
        if not same or not after.strokes.changed_rect(before.strokes).empty:
            self._hands.watch.fail(f"undo and redo over {index} steps changed the work")
        return f"over {index} steps"

    def _copy_something(self) -> str:
        clipboard = QGuiApplication.clipboard()
        if self._rng.random() < 0.5:
            clipboard.setText("no picture")
            return "text"
        picture = QImage(self._rng.randint(1, 90), self._rng.randint(1, 90), QImage.Format_RGB888)
        picture.fill(self._rng.randrange(2**24))
        clipboard.setImage(picture)
        return "a picture"

    def _resize(self) -> str:
        self._window.resize(self._rng.randint(700, 1600), self._rng.randint(500, 1000))
        return str(self._window.size().toTuple())
