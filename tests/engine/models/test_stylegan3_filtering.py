"""StyleGAN3's filters against SciPy's design, and the fast path against zeros, FIR and every
second sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import signal, special

from engine.models.stylegan3_filtering import filtered
from engine.models.stylegan3_filters import low_pass, radial_low_pass
from engine.models.stylegan3_layers import Layer
from engine.models.stylegan3_matrices import Matrices
from engine.models.stylegan3_size import R, T

ROWS = [*T().rows[:-1], *R(256).rows[:-1]]
SEEN = {"T twice": T(256).rows[5], "T four": T(256).rows[10], "T last": T(256).rows[13]}
SEEN |= {"R twice": R(256).rows[6], "R four": R(256).rows[5], "R critical": R(256).rows[12]}


def small(row, side, channels=3):
    """The same resampling of a smaller picture."""
    smaller = row.sizes[1] - side
    before = row.sizes[0] - smaller * row.rates[0] // row.rates[1]
    return replace(row, inputs=channels, outputs=channels, sizes=(before, side))


def slow(x, up, down, row, clamp):
    """One plane: zeros between the pixels, the whole filter, all of the signal bent, then down."""
    first, last = row.padding
    raised = np.zeros([side * row.up for side in x.shape])
    raised[:: row.up, :: row.up] = x
    pad = [(max(first, 0), max(last, 0))] * 2
    cut = slice(max(-first, 0), -max(-last, 0) or None)
    raised = np.pad(raised[cut, cut], pad)
    high = signal.convolve2d(raised, np.outer(up, up) * row.up**2, mode="valid")
    bent = np.clip(np.where(high < 0, 0.2 * high, high) * np.sqrt(2), -clamp, clamp)
    whole = down if down.ndim == 2 else np.outer(down, down)
    return signal.convolve2d(bent, whole, mode="valid")[:: row.down, :: row.down]


def case(kind, side=37, *, dtype=torch.float64):
    row = small(SEEN[kind], side)
    made = torch.Generator().manual_seed(1)
    shape = 2, 3, *[row.sizes[0] + row.kernel - 1] * 2
    layer = Layer(row, style=4, clamp=None)
    x = torch.randn(shape, generator=made, dtype=dtype)
    return row, x, layer.up_filter, layer.down_filter


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_filters_are_those_of_scipy(row):
    for taps, cutoff, half in zip(row.taps, row.cutoffs, row.halves, strict=True):
        wanted = signal.firwin(taps, cutoff=cutoff, width=2 * half, fs=row.between)
        found = low_pass(taps, cutoff=cutoff, half_width=half, rate=row.between)
        np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_a_radial_filter_is_alike_in_all_directions_and_its_sum_is_1():
    row = R().rows[3]
    found = radial_low_pass(12, cutoff=row.cutoffs[1], half_width=row.halves[1], rate=row.between)
    places = (np.arange(12) - 5.5) / row.between
    radius = np.hypot(*np.meshgrid(places, places))
    jinc = special.j1(2 * row.cutoffs[1] * np.pi * radius) / (np.pi * radius)
    beta = signal.kaiser_beta(signal.kaiser_atten(12, row.halves[1] / (row.between / 4)))
    wanted = jinc * np.outer(*[np.kaiser(12, beta)] * 2)
    np.testing.assert_allclose(found, wanted / wanted.sum(), atol=1e-12)
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(found, found.T, atol=1e-15)


@pytest.mark.parametrize("kind", SEEN)
def test_the_fast_path_equals_the_slow_one(kind):
    row, x, up, down = case(kind)
    how = Matrices(row, clamp=1.5).of(up, down, like=x)
    assert len(how.rows) == 2
    found = filtered(x, how)
    assert found.shape == (2, 3, 37, 37)
    wanted = [
        [slow(plane, up.double().numpy(), down.double().numpy(), row, 1.5) for plane in one]
        for one in x.numpy()
    ]
    np.testing.assert_allclose(found.numpy(), np.array(wanted), atol=2e-7)
    single = filtered(x.float(), Matrices(row, clamp=1.5).of(up, down, like=x.float()))
    np.testing.assert_allclose(single.numpy(), np.array(wanted), atol=3e-6)


def test_filters_that_are_not_symmetric_are_convolved_with():
    row, x, _, _ = case("R four")
    made = torch.Generator().manual_seed(3)
    up, down = torch.randn(24, generator=made), torch.randn(12, 12, generator=made)
    found = filtered(x, Matrices(row, clamp=9.0).of(up, down, like=x))
    wanted = slow(x[1, 2].numpy(), up.double().numpy(), down.double().numpy(), row, 9.0)
    np.testing.assert_allclose(found[1, 2].numpy(), wanted, atol=1e-4)


@pytest.mark.parametrize("kind", ["T four", "R twice"])
def test_derivatives_of_first_and_second_order(kind):
    row, x, up, down = case(kind, side=9)
    how = Matrices(row, clamp=1.0).of(up, down, like=x)
    made = torch.Generator().manual_seed(4)
    weights = torch.randn(2, 3, 9, 9, generator=made, dtype=x.dtype)
    along = torch.randn(x.shape, generator=made, dtype=x.dtype)
    near = x - 1e-6 * along, x + 1e-6 * along, x

    def value(x):
        return (filtered(x, how).square() * weights).sum()

    below, above, here = (
        torch.autograd.grad(value(one), one, create_graph=True)[0]
        for one in (each.clone().requires_grad_() for each in near)
    )
    rise = (value(near[1]) - value(near[0])) / 2e-6
    torch.testing.assert_close((here * along).sum(), rise, rtol=1e-5, atol=1e-5)
    middle = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(value(middle), middle, create_graph=True)
    (second,) = torch.autograd.grad((slope * along).sum(), middle)
    torch.testing.assert_close(second, (above - below) / 2e-6, rtol=1e-4, atol=1e-4)


def test_matrices_follow_the_filters():
    row, x, up, down = case("T twice")
    matrices = Matrices(row, clamp=None)
    first = matrices.of(up, down, like=x)
    assert matrices.of(up, down, like=x) is first
    before = filtered(x, first)
    up.mul_(2)
    doubled = filtered(x, matrices.of(up, down, like=x))
    torch.testing.assert_close(doubled, 4 * before)
    assert matrices.of(up, down, like=x.float()).rows[0].up.dtype == torch.float32


@pytest.mark.parametrize("tile", [8, 64])
def test_tiles_of_any_side_make_the_same_picture(monkeypatch, tile):
    row, x, up, down = case("T four")
    wanted = filtered(x, Matrices(row, clamp=1.0).of(up, down, like=x))
    monkeypatch.setattr("engine.models.stylegan3_matrices.TILE", {"cpu": tile})
    how = Matrices(row, clamp=1.0).of(up, down, like=x)
    assert len(how.rows) == -(-37 // tile)
    torch.testing.assert_close(filtered(x, how), wanted)
