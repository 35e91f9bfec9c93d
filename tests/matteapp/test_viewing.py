"""The views' controls: strengths, colours, gain and gamma, comparison, and held keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from engine.compositing.view_look import Grade, Look
from engine.compositing.views import PALETTES, VIEWS
from engine.imaging.types import STROKE_BACKGROUND
from matteapp.app import Studio
from matteapp.settings import PALETTE


@pytest.fixture
def opened(studio: Studio, grey_document) -> Studio:
    studio.session.open_state(grey_document)
    studio.window.activateWindow()
    studio.canvas.setFocus()
    return studio


def action(studio: Studio, name: str):
    return studio.window.actions_by_name[name]


@pytest.mark.parametrize("view", VIEWS)
def test_a_strength_is_offered_where_there_is_one(opened, view) -> None:
    opened.commands.show_view(view)
    bar = opened.window.top.view_bar.strength
    assert bar.slider.isVisible() == (VIEWS[view].strength is not None)
    assert bar.colour.isVisible() == (view == "overlay")


def test_a_strength_is_drawn_with_and_kept(opened, store) -> None:
    opened.commands.show_view("onion")
    bar = opened.window.top.view_bar.strength
    assert (bar.title.text(), bar.slider.value()) == ("Transparency", 50)
    bar.slider.setValue(20)
    assert opened.canvas._view._look.strength("onion") == 0.2
    assert bar.number.text() == "20 %"
    opened.commands.show_view("overlay")
    assert bar.slider.value() == 60
    bar.colour.edited.emit((0.0, 1.0, 0.0), True)
    assert opened.viewing.look.overlay_colour == (0, 255, 0)


def test_choices_come_back_at_the_next_start(qtbot, qapp, store, tmp_path) -> None:
    store.setValue("views/strength/onion", 0.2)
    store.setValue("views/strength/overlay", "much")
    store.setValue("views/strength/trimap", 7)
    store.setValue("views/overlay", "#00ff00")
    store.setValue(PALETTE, "colour_safe")
    studio = Studio(qapp, store=store, recovery=tmp_path / "recovery")
    qtbot.addWidget(studio.window, before_close_func=lambda _: studio.window.let_close())
    wanted = Look("colour_safe", overlay=(0, 255, 0), strengths={"onion": 0.2})
    assert studio.viewing.look == wanted
    assert studio.canvas._view._look == wanted
    studio.close()


def test_the_palette_is_a_setting(opened) -> None:
    opened.settings.set_value(PALETTE, "colour_safe")
    look = opened.canvas._view._look
    assert look.overlay_colour == PALETTES["colour_safe"][STROKE_BACKGROUND]


def test_gain_and_gamma_are_shown_and_reset_with_a_click(opened) -> None:
    bar, reset = opened.window.top.grade, action(opened, "show.plain")
    assert not reset.isEnabled()
    bar.gamma.setValue(0.25)
    bar.gain.stepBy(4)
    assert opened.canvas._view._look.grade == Grade(gain=2.0, gamma=0.25)
    bar.reset.click()
    assert opened.canvas._view._look.grade == Grade()
    assert (bar.gain.value(), bar.gamma.value()) == (1.0, 1.0)
    assert not reset.isEnabled()


def test_gain_and_gamma_change_no_document(opened) -> None:
    before = opened.session.state
    opened.window.top.grade.gain.setValue(3.0)
    assert opened.session.state is before
    assert not opened.session.dirty


def test_comparing_is_chosen_in_the_menu(opened) -> None:
    canvas, button = opened.canvas, opened.window.top.view_bar.compare
    opened.commands.show_view("alpha")
    action(opened, "with.trimap").trigger()
    assert action(opened, "compare.wipe").isChecked()
    assert canvas._wipe.before == "trimap"
    assert button.text() == "With Trimap"
    action(opened, "compare.side").trigger()
    assert canvas._screen.panes.count == 2
    assert canvas._view.before == "trimap"
    action(opened, "compare.off").trigger()
    assert (canvas._screen.panes.count, canvas._wipe.before) == (1, "")
    assert button.text() == "Compare"


def test_the_band_is_switched_with_its_key(opened) -> None:
    QTest.keyClick(opened.window, Qt.Key.Key_J)
    assert opened.canvas._outlines.band
    QTest.keyClick(opened.window, Qt.Key.Key_J)
    assert not opened.canvas._outlines.band


@pytest.mark.parametrize(
    ("key", "shown"),
    [(Qt.Key.Key_X, "input"), (Qt.Key.Key_Backslash, "input"), (Qt.Key.Key_P, "guidance")],
)
def test_a_view_is_seen_while_its_key_is_held(opened, key, shown) -> None:
    opened.commands.show_view("alpha")
    QTest.keyPress(opened.window, key)
    assert opened.canvas._view.view == shown
    assert opened.canvas.view == "alpha"
    assert action(opened, "view.alpha").isChecked()
    QTest.keyRelease(opened.window, Qt.Key.Key_A)
    assert opened.canvas._view.view == shown
    QTest.keyRelease(opened.window, key)
    assert opened.canvas._view.view == "alpha"
    assert not action(opened, f"peek.{shown}").isChecked()


def test_from_the_menu_a_view_is_seen_until_it_is_chosen_again(opened) -> None:
    opened.commands.show_view("alpha")
    action(opened, "peek.guidance").trigger()
    action(opened, "peek.input").trigger()
    assert opened.canvas._view.view == "input"
    assert not action(opened, "peek.guidance").isChecked()
    action(opened, "peek.input").trigger()
    assert opened.canvas._view.view == "alpha"


def test_leaving_the_window_ends_what_is_held(opened) -> None:
    opened.commands.show_view("alpha")
    QTest.keyPress(opened.window, Qt.Key.Key_X)
    QApplication.sendEvent(opened.window, QEvent(QEvent.Type.WindowDeactivate))
    assert opened.canvas._view.view == "alpha"


def test_views_that_find_no_room_are_in_a_menu(opened, qtbot) -> None:
    switch = opened.window.top.view_bar.views
    switch.resize(switch.sizeHint())
    assert all(button.isVisible() for button in switch.buttons)
    assert not switch.more.isVisible()
    switch.resize(240, switch.height())
    seen = [button for button in switch.buttons if button.isVisible()]
    assert 0 < len(seen) < len(switch.buttons)
    assert switch.more.isVisible()
    assert all(button.geometry().right() < switch.more.geometry().left() for button in seen)
    assert len(switch.more.menu().actions()) == len(VIEWS)


def test_the_pixel_under_the_cursor_is_read_out(opened) -> None:
    place = opened.canvas.viewport.to_device(10.5, 20.5)
    ratio = opened.canvas.devicePixelRatioF()
    QTest.mouseMove(opened.canvas, QPoint(round(place[0] / ratio), round(place[1] / ratio)))
    assert opened.window.status.readout.text().startswith("x 20  y 10   RGB 128 128 128")


def test_every_control_is_named_explained_and_reached_by_keyboard(opened) -> None:
    top = opened.window.top
    opened.commands.show_view("overlay")
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
