"""Text of twice the size: everything still fits a usual screen, and there is a way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from matteapp.dialogs.preferences import PreferencesDialog
from matteapp.settings import TEXT_PERCENT
from matteapp.text_size import GrowDialogs, grow, measures_itself, set_text_size
from matteapp.tools.table import TOOLS

SCREEN = QSize(1600, 1000)


@pytest.fixture
def plain(qapp) -> Iterator[None]:
    yield
    set_text_size(qapp, 100)


def _sizes(widgets: list[QWidget]) -> list[tuple[QSize, QSize]]:
    return [(widget.minimumSize(), widget.maximumSize()) for widget in widgets]


def test_the_window_fits_the_screen_at_twice_the_size(studio, plain) -> None:
    label = studio.window.panels.subject.header
    before = label.font().pointSizeF()
    studio.settings.set_value(TEXT_PERCENT, 200)
    assert label.font().pointSizeF() == pytest.approx(2 * before)
    for name in TOOLS:
        studio.commands.take_tool(name)
        hint = studio.window.minimumSizeHint()
        assert hint.boundedTo(SCREEN) == hint, name


def test_the_way_back_restores_every_size(studio, plain) -> None:
    window = studio.window
    widgets = [*window.top.findChildren(QWidget), *window.panels.findChildren(QWidget)]
    before = _sizes(widgets)
    studio.settings.set_value(TEXT_PERCENT, 150)
    assert _sizes(widgets) != before
    studio.settings.set_value(TEXT_PERCENT, 100)
    assert _sizes(widgets) == before


def test_growing_again_changes_nothing(qtbot, qapp, plain) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    box.setFixedSize(40, 20)
    set_text_size(qapp, 150)
    grow(box)
    grow(box)
    assert box.maximumSize() == QSize(60, 30)


def test_a_size_that_was_set_since_counts_as_for_plain_text(qtbot, qapp, plain) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    box.setFixedWidth(40)
    set_text_size(qapp, 200)
    grow(box)
    box.setFixedWidth(50)
    grow(box)
    assert box.minimumWidth() == 100


def test_what_measures_itself_is_left_alone(qtbot, qapp, plain) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    box.setFixedWidth(40)
    measures_itself(box)
    set_text_size(qapp, 200)
    grow(box)
    assert box.minimumWidth() == 40


def test_dialogs_come_up_in_the_size(qtbot, qapp, plain) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    GrowDialogs(window)
    set_text_size(qapp, 200)
    dialog = QDialog(window)
    inner = QComboBox()
    inner.setMinimumWidth(80)
    QVBoxLayout(dialog).addWidget(inner)
    dialog.show()
    assert inner.minimumWidth() == 160


def test_a_long_dialog_scrolls_instead_of_leaving_the_screen(studio, plain) -> None:
    studio.settings.set_value(TEXT_PERCENT, 200)
    studio.window.actions_by_name["edit.settings"].trigger()
    dialog = studio.window.findChild(PreferencesDialog)
    screen = dialog.screen().availableSize()
    assert dialog.height() <= screen.height()
    assert all(note.font().pointSizeF() > 0 for note in dialog.findChildren(QLabel))
    assert any(button.text() == "Close" for button in dialog.findChildren(QPushButton))


def test_a_window_keeps_its_size_and_what_its_layout_needs_is_not_taken_for_chosen(
    studio, qapp, plain
) -> None:
    window = studio.window
    window.show()
    window.resize(1440, 900)
    qapp.processEvents()
    studio.settings.set_value(TEXT_PERCENT, 200)
    qapp.processEvents()
    assert window.size() == QSize(1440, 900)
    studio.settings.set_value(TEXT_PERCENT, 100)
    qapp.processEvents()
    assert window.minimumSize() == window.layout().totalMinimumSize()
