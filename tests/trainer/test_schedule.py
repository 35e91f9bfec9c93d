"""Learning rate, clipping and averaged weights follow their formulas."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from trainer.config import HalfLife, Schedule
from trainer.schedule import Averaged, Clip, decay_in, rate_factor


def factor(step, **schedule):
    return rate_factor(step, steps=100, schedule=Schedule(**schedule))


def test_warm_up_is_linear_and_ends_at_the_peak():
    assert [factor(step, warm_up=4) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_the_cosine_ends_at_the_floor():
    assert factor(60, warm_up=20) == pytest.approx(0.5)
    assert factor(100, warm_up=20) == pytest.approx(0)
    assert factor(100, warm_up=20, floor=0.1) == pytest.approx(0.1)
    assert factor(99, shape="constant") == 1


def test_the_dynamic_clip_allows_twice_the_usual_norm():
    clip = Clip("dynamic")
    assert clip.limit() is None
    clip.measured(3.0)
    assert clip.limit() == pytest.approx(6)
    clip.measured(1003.0)
    assert clip.limit() == pytest.approx(2 * (0.999 * 3 + 0.001 * 1003))


@pytest.mark.parametrize(("setting", "limit"), [(0.5, 0.5), (None, None)])
def test_a_fixed_clip_stays(setting, limit):
    clip = Clip(setting)
    clip.measured(9.0)
    assert clip.limit() == limit


def test_weights_and_statistics_are_averaged_and_counters_copied():
    live = nn.BatchNorm1d(2)
    mean = Averaged({"net": live}, 0.5)
    with torch.no_grad():
        live.weight += 1
        live.running_mean += 2
        live.num_batches_tracked += 3
    mean.update(step=1000)
    averaged = mean.networks["net"]
    assert averaged.weight.tolist() == [1.5, 1.5]
    assert averaged.running_mean.tolist() == [1, 1]
    assert averaged.num_batches_tracked == 3
    assert not averaged.training and not averaged.weight.requires_grad


def test_frozen_parameters_are_copied():
    live = nn.Linear(1, 1, bias=False).requires_grad_(False)
    mean = Averaged({"net": live}, 0.5)
    live.weight += 1
    mean.update(step=1000)
    assert torch.equal(mean.networks["net"].weight, live.weight)


def test_the_random_start_is_forgotten_soon():
    live = nn.Linear(1, 1, bias=False)
    mean = Averaged({"net": live}, 0.999)
    with torch.no_grad():
        live.weight.zero_()
    started = float(mean.networks["net"].weight)
    mean.update(step=0)
    assert float(mean.networks["net"].weight) == pytest.approx(started * 0.1)


def test_a_half_life_is_in_images_and_ramps_up():
    ema = HalfLife(half_life=1000, ramp_up=0.05)
    assert decay_in(0, ema=ema, batch=10) == 0  # the start is forgotten at once
    assert decay_in(100, ema=ema, batch=10) == pytest.approx(0.5 ** (10 / 50))
    assert decay_in(10**6, ema=ema, batch=10) ** 100 == pytest.approx(0.5)
    plain = HalfLife(half_life=1000, ramp_up="off")
    assert decay_in(0, ema=plain, batch=10) ** 100 == pytest.approx(0.5)
    assert decay_in(10**6, ema=0.99, batch=10) == 0.99


def test_an_average_by_half_life():
    live = nn.Linear(1, 1, bias=False)
    mean = Averaged({"net": live}, HalfLife(half_life=8, ramp_up="off"), batch=4)
    with torch.no_grad():
        mean.networks["net"].weight.zero_()
        live.weight.fill_(1.0)
    for step in range(2):
        mean.update(step)
    assert float(mean.networks["net"].weight) == pytest.approx(0.5)
