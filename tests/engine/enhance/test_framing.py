"""Generators see as much of a head as they learnt from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.enhance.align import Alignment
from engine.enhance.framing import FFHQ, framed
from engine.enhance.heads import SIDE
from engine.models.manifest import read_manifest, write_manifest
from tests.made_networks import face_generator, save_weights


@pytest.fixture
def generators(tmp_path, monkeypatch):
    """One that the trainer made, and one that the user brought."""
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    for name in ("trained", "brought"):
        save_weights(tmp_path, name, face_generator(), network="stylegan2")
    rows = [
        replace(row, recipe="stylegan2") if row.model == "trained" else row
        for row in read_manifest(tmp_path)
    ]
    write_manifest(tmp_path, rows)


@pytest.mark.usefixtures("generators")
@pytest.mark.parametrize(
    ("found", "generator", "factor"),
    [
        ("head", "trained", 1.0),
        ("landmarks", "trained", SIDE / FFHQ),
        ("head", "brought", FFHQ / SIDE),
        ("landmarks", "brought", 1.0),
        ("box", "trained", 1.0),
        ("box", "brought", 1.0),
    ],
)
def test_the_square_is_as_large_as_those_of_the_training(found, generator, factor) -> None:
    square = Alignment(50, 60, 100, 0.1, found)
    seen = framed(square, generator)
    assert seen.side == pytest.approx(100 * factor)
    assert replace(seen, side=square.side) == square
