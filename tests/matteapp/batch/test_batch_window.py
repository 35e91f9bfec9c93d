"""A batch in the window: queued, cut, looked through, fixed by hand, and taken up again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSpinBox

from engine.batch.batch import Batch
from engine.batch.journal import NAME, Journal
from engine.batch.order import Order
from engine.document.edits import set_settings
from engine.document.recovery import Slot
from engine.imaging.read import read_image
from engine.imaging.write import write_picture
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings, TrimapSettings
from matteapp.errors_ui import MessageBar
from matteapp.studio import Studio

FAST = CutSettings(
    guidance=GuidanceSettings("grabcut", (8, 8, 46, 46), ""),
    trimap=TrimapSettings(4, source="radius"),
)
WAIT = 60_000


def figure(path: Path, *, shift: int = 0) -> Path:
    rows, cols = np.mgrid[:48, :48]
    inside = (rows > 14) & (np.abs(cols - 22 - shift) < 9)
    pixels = np.where(inside[..., None], (70, 40, 30), (225, 228, 235)).astype(np.uint8)
    write_picture(path, pixels + (rows % 3)[..., None].astype(np.uint8))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for number, name in enumerate("abc"):
        figure(made / f"{name}.png", shift=number)
    return made


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(tmp_path / "out", settings=FAST)


@pytest.fixture
def queued(qtbot, studio: Studio, folder: Path, order: Order) -> Studio:
    """A window with three photographs and a bad one in its batch."""
    (folder / "bad.png").write_bytes(b"no picture")
    studio.batch.room.desk.give_order(order)
    studio.batch.take_dropped([folder])
    qtbot.waitUntil(lambda: page_of(studio).filtered.rowCount() == 4, timeout=WAIT)
    return studio


def page_of(studio: Studio):
    return studio.batch.room.desk.page


def act(studio: Studio, name: str) -> None:
    action = studio.window.actions_by_name[name]
    assert action.isEnabled(), name
    action.trigger()


def batch_of(studio: Studio) -> Batch:
    batch = studio.batch.room.desk.batch
    assert batch is not None
    return batch


def work_off(qtbot, studio: Studio) -> dict[str, str]:
    with qtbot.waitSignal(studio.batch.room.desk.ended, timeout=WAIT):
        act(studio, "batch.start")
    return {item.source.name: item.state for item in batch_of(studio).items}


def test_a_folder_is_cut_and_a_bad_file_is_told(qtbot, queued, order) -> None:
    assert queued.window.stage.currentWidget() is page_of(queued)
    states = work_off(qtbot, queued)
    assert states.pop("bad.png") == "failed"
    assert set(states.values()) <= {"done", "doubtful"}
    assert "4 of 4" in page_of(queued).counts.text()
    assert "1 failed" in page_of(queued).counts.text()
    assert len(list(order.folder.glob("*_cutout.png"))) == 3
    page_of(queued).show_filter("failed")
    assert page_of(queued).filtered.rowCount() == 1
    assert "not a picture" in page_of(queued).review.remark.text()


def test_one_flips_through_results_over_grounds_and_marks_them(qtbot, queued, folder) -> None:
    work_off(qtbot, queued)
    page, review = page_of(queued), page_of(queued).review
    for row, name in enumerate(("a.png", "b.png", "bad.png", "c.png")):
        assert page.current.source.name == name
        if name != "bad.png":
            qtbot.waitUntil(lambda: review.look.picture is not None, timeout=WAIT)
            assert review.look.picture.hasAlphaChannel()
        if row < 3:
            qtbot.mouseClick(review.after, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(review.grounds["white"], Qt.MouseButton.LeftButton)
    assert review.look.ground == "white"
    shown = review.look.grab().toImage()
    corner = (shown.width() - shown.height()) // 2 + 4  # the square picture's, in the middle
    assert shown.pixelColor(corner, 4).lightness() > 200
    act(queued, "batch.mark")
    assert batch_of(queued).item(folder / "c.png").marked
    page.show_filter("marked")
    assert page.filtered.rowCount() == 1


def test_settings_of_the_open_photograph_are_for_all(qtbot, queued, folder, order) -> None:
    work_off(qtbot, queued)
    before = read_image(order.folder / "a_cutout.png").alpha
    softer = replace(FAST, edge=EdgeSettings(feather=3.0))
    queued.batch.room.desk.take_settings(softer, of="a.png")
    assert batch_of(queued).order.settings.edge.feather == 3.0
    assert batch_of(queued).order.settings.guidance.box is None  # that is of one photograph alone
    queued.batch.room.desk.give_order(replace(batch_of(queued).order, settings=softer))
    assert batch_of(queued).counts["waits"] == 4
    work_off(qtbot, queued)
    assert not np.array_equal(read_image(order.folder / "a_cutout.png").alpha, before)


def test_one_is_fixed_by_hand_and_put_back(qtbot, queued, folder, order) -> None:
    work_off(qtbot, queued)
    page_of(queued).look_at(folder / "b.png")
    act(queued, "batch.open")
    qtbot.waitUntil(lambda: queued.session.state is not None, timeout=WAIT)
    assert queued.window.stage.currentWidget() is queued.canvas
    qtbot.waitUntil(lambda: queued.session.state.settings.trimap == FAST.trimap, timeout=WAIT)
    edit = partial(set_settings, settings=FAST)
    queued.session.apply(edit, label="Box")
    (order.folder / "b_cutout.png").unlink()
    act(queued, "batch.return")
    qtbot.waitUntil(lambda: batch_of(queued).item(folder / "b.png").by_hand, timeout=WAIT)
    assert (order.folder / "b_cutout.png").is_file()


def test_the_next_window_goes_on_where_a_killed_one_was(qtbot, qapp, store, queued, tmp_path):
    batch = batch_of(queued)
    act(queued, "batch.start")
    batch.pause()
    qtbot.waitUntil(lambda: not batch.working, timeout=WAIT)
    assert store.value("batch/folder_runs") in (True, "true")  # a killed window leaves it so
    batch.close()  # a killed window holds nothing any more
    (queued_to := tmp_path / "second").mkdir()
    second = Studio(qapp, store=store, recovery=queued_to / "recovery")
    qtbot.addWidget(second.window, before_close_func=lambda _: second.window.let_close())
    try:
        second.window.show()
        second.batch.offer()
        qtbot.waitUntil(second.window.bar.isVisible, timeout=WAIT)
        assert "3 of 4" in second.window.bar.text.text()
        with qtbot.waitSignal(second.batch.room.desk.ended, timeout=WAIT):
            second.window.bar.action.click()
        assert batch_of(second).counts["waits"] == 0
        assert second.window.stage.currentWidget() is page_of(second)
    finally:
        second.close()


def _comes_to(bar: MessageBar, words: str) -> bool:
    """Whether the message is there; others, such as one about the photograph, are read first."""
    there = bar.isVisible() and words in bar.text.text()
    if bar.isVisible() and not there:
        bar.hide()
    return there


def test_lost_work_is_offered_before_the_batch(
    qtbot, qapp, store, queued, tmp_path, grey_document
) -> None:
    store.setValue("batch/folder_runs", True)  # a killed window leaves it so
    batch_of(queued).close()
    slot = Slot(tmp_path / "second" / "recovery")
    slot.write(grey_document, project_path=None)
    slot.path.with_suffix(".lock").unlink()
    second = Studio(qapp, store=store, recovery=slot.path.parent)
    qtbot.addWidget(second.window, before_close_func=lambda _: second.window.let_close())
    try:
        second.window.show()
        bar = second.window.bar
        second._offer()
        assert "Unsaved work" in bar.text.text()
        qtbot.waitSignal(second.batch.room._disk.ended, timeout=WAIT).wait()  # it is read
        assert "Unsaved work" in bar.text.text()
        bar.action.click()
        qtbot.waitUntil(partial(_comes_to, bar, "4 of 4"), timeout=WAIT)
        assert [one.name for one in second.session.documents] == ["grey.png"]
    finally:
        second.close()


def test_a_batch_that_another_program_works_on_is_left_alone(queued, tmp_path, order) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    other = Journal(taken / NAME)
    queued.batch.room.desk.give_order(replace(batch_of(queued).order, folder=taken))
    assert "Another program" in queued.window.bar.text.text()
    assert batch_of(queued).order.folder == order.folder
    assert batch_of(queued).counts["waits"] == 4
    other.close()
    queued.batch.room.desk.give_order(replace(batch_of(queued).order, folder=taken))
    assert batch_of(queued).order.folder == taken


def test_what_comes_into_a_watched_folder_is_cut(qtbot, studio, folder, order) -> None:
    studio.batch.room.desk.give_order(order)
    studio.batch.room.watching._settles = 0.0
    studio.batch.room.commands.watch(folder)
    assert studio.window.actions_by_name["batch.watch"].isChecked()
    done = lambda name: (order.folder / f"{name}_cutout.png").is_file()  # noqa: E731
    qtbot.waitUntil(lambda: all(map(done, "abc")), timeout=WAIT)
    figure(folder / "late.png")
    qtbot.waitUntil(lambda: done("late"), timeout=WAIT)
    act(studio, "batch.watch")
    assert studio.batch.room.watching.folder is None


def test_another_folder_is_another_batch(qtbot, queued, tmp_path, order) -> None:
    form = page_of(queued).form
    form.folder.setText(str(tmp_path / "elsewhere"))
    form.folder.editingFinished.emit()
    assert batch_of(queued).order.folder == tmp_path / "elsewhere"
    assert batch_of(queued).counts["waits"] == 4
    assert not (order.folder / NAME).exists()  # nothing was made there


def test_the_form_orders_what_it_shows(queued) -> None:
    form = page_of(queued).form
    form.products["alpha"].click()
    form.delivery.format.setCurrentIndex(form.delivery.format.findData("tiff"))
    form.names.line.setText("{counter} {product}")
    form.names.line.editingFinished.emit()
    order = batch_of(queued).order
    assert (order.products, order.format) == (("cutout", "alpha"), "tiff")
    assert order.template == "{counter} {product}"
    form.names.line.setText("{nmae}")
    form.names.line.editingFinished.emit()
    assert "Did you mean {name}?" in queued.window.bar.text.text()
    assert batch_of(queued).order == order
    for box in form.products.values():
        box.setChecked(False)
    act(queued, "batch.start")
    assert "Nothing is to be saved" in queued.window.bar.text.text()


def test_a_new_batch_forgets_the_photographs_and_keeps_their_files(qtbot, queued, order) -> None:
    work_off(qtbot, queued)
    act(queued, "batch.new")
    assert page_of(queued).filtered.rowCount() == 0
    assert not (order.folder / NAME).exists()
    assert len(list(order.folder.glob("*_cutout.png"))) == 3


def test_the_action_shows_the_page_the_first_time_and_hides_it_again(studio) -> None:
    before = studio.window.stage.currentWidget()
    act(studio, "file.batch")
    assert studio.window.stage.currentWidget() is page_of(studio)
    assert studio.window.actions_by_name["file.batch"].isChecked()
    act(studio, "file.batch")
    assert studio.window.stage.currentWidget() is before
    assert not studio.window.actions_by_name["file.batch"].isChecked()


def test_all_controls_of_the_page_say_what_they_do(studio) -> None:
    page = page_of(studio)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QSpinBox)
    controls = [one for kind in kinds for one in page.findChildren(kind)]
    own = [one for one in controls if one.objectName() != "qt_spinbox_lineedit"]
    assert len(own) > 20
    for control in own:
        assert control.accessibleName(), control
        assert control.toolTip(), control.accessibleName()
        assert control.focusPolicy() != Qt.FocusPolicy.NoFocus, control.accessibleName()


def test_keys_of_the_canvas_rest_while_the_batch_hides_it(qtbot, studio, sample) -> None:
    studio.files.open_paths([sample])
    qtbot.waitUntil(lambda: studio.session.state is not None, timeout=WAIT)
    canvas, window = studio.canvas, studio.window
    studio.commands.show_view("input")
    act(studio, "file.batch")
    before = canvas.view, canvas.tool, canvas.brush.size
    for key in "K3H]":
        QTest.keyClick(window, key)
    assert (canvas.view, canvas.tool, canvas.brush.size) == before
    assert not window.top.view_bar.isEnabled()
    act(studio, "file.batch")
    QTest.keyClick(window, "3")
    assert canvas.tool == "unknown"
    assert window.top.view_bar.isEnabled()


def test_the_page_of_a_batch_has_the_room_of_what_is_about_one_photograph(studio) -> None:
    window = studio.window
    window.show()
    window.actions_by_name["file.batch"].trigger()
    assert not window.side.isVisible()
    assert not window.tools.isVisible()
    assert not window.actions_by_name["preset.save"].isEnabled()
    window.show_batch(False)
    assert window.side.isVisible()
    assert window.tools.isVisible()
