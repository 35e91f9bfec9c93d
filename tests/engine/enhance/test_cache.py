"""Kept results: the same again, never half written, never more than allowed."""

from __future__ import annotations

import logging
import os

import numpy as np
import torch

from engine.enhance.align import Alignment
from engine.enhance.cache import Cache, key_of


def test_what_was_kept_comes_back(tmp_path) -> None:
    cache = Cache(tmp_path / "deep" / "folder")
    assert cache.get("a" * 64) is None
    tensors = {"w": torch.arange(6.0).reshape(2, 3), "at": torch.tensor(3)}
    cache.put("a" * 64, tensors, {"curve": [1.0, 0.5], "name": "ä"})
    found, notes = cache.get("a" * 64)
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    assert notes == {"curve": [1.0, 0.5], "name": "ä"}
    cache.drop("a" * 64)
    assert cache.get("a" * 64) is None
    assert list((tmp_path / "deep" / "folder").iterdir()) == []


def test_a_damaged_file_is_deleted_and_said_so(tmp_path, caplog) -> None:
    cache = Cache(tmp_path)
    cache.put("b", {"w": torch.zeros(4)}, {})
    cache.path("b").write_bytes(cache.path("b").read_bytes()[:-3])
    with caplog.at_level(logging.WARNING):
        assert cache.get("b") is None
    assert "computing it again" in caplog.text
    assert not cache.path("b").exists()


def test_the_ones_used_longest_ago_go_first(tmp_path) -> None:
    cache = Cache(tmp_path, most=3000)
    for number in range(2):
        cache.put(str(number), {"w": torch.zeros(300)}, {})
        os.utime(cache.path(str(number)), (number, number))
    assert cache.get("0") is not None  # used now
    cache.put("2", {"w": torch.zeros(300)}, {})
    assert [cache.path(str(n)).exists() for n in range(3)] == [True, False, True]
    Cache(tmp_path, most=10).put("3", {"w": torch.zeros(300)}, {})
    assert [path.stem for path in tmp_path.iterdir()] == ["3"]


def test_the_key_hears_of_everything() -> None:
    pixels = np.zeros((4, 4, 3), np.float32)
    other = pixels.copy()
    other[3, 3, 2] = 1e-6
    at = Alignment(10, 20, 30)
    keys = {
        key_of(at, "g", pixels=pixels),
        key_of(Alignment(10, 20, 31), "g", pixels=pixels),
        key_of(at, "h", pixels=pixels),
        key_of(at, "g", pixels=other),
        key_of(at, "g"),
    }
    assert len(keys) == 5
    assert key_of(at, "g", pixels=pixels) == key_of(at, "g", pixels=pixels.copy())
