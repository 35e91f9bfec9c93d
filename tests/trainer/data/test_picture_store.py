"""Photographs decoded once: what is kept, what is held back, and pieces of them."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UserError
from trainer.data import picture_store
from trainer.data.picture_store import stored_pictures, training_pictures
from trainer.data.pool.build import HELD_BACK, SomeBackgrounds
from trainer.data.recompose import split_of


def write(path: Path, *, value: int, size: tuple[int, int] = (40, 60)) -> Path:
    cv2.imwrite(str(path), np.full((*size, 3), value, np.uint8))
    return path


def values(store: picture_store.PictureStore) -> list[int]:
    return [int(store.whole(index)[0, 0, 0]) for index in range(len(store))]


def test_pictures_come_back_as_they_are_decoded(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 50, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), pixels[..., ::-1])
    files = [tmp_path / "a.png", write(tmp_path / "b.png", value=7, size=(20, 20))]
    store = stored_pictures(files, tmp_path / "store")
    assert len(store) == 2
    assert np.array_equal(store.whole(0), pixels)
    assert store.whole(1).shape == (20, 20, 3)
    assert values(pickle.loads(pickle.dumps(store))) == values(store)
    assert len(pickle.dumps(store)) < 1_000


def test_large_pictures_are_reduced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_store, "LONGEST", 30)
    store = stored_pictures([write(tmp_path / "a.png", value=9)], tmp_path / "store")
    assert store.whole(0).shape == (20, 30, 3)


def test_a_store_is_made_once_and_anew_when_a_file_changes(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.png", value=1)]
    stored_pictures(files, tmp_path / "store")
    (kept,) = (tmp_path / "store").iterdir()
    before = (kept / "pixels.bin").stat().st_mtime_ns
    assert values(stored_pictures(files, tmp_path / "store")) == [1]
    assert (kept / "pixels.bin").stat().st_mtime_ns == before
    write(files[0], value=2, size=(40, 61))
    assert values(stored_pictures(files, tmp_path / "store")) == [2]


def test_a_damaged_picture_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(UserError, match="damaged") as caught:
        stored_pictures([tmp_path / "bad.png"], tmp_path / "store")
    assert caught.value.path == tmp_path / "bad.png"
    assert list((tmp_path / "store").iterdir()) == []


def test_what_validation_may_show_stays_out(tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path / f"{number:04}.jpg", value=8 * number, size=(16, 16))
    kept = training_pictures([tmp_path])
    assert 15 <= len(kept) < 30
    assert all(split_of(path.stem) == "train" for path in kept)
    held = SomeBackgrounds(tmp_path, "validation")
    rng = np.random.default_rng(0)
    shown = {int(held.background(n, (16, 16), rng)[0, 0, 0]) for n in range(len(held))}
    assert len(shown) == 30 // HELD_BACK
    assert not shown & set(values(stored_pictures(kept, tmp_path / "store")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no photographs to train on"):
        training_pictures([tmp_path, tmp_path / "empty"])


def test_pieces_fill_the_size_at_many_zooms(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(200, dtype=np.uint8), (100, 1))
    cv2.imwrite(str(tmp_path / "a.png"), np.dstack([ramp] * 3))
    store = stored_pictures([tmp_path / "a.png"], tmp_path / "store")
    slopes = []
    for seed in range(40):
        piece = store.background(0, (50, 50), np.random.default_rng(seed))
        assert piece.shape == (50, 50, 3)
        slopes.append(float(piece[25, 40, 0]) - float(piece[25, 10, 0]))
    assert min(slopes) == pytest.approx(30 / 2.5, abs=3)
    assert max(slopes) == pytest.approx(30 * 2, abs=6)


def test_a_picture_that_is_too_small_is_enlarged(tmp_path: Path) -> None:
    store = stored_pictures([write(tmp_path / "a.png", value=3, size=(8, 9))], tmp_path / "store")
    piece = store.background(0, (64, 48), np.random.default_rng(0))
    assert piece.shape == (64, 48, 3)
    assert (piece == 3).all()
