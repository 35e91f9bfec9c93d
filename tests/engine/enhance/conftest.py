"""Tiny networks of the real classes with random weights, and a folder of the tests' own."""

from __future__ import annotations

import pytest
import torch

from engine.models.segmentation_net import Shape
from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.trimap_net import TrimapNet

SIZE = Size(resolution=32, base=256, most=12, latent=12, style=12, depth=2)
SHAPE = Shape(widths=(8, 12, 16, 16), blocks=1, dilations=(1, 2), stem=4, norm="batch")


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
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = Generator(SIZE)
        for name, value in made.named_parameters():
            if name.endswith("noise_strength"):
                value.data.fill_(0.1)  # as drawn, noise has no say
    return frozen(made)


@pytest.fixture
def discriminator() -> Discriminator:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return frozen(Discriminator(SIZE))


@pytest.fixture
def trimap_net() -> TrimapNet:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        made = TrimapNet(SHAPE)
        made.decoder.last.weight.data.mul_(12)  # as drawn, it is unsure everywhere
    made.area = 32 * 32
    return frozen(made)
