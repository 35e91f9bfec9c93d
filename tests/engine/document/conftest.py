"""Documents to work on."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from engine.document import edits
from engine.document.source import open_photograph
from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import Image, Rect
from engine.settings import CutSettings, EdgeSettings


@pytest.fixture
def blank() -> DocumentState:
    """A document of 600×700 noise without a file."""
    pixels = np.random.default_rng(5).integers(0, 255, (600, 700, 3), dtype=np.uint8)
    return new_document(Image(pixels), SourceLink(None, "", False, name="noise"))


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A copy of the sample portrait."""
    copy = tmp_path / "photos" / "astronaut.png"
    copy.parent.mkdir()
    with as_file(files("resources") / "samples" / "astronaut.png") as sample:
        copy.write_bytes(sample.read_bytes())
    return copy


@pytest.fixture
def portrait(photograph: Path) -> DocumentState:
    """The sample portrait with strokes, mask, trimap, matte and settings."""
    state = open_photograph(photograph)
    rng = np.random.default_rng(7)
    columns = np.linspace(-1, 2, state.size[1], dtype=np.float32).clip(0, 1)
    alpha = np.tile(columns, (state.size[0], 1))
    alpha[100:140, 200:260] = rng.random((40, 60), dtype=np.float32)
    state = edits.set_mask(state, (alpha > 0.5).astype(np.float32))
    state = edits.set_trimap(state, np.digitize(alpha, [0.01, 0.99]).choose(_LABELS))
    state = edits.set_alpha(state, alpha)
    state = edits.paint(state, Rect(30, 40, 50, 90), rng.integers(0, 4, (20, 50), np.uint8))
    return edits.set_settings(state, CutSettings(edge=EdgeSettings(feather=1.5), method="knn"))


_LABELS = [np.uint8(0), np.uint8(128), np.uint8(255)]
