"""New portraits: the same seed, the same one; the first portrait with the last's matte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.enhance.generate import drawn, generate_portrait
from engine.enhance.settings import DEFAULT, ModelChoice
from engine.errors import UserError
from engine.models.loaded import forget_networks
from tests.made_networks import save_faces

MODELS_HERE = ModelChoice(generator="faces", reference="closed_form")
QUICK = replace(DEFAULT, steps=6, rate=0.05, working=32)


@pytest.fixture
def faces(tmp_path, monkeypatch):
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    save_faces(folder, monkeypatch)
    forget_networks()
    yield
    forget_networks()


def test_the_first_portrait_comes_with_the_mattes_of_the_enhanced_one(faces) -> None:
    with torch.inference_mode():  # as the engine's thread is
        found = generate_portrait(5, models=MODELS_HERE, settings=QUICK)
    assert found.portrait.shape == (32, 32, 3) and found.alpha.shape == (32, 32)
    assert set(found.curves) == {"entropy", "total"}  # nothing holds an original
    assert found.report["entropy_after"] < found.report["entropy_before"]
    assert found.report["change_mean"] > 0
    assert not np.array_equal(found.portrait, found.enhanced)
    again = generate_portrait(5, models=MODELS_HERE, settings=QUICK)
    assert np.array_equal(again.portrait, found.portrait)
    assert np.array_equal(again.alpha, found.alpha)
    still = generate_portrait(5, models=MODELS_HERE, settings=QUICK, stop=lambda: True)
    assert np.array_equal(still.portrait, found.portrait)
    assert np.array_equal(still.alpha, found.before)


def test_truncation_brings_portraits_together(generator) -> None:
    def apart(psi: float) -> float:
        one, other = (drawn(generator, seed, psi=psi).ws for seed in (1, 2))
        return float((one - other).abs().mean())

    assert apart(0.0) == 0
    assert apart(0.5) == pytest.approx(0.5 * apart(1.0), rel=1e-4)
    with pytest.raises(UserError, match=r"truncation of 1\.5"):
        drawn(generator, 0, psi=1.5)
    assert all(float(plane.std()) > 0.5 for plane in drawn(generator, 0).noise[2:])
