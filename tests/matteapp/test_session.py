"""The session tells of every change once, and knows what isn't saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.document import edits
from engine.document.state import DocumentState, SourceLink, new_document
from engine.errors import BugError
from engine.imaging.types import Image, Rect
from engine.settings import CutSettings
from matteapp.session import Change, Session

RECT = Rect(10, 10, 20, 30)


@pytest.fixture
def document() -> DocumentState:
    pixels = np.random.default_rng(5).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    return new_document(Image(pixels), SourceLink(None, "", False, name="noise"))


@pytest.fixture
def session(qtbot, document) -> Session:
    session = Session()
    session.open_state(document)
    return session


@pytest.fixture
def changes(session) -> list[Change]:
    heard: list[Change] = []
    session.changed.connect(heard.append)
    return heard


def _stroke(label: int = 3, rect: Rect = RECT):
    return lambda state: edits.paint(state, rect, np.full((rect.height, rect.width), label, "u1"))


def _solve(value: float):
    return lambda state: edits.set_alpha(state, np.full(state.size, value, np.float32))


def test_opening_tells_of_everything(qtbot, document):
    session = Session()
    heard: list[Change] = []
    session.changed.connect(heard.append)
    session.open_state(document, path=Path("a.matte"))
    assert [(c.before, c.after, c.rect) for c in heard] == [(None, document, None)]
    assert session.state is document and session.project_path == Path("a.matte")
    assert session.history.labels == ("Open",) and not session.dirty


def test_an_edit_is_a_step(session, changes, document):
    session.apply(_stroke(), label="Brush", rect=RECT)
    assert [(c.before, c.rect, c.label) for c in changes] == [(document, RECT, "Brush")]
    assert changes[0].after is session.state
    assert session.history.labels == ("Open", "Brush")


def test_an_edit_that_changes_nothing_is_no_step(session, changes):
    session.apply(lambda state: state, label="Nothing")
    session.amend(lambda state: state)
    session.jump_to(0)
    assert changes == [] and session.history.labels == ("Open",)


def test_undo_and_redo_tell_where(session, changes, document):
    session.apply(_stroke(), label="Brush", rect=RECT)
    painted = session.state
    session.undo()
    assert session.state is document and changes[-1].rect == RECT
    session.redo()
    assert session.state is painted and changes[-1].rect == RECT
    session.apply(lambda s: edits.set_settings(s, CutSettings(method="knn")), label="Method")
    session.undo()
    assert changes[-1].rect is None


def test_undo_at_the_end_does_nothing(session, changes):
    session.undo()
    session.redo()
    assert changes == []


def test_jumping_goes_over_several_steps(session, document):
    for row in range(5):
        session.apply(_stroke(rect=RECT.moved(row * 20, 0)), label=str(row))
    session.jump_to(0)
    assert session.state is document
    session.jump_to(5)
    assert session.state.strokes.read(RECT.moved(80, 0)).min() == 3


def test_a_jobs_result_belongs_to_the_step_before(session, document):
    session.apply(_stroke(), label="Brush", rect=RECT)
    session.amend(_solve(0.5))
    assert session.history.labels == ("Open", "Brush")
    session.undo()
    assert session.state is document
    session.redo()
    assert session.state.alpha.read()[0, 0] == 0.5


def test_dirty_is_work_that_is_not_saved(session, qtbot):
    told: list[bool] = []
    session.dirty_changed.connect(told.append)
    session.amend(_solve(0.5))
    assert not session.dirty, "what a job found out is not the user's work"
    session.apply(_stroke(), label="Brush", rect=RECT)
    session.amend(_solve(0.25))
    assert session.dirty
    session.mark_saved(Path("b.matte"))
    assert not session.dirty and session.project_path == Path("b.matte")
    session.apply(_stroke(2), label="Brush", rect=RECT)
    session.undo()
    assert not session.dirty
    assert told == [True, False, True, False]


def test_what_was_painted_while_saving_is_not_saved(session):
    session.apply(_stroke(), label="Brush", rect=RECT)
    written = session.state
    session.apply(_stroke(2), label="Brush", rect=RECT)
    session.mark_saved(Path("b.matte"), state=written)
    assert session.dirty
    session.undo()
    assert not session.dirty


def test_a_matte_that_came_while_saving_is_no_unsaved_work(session):
    session.apply(_stroke(), label="Brush", rect=RECT)
    written = session.state
    session.amend(_solve(0.5))
    session.mark_saved(Path("b.matte"), state=written)
    assert not session.dirty


def test_a_setting_that_is_dragged_on_after_saving_is_unsaved_work(session):
    session.apply(lambda s: edits.set_settings(s, CutSettings(method="knn")), label="Method")
    session.mark_saved(Path("b.matte"))
    session.amend(lambda s: edits.set_settings(s, CutSettings(method="random_walk")))
    assert session.dirty


def test_a_recovered_document_is_dirty(session, document):
    session.open_state(replace(document), path=Path("a.matte"), dirty=True)
    assert session.dirty
    session.amend(_solve(0.5))
    assert session.dirty


def test_closing_leaves_nothing(session, changes, document):
    session.apply(_stroke(), label="Brush", rect=RECT)
    session.close_state()
    assert changes[-1].after is None and session.state is None
    assert not session.dirty and session.history.labels == ()
    with pytest.raises(BugError):
        session.apply(_stroke(), label="Brush")


def test_history_keeps_to_its_memory(qtbot, document):
    session = Session(budget_bytes=4 * 256 * 256)
    session.open_state(document)
    for step in range(30):
        session.apply(_stroke(1 + step % 3), label=str(step), rect=RECT)
    assert session.history.nbytes <= 4 * 256 * 256
    assert session.history.labels[-1] == "29"
