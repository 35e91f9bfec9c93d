"""Dragging the picture behind the subject is one step, and Esc takes it back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from engine.document import edits
from engine.settings import BackgroundSettings
from matteapp.backdrop_drag import BackdropDrag
from matteapp.errors_ui import MessageBar
from matteapp.gesture import SettingEdits
from matteapp.session import Session
from matteapp.tools.hand import Hand
from matteapp.tools.tool import Pointer


class Easel:
    """The canvas as the hand sees it, with the drag behind it."""

    def __init__(self, drag: BackdropDrag) -> None:
        self.drag = drag
        self.panned = 0

    def pan(self, across: float, down: float) -> None:
        self.panned += 1

    def move_behind(self, rows: float, cols: float, *, ends: bool) -> None:
        self.drag.move(rows, cols, ends)


@pytest.fixture
def session(grey_document) -> Session:
    made = Session()
    behind = BackgroundSettings("image", path="beach.png", offset=(0.1, 0.0))
    settings = replace(grey_document.settings, background=behind)
    made.open_state(edits.set_settings(grey_document, settings))
    return made


@pytest.fixture
def easel(qtbot, session) -> Easel:
    window = QWidget()
    qtbot.addWidget(window)
    made = Easel(BackdropDrag(session, SettingEdits(session), MessageBar(window)))
    made.window = window
    return made


def at(row: float, col: float, *, shift: bool = True) -> Pointer:
    return Pointer(row, col, col, row, shift=shift)


def offset(session: Session) -> tuple[float, float]:
    return session.state.settings.background.offset


def test_a_drag_with_shift_moves_it_in_one_step(session, easel) -> None:
    hand = Hand()
    hand.press(easel, at(10, 10))
    hand.move(easel, at(20, 14))
    hand.move(easel, at(22, 26))
    hand.release(easel, at(22, 26))
    assert offset(session) == pytest.approx((0.1 + 12 / 48, 16 / 64))
    assert session.history.labels == ("Open", "Background: move")
    assert easel.panned == 0
    session.undo()
    assert offset(session) == (0.1, 0.0)


def test_two_drags_add_up_and_end_at_the_frame(session, easel) -> None:
    for row in (30, 200):
        hand = Hand()
        hand.press(easel, at(10, 10))
        hand.release(easel, at(row, 10))
    assert offset(session) == (1.0, 0.0)
    assert len(session.history.labels) == 3


def test_esc_takes_it_back(session, easel) -> None:
    hand = Hand()
    hand.press(easel, at(10, 10))
    hand.move(easel, at(40, 40))
    hand.cancel(easel)
    assert offset(session) == (0.1, 0.0)


def test_without_shift_the_photograph_moves(session, easel) -> None:
    hand = Hand()
    hand.press(easel, at(10, 10, shift=False))
    hand.move(easel, at(40, 40, shift=False))
    hand.release(easel, at(40, 40, shift=False))
    assert easel.panned == 1
    assert offset(session) == (0.1, 0.0)


def test_without_a_picture_it_is_said(session, easel) -> None:
    settings = replace(session.state.settings, background=BackgroundSettings("colour"))
    session.apply(lambda state: edits.set_settings(state, settings), label="Colour")
    hand = Hand()
    hand.press(easel, at(10, 10))
    hand.move(easel, at(40, 40))
    assert session.state.settings.background.offset == (0.0, 0.0)
    assert "no picture" in easel.window.findChild(MessageBar).text.text()
