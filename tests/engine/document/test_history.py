"""History steps through states and stays within its memory."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import edits
from engine.document.history import History
from engine.document.planes import TILE
from engine.document.state import DocumentState
from engine.errors import BugError
from engine.imaging.types import Rect

TILE_BYTES = TILE * TILE


def _stroke(state: DocumentState, seed: int) -> DocumentState:
    """Noise in the first tile: a stroke that costs exactly one tile."""
    labels = np.random.default_rng(seed).integers(1, 4, (20, 20), np.uint8)
    return edits.paint(state, Rect(0, 0, 20, 20), labels)


def _painted(history: History, state: DocumentState, count: int) -> list[DocumentState]:
    states = [state]
    history.begin(state)
    for seed in range(count):
        states.append(_stroke(states[-1], seed))
        history.push(states[-2], states[-1], f"Stroke {seed}")
    return states


def test_undo_and_redo_walk_through_the_states(blank):
    history = History()
    states = _painted(history, blank, 3)
    assert history.labels == ("Open", "Stroke 0", "Stroke 1", "Stroke 2")
    assert [history.undo() for _ in range(3)] == states[2::-1]
    assert not history.can_undo and history.can_redo
    assert [history.redo() for _ in range(3)] == states[1:]
    assert history.jump_to(1) is states[1] and history.index == 1


def test_a_new_step_forgets_what_could_be_redone(blank):
    history = History()
    states = _painted(history, blank, 3)
    history.jump_to(1)
    other = _stroke(states[1], 99)
    history.push(states[1], other, "Other")
    assert history.labels == ("Open", "Stroke 0", "Other")
    assert not history.can_redo


def test_amending_is_no_step(blank):
    history = History()
    states = _painted(history, blank, 2)
    history.undo()
    solved = edits.set_alpha(states[1], np.zeros(blank.size, np.float32))
    history.amend(solved)
    assert len(history.labels) == 3
    assert history.redo() is states[2]
    assert history.undo() is solved
    assert history.undo() is blank


def test_memory_counts_what_only_other_states_hold(blank):
    history = History()
    _painted(history, blank, 5)
    # Of the states that aren't shown, four hold one painted tile each; the empty tiles are shared.
    assert history.nbytes == 4 * TILE_BYTES
    history.jump_to(0)
    assert history.nbytes == 5 * TILE_BYTES


def test_the_oldest_steps_go_when_memory_is_short(blank):
    history = History(budget_bytes=3 * TILE_BYTES)
    states = _painted(history, blank, 10)
    assert history.nbytes <= 3 * TILE_BYTES
    assert history.labels[-1] == "Stroke 9" and "Open" not in history.labels
    assert history.jump_to(0) is states[-len(history.labels)]


def test_the_shown_state_stays_even_without_any_memory(blank):
    history = History(budget_bytes=0)
    states = _painted(history, blank, 4)
    assert history.labels == ("Stroke 3",)
    assert history.jump_to(0) is states[-1]
    assert history.nbytes == 0


def test_amending_an_undone_state_keeps_within_memory_too(blank):
    history = History(budget_bytes=2 * TILE_BYTES)
    states = _painted(history, blank, 2)
    history.jump_to(0)
    noise = np.random.default_rng(0).random(blank.size, dtype=np.float32)
    history.amend(edits.set_alpha(states[0], noise))
    assert history.nbytes <= 2 * TILE_BYTES


def test_memory_is_counted_right_after_many_random_steps(blank):
    rng = np.random.default_rng(11)
    history = History(budget_bytes=6 * TILE_BYTES)
    history.begin(blank)
    shown = blank
    for step in range(200):
        if rng.random() < 0.6:
            before, shown = shown, _stroke(shown, step)
            history.push(before, shown, str(step))
        else:
            shown = history.jump_to(int(rng.integers(len(history.labels))))
        assert history.nbytes == _recounted(history)


def _recounted(history: History) -> int:
    index = history.index
    planes = [history.jump_to(i).strokes for i in range(len(history.labels))]
    history.jump_to(index)
    held = {owner: size for plane in planes for owner, size in plane.owners.items()}
    return sum(size for owner, size in held.items() if owner not in planes[index].owners)


def test_wrong_use_is_refused(blank):
    history = History()
    _painted(history, blank, 1)
    with pytest.raises(BugError):
        history.push(blank, _stroke(blank, 5), "From another state")
    with pytest.raises(BugError):
        history.redo()
    with pytest.raises(BugError):
        history.jump_to(-1)


def test_clearing_forgets_everything(blank):
    history = History()
    _painted(history, blank, 2)
    history.clear()
    assert history.labels == () and history.nbytes == 0 and not history.can_undo
