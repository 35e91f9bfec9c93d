"""StyleGAN2 against every convention written out slowly: numpy, one picture at a time.

The conventions are Karras et al. (2020) and the official weights. Nothing of the code under test is
used here but its weights.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator

SIZE = Size(resolution=16, base=64, most=6, latent=5, style=7, depth=3, colours=4)
"""Channels of 6, 6 and 4."""
ROUTES = {4: (None, 0, 1), 8: (1, 2, 3), 16: (3, 4, 5)}
"""Side to the w of conv0, conv1 and torgb."""
NOISES = {"b4.conv1": 0, "b8.conv0": 1, "b8.conv1": 2, "b16.conv0": 3, "b16.conv1": 4}


def lrelu(x):
    return np.where(x < 0, 0.2 * x, x) * np.sqrt(2)


def clip(x, limit):
    return x if limit is None else np.clip(x, -limit, limit)


def linear(state, name, x, *, rate=1.0):
    weight = state[f"{name}.weight"] * rate / np.sqrt(state[f"{name}.weight"].shape[1])
    return np.array([weight @ row for row in x]) + state[f"{name}.bias"] * rate


def correlate(x, weight, *, pad, stride=1):
    """One picture, C×H×W; zeros around it."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    size = weight.shape[2]
    rows, cols = ((side - size) // stride + 1 for side in x.shape[1:])
    out = np.zeros((len(weight), rows, cols))
    for row in range(rows):
        for col in range(cols):
            window = x[:, stride * row : stride * row + size, stride * col : stride * col + size]
            out[:, row, col] = [(window * one).sum() for one in weight]
    return out


def transposed(x, weight):
    """Stride 2: each pixel puts the kernel down, not flipped."""
    rows, cols = x.shape[1:]
    out = np.zeros((len(weight), 2 * rows + 1, 2 * cols + 1))
    for row in range(rows):
        for col in range(cols):
            put = np.einsum("i,oiab->oab", x[:, row, col], weight)
            out[:, 2 * row : 2 * row + 3, 2 * col : 2 * col + 3] += put
    return out


def upfirdn(x, taps, *, up=1, down=1, pad=(0, 0), gain=1.0):
    """Zeros between the pixels, zeros around them, true convolution, every down-th pixel."""
    planes = []
    for plane in x:
        wide = np.zeros((plane.shape[0] * up, plane.shape[1] * up))
        wide[::up, ::up] = plane
        flipped = gain * taps[::-1, ::-1]
        planes.append(correlate(np.pad(wide, pad)[None], flipped[None, None], pad=0)[0])
    return np.array(planes)[:, ::down, ::down]


def modulated(state, name, x, w, *, up=False, demodulate=True):
    """The weights themselves scaled and normalised."""
    style = linear(state, f"{name}.affine", w[None])[0]
    weight = state[f"{name}.weight"]
    if not demodulate:
        style = style / np.sqrt(weight[0].size)
    weight = weight * style[None, :, None, None]
    if demodulate:
        weight = np.array([one / np.sqrt((one**2).sum() + 1e-8) for one in weight])
    if up:
        taps = state[f"{name}.resample_filter"]
        return upfirdn(transposed(x, weight), taps, pad=(1, 1), gain=4)
    return correlate(x, weight, pad=weight.shape[2] // 2)


def styled(state, name, x, w, noise, *, up, clamp):
    x = modulated(state, name, x, w, up=up)
    x = x + noise * state[f"{name}.noise_strength"]
    return clip(lrelu(x + state[f"{name}.bias"][:, None, None]), clamp)


def synthesis(state, ws, noises, *, clamp=None):
    """One picture from its w, 6×7, and five noises."""
    state = {name.removeprefix("synthesis."): one for name, one in state.items()}
    x, image = state["b4.const"], None
    for side, (first, second, third) in ROUTES.items():
        if first is not None:
            name = f"b{side}.conv0"
            x = styled(state, name, x, ws[first], noises[NOISES[name]], up=True, clamp=clamp)
        name = f"b{side}.conv1"
        x = styled(state, name, x, ws[second], noises[NOISES[name]], up=False, clamp=clamp)
        rgb = modulated(state, f"b{side}.torgb", x, ws[third], demodulate=False)
        rgb = clip(rgb + state[f"b{side}.torgb.bias"][:, None, None], clamp)
        if image is not None:
            taps = state[f"b{side}.resample_filter"]
            image = upfirdn(image, taps, up=2, pad=(2, 1), gain=4)
        image = rgb if image is None else image + rgb
    return image


def mapping(state, z, *, truncation=1.0, cutoff=6):
    x = np.array([row / np.sqrt((row**2).mean() + 1e-8) for row in z])
    for layer in range(3):
        x = lrelu(linear(state, f"mapping.fc{layer}", x, rate=0.01))
    ws = np.repeat(x[:, None], 6, axis=1)
    mean = state["mapping.w_avg"]
    ws[:, :cutoff] = mean + truncation * (ws[:, :cutoff] - mean)
    return ws


def plain(state, name, x, *, pad, down=False, active=True, gain=1.0, clamp=None):
    """A convolution of the discriminator, for one picture."""
    weight = state[f"{name}.weight"]
    weight = weight / np.sqrt(weight[0].size)
    if down:
        taps = state[f"{name}.resample_filter"]
        before = 2 if weight.shape[2] == 3 else 1
        x = upfirdn(x, taps, pad=(before, before), down=1 if weight.shape[2] == 3 else 2)
    x = correlate(x, weight, pad=0 if down else pad, stride=2 if down and pad else 1)
    if active:
        x = lrelu(x + state[f"{name}.bias"][:, None, None])
    return clip(x * gain, None if clamp is None else clamp * gain)


def deviations(batch, group):
    """Per picture: pictures n, n + N/G, n + 2N/G, … belong together."""
    groups = len(batch) // group
    found = []
    for n in range(len(batch)):
        members = batch[n % groups :: groups]
        spread = np.sqrt(((members - members.mean(0)) ** 2).mean(0) + 1e-8)
        found.append(spread.mean())
    return found


def judged(state, images, *, group, clamp=None):
    batch = list(images)
    for side in (16, 8):
        for n, x in enumerate(batch):
            if side == 16:
                x = plain(state, "b16.fromrgb", x, pad=0, clamp=clamp)
            half = {"down": True, "gain": np.sqrt(0.5), "clamp": clamp}
            past = plain(state, f"b{side}.skip", x, pad=0, active=False, **half)
            x = plain(state, f"b{side}.conv0", x, pad=1, clamp=clamp)
            batch[n] = past + plain(state, f"b{side}.conv1", x, pad=1, **half)
    spread = deviations(np.array(batch), group)
    logits = []
    for x, one in zip(batch, spread, strict=True):
        x = np.concatenate([x, np.full((1, 4, 4), one)])
        x = plain(state, "b4.conv", x, pad=1, clamp=clamp)
        x = lrelu(linear(state, "b4.fc", x.reshape(1, -1)))
        logits.append(linear(state, "b4.out", x)[0])
    return np.array(logits)


def randomised(network, seed):
    """Every tensor random, filters too, so that each must be used where it belongs."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in (*network.parameters(), *network.buffers()):
            tensor.copy_(torch.randn(tensor.shape, generator=generator))
    network.double().requires_grad_(False)
    return network, {name: one.numpy() for name, one in network.state_dict().items()}


@pytest.fixture
def draws():
    return np.random.default_rng(7)


@pytest.mark.parametrize("clamp", [None, 0.6])
@pytest.mark.parametrize(("truncation", "cutoff"), [(1.0, None), (0.6, None), (0.3, 3)])
def test_the_generator_from_z(draws, clamp, truncation, cutoff) -> None:
    network, state = randomised(Generator(Size(**{**vars(SIZE), "clamp": clamp})), 1)
    z = draws.normal(size=(2, 5))
    kept = [state[f"synthesis.{name}.noise_const"] for name in NOISES]
    ws = mapping(state, z, truncation=truncation, cutoff=6 if cutoff is None else cutoff)
    wanted = [synthesis(state, one, kept, clamp=clamp) for one in ws]
    found = network(torch.from_numpy(z), truncation=truncation, cutoff=cutoff).numpy()
    assert found.shape == (2, 4, 16, 16)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
    assert clamp is None or np.abs(found).max() > clamp  # the sum of three clamped pictures


def test_each_layer_has_its_own_w_and_noise(draws) -> None:
    network, state = randomised(Generator(SIZE), 2)
    ws = draws.normal(size=(2, 6, 7))
    sides = [4, 8, 8, 16, 16]
    noises = [
        draws.normal(size=(1 if n == 1 else 2, 1, side, side)) for n, side in enumerate(sides)
    ]
    mine = [[one[min(n, len(one) - 1), 0] for one in noises] for n in range(2)]
    wanted = [synthesis(state, one, noise) for one, noise in zip(ws, mine, strict=True)]
    found = network.synthesis(torch.from_numpy(ws), noise=[torch.from_numpy(n) for n in noises])
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-9, atol=1e-9)


def test_no_noise_and_random_noise(draws) -> None:
    network, state = randomised(Generator(SIZE), 3)
    ws = draws.normal(size=(1, 6, 7))
    found = network.synthesis(torch.from_numpy(ws), noise="none").numpy()
    np.testing.assert_allclose(found, [synthesis(state, ws[0], [0.0] * 5)], rtol=1e-9, atol=1e-9)
    seeds = [torch.Generator().manual_seed(seed) for seed in (1, 1, 2)]
    a, b, c = (network.synthesis(torch.from_numpy(ws), noise="random", generator=g) for g in seeds)
    assert torch.equal(a, b) and not torch.allclose(a, c)


@pytest.mark.parametrize(("pictures", "group"), [(8, 4), (4, 4), (6, 3), (2, 2), (1, 1)])
def test_the_discriminator(draws, pictures, group) -> None:
    network, state = randomised(Discriminator(SIZE), 4)
    images = draws.normal(size=(pictures, 4, 16, 16))
    found = network(torch.from_numpy(images)).numpy()
    assert found.shape == (pictures, 1)
    np.testing.assert_allclose(found, judged(state, images, group=group), rtol=1e-9)


def test_the_discriminators_clamp(draws) -> None:
    network, state = randomised(Discriminator(Size(**{**vars(SIZE), "clamp": 0.5})), 5)
    images = draws.normal(size=(2, 4, 16, 16))
    found = network(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(found, judged(state, images, group=2, clamp=0.5), rtol=1e-9)
    assert not np.allclose(found, judged(state, images, group=2), rtol=1e-3)
