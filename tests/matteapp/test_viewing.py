"""The views' controls: strengths, colours, gain and gamma, comparison, and held keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QToolButton, QVBoxLayout, QWidget

from engine.compositing.view_look import Grade, Look
from engine.compositing.views import PALETTES, VIEWS
from engine.imaging.types import STROKE_BACKGROUND
from engine.jobs.worker import Worker
from matteapp.canvas.canvas import Canvas
from matteapp.menus import make_actions
from matteapp.settings import PALETTE, Settings
from matteapp.topbar import TopBar
from matteapp.viewing import Viewing


class Room:
    """The canvas below its bar, in a window of their own."""

    def __init__(self, thread: Worker, settings: Settings) -> None:
        self.window = QMainWindow()
        self.actions = make_actions(self.window)
        self.window.addActions(list(self.actions.values()))
        self.canvas = Canvas(thread)
        self.top = TopBar(self.actions, self.canvas.brush)
        self.settings = settings
        self.viewing = Viewing(self.canvas, self.top, self.actions, settings)
        for name, run in self.viewing.table.items():
            self.actions[name].triggered.connect(lambda _=False, run=run: run())
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.addWidget(self.top)
        column.addWidget(self.canvas, 1)
        self.window.setCentralWidget(whole)

    @property
    def look(self) -> Look:
        """What the canvas draws with."""
        return self.canvas._view._look

    @property
    def shown(self) -> str:
        """The view in sight."""
        return self.canvas._view.view


@pytest.fixture
def thread() -> Iterator[Worker]:
    worker = Worker("render", on_event=lambda event: None)
    yield worker
    assert worker.close()


@pytest.fixture
def room(qtbot, thread, store, grey_document) -> Iterator[Room]:
    made = Room(thread, Settings(store))
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitExposed(made.window)
    made.canvas.show_state(grey_document)
    made.window.activateWindow()
    made.canvas.setFocus()
    yield made
    made.canvas.stop()


def test_a_strength_is_offered_where_there_is_one(room) -> None:
    bar = room.top.view_bar.strength
    for name, view in VIEWS.items():
        room.canvas.set_view(name)
        assert bar.slider.isVisible() == (view.strength is not None)
        assert bar.colour.isVisible() == (name == "overlay")


def test_a_strength_is_drawn_with_and_kept(room, store) -> None:
    room.canvas.set_view("onion")
    bar = room.top.view_bar.strength
    assert (bar.title.text(), bar.slider.value()) == ("Transparency", 50)
    bar.slider.setValue(20)
    assert room.look.strength("onion") == 0.2
    assert bar.number.text() == "20 %"
    room.canvas.set_view("overlay")
    assert bar.slider.value() == 60
    bar.colour.edited.emit((0.0, 1.0, 0.0), True)
    assert room.viewing.look.overlay_colour == (0, 255, 0)


def test_choices_come_back_at_the_next_start(qtbot, thread, store) -> None:
    store.setValue("views/strength/onion", 0.2)
    store.setValue("views/strength/overlay", "much")
    store.setValue("views/strength/trimap", 7)
    store.setValue("views/overlay", "#00ff00")
    store.setValue(PALETTE, "colour_safe")
    room = Room(thread, Settings(store))
    qtbot.addWidget(room.window)
    wanted = Look("colour_safe", overlay=(0, 255, 0), strengths={"onion": 0.2})
    assert room.viewing.look == room.look == wanted


def test_the_palette_is_a_setting(room) -> None:
    room.settings.set_value(PALETTE, "colour_safe")
    look = room.look
    assert look.overlay_colour == PALETTES["colour_safe"][STROKE_BACKGROUND]


def test_gain_and_gamma_are_shown_and_reset_with_a_click(room) -> None:
    bar, reset = room.top.grade, room.actions["show.plain"]
    assert not reset.isEnabled()
    bar.gamma.setValue(0.25)
    bar.gain.stepBy(4)
    assert room.look.grade == Grade(gain=2.0, gamma=0.25)
    bar.reset.click()
    assert room.look.grade == Grade()
    assert (bar.gain.value(), bar.gamma.value()) == (1.0, 1.0)
    assert not reset.isEnabled()


def test_comparing_is_chosen_in_the_menu(room) -> None:
    canvas, button = room.canvas, room.top.view_bar.compare
    room.canvas.set_view("alpha")
    room.actions["with.trimap"].trigger()
    assert room.actions["compare.wipe"].isChecked()
    assert canvas._wipe.before == "trimap"
    assert button.text() == "With Trimap"
    room.actions["compare.side"].trigger()
    assert canvas._screen.panes.count == 2
    assert canvas._view.before == "trimap"
    room.actions["compare.off"].trigger()
    assert (canvas._screen.panes.count, canvas._wipe.before) == (1, "")
    assert button.text() == "Compare"


def test_the_band_is_switched_with_its_key(room) -> None:
    QTest.keyClick(room.window, Qt.Key.Key_J)
    assert room.canvas._outlines.band
    QTest.keyClick(room.window, Qt.Key.Key_J)
    assert not room.canvas._outlines.band


@pytest.mark.parametrize(
    ("key", "shown"),
    [(Qt.Key.Key_X, "input"), (Qt.Key.Key_Backslash, "input"), (Qt.Key.Key_P, "guidance")],
)
def test_a_view_is_seen_while_its_key_is_held(room, key, shown) -> None:
    room.canvas.set_view("alpha")
    QTest.keyPress(room.window, key)
    assert room.shown == shown
    assert room.canvas.view == "alpha"
    QTest.keyRelease(room.window, Qt.Key.Key_A)
    assert room.shown == shown
    QTest.keyRelease(room.window, key)
    assert room.shown == "alpha"
    assert not room.actions[f"peek.{shown}"].isChecked()


def test_from_the_menu_a_view_is_seen_until_it_is_chosen_again(room) -> None:
    room.canvas.set_view("alpha")
    room.actions["peek.guidance"].trigger()
    room.actions["peek.input"].trigger()
    assert room.shown == "input"
    assert not room.actions["peek.guidance"].isChecked()
    room.actions["peek.input"].trigger()
    assert room.shown == "alpha"


def test_leaving_the_window_ends_what_is_held(room) -> None:
    room.canvas.set_view("alpha")
    QTest.keyPress(room.window, Qt.Key.Key_X)
    QApplication.sendEvent(room.window, QEvent(QEvent.Type.WindowDeactivate))
    assert room.shown == "alpha"


def test_views_that_find_no_room_are_in_a_menu(room, qtbot) -> None:
    switch = room.top.view_bar.views
    switch.resize(switch.sizeHint())
    assert all(button.isVisible() for button in switch.buttons)
    assert not switch.more.isVisible()
    switch.resize(240, switch.height())
    seen = [button for button in switch.buttons if button.isVisible()]
    assert 0 < len(seen) < len(switch.buttons)
    assert switch.more.isVisible()
    assert all(button.geometry().right() < switch.more.geometry().left() for button in seen)
    assert len(switch.more.menu().actions()) == len(VIEWS)
    last = switch.buttons[-1]
    assert not last.isVisible()
    last.defaultAction().trigger()
    assert last.isVisible()
    assert last.geometry().right() < switch.more.geometry().left()


def test_every_control_is_named_explained_and_reached_by_keyboard(room) -> None:
    top = room.top
    room.canvas.set_view("overlay")
    controls = [
        top.grade.gain,
        top.grade.gamma,
        top.view_bar.strength.slider,
        top.view_bar.compare,
        top.view_bar.views.more,
        *top.view_bar.views.findChildren(QToolButton),
    ]
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_next_window_begins_with_the_view_that_was_chosen(studio, store, qtbot) -> None:
    assert studio.viewing.kept_view == "input"
    studio.commands.show_view("alpha")
    assert studio.viewing.kept_view == "alpha"
    store.setValue("views/chosen", "of another program")
    assert studio.viewing.kept_view == studio.canvas.view
