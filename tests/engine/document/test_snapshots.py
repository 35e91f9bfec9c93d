"""Snapshots outlive steps and files, and cost only what they alone hold."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.document import edits
from engine.document.history import Budget, History
from engine.document.planes import TILE
from engine.document.project_file import load_project, save_project
from engine.document.snapshot_file import INDEX_ENTRY, load_snapshots
from engine.document.snapshots import Snapshot, named, returned_to, without_computed
from engine.document.state import DocumentState
from engine.errors import UserError
from engine.imaging.types import Rect
from engine.settings import CutSettings

TILE_BYTES = TILE * TILE


def _stroke(state: DocumentState, seed: int) -> DocumentState:
    labels = np.random.default_rng(seed).integers(1, 4, (20, 20), np.uint8)
    return edits.paint(state, Rect(0, 0, 20, 20), labels)


def _two(portrait: DocumentState) -> tuple[Snapshot, ...]:
    painted = _stroke(portrait, 1)
    other = edits.set_settings(painted, CutSettings(method="random_walk"))
    return Snapshot("As it was", portrait), Snapshot("Ä & ü", other)


def test_a_snapshot_outlives_the_steps(blank) -> None:
    history = History(budget_bytes=2 * TILE_BYTES)
    history.begin(blank)
    history.keep(Snapshot("First", blank))
    state = blank
    for seed in range(9):
        state, before = _stroke(state, seed), state
        history.push(before, state, str(seed))
    assert "Open" not in history.labels
    assert [kept.state for kept in history.snapshots] == [blank]
    history.rename(0, "Start")
    assert history.snapshots[0].name == "Start"
    history.drop(0)
    assert history.snapshots == ()


def test_a_snapshots_memory_counts_until_it_is_dropped(blank) -> None:
    history = History()
    history.begin(blank)
    history.keep(Snapshot("Painted", _stroke(blank, 1)))
    assert history.nbytes == TILE_BYTES
    history.drop(0)
    assert history.nbytes == 0


def test_histories_share_a_budget_and_the_one_at_rest_gives_first(blank) -> None:
    budget = Budget(5 * TILE_BYTES)
    resting, used = History(shared=budget), History(shared=budget)
    for history in (resting, used):
        state = blank
        history.begin(state)
        for seed in range(4):
            state, before = _stroke(state, seed), state
            history.push(before, state, str(seed))
    assert budget.used == resting.nbytes + used.nbytes <= budget.nbytes
    assert len(used.labels) == 5 and len(resting.labels) < 5
    resting.clear()
    assert budget.used == used.nbytes


def test_exchanging_states_keeps_order_and_place(portrait) -> None:
    coloured = edits.set_foreground(portrait, np.zeros((*portrait.size, 3), np.uint8))
    history = History()
    history.begin(coloured)
    history.push(coloured, _stroke(coloured, 1), "Stroke")
    history.keep(Snapshot("Kept", coloured))
    held = history.nbytes_held
    pairs = history.exchange(without_computed)
    assert history.labels == ("Open", "Stroke") and history.index == 1
    assert history.jump_to(0).foreground is None is history.snapshots[0].state.foreground
    assert history.jump_to(0) is history.snapshots[0].state
    assert pairs[0][0] is coloured and pairs[0][1] is history.jump_to(0)
    assert history.nbytes_held < held


def test_names_are_short_and_never_empty(blank) -> None:
    taken = (Snapshot("Snapshot 1", blank), Snapshot("mine", blank))
    assert named("  a\n b ", ()) == "a b"
    assert named("", taken) == "Snapshot 2"
    assert len(named("x" * 500, ())) == 80


def test_going_back_keeps_where_the_photograph_is(portrait, tmp_path) -> None:
    moved = replace(portrait, source=replace(portrait.source, path=tmp_path / "elsewhere.png"))
    back = returned_to(moved, Snapshot("As it was", portrait))
    assert back.strokes is portrait.strokes and back.source is moved.source


def test_a_project_keeps_its_snapshots(portrait, tmp_path) -> None:
    path = tmp_path / "work.matte"
    kept = _two(portrait)
    save_project(path, portrait, snapshots=kept)
    state = load_project(path)
    first, second = load_snapshots(path, state)
    assert (first.name, second.name) == ("As it was", "Ä & ü")
    assert first.state.strokes is state.strokes and first.state.alpha is state.alpha
    assert first.state.settings == portrait.settings
    assert second.state.settings.method == "random_walk"
    wanted = kept[1].state.strokes.read()
    np.testing.assert_array_equal(second.state.strokes.read(), wanted)
    assert second.state.image is state.image


def test_what_snapshots_share_is_written_once(portrait, tmp_path) -> None:
    path = tmp_path / "work.matte"
    save_project(path, portrait, snapshots=_two(portrait))
    with zipfile.ZipFile(path) as file:
        planes = [name for name in file.namelist() if name.startswith("snapshots/1/planes")]
        assert planes == ["snapshots/1/planes/strokes.png"]
        assert not [name for name in file.namelist() if name.startswith("snapshots/0/planes")]


def test_a_project_without_snapshots_has_none(portrait, tmp_path) -> None:
    path = tmp_path / "work.matte"
    save_project(path, portrait)
    assert load_snapshots(path, load_project(path)) == ()


@pytest.mark.parametrize(
    "index",
    [
        b"[",
        b"{}",
        b"[1]",
        b'[{"name": "a", "manifest": "nowhere", "entries": {}}]',
        b'[{"name": "a", "manifest": "snapshots/0", "entries": []}]',
        b'[{"name": "a", "manifest": "snapshots/0", "entries": {"planes/strokes.png": 3}}]',
        b'[{"name": "a", "manifest": "snapshots/0", "entries": {}}]',
        b'[{"name": "a", "manifest": "snapshots/0", '
        b'"entries": {"planes/strokes.png": "thumbnail.png"}}]',
    ],
)
def test_damaged_snapshots_are_told(portrait, tmp_path: Path, index: bytes) -> None:
    path, damaged = tmp_path / "work.matte", tmp_path / "damaged.matte"
    save_project(path, portrait, snapshots=_two(portrait))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, index if name == INDEX_ENTRY else old.read(name))
    state = load_project(damaged)
    with pytest.raises(UserError, match="damaged"):
        load_snapshots(damaged, state)
