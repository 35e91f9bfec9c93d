"""Tiny networks of the real classes with random weights, and a folder of the tests' own."""

from __future__ import annotations

import pytest

from engine.models.stylegan2 import Generator
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.trimap_net import TrimapNet
from tests.made_networks import face_discriminator, face_generator, seeded, tiny_trimap


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Nothing of the user's is read or written."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.delenv("MATTE_HOME", raising=False)


def frozen(module):
    return module.eval().requires_grad_(False)


@pytest.fixture
def generator() -> Generator:
    return frozen(face_generator())


@pytest.fixture
def discriminator() -> Discriminator:
    return frozen(face_discriminator())


@pytest.fixture
def trimap_net() -> TrimapNet:
    made = seeded(tiny_trimap, seed=2)
    made.area = 32 * 32
    return frozen(made)
