"""The world's faults come as a bar, ours as a dialog; the log has both."""

from __future__ import annotations

import logging
from pathlib import Path

from engine.errors import BugError, UserError
from matteapp.app import _on_uncaught
from matteapp.dialogs.error import ErrorDialog
from matteapp.log import log_file


def test_a_user_error_comes_as_a_bar_with_one_action(studio, qtbot) -> None:
    done = []
    error = UserError("It is torn.", remedy="Mend it.", path=Path("/photos/torn.jpg"))
    studio.desk.report(error, action="Mend", run=lambda: done.append(True))
    bar = studio.window.bar
    assert bar.isVisible()
    assert bar.text.text() == "torn.jpg: It is torn. Mend it."
    bar.action.click()
    assert done == [True]
    assert not bar.isVisible()


def test_what_can_wait_is_said_after_what_the_action_says(studio, qtbot) -> None:
    bar, said = studio.window.bar, []
    bar.say("First.", action="Go", run=lambda: bar.say("Of the action."))
    for text in ("Second.", "Third."):
        bar.when_free(lambda text=text: (said.append(text), bar.say(text)))
    bar.action.click()
    qtbot.wait(1)
    assert bar.text.text() == "Of the action." and said == []
    for text in ("Second.", "Third."):
        bar.cross.click()
        qtbot.waitUntil(bar.isVisible)
        assert bar.text.text() == text
    bar.cross.click()
    bar.when_free(lambda: said.append("at once"))
    assert said[-1] == "at once"


def test_an_offer_comes_back_after_a_message_that_came_over_it(studio, qtbot) -> None:
    bar = studio.window.bar
    bar.when_free(lambda: bar.say("An offer", action="Take it", run=lambda: None))
    bar.say("News")
    bar.cross.click()
    qtbot.waitUntil(lambda: bar.isVisible() and bar.text.text() == "An offer")
    bar.action.click()
    bar.say("More news")
    bar.cross.click()
    qtbot.wait(20)
    assert not bar.isVisible()


def test_the_bar_lies_inside_the_stage_at_every_width(studio, qtbot) -> None:
    bar = studio.window.bar
    bar.say("A sentence that is long enough for more than one line of a narrow window. " * 3)
    for width in (1300, 1700, 1400):
        studio.window.resize(width, 800)
        qtbot.wait(1)
        assert studio.window.stage.rect().contains(bar.geometry())


def test_our_own_error_comes_as_a_dialog_with_its_traceback(studio, qtbot, caplog) -> None:
    with caplog.at_level(logging.ERROR):
        try:
            raise BugError("a promise was broken")
        except BugError as error:
            studio.desk.report(error)
    dialog = studio.window.findChild(ErrorDialog)
    assert "BugError: a promise was broken" in dialog.details.toPlainText()
    assert "test_errors.py" in dialog.details.toPlainText()
    assert any("a promise was broken" in str(r.exc_info) for r in caplog.records)
    dialog.accept()


def test_the_log_lies_in_the_users_folder() -> None:
    assert log_file().name == "matteapp.log"
    assert log_file().is_absolute()


def test_no_traceback_reaches_the_bar(studio) -> None:
    studio.desk.report(UserError("No.", remedy="Yes."))
    assert "Traceback" not in studio.window.bar.text.text()
    assert studio.window.findChild(ErrorDialog) is None


def test_an_uncaught_error_comes_as_a_dialog(studio) -> None:
    error = ValueError("nobody caught this")
    _on_uncaught(studio.desk, ValueError, error, None)
    dialog = studio.window.findChild(ErrorDialog)
    assert "nobody caught this" in dialog.details.toPlainText()
    dialog.accept()
