"""The small trimap network: its size, its dilation, and what an optimiser of portraits asks."""

from __future__ import annotations

import copy

import pytest
import torch

from engine.errors import BugError, UserError
from engine.models.folding import fold
from engine.models.registry import MODELS
from engine.models.segmentation_net import SMALL, SegmentationNet
from engine.models.segmentation_net import build_small as build_segmenter
from engine.models.trimap_net import TrimapNet, between, build_small
from engine.models.trimap_start import start_from_segmenter
from tests.made_networks import seeded

NARROW = SMALL.narrowed(4)


def settled(network: torch.nn.Module) -> torch.nn.Module:
    """In evaluation mode, with statistics that belong to its weights."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # a plain mean
    with torch.no_grad():
        network.train()(pictures(4))
    return network.eval()


def pictures(count: int = 1, size: tuple[int, int] = (64, 96)) -> torch.Tensor:
    return torch.rand((count, 3, *size), generator=torch.Generator().manual_seed(1))


def test_it_is_as_large_as_two_cores_can_bear() -> None:
    network = build_small().eval()
    with torch.no_grad():
        answer = network(pictures(2, (48, 64)))
    assert sum(p.numel() for p in network.parameters()) == 3_949_531 <= 4_000_000
    assert answer.shape == (2, 3, 48, 64)
    row = MODELS["trimap_small"]
    assert (row.kind, row.size_multiple) == ("trimap", network.size_multiple)


def test_the_confidence_map_adds_up_to_one_at_each_pixel() -> None:
    network = seeded(TrimapNet, NARROW).eval()
    with torch.no_grad():
        found = network.predict(pictures())
    assert found.shape == (1, 3, 64, 96)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.sum(1), torch.ones(1, 64, 96))


def test_dilated_layers_compute_what_strided_ones_did_and_more_in_between() -> None:
    strided = settled(seeded(SegmentationNet, NARROW)).double()
    dilated = TrimapNet(NARROW).eval().double()
    start_from_segmenter(dilated, strided.state_dict()).into(dilated)
    seen = pictures().double() - 0.5
    with torch.no_grad():
        before, now = strided.encoder(seen)[-1], dilated.encoder(seen)[-1]
        blocks = NARROW.blocks  # the pyramid behind them looks at the mean of all pixels, too
        deep, deeper = strided.bottom[:blocks](before), dilated.bottom[:blocks](now)
        pyramids = zip(strided.bottom[-1].branches, dilated.bottom[-1].branches, strict=True)
        for own, other in pyramids:
            torch.testing.assert_close(other(deeper)[..., ::2, ::2], own(deep))
    assert now.shape[2:] == (4, 6)
    torch.testing.assert_close(now[..., ::2, ::2], before)
    torch.testing.assert_close(deeper[..., ::2, ::2], deep)


def test_levels_are_enlarged_to_where_the_strided_layers_looked() -> None:
    for ramp in (torch.arange(12.0)[:, None], torch.arange(16.0)):
        fine = ramp.expand(1, 1, 12, 16)
        looked = torch.nn.functional.avg_pool2d(fine, 3, 2, 1, count_include_pad=False)
        inside = (..., slice(2, -2), slice(2, -2))
        torch.testing.assert_close(between(looked)[inside], fine[inside])
    kept = between(fine)
    assert kept.shape == (1, 1, 24, 32)
    torch.testing.assert_close(kept[..., ::2, ::2], fine.contiguous())
    torch.testing.assert_close(kept[..., -1], kept[..., -2])  # beyond it, nothing is known


def test_the_entropy_of_its_confidence_has_a_gradient_at_every_pixel_of_the_photograph() -> None:
    network = settled(seeded(TrimapNet, NARROW)).requires_grad_(False)

    def entropy(rgb: torch.Tensor) -> torch.Tensor:
        found = network.predict(rgb).double()
        return -(found * found.log()).sum(1).mean()

    rgb = pictures(1, (32, 32)).requires_grad_()
    (gradient,) = torch.autograd.grad(entropy(rgb), rgb)
    assert gradient.isfinite().all()
    assert (gradient.abs().amax(1) > 0).all()
    step = 0.02 * gradient / gradient.norm()
    higher, lower = (float(entropy((rgb + way * step).detach())) for way in (1, -1))
    assert lower < float(entropy(rgb).detach()) < higher
    assert (higher - lower) / 0.04 == pytest.approx(float(gradient.norm()), rel=0.05)


def test_folded_it_answers_the_same() -> None:
    network = settled(seeded(TrimapNet, NARROW))
    folded = copy.deepcopy(network)
    fold(folded)
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in folded.decoder.modules())
    with torch.no_grad():
        torch.testing.assert_close(folded(pictures()), network(pictures()), rtol=1e-3, atol=1e-4)


def test_other_sizes_are_the_callers_mistake() -> None:
    with pytest.raises(BugError, match="multiples of 16"):
        TrimapNet(NARROW)(torch.zeros(1, 3, 40, 64))


def test_it_starts_from_the_segmenter_and_every_tensor_is_accounted_for() -> None:
    network, weights = build_small(), build_segmenter().state_dict()
    start = start_from_segmenter(network, weights)
    assert set(start.state) | set(start.left_out) == set(weights)
    assert {name.partition(".")[0] for name in start.left_out} == {"decoder"}
    assert {name.partition(".")[0] for name in start.random} == {"decoder"}
    assert start.told.startswith(f"{len(start.state)} tensors taken; {len(start.left_out)} (")
    before = copy.deepcopy(network.state_dict())
    start.into(network)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, start.state.get(name, before[name])), name


def test_another_segmenters_encoder_is_refused() -> None:
    weights = SegmentationNet(NARROW).state_dict()
    with pytest.raises(UserError, match=r"another encoder: \d+ of another shape \(bottom"):
        start_from_segmenter(build_small(), weights)
