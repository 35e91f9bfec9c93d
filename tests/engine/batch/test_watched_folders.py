"""A watched folder tells of photographs once they stop growing, and when they are replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batch.watch import FolderWatch
from engine.errors import UserError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(tmp_path: Path, clock: Clock) -> FolderWatch:
    return FolderWatch(tmp_path, settles=2.0, clock=clock)


def names(watch: FolderWatch, clock: Clock, seconds: float = 1.0) -> list[str]:
    clock.now += seconds
    return [path.name for path in watch.look()]


def test_a_photograph_is_told_of_once_when_it_no_longer_grows(tmp_path, watch, clock) -> None:
    photograph = tmp_path / "a.jpg"
    photograph.write_bytes(b"1")
    assert names(watch, clock) == []
    photograph.write_bytes(b"12")
    assert names(watch, clock, 5.0) == []
    assert names(watch, clock) == []
    assert names(watch, clock) == ["a.jpg"]
    assert names(watch, clock, 9.0) == []


def test_one_that_is_replaced_is_told_of_again(tmp_path, watch, clock) -> None:
    photograph = tmp_path / "a.jpg"
    photograph.write_bytes(b"1")
    names(watch, clock)
    assert names(watch, clock, 3.0) == ["a.jpg"]
    photograph.write_bytes(b"another")
    assert names(watch, clock) == []
    assert names(watch, clock, 3.0) == ["a.jpg"]


def test_empty_files_other_files_and_products_are_passed_over(tmp_path, watch, clock) -> None:
    (tmp_path / "empty.jpg").touch()
    for name in ("a.jpg", "a_cutout.png", "notes.txt", ".hidden.jpg"):
        (tmp_path / name).write_bytes(b"1")
    names(watch, clock)
    assert names(watch, clock, 3.0) == ["a.jpg"]


def test_a_folder_that_is_away_is_an_error_until_it_is_back(tmp_path, clock) -> None:
    folder = tmp_path / "drive"
    watch = FolderWatch(folder, settles=2.0, clock=clock)
    with pytest.raises(UserError, match="cannot be read"):
        watch.look()
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"1")
    assert names(watch, clock) == []
    assert names(watch, clock, 2.0) == ["a.jpg"]
