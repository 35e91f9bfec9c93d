"""StyleGAN3: the layer tables, names, sizes read off weights, what moves, and what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.enhance.networks import open_generator
from engine.errors import BugError, UserError
from engine.models.fitting import family_of
from engine.models.loaded import forget_networks, load_network
from engine.models.stylegan3 import (
    SMALL,
    Generator,
    R,
    Size,
    T,
    build_small,
    build_small_discriminator,
    generator_of,
    generator_size,
    placed,
)
from tests.made_networks import save_weights

TINY = Size(
    resolution=16, colours=4, latent=6, style=5, depth=1, base=64, most=8, layers=4, margin=2
)
TABLES = {
    "T 1024": (T(), 22_313_167),
    "R 1024": (R(), 15_093_151),
    "T 512": (T(512), 24_873_519),
    "R 512": (R(512), 16_665_594),
    "T 256": (T(256), 23_320_443),
}
T_1024 = """
L0_36_512 512 512 36 36 16 16 32 2 2 6 6 2 12 2 12 n n 9 8
L1_36_512 512 512 36 36 16 16 32 2 3.1748 6 4.8252 2 12 2 12 n n 9 8
L2_52_512 512 512 36 52 16 32 64 3.1748 5.03968 4.8252 10.9603 4 24 2 12 n n -6 -9
L3_52_512 512 512 52 52 32 32 64 5.03968 8 10.9603 8 2 12 2 12 n n 9 8
L4_84_512 512 512 52 84 32 64 128 8 12.6992 8 19.3008 4 24 2 12 n n -6 -9
L5_148_512 512 512 84 148 64 128 256 12.6992 20.1587 19.3008 43.8413 4 24 2 12 n n -6 -9
L6_148_512 512 512 148 148 128 128 256 20.1587 32 43.8413 32 2 12 2 12 n n 9 8
L7_276_323 512 323 148 276 128 256 512 32 50.7968 32 77.2032 4 24 2 12 n n -6 -9
L8_276_203 323 203 276 276 256 256 512 50.7968 80.6349 77.2032 47.3651 2 12 2 12 n n 9 8
L9_532_128 203 128 276 532 256 512 1024 80.6349 128 47.3651 128 4 24 2 12 n n -6 -9
L10_1044_81 128 81 532 1044 512 1024 2048 128 203.187 128 308.813 4 24 2 12 n n -6 -9
L11_1044_51 81 51 1044 1044 1024 1024 2048 203.187 322.54 308.813 189.46 2 12 2 12 n n 9 8
L12_1044_32 51 32 1044 1044 1024 1024 2048 322.54 512 189.46 118.346 2 12 2 12 n y 9 8
L13_1024_32 32 32 1044 1024 1024 1024 2048 512 512 118.346 118.346 2 12 2 12 n y -11 -12
L14_1024_3 32 3 1024 1024 1024 1024 1024 512 512 118.346 118.346 1 1 1 1 n y 0 0
"""
R_512 = """
L0_36_1024 1024 1024 36 36 16 16 32 2 2 6 6 2 12 2 12 y n 11 10
L1_36_1024 1024 1024 36 36 16 16 32 2 2.99661 6 5.00339 2 12 2 12 y n 11 10
L2_52_1024 1024 1024 36 52 16 32 64 2.99661 4.48985 5.00339 11.5102 4 24 2 12 y n -2 -5
L3_52_1024 1024 1024 52 52 32 32 64 4.48985 6.72717 11.5102 9.27283 2 12 2 12 y n 11 10
L4_84_1024 1024 1024 52 84 32 64 128 6.72717 10.0794 9.27283 21.9206 4 24 2 12 y n -2 -5
L5_84_1024 1024 1024 84 84 64 64 128 10.0794 15.102 21.9206 16.898 2 12 2 12 y n 11 10
L6_148_1024 1024 1024 84 148 64 128 256 15.102 22.6274 16.898 41.3726 4 24 2 12 y n -2 -5
L7_148_967 1024 967 148 148 128 128 256 22.6274 33.9028 41.3726 30.0972 2 12 2 12 y n 11 10
L8_276_645 967 645 148 276 128 256 512 33.9028 50.7968 30.0972 77.2032 4 24 2 12 y n -2 -5
L9_276_431 645 431 276 276 256 256 512 50.7968 76.1093 77.2032 51.8907 2 12 2 12 y n 11 10
L10_532_287 431 287 276 532 256 512 1024 76.1093 114.035 51.8907 141.965 4 24 2 12 y n -2 -5
L11_532_192 287 192 532 532 512 512 1024 114.035 170.86 141.965 85.1405 2 12 2 12 y n 11 10
L12_532_128 192 128 532 532 512 512 1024 170.86 256 85.1405 59.173 2 12 2 12 n y 11 10
L13_512_128 128 128 532 512 512 512 1024 256 256 59.173 59.173 2 12 2 12 n y -9 -10
L14_512_3 128 3 512 512 512 512 512 256 256 59.173 59.173 1 1 1 1 n y 0 0
"""
T_256 = """
L0_36_512 512 512 36 36 16 16 32 2 2 6 6 2 12 2 12 n n 9 8
L1_36_512 512 512 36 36 16 16 32 2 2.82843 6 5.17157 2 12 2 12 n n 9 8
L2_36_512 512 512 36 36 16 16 32 2.82843 4 5.17157 4 2 12 2 12 n n 9 8
L3_52_512 512 512 36 52 16 32 64 4 5.65685 4 10.3431 4 24 2 12 n n -6 -9
L4_52_512 512 512 52 52 32 32 64 5.65685 8 10.3431 8 2 12 2 12 n n 9 8
L5_84_512 512 512 52 84 32 64 128 8 11.3137 8 20.6863 4 24 2 12 n n -6 -9
L6_84_512 512 512 84 84 64 64 128 11.3137 16 20.6863 16 2 12 2 12 n n 9 8
L7_148_362 512 362 84 148 64 128 256 16 22.6274 16 41.3726 4 24 2 12 n n -6 -9
L8_148_256 362 256 148 148 128 128 256 22.6274 32 41.3726 32 2 12 2 12 n n 9 8
L9_148_181 256 181 148 148 128 128 256 32 45.2548 32 18.7452 2 12 2 12 n n 9 8
L10_276_128 181 128 148 276 128 256 512 45.2548 64 18.7452 64 4 24 2 12 n n -6 -9
L11_276_91 128 91 276 276 256 256 512 64 90.5097 64 37.4903 2 12 2 12 n n 9 8
L12_276_64 91 64 276 276 256 256 512 90.5097 128 37.4903 29.5865 2 12 2 12 n y 9 8
L13_256_64 64 64 276 256 256 256 512 128 128 29.5865 29.5865 2 12 2 12 n y -11 -12
L14_256_3 64 3 256 256 256 256 256 128 128 29.5865 29.5865 1 1 1 1 n y 0 0
"""


def told(row):
    """A row as the tables print it."""
    numbers = [row.inputs, row.outputs, *row.sizes, *row.rates, row.between]
    numbers += [*row.cutoffs, *row.halves, row.up, row.taps[0], row.down, row.taps[1]]
    marks = ["ny"[row.radial], "ny"[row.critical]]
    return " ".join([row.name, *(f"{one:.6g}" for one in numbers), *marks, *map(str, row.padding)])


def on_meta(size):
    with torch.device("meta"):
        return Generator(size)


def shapes(network):
    return {name: tuple(one.shape) for name, one in network.state_dict().items()}


def tiny(seed=0, size=TINY):
    torch.manual_seed(seed)
    return Generator(size).eval()


def z_of(count=2, length=TINY.latent):
    return torch.randn(count, length, generator=torch.Generator().manual_seed(9))


@pytest.mark.parametrize(("size", "table"), [(T(), T_1024), (R(512), R_512), (T(256), T_256)])
def test_the_layers_are_those_of_the_published_networks(size, table):
    assert [told(row) for row in size.rows] == table.strip().splitlines()
    assert (size.first_side, size.first_rate, size.num_ws) == (36, 16, 16)


@pytest.mark.parametrize("name", TABLES)
def test_parameters_are_counted_and_weights_say_their_size(name):
    size, count = TABLES[name]
    network = on_meta(size)
    assert sum(one.numel() for one in network.parameters()) == count
    assert generator_size(shapes(network)) == size
    assert generator_size(shapes(on_meta(replace(size, colours=4)))).colours == 4


@pytest.mark.parametrize("size", [SMALL, TINY, replace(TINY, critical=1), replace(SMALL, layers=9)])
def test_weights_of_other_sizes_say_theirs(size):
    found = generator_size(shapes(on_meta(size)))
    assert [row.name for row in found.rows] == [row.name for row in size.rows]
    assert replace(found, base=size.base) == size


def test_names_and_shapes_are_the_official_ones():
    found = shapes(on_meta(R()))
    layer = "synthesis.L3_52_1024"
    assert found["synthesis.input.freqs"] == (1024, 2)
    assert found["synthesis.input.affine.weight"] == (4, 512)
    assert {name: shape for name, shape in found.items() if name.startswith(layer)} == {
        f"{layer}.weight": (1024, 1024, 1, 1),
        f"{layer}.bias": (1024,),
        f"{layer}.magnitude_ema": (),
        f"{layer}.up_filter": (12,),
        f"{layer}.down_filter": (12, 12),
        f"{layer}.affine.weight": (1024, 512),
        f"{layer}.affine.bias": (1024,),
    }
    assert "synthesis.L14_1024_3.up_filter" not in found
    assert found["synthesis.L12_1044_64.down_filter"] == (12,)


@pytest.mark.parametrize("wrong", ["nothing", "classes", "channels", "a layer less"])
def test_other_weights_are_refused(wrong):
    found = shapes(on_meta(TINY))
    changed = {
        "nothing": {},
        "classes": {**found, "mapping.embed.weight": (5, 3)},
        "channels": {name.replace("L2_20_4", "L2_20_3"): one for name, one in found.items()},
        "a layer less": {name: one for name, one in found.items() if "L0_" not in name},
    }
    assert changed["channels"] != found
    with pytest.raises(UserError):
        generator_of(changed[wrong])


@pytest.mark.parametrize(
    "wrong", [{"resolution": 48}, {"kernel": 2}, {"critical": 4}, {"margin": -1}, {"base": 8}]
)
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(UserError):
        replace(TINY, **wrong)


def test_pictures_have_four_planes_and_derivatives_reach_every_weight():
    network = tiny()
    for parameter in network.synthesis.input.affine.parameters():
        torch.nn.init.normal_(parameter)
    pictures = network(z_of())
    assert pictures.shape == (2, 4, 16, 16)
    assert pictures.isfinite().all()
    pictures.square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().max() > 0, name
    with pytest.raises(BugError):
        network.synthesis(torch.zeros(1, 3, TINY.style))


def test_a_picture_does_not_depend_on_its_batch_and_truncation_leads_to_the_mean():
    network = tiny()
    network.mapping.w_avg.normal_()
    with torch.inference_mode():
        both = network(z_of())
        torch.testing.assert_close(network(z_of()[1:]), both[1:], atol=1e-6, rtol=1e-5)
        mean = network(z_of(), truncation=0.0)
        torch.testing.assert_close(mean[0], mean[1])
        cut = network(z_of(), truncation=0.0, cutoff=1)
        assert (cut - mean).abs().max() > 1e-3


def test_means_of_magnitudes_move_when_asked_alone_and_take_the_magnitude_out():
    network = tiny()
    before = {name: one.clone() for name, one in network.named_buffers()}
    with torch.no_grad():
        network(z_of())
        assert all(torch.equal(one, before[name]) for name, one in network.named_buffers())
        once = network.synthesis.input(network.mapping(z_of())[:, 0]).square().mean()
        network(z_of(), track=True)
    layer = next(row.name for row in TINY.rows)
    beta = 0.5 ** (2 / 20_000)
    found = network.get_buffer(f"synthesis.{layer}.magnitude_ema")
    torch.testing.assert_close(found, beta * torch.ones(()) + (1 - beta) * once)
    moved = {name for name, one in network.named_buffers() if not torch.equal(one, before[name])}
    assert moved == {f"synthesis.{row.name}.magnitude_ema" for row in TINY.rows}
    with torch.no_grad():
        features = torch.randn(1, 8, 20, 20, generator=torch.Generator().manual_seed(2))
        module, w = network.get_submodule(f"synthesis.{layer}"), torch.zeros(1, TINY.style)
        plain = module(features, w)
        module.magnitude_ema.mul_(4)
        torch.testing.assert_close(module(2 * features, w), plain)


def test_the_input_turns_and_moves_as_it_is_told():
    torch.manual_seed(3)
    waves = Generator(replace(SMALL, latent=4, style=4, base=256, most=16)).synthesis.input
    w = torch.zeros(1, 4)
    with torch.no_grad():
        still = waves(w)
        assert still.shape == (1, 16, waves.side, waves.side)
        waves.transform.copy_(placed(translation=(3 / waves.rate, -2 / waves.rate)))
        torch.testing.assert_close(waves(w)[..., 3:, :-2], still[..., :-3, 2:], atol=1e-5, rtol=0)
        waves.transform.copy_(placed(degrees=90))
        torch.testing.assert_close(waves(w), still.rot90(1, (2, 3)), atol=1e-5, rtol=0)


def test_w_turns_before_it_moves_and_waves_beyond_the_cutoff_fade():
    network = tiny().synthesis.input
    with torch.no_grad():
        network.affine.bias.copy_(torch.tensor([0.0, 3.0, 1.5, 0.0]))
        turned = network(torch.zeros(1, TINY.style))
        network.affine.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))
        plane = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
        network.transform.copy_(plane @ torch.tensor([[1, 0, -0.5], [0, 1, 0], [0, 0, 1]]))
        torch.testing.assert_close(turned, network(torch.zeros(1, TINY.style)))
        assert network.freqs.norm(dim=1).max() < 2
        network.transform.copy_(torch.diag(torch.tensor([1e6, 1e6, 1])))
        assert network(torch.zeros(1, TINY.style)).abs().max() == 0


@pytest.mark.parametrize("way", [(2, 0), (0, -3)])
def test_what_is_drawn_moves_with_its_input(way):
    size = replace(SMALL, resolution=32, latent=4, style=4, base=128, most=8, layers=5)
    network = tiny(4, size)
    with torch.inference_mode():
        still = network(z_of(1, 4))
        network.synthesis.input.transform.copy_(
            placed(translation=(way[0] / size.resolution, way[1] / size.resolution))
        )
        moved = network(z_of(1, 4)).roll((-way[0], -way[1]), (2, 3))
    inside = (slice(None), slice(None), slice(4, -4), slice(4, -4))
    error = (moved - still)[inside].square().mean()
    assert error < 1e-4 * still[inside].var()


def test_the_small_pair_is_small_and_takes_mattes():
    generator, discriminator = build_small(), build_small_discriminator()
    count = sum(one.numel() for one in generator.parameters())
    assert 1_000_000 <= count <= 2_000_000
    assert sum(one.numel() for one in discriminator.parameters()) <= 2_000_000
    with torch.inference_mode():
        pictures = generator(z_of(1, SMALL.latent))
        assert pictures.shape == (1, 4, 64, 64)
        assert discriminator(pictures).shape == (1, 1)


def test_weights_of_any_size_are_known_and_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "weights"))
    network = tiny(7)
    assert family_of(shapes(network)).name == "stylegan3"
    save_weights(tmp_path / "weights", "mine", network)
    forget_networks()
    found = load_network("mine", kind="generator")
    assert found.spec.name == "stylegan3"
    with torch.inference_mode():
        torch.testing.assert_close(found.module(z_of()), network(z_of()), atol=1e-6, rtol=1e-5)


def test_portraits_are_not_enhanced_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "weights"))
    save_weights(tmp_path / "weights", "mine", tiny(7))
    forget_networks()
    with pytest.raises(UserError, match="StyleGAN3"):
        open_generator("mine")
