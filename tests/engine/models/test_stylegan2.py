"""StyleGAN2: names, sizes, derivatives, and weights that say which network they are for."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from engine.device import Compute
from engine.errors import BugError, UserError
from engine.models.fitting import fit
from engine.models.loaded import forget_networks, load_network
from engine.models.stylegan2 import SMALL, Generator, Size, build, build_small, generator_size
from engine.models.stylegan2_discriminator import (
    Discriminator,
    build_discriminator,
    build_small_discriminator,
    discriminator_size,
)
from tests.made_networks import save_weights

TINY = Size(resolution=8, base=24, most=4, latent=3, style=4, depth=2)
"""Channels of 4 and 3."""
FFHQ = {4: 512, 8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128, 512: 64, 1024: 32}
SIZES = [
    Size(),
    SMALL,
    TINY,
    Size(resolution=256, base=16384),
    Size(resolution=64, colours=4, base=640, most=24, latent=16, style=20, depth=1),
]


def _shapes(network):
    return {name: tuple(one.shape) for name, one in network.state_dict().items()}


def _on_meta(build, *args):
    with torch.device("meta"):
        return build(*args)


def _parameters(network):
    return sum(one.numel() for one in network.parameters())


def _styled(name, inputs, outputs, side):
    return {
        f"{name}.weight": (outputs, inputs, 3, 3),
        f"{name}.bias": (outputs,),
        f"{name}.noise_strength": (),
        f"{name}.noise_const": (side, side),
        f"{name}.resample_filter": (4, 4),
        f"{name}.affine.weight": (inputs, 512),
        f"{name}.affine.bias": (inputs,),
    }


def _official_generator():
    rows = {"mapping.w_avg": (512,), "synthesis.b4.const": (512, 4, 4)}
    for i in range(8):
        rows |= {f"mapping.fc{i}.weight": (512, 512), f"mapping.fc{i}.bias": (512,)}
    for side, out in FFHQ.items():
        block = f"synthesis.b{side}"
        rows |= _styled(f"{block}.conv1", out, out, side)
        rows |= _styled(f"{block}.conv0", FFHQ[side // 2], out, side) if side > 4 else {}
        rows |= {f"{block}.resample_filter": (4, 4), f"{block}.torgb.weight": (3, out, 1, 1)}
        rows |= {f"{block}.torgb.bias": (3,), f"{block}.torgb.affine.bias": (out,)}
        rows |= {f"{block}.torgb.affine.weight": (out, 512)}
    return rows


def _official_discriminator():
    layers = {"b1024.fromrgb": (32, 3, 1), "b4.conv": (512, 513, 3)}
    for side, out in FFHQ.items():
        if side > 4:
            below = FFHQ[side // 2]
            layers |= {f"b{side}.conv0": (out, out, 3), f"b{side}.conv1": (below, out, 3)}
            layers |= {f"b{side}.skip": (below, out, 1)}
    rows = {f"b{side}.resample_filter": (4, 4) for side in FFHQ if side > 4}
    for name, (out, inputs, kernel) in layers.items():
        rows |= {f"{name}.weight": (out, inputs, kernel, kernel)}
        rows |= {f"{name}.resample_filter": (4, 4)}
        rows |= {f"{name}.bias": (out,)} if "skip" not in name else {}
    rows |= {"b4.fc.weight": (512, 8192), "b4.fc.bias": (512,)}
    return rows | {"b4.out.weight": (1, 512), "b4.out.bias": (1,)}


def test_names_and_shapes_are_those_of_the_official_faces() -> None:
    generator, discriminator = _on_meta(build), _on_meta(build_discriminator)
    assert _shapes(generator) == _official_generator()
    assert _shapes(discriminator) == _official_discriminator()
    assert _parameters(generator) == 30_370_060
    assert _parameters(discriminator) == 29_012_513
    assert generator.num_ws == 18 and len(generator.synthesis.noise_shapes) == 17
    assert {name for name, _ in generator.named_buffers() if "resample" not in name} == {
        name for name in _official_generator() if name.endswith(("w_avg", "noise_const"))
    }


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_sizes_are_read_off_the_weights(size) -> None:
    generator, discriminator = _on_meta(Generator, size), _on_meta(Discriminator, size)
    found = generator_size(_shapes(generator))
    assert _shapes(_on_meta(Generator, found)) == _shapes(generator)
    assert replace(found, base=size.base, most=size.most) == size
    judge = discriminator_size(_shapes(discriminator))
    assert _shapes(_on_meta(Discriminator, judge)) == _shapes(discriminator)
    for read, other in ((generator_size, discriminator), (discriminator_size, generator)):
        with pytest.raises(UserError, match="no weights of a StyleGAN2"):
            read(_shapes(other))


def test_what_is_no_such_network_is_refused() -> None:
    shapes = _shapes(_on_meta(Generator, TINY))
    with pytest.raises(UserError, match="channels"):
        generator_size({**shapes, "synthesis.b8.conv1.weight": (9, 9, 3, 3)})
    with pytest.raises(UserError, match="channels"):
        generator_size({**shapes, "synthesis.b32.conv1.weight": (2, 2, 3, 3)})
    with pytest.raises(UserError, match="class"):
        generator_size({**shapes, "mapping.embed.weight": (4, 10)})
    for resolution in (4, 12, 0):
        with pytest.raises(UserError, match="power of two"):
            Size(resolution=resolution)
    with pytest.raises(UserError, match="cannot have"):
        Size(resolution=64, base=32)


def test_the_small_networks_are_small_and_at_the_right_scale() -> None:
    torch.manual_seed(0)
    generator, discriminator = build_small(), build_small_discriminator()
    assert all(1e6 < _parameters(one) < 2e6 for one in (generator, discriminator))
    with torch.no_grad():
        pictures = generator(torch.randn(8, SMALL.latent))
        logits = discriminator(pictures)
    assert pictures.shape == (8, 3, 64, 64) and logits.shape == (8, 1)
    assert pictures.is_contiguous(memory_format=torch.channels_last)
    assert 0.3 < pictures.std() < 3 and logits.std() < 3


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_layout_in_memory_and_half_precision_change_little(layout) -> None:
    torch.manual_seed(1)
    generator, discriminator = Generator(TINY), Discriminator(TINY)
    z = torch.randn(4, TINY.latent)
    wanted = generator(z)
    judged = discriminator(wanted)
    generator, discriminator = (one.to(memory_format=layout) for one in (generator, discriminator))
    assert torch.allclose(generator(z), wanted, atol=1e-5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        pictures = generator(z)
        loss = discriminator(pictures.contiguous()).sum()
    assert torch.allclose(pictures.float(), wanted, atol=0.1 * wanted.abs().max().item())
    assert torch.allclose(loss.float(), judged.sum(), atol=0.2 * judged.abs().sum().item())
    loss.backward()
    assert all(one.grad.isfinite().all() for one in discriminator.parameters())


def _r1(discriminator, images):
    images = images.clone().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(images).sum(), images, create_graph=True)
    return slope.square().sum((1, 2, 3)).mean()


def _path_length(generator, draws):
    z, image = draws
    ws = generator.mapping(z)
    pictures = generator.synthesis(ws)
    (slope,) = torch.autograd.grad((pictures * image).sum(), ws, create_graph=True)
    return (slope.square().sum(2).mean(1).sqrt() - 0.1).square().mean()


@pytest.mark.parametrize(("kind", "penalty"), [(Discriminator, _r1), (Generator, _path_length)])
def test_penalties_on_gradients_have_the_gradients_of_finite_differences(kind, penalty) -> None:
    torch.manual_seed(4)
    network = kind(TINY).double()
    image = torch.randn(4, 3, 8, 8, dtype=torch.float64)
    z = torch.randn(4, TINY.latent, dtype=torch.float64)
    given = (z, image) if kind is Generator else image
    with torch.no_grad():
        for one in network.parameters():
            one += 0.1 * torch.randn_like(one)
    parameters = list(network.parameters())
    penalty(network, given).backward()
    used = [one for one in parameters if one.grad is not None]
    assert len(used) >= len(parameters) - 12  # biases at the end only shift
    assert all(one.grad.isfinite().all() for one in used)
    direction = [torch.randn_like(one) for one in parameters]
    step, values = 1e-6, []
    for sign in (1, -2):
        with torch.no_grad():
            for one, way in zip(parameters, direction, strict=True):
                one += sign * step * way
        values.append(penalty(network, given).item())
    told = sum(
        (one.grad * way).sum().item()
        for one, way in zip(parameters, direction, strict=True)
        if one.grad is not None
    )
    measured = (values[0] - values[1]) / (2 * step)
    assert measured != 0 and told == pytest.approx(measured, rel=1e-4)


def test_noise_and_styles_can_be_optimised() -> None:
    torch.manual_seed(5)
    synthesis = Generator(TINY).synthesis.requires_grad_(False)
    with torch.no_grad():
        for name, one in synthesis.named_parameters():
            one += 0.3 * name.endswith("noise_strength")
    wanted = synthesis(torch.randn(1, 4, 4), noise="none")
    noise = [torch.zeros(1, 1, *shape, requires_grad=True) for shape in synthesis.noise_shapes]
    ws = torch.randn(1, 4, 4, requires_grad=True)
    optimizer = torch.optim.Adam([ws, *noise], lr=0.1)
    errors = []
    for _ in range(25):
        optimizer.zero_grad()
        error = (synthesis(ws, noise=noise) - wanted).square().mean()
        error.backward()
        optimizer.step()
        errors.append(error.item())
    assert errors[-1] < 0.4 * errors[0]
    assert all(one.abs().max() > 0 for one in noise)


def test_wrong_calls_are_our_mistakes() -> None:
    synthesis = Generator(TINY).synthesis
    ws = torch.zeros(2, 4, 4)
    shapes = synthesis.noise_shapes
    assert shapes == [(4, 4), (8, 8), (8, 8)]
    for styles, noise in (
        (ws[:, :3], "const"),
        (ws, "random"),
        (ws, [torch.zeros(1, 1, *shape) for shape in shapes[:2]]),
        (ws, [torch.zeros(1, 1, *shape) for shape in shapes[::-1]]),
    ):
        with pytest.raises(BugError, match=r"want|needs a generator"):
            synthesis(styles, noise=noise)


def test_the_mean_style_is_tracked() -> None:
    torch.manual_seed(6)
    mapping = Generator(TINY).mapping
    w = mapping(torch.randn(64, TINY.latent))
    assert w.shape == (64, 4, 4)
    mapping.track(w[:, 0], beta=0.25)
    assert torch.allclose(mapping.w_avg, 0.75 * w[:, 0].mean(0), atol=1e-6)
    assert torch.allclose(mapping.truncated(w, 0.0), mapping.w_avg.expand(64, 4, 4))
    for _ in range(30):
        mapping.track(w[:, 0], beta=0.25)
    assert torch.allclose(mapping.w_avg, w[:, 0].mean(0), atol=1e-5)
    assert not mapping.w_avg.requires_grad


@pytest.mark.parametrize(
    ("kind", "family"), [(Generator, "stylegan2"), (Discriminator, "stylegan2_discriminator")]
)
def test_weights_of_any_size_are_recognised_and_loaded(tmp_path, monkeypatch, kind, family) -> None:
    network = kind(replace(TINY, colours=4))
    file = tmp_path / "mine.safetensors"
    save_file(network.state_dict(), file)
    assert fit(file, "mine") == family
    save_file({**network.state_dict(), "more": torch.zeros(1)}, file)
    with pytest.raises(UserError, match=r"1 unknown \(more"):
        fit(file, family)
    save_weights(tmp_path, "mine", network)
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    forget_networks()
    sort = "generator" if kind is Generator else "discriminator"
    loaded = load_network("mine", kind=sort, compute=Compute(device="cpu"))
    forget_networks()
    assert loaded.spec.name == family and loaded.module.size.colours == 4
    given = torch.randn(2, 4, 8, 8) if kind is Discriminator else torch.randn(2, TINY.latent)
    assert torch.allclose(loaded.module(given), network(given), atol=1e-5)
    with pytest.raises(BugError, match="not run on photographs"):
        loaded.run(torch.zeros(8, 8, 3).numpy())


def test_weights_of_a_family_that_fit_no_member_are_refused(tmp_path) -> None:
    file = tmp_path / "stylegan2.safetensors"
    save_file(Discriminator(TINY).state_dict(), file)
    with pytest.raises(UserError, match="no weights of a StyleGAN2 generator") as refusal:
        fit(file, "stylegan2")
    assert refusal.value.path == file and "--as" in refusal.value.remedy
