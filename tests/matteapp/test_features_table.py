"""What FEATURES.md claims: every file that it names is there, every key is bound as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import matteapp
from matteapp.actions import ACTIONS, KEY_NOTES

ROOT = Path(__file__).parents[2]
TEXT = (Path(matteapp.__file__).parent / "FEATURES.md").read_text("utf-8")
NOTED = {key for note in KEY_NOTES for key in note.keys}


def rows(part: str) -> Iterator[tuple[str, str, str]]:
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3:
            yield cells[0], cells[1], cells[2]


FEATURES, KEYS = (list(rows(part))[1:] for part in TEXT.split("## Keys"))


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(("feature", "ours", "shown_by"), FEATURES)
def test_what_is_there_is_shown_by_a_test(feature: str, ours: str, shown_by: str) -> None:
    assert ours[0] in "yp–"
    named = quoted(shown_by)
    assert bool(named) == (ours[0] != "–")
    for name in named:
        assert "def test_" in (ROOT / name).read_text("utf-8"), name


@pytest.mark.parametrize(("title", "keys", "bound_to"), KEYS)
def test_keys_are_bound_as_they_are_told(title: str, keys: str, bound_to: str) -> None:
    bound = quoted(bound_to)
    known = set(ACTIONS[bound[0]].keys) if bound else NOTED
    assert quoted(keys)
    assert set(quoted(keys)) <= known


def test_the_tables_are_read() -> None:
    assert len(FEATURES) > 40
    assert len(KEYS) > 40
