"""The other project's names, as its files have them, against the official ones."""

from __future__ import annotations

import pytest
import torch

from engine.errors import UserError
from engine.models.convert_rosinality import (
    discriminator_from,
    discriminator_to,
    generator_from,
    generator_to,
    is_discriminator,
    is_generator,
)
from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator

SIZE = Size(resolution=16, base=48, most=5, latent=6, style=7, depth=2)
"""Channels of 5, 5 and 3."""


def _affine(name, style=7):
    def rows(channels):
        return {f"{name}.weight": (channels, style), f"{name}.bias": (channels,)}

    return rows


def _styled(name, inputs, outputs, *, up=False):
    return {
        f"{name}.conv.weight": (1, outputs, inputs, 3, 3),
        **_affine(f"{name}.conv.modulation")(inputs),
        **({f"{name}.conv.blur.kernel": (4, 4)} if up else {}),
        f"{name}.noise.weight": (1,),
        f"{name}.activate.bias": (outputs,),
    }


def _colours(name, inputs, *, up=True):
    return {
        f"{name}.conv.weight": (1, 3, inputs, 1, 1),
        **_affine(f"{name}.conv.modulation")(inputs),
        **({f"{name}.upsample.kernel": (4, 4)} if up else {}),
        f"{name}.bias": (1, 3, 1, 1),
    }


THEIR_GENERATOR = {
    **{"style.1.weight": (7, 6), "style.1.bias": (7,), "style.2.weight": (7, 7)},
    **{"style.2.bias": (7,), "input.input": (1, 5, 4, 4)},
    **_styled("conv1", 5, 5),
    **_colours("to_rgb1", 5, up=False),
    **_styled("convs.0", 5, 5, up=True),
    **_styled("convs.1", 5, 5),
    **_styled("convs.2", 5, 3, up=True),
    **_styled("convs.3", 3, 3),
    **_colours("to_rgbs.0", 5),
    **_colours("to_rgbs.1", 3),
    **{"noises.noise_0": (1, 1, 4, 4), "noises.noise_1": (1, 1, 8, 8)},
    **{"noises.noise_2": (1, 1, 8, 8), "noises.noise_3": (1, 1, 16, 16)},
    "noises.noise_4": (1, 1, 16, 16),
}
THEIR_DISCRIMINATOR = {
    **{"convs.0.0.weight": (3, 3, 1, 1), "convs.0.1.bias": (3,)},
    **{"convs.1.conv1.0.weight": (3, 3, 3, 3), "convs.1.conv1.1.bias": (3,)},
    **{"convs.1.conv2.0.kernel": (4, 4), "convs.1.conv2.1.weight": (5, 3, 3, 3)},
    **{"convs.1.conv2.2.bias": (5,), "convs.1.skip.0.kernel": (4, 4)},
    **{"convs.1.skip.1.weight": (5, 3, 1, 1), "convs.2.conv1.0.weight": (5, 5, 3, 3)},
    **{"convs.2.conv1.1.bias": (5,), "convs.2.conv2.0.kernel": (4, 4)},
    **{"convs.2.conv2.1.weight": (5, 5, 3, 3), "convs.2.conv2.2.bias": (5,)},
    **{"convs.2.skip.0.kernel": (4, 4), "convs.2.skip.1.weight": (5, 5, 1, 1)},
    **{"final_conv.0.weight": (5, 6, 3, 3), "final_conv.1.bias": (5,)},
    **{"final_linear.0.weight": (5, 80), "final_linear.0.bias": (5,)},
    **{"final_linear.1.weight": (1, 5), "final_linear.1.bias": (1,)},
}


@pytest.fixture
def ours():
    """Weights that differ in every tensor but the filters."""
    torch.manual_seed(5)
    made = Generator(SIZE).state_dict(), Discriminator(SIZE).state_dict()
    return tuple(
        {
            name: one if name.endswith("resample_filter") else torch.randn_like(one)
            for name, one in state.items()
        }
        for state in made
    )


