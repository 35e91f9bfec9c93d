"""A matte is added to networks of colours, and their colours stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.errors import UserError
from engine.models import stylegan2, stylegan3
from engine.models.rgba_start import with_matte
from engine.models.stylegan2_discriminator import Discriminator

TWO = stylegan2.Size(resolution=16, base=64, most=8, latent=6, style=5, depth=1)
THREE = stylegan3.Size(resolution=16, latent=6, style=5, base=64, most=8, layers=4)
KINDS = {
    "StyleGAN2": (stylegan2.Generator, TWO, 6),
    "StyleGAN3": (stylegan3.Generator, THREE, 2),
    "discriminator": (Discriminator, TWO, 1),
}


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def pair(kind):
    build, size, _ = KINDS[kind]
    torch.manual_seed(1)
    before = build(size).eval()
    with torch.no_grad():
        for name, one in before.named_parameters():
            if name.endswith("bias"):
                one.normal_()
    grown = with_matte(before.state_dict(), generator=random())
    after = build(replace(size, colours=4)).eval()
    after.load_state_dict(grown.state)
    return before, after, grown


@pytest.mark.parametrize("kind", ["StyleGAN2", "StyleGAN3"])
def test_a_generator_draws_the_same_colours_and_something_else_as_matte(kind):
    before, after, grown = pair(kind)
    z = torch.randn(2, 6, generator=random(1))
    with torch.inference_mode():
        pictures = after(z)
        torch.testing.assert_close(pictures[:, :3], before(z), atol=1e-6, rtol=1e-5)
    assert pictures[:, 3].std() > 1e-3
    assert len(grown.drawn) == KINDS[kind][2]
    assert all(name in grown.told for name in grown.drawn)


def test_a_discriminator_judges_the_same_without_a_matte_and_sees_one():
    before, after, grown = pair("discriminator")
    colours = torch.randn(4, 3, 16, 16, generator=random(2))
    matte = torch.randn(4, 1, 16, 16, generator=random(3))
    with torch.inference_mode():
        known = before(colours)
        same = after(torch.cat([colours, torch.zeros_like(matte)], 1))
        torch.testing.assert_close(same, known, atol=1e-5, rtol=1e-5)
        assert (after(torch.cat([colours, matte], 1)) - known).abs().max() > 1e-3
    assert grown.drawn == ("b16.fromrgb.weight",)


def test_what_is_new_comes_from_the_generator_that_is_passed_in():
    state = pair("StyleGAN3")[0].state_dict()
    one, same, other = (with_matte(state, generator=random(i)).state for i in (5, 5, 6))
    name = "synthesis.L4_16_4.weight"
    assert torch.equal(one[name], same[name])
    assert not torch.equal(one[name][3], other[name][3])


@pytest.mark.parametrize("kind", KINDS)
def test_networks_that_have_a_matte_or_are_others_are_refused(kind):
    grown = pair(kind)[2]
    for state in (grown.state, {"layer.weight": torch.zeros(3, 3)}):
        with pytest.raises(UserError, match="three planes"):
            with_matte(state, generator=random())
