"""Several documents in one session: each keeps what is its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.document import edits
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import Image, Rect
from engine.settings import CutSettings, GuidanceSettings
from matteapp.documents import Document, placed
from matteapp.session import Change, Session

RECT = Rect(2, 3, 12, 23)


def _state(name: str, seed: int) -> DocumentState:
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    settings = replace(CutSettings(), guidance=GuidanceSettings("strokes"))
    link = SourceLink(Path(f"/photos/{name}"), "0" * 64, embedded=False, name=name)
    return new_document(Image(pixels), link, settings=settings)


def _paint(session: Session, label: int = 3, document: Document | None = None) -> None:
    labels = np.full((RECT.height, RECT.width), label, np.uint8)
    session.apply(
        lambda state: edits.paint(state, RECT, labels), label="Brush", rect=RECT, document=document
    )


@pytest.fixture
def session(qtbot) -> Session:
    """Three documents, the last is shown."""
    session = Session()
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        session.open_state(_state(name, number))
    return session


def test_each_keeps_its_state_and_history(session) -> None:
    first, _, third = session.documents
    _paint(session)
    session.show(first)
    assert session.history.labels == ("Open",) and session.state is first.state
    _paint(session, 1)
    session.undo()
    session.show(third)
    assert session.history.labels == ("Open", "Brush")
    assert session.state.strokes.read(RECT).min() == 3
    session.show(first)
    assert session.history.can_redo


def test_showing_another_tells_of_everything(session) -> None:
    heard: list[Change] = []
    left: list[Document] = []
    session.changed.connect(heard.append)
    session.leaving.connect(left.append)
    first, _, third = session.documents
    session.show(first)
    assert [(c.before, c.after, c.rect) for c in heard] == [(third.state, first.state, None)]
    assert left == [third]
    session.show(first)
    assert len(heard) == 1


def test_next_goes_round(session) -> None:
    first, _, third = session.documents
    session.show_next(1)
    assert session.document is first
    session.show_next(-1)
    assert session.document is third


def test_dirty_is_told_of_what_is_shown(session, qtbot) -> None:
    told: list[bool] = []
    session.dirty_changed.connect(told.append)
    first, _, third = session.documents
    _paint(session)
    session.show(first)
    session.show(third)
    assert told == [True, False, True]
    assert session.unsaved == (third,)
    session.mark_saved(Path("/projects/c.matte"), document=third)
    assert session.unsaved == () and third.name == "c.matte"


def test_a_neighbour_takes_the_place_of_what_is_closed(session) -> None:
    first, second, third = session.documents
    session.show(second)
    session.close_state()
    assert session.documents == (first, third) and session.document in (first, third)
    session.close_state(first)
    assert session.document is third
    session.close_state()
    assert session.state is None and session.documents == ()


def test_closing_one_that_is_not_shown_leaves_the_shown_one(session) -> None:
    first, _, third = session.documents
    session.close_state(first)
    assert session.document is third and first.state is None
    assert session.budget.used == 0


def test_one_that_is_not_read_is_wanted_when_it_is_shown(session) -> None:
    wanted: list[Document] = []
    session.wanted.connect(wanted.append)
    later = session.add(file=Path("/photos/later.png"))
    third = session.document
    session.show(later)
    assert wanted == [later] and session.document is third
    session.open_state(_state("later.png", 9), document=later)
    assert session.document is later and len(session.documents) == 4
    assert later.name == "later.png"


def test_an_edit_can_be_of_one_that_is_not_shown(session) -> None:
    first = session.documents[0]
    heard: list[Change] = []
    session.changed.connect(heard.append)
    shown = session.state
    _paint(session, document=first)
    assert heard == [] and session.state is shown
    assert first.dirty and first.history.labels == ("Open", "Brush")


def test_a_document_is_found_by_its_file(session) -> None:
    first, *_ = documents = list(session.documents)
    assert placed(documents, Path("/photos/a.png")) is first
    session.mark_saved(Path("/projects/a.matte"), document=first)
    assert placed(documents, Path("/projects/a.matte")) is first
    assert placed(documents, Path("/photos/x.png")) is None


def test_a_snapshot_is_work_and_going_back_to_it_a_step(session) -> None:
    _paint(session)
    session.mark_saved(Path("/projects/c.matte"))
    session.take_snapshot("Painted")
    assert session.dirty
    painted = session.state
    session.mark_saved(Path("/projects/c.matte"))
    assert not session.dirty
    session.undo()
    session.take_snapshot()
    session.go_to_snapshot(0)
    assert session.state.strokes is painted.strokes
    assert session.history.labels == ("Open", "Painted")
    session.rename_snapshot(1, "Bare")
    session.rename_snapshot(1, "  ")
    assert [kept.name for kept in session.history.snapshots] == ["Painted", "Bare"]
    session.drop_snapshot(0)
    assert [kept.name for kept in session.history.snapshots] == ["Bare"]


def test_a_snapshot_taken_while_saving_is_not_saved(session) -> None:
    _paint(session)
    document, written = session.document, session.state
    kept = document.kept
    session.take_snapshot()
    session.mark_saved(Path("/projects/c.matte"), state=written, kept=kept)
    assert session.dirty


def test_documents_at_rest_let_go_of_what_they_can_have_again(session) -> None:
    first, second, third = session.documents
    colours = np.zeros((*session.state.size, 3), np.uint8)
    session.amend(lambda state: edits.set_foreground(state, colours))
    _paint(session)
    session.resting_bytes = 0
    session.show(first)
    assert third.state.foreground is None and third.dirty
    assert third.history.labels == ("Open", "Brush"), "work is never let go of"
    session.show(third)
    assert first.state is None and first.file == Path("/photos/a.png")
    assert session.unsaved == (third,) and first in session.documents
    assert second.state is None, "nothing was done to it either"


def test_letting_go_of_what_can_be_computed_is_no_work(session) -> None:
    from engine.document.snapshots import without_computed

    document = session.document
    colours = np.zeros((*session.state.size, 3), np.uint8)
    session.amend(lambda state: edits.set_foreground(state, colours))
    session.show(session.documents[0])
    document.lighten(without_computed)
    assert document.state.foreground is None and not document.dirty
    session.show(document)
    _paint(session)
    session.undo()
    assert not session.dirty
