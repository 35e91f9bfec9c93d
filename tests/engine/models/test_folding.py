"""Folded for use, every network answers what it answered before."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BugError
from engine.models.folding import fold
from engine.models.foreground_net import build, build_small
from engine.models.prn import Prn
from engine.models.prn_small import PrnSmall
from engine.models.spectral import SpectralConv

NARROW = (8, 8, 16, 16, 16)
MAKERS = {
    "prn_small": lambda: PrnSmall(widths=NARROW),
    "prn": lambda: Prn(width=4),
    "foreground_small": lambda: build_small(widths=NARROW),
    "foreground": lambda: build(width=4),
}


@pytest.mark.parametrize("name", MAKERS)
def test_folding_changes_no_answer(name):
    torch.manual_seed(5)
    network = MAKERS[name]()
    planes = torch.rand(2, network.guidance_channels, 64, 64)
    rgb = torch.rand(2, 3, 64, 64)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.3, 0.9)
            torch.nn.init.normal_(module.bias, std=0.1)
            module.momentum = None  # the mean over all passes
    for _ in range(2):
        network(rgb, planes)
    network.eval()
    with torch.no_grad():
        before = network(rgb, planes)
        norms = sum(isinstance(m, torch.nn.BatchNorm2d) for m in network.modules())
        fold(network)
        after = network(rgb, planes)
    for one, other in zip(before, after, strict=True):
        torch.testing.assert_close(other, one, atol=1e-5, rtol=1e-5)
    assert not any(isinstance(module, SpectralConv) for module in network.modules())
    left = sum(isinstance(m, torch.nn.BatchNorm2d) for m in network.modules())
    assert left < norms
    assert left == 0 or "small" not in name  # the published ones have some before a convolution


def test_a_network_in_training_is_not_folded():
    with pytest.raises(BugError, match="training mode"):
        fold(PrnSmall(widths=NARROW))