def test_the_names_and_shapes_are_the_other_projects(ours) -> None:
    generator, mean = generator_to(ours[0])
    discriminator = discriminator_to(ours[1])
    assert {name: tuple(one.shape) for name, one in generator.items()} == THEIR_GENERATOR
    assert {name: tuple(one.shape) for name, one in discriminator.items()} == THEIR_DISCRIMINATOR
    assert torch.equal(mean, ours[0]["mapping.w_avg"])
    assert is_generator(set(generator)) and not is_generator(set(discriminator))
    assert is_discriminator(set(discriminator)) and not is_discriminator(set(generator))


def test_there_and_back_everything_is_the_same(ours) -> None:
    state, mean = generator_to(ours[0])
    for wanted, found in (
        (ours[0], generator_from(state, mean)),
        (ours[1], discriminator_from(discriminator_to(ours[1]))),
    ):
        assert wanted.keys() == found.keys()
        assert all(torch.equal(wanted[name], found[name]) for name in wanted)
    Generator(SIZE).load_state_dict(generator_from(state, mean))


def test_tensors_go_where_they_belong(ours) -> None:
    state, _ = generator_to(ours[0])
    pairs = {
        "convs.2.conv.weight": "synthesis.b16.conv0.weight",
        "convs.3.conv.modulation.bias": "synthesis.b16.conv1.affine.bias",
        "to_rgbs.1.bias": "synthesis.b16.torgb.bias",
        "noises.noise_2": "synthesis.b8.conv1.noise_const",
        "style.2.weight": "mapping.fc1.weight",
    }
    for theirs, official in pairs.items():
        assert torch.equal(state[theirs].flatten(), ours[0][official].flatten()), theirs
    filters = ours[0]["synthesis.b8.conv0.resample_filter"], ours[0]["synthesis.b8.resample_filter"]
    assert torch.equal(state["convs.0.conv.blur.kernel"], 4 * filters[0])
    assert torch.equal(state["to_rgbs.0.upsample.kernel"], 4 * filters[1])
    judge = discriminator_to(ours[1])
    assert torch.equal(judge["convs.2.conv2.1.weight"], ours[1]["b8.conv1.weight"])
    assert judge["convs.1.skip.0.kernel"].sum() == 1


def test_old_files_lack_noises_filters_and_the_mean(ours) -> None:
    state, _ = generator_to(ours[0])
    old = {name: one for name, one in state.items() if "noises" not in name}
    old = {name: one for name, one in old.items() if not name.endswith("kernel")}
    found, again = generator_from(old), generator_from(old)
    assert found.keys() == ours[0].keys()
    assert all(torch.equal(found[name], again[name]) for name in found)
    lacking = [name for name in found if not torch.equal(found[name], ours[0][name])]
    assert all(name.endswith(("noise_const", "w_avg")) for name in lacking)
    generator = Generator(SIZE)
    generator.load_state_dict(found)
    z = torch.randn(20000, SIZE.latent, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        mean = generator.mapping(z)[:, 0].mean(0)
    spread = generator.mapping(z)[:, 0].std(0)
    assert ((found["mapping.w_avg"] - mean).abs() < 0.1 * spread).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda state: state.pop("conv1.noise.weight"), "1 missing .conv1.noise.weight"),
        (lambda state: state.pop("noises.noise_3"), "1 missing .noises.noise_3"),
        (lambda state: state.update(more=torch.zeros(1)), "1 unknown .more"),
        (lambda state: state.update({"convs.0.conv.weight": torch.zeros(2, 5, 5, 3, 3)}), "shape"),
        (lambda state: state.update({"conv1.noise.weight": torch.zeros(())}), "shape"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(ours, change, said) -> None:
    state, mean = generator_to(ours[0])
    change(state)
    with pytest.raises(UserError, match=said):
        generator_from(state, mean)


def test_back_to_the_other_names_nothing_is_left_out(ours) -> None:
    with pytest.raises(UserError, match="1 unknown"):
        discriminator_to({**ours[1], "b8.more": torch.zeros(1)})
    with pytest.raises(UserError, match="1 missing"):
        generator_to({name: one for name, one in ours[0].items() if name != "mapping.w_avg"})
