"""The tour: offered once, goes by keyboard, points at what is there, and names today's keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from matteapp.actions import ACTIONS
from matteapp.tour import STEPS, Tour


@pytest.fixture
def tour(studio, grey_document) -> Tour:
    studio.session.open_state(grey_document)
    studio.window.resize(1440, 900)
    return studio.preferences.tour


def test_it_is_offered_on_the_first_start_only(studio) -> None:
    tour, bar = studio.preferences.tour, studio.window.bar
    tour.offer()
    assert bar.isVisible()
    bar.hide()
    tour.offer()
    assert not bar.isVisible()


def test_what_could_be_lost_is_offered_before_it(studio, tmp_path) -> None:
    studio.settings.store.setValue("batch/folder", str(tmp_path))
    studio.settings.store.setValue("batch/folder_runs", True)
    studio._offer()
    assert studio.settings.store.value("tour/seen") is None
    studio.settings.store.setValue("batch/folder_runs", False)
    studio._offer()
    assert studio.window.bar.action.text() == "Take the tour"


def test_the_offer_starts_it(tour, studio) -> None:
    tour.offer()
    studio.window.bar.action.click()
    assert tour.running


def test_every_step_points_at_a_control_in_sight(tour, studio, qtbot) -> None:
    tour.start()
    for step in STEPS:
        assert tour.step is step
        target = step.target(studio.window)
        qtbot.waitUntil(target.isVisible)
        corner = target.mapTo(studio.window, target.rect().topLeft())
        qtbot.waitUntil(lambda: tour.ring.geometry().contains(corner))  # noqa: B023
        assert studio.window.rect().contains(tour.bubble.geometry())
        qtbot.keyClick(tour.bubble.go_on, Qt.Key.Key_Space)
    assert not tour.running
    assert not tour.ring.isVisible()


def test_bubbles_do_not_cover_small_controls(tour, studio) -> None:
    tour.start()
    tour.bubble.go_on.click()
    for step in STEPS[1:]:
        assert not tour.bubble.geometry().intersects(tour.ring.geometry().adjusted(3, 3, -3, -3)), (
            step.title
        )
        tour.bubble.go_on.click()


def test_there_is_a_way_back_and_out(tour, studio, qtbot) -> None:
    tour.start()
    tour.bubble.go_on.click()
    tour.bubble.back.click()
    assert tour.step is STEPS[0]
    assert not tour.bubble.back.isEnabled()
    qtbot.keyClick(tour.bubble.go_on, Qt.Key.Key_Escape)
    assert not tour.running


def test_texts_name_the_keys_of_today(tour, studio) -> None:
    step = next(step for step in STEPS if step.runs == "tool.refine")
    assert "(E)" in tour.text_of(step)
    studio.preferences.shortcuts.rebind("tool.refine", ("N",))
    assert "(N)" in tour.text_of(step)
    studio.preferences.shortcuts.rebind("tool.refine", ())
    assert "<" not in tour.text_of(step)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_steps_run_actions_that_exist(step) -> None:
    assert not step.runs or step.runs in ACTIONS
