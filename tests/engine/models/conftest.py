"""A data folder of the tests' own, weights to put into it, and networks to take in."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """The user's data folder, empty; nothing of the real one is read or written."""
    folder = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    monkeypatch.setenv("LOCALAPPDATA", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("MATTE_HOME", raising=False)
    return folder


@pytest.fixture
def safetensors_file(tmp_path):
    """A small sound safetensors file."""
    import torch
    from safetensors.torch import save_file

    path = tmp_path / "small.safetensors"
    save_file({"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.zeros(2)}, path)
    return path


@pytest.fixture(scope="session")
def generator():
    from tests.made_networks import portrait_generator

    return portrait_generator()


@pytest.fixture(scope="session")
def discriminator():
    from tests.made_networks import portrait_discriminator

    return portrait_discriminator()
