"""Networks with random weights in a folder that is searched, and a portrait-like picture."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def weights(tmp_path, monkeypatch) -> Path:
    """$MATTE_HOME with `random` (guidance and prior), `single` (one plane) and `painter`."""
    from engine.models.loaded import forget_networks
    from engine.models.registry import MODELS
    from tests import made_networks as made

    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setitem(MODELS, "random", made.spec("random", "two_planes"))
    monkeypatch.setitem(MODELS, "single", made.spec("single", "one_plane"))
    monkeypatch.setitem(MODELS, "painter", made.spec("painter", "Painter", "foreground"))
    made.save_weights(folder, "random", made.seeded(made.Matting, 2))
    made.save_weights(folder, "single", made.seeded(made.Matting, 1))
    made.save_weights(folder, "painter", made.seeded(made.Painter))
    forget_networks()
    return folder
