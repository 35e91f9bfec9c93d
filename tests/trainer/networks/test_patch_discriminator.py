"""Discriminators: their size, what a patch sees, and the scales."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from trainer.networks.patch_discriminator import MultiScaleDiscriminator, PatchDiscriminator


def seeded(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_the_published_size_is_pix2pixhds() -> None:
    with torch.device("meta"):
        network = MultiScaleDiscriminator()
    each = [sum(p.numel() for p in one.parameters()) for one in network.scales]
    # 4·64, 64·128, 128·256, 256·512 and 512·1 kernels of 4×4, with biases
    kernels = 4 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512
    assert each == [16 * kernels + 64 + 128 + 256 + 512 + 1] * 3


def test_a_logit_sees_seventy_pixels_each_way() -> None:
    network = PatchDiscriminator(1, width=2, norm="batch").eval()
    picture = seeded(1, 1, 160, 160).requires_grad_()
    logits = network(picture)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    rows, columns = torch.nonzero(picture.grad[0, 0], as_tuple=True)
    assert rows.max() - rows.min() + 1 == 70
    assert columns.max() - columns.min() + 1 == 70


def test_each_scale_is_judged_by_its_own_network_at_half_the_size() -> None:
    torch.manual_seed(0)
    network = MultiScaleDiscriminator(4, width=4)
    photograph, shown = seeded(2, 3, 64, 96), seeded(2, 1, 64, 96, seed=1)
    logits = network(photograph, shown)
    assert [tuple(one.shape) for one in logits] == [
        (2, 1, 11, 15),
        (2, 1, 7, 9),
        (2, 1, 5, 6),
    ]
    whole = 2 * torch.cat([photograph, shown], 1) - 1
    half = F.avg_pool2d(whole, 3, 2, 1, count_include_pad=False)
    assert half.shape[-2:] == (32, 48)
    assert torch.equal(logits[1], network.scales[1](half))
    assert not torch.equal(logits[1], network.scales[0](half))


def test_a_map_is_judged_with_its_photograph() -> None:
    torch.manual_seed(0)
    network = MultiScaleDiscriminator(4, width=4, scales=1)
    shown = seeded(1, 1, 64, 64)
    (one,), (other,) = (network(seeded(1, 3, 64, 64, seed=seed), shown) for seed in (1, 2))
    assert (one - other).abs().max() > 1e-3


def test_planes_must_be_those_it_was_built_for() -> None:
    network = MultiScaleDiscriminator(6, width=4)
    assert len(network(seeded(1, 3, 64, 64), seeded(1, 3, 64, 64))) == 3
    with pytest.raises(RuntimeError, match="channels"):
        network(seeded(1, 3, 64, 64), seeded(1, 1, 64, 64))
