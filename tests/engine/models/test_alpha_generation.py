"""The alpha generation network: its size, what reaches its encoders, what it answers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.errors import BugError
from engine.models.alpha_generation import QUARTER, SMALL, AlphaGenerationNet, build, build_small
from engine.models.folding import fold
from engine.models.registry import MODELS
from engine.models.segmentation_net import PUBLISHED, Shape

TINY = SMALL.narrowed(6)
DEEP = Shape(widths=(4, 8, 8, 8, 8), blocks=1)
SHAPES = {"small": TINY, "published": DEEP}


def inputs(height: int = 64, width: int = 48) -> tuple[Tensor, Tensor]:
    made = torch.Generator().manual_seed(0)
    picture = torch.rand(2, 3, height, width, generator=made)
    return picture, torch.rand(2, 1, height, width, generator=made)


def network(shape: Shape = TINY, *, block: bool = True) -> AlphaGenerationNet:
    torch.manual_seed(1)
    return AlphaGenerationNet(shape, segmentation_block=block)


@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize("name", SHAPES)
def test_it_answers_a_matte_of_the_photographs_size(name: str, block: bool) -> None:
    net = network(SHAPES[name], block=block)
    logits = net(*inputs())
    assert logits.shape == (2, 1, 64, 48) and logits.dtype == torch.float32
    matte = net.eval().predict(*inputs())
    assert 0 <= matte.min() < matte.max() <= 1
    with pytest.raises(BugError, match="multiples of 16"):
        net(*inputs(height=56))


@pytest.mark.parametrize("name", SHAPES)
def test_gradients_reach_both_encoders_and_everything_else(name: str) -> None:
    net = network(SHAPES[name])
    net(*inputs()).square().sum().backward()
    assert {part for part, _ in net.named_children()} == {"encoder", "block", "bottom", "decoder"}
    for part, module in net.named_children():
        gradients = [parameter.grad for parameter in module.parameters()]
        assert all(grad is not None and grad.any() for grad in gradients), part


@pytest.mark.parametrize("block", [True, False])
def test_photograph_and_map_both_say_something(block: bool) -> None:
    net, (rgb, coarse) = network(block=block).eval(), inputs()
    with torch.no_grad():
        answer = net(rgb, coarse)
        assert not torch.allclose(answer, net(rgb, 1 - coarse), atol=1e-4)
        assert not torch.allclose(answer, net(1 - rgb, coarse), atol=1e-4)


def test_the_decoder_is_joined_with_every_level_of_both_encoders() -> None:
    """A level that is silenced changes the answer, though all below it stays as it was."""
    net, given = network().eval(), inputs()
    with torch.no_grad():
        before = net(*given)
        for encoder in (net.encoder, net.block):
            assert encoder is not None
            count = len(TINY.widths)
            for level in range(count - 1):
                hook = encoder.register_forward_hook(
                    lambda _, __, seen, level=level: [
                        found * (number != level) for number, found in enumerate(seen)
                    ]
                )
                assert not torch.equal(net(*given), before)
                hook.remove()
        assert torch.equal(net(*given), before)


def test_without_the_block_the_map_is_a_fourth_plane() -> None:
    net = network(block=False)
    assert net.block is None
    first = next(net.encoder.parameters())
    assert first.shape[1] == 4 * TINY.stem**2
    assert next(network().encoder.parameters()).shape[1] == 3 * TINY.stem**2


def test_it_is_as_large_as_it_should_be() -> None:
    assert 1_000_000 < sum(p.numel() for p in build_small().parameters()) < 2_000_000
    with torch.device("meta"):
        published = build()
    assert published.size_multiple == PUBLISHED.multiple == MODELS["pomagan"].size_multiple
    assert build_small().size_multiple == MODELS["pomagan_small"].size_multiple
    block = published.block
    assert block is not None
    widths = [level[0][0].out_channels for level in [[block.first[0]], *block.down]]
    assert widths == [width // QUARTER for width in PUBLISHED.widths]


def test_folding_keeps_its_answers() -> None:
    net = network()
    net(*inputs())
    net.eval()
    with torch.no_grad():
        before = net.predict(*inputs())
        fold(net)
        torch.testing.assert_close(net.predict(*inputs()), before, atol=1e-5, rtol=0)
