"""Inversion and descent: they get nearer, can be stopped, and go on where they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.enhance.cache import Cache
from engine.enhance.descent import Descent, descend, optimiser_of, rate_at, time_left
from engine.enhance.invert import invert
from engine.enhance.latent import LatentCodes, mean_style, self_correlation
from engine.enhance.objective import Judges, Objective
from engine.enhance.optimise import Shown, optimise
from engine.enhance.settings import (
    DEFAULT,
    PAPER,
    EnhanceSettings,
    InversionSettings,
    Weights,
    for_generation,
)
from engine.errors import Cancelled
from tests.contexts import Listener, StoppedAfter
from tests.engine.enhance.test_objective import network

SHORT = InversionSettings(w_steps=8, noise_steps=6, samples=64, perceptual=0)
FEW = replace(DEFAULT, steps=8, working=32, foreground_every=3, kept_every=3, rate=1e-2)


@pytest.fixture
def target(generator):
    """A picture that the generator can nearly make."""
    with torch.no_grad():
        z = torch.randn(1, 12, generator=torch.Generator().manual_seed(5))
        made = generator(z, noise="const")
    return ((made + 1) / 2).clamp(0, 1)


@pytest.fixture
def judges(trimap_net, discriminator) -> Judges:
    return Judges(
        network("prn_small"),
        trimap_net,
        discriminator,
        lambda rgb: torch.nn.functional.avg_pool2d(rgb, 4),
    )


@pytest.fixture
def start(generator) -> LatentCodes:
    rng = torch.Generator().manual_seed(6)
    ws = generator.mapping(torch.randn(1, 12, generator=rng)).clone()
    noise = [torch.randn(1, 1, *s, generator=rng) for s in generator.synthesis.noise_shapes]
    return LatentCodes(ws, tuple(noise))


def shown(codes: LatentCodes, generator) -> torch.Tensor:
    with torch.no_grad():
        return codes.picture(generator.synthesis).clamp(0, 1)


def test_inversion_gets_nearer_with_w_and_then_with_noise(generator, target) -> None:
    settings = replace(SHORT, w_steps=24, noise_steps=12)
    found = invert(generator, target, settings)
    first = found.curves["pixels"][0]
    assert found.curves["pixels"][-1] < 0.8 * first
    assert found.psnr > found.psnr_w + 0.1
    assert set(found.curves) == {"pixels", "total"} | {
        f"noise: {name}" for name in ("pixels", "regularisation", "total")
    }
    assert not found.codes.ws.requires_grad
    assert len(found.codes.noise) == len(generator.synthesis.noise_shapes)


def test_inversion_starts_at_the_mean_of_mapped_z(generator) -> None:
    style = mean_style(generator.mapping, replace(SHORT, samples=2500), latent=12)
    with torch.no_grad():
        rng = torch.Generator().manual_seed(123)
        ws = generator.mapping(torch.randn(1000, 12, generator=rng))[:, 0]
    assert (style.mean - ws.mean(0)).abs().max() < 0.2 * style.deviation
    deviation = (ws - ws.mean(0)).square().sum(1).mean().sqrt()
    assert style.deviation == pytest.approx(float(deviation), rel=0.1)


def test_an_inversion_is_found_again_in_the_cache_and_goes_on(generator, target, tmp_path) -> None:
    whole = invert(generator, target, SHORT)
    cache = Cache(tmp_path)
    for checks in (5, 7):
        with pytest.raises(Cancelled):
            invert(generator, target, SHORT, cache=cache, ctx=StoppedAfter(checks))
    resumed = invert(generator, target, SHORT, cache=cache)
    assert torch.equal(resumed.codes.ws, whole.codes.ws)
    assert all(map(torch.equal, resumed.codes.noise, whole.codes.noise))
    assert resumed.curves == whole.curves
    again = invert(generator, target, SHORT, cache=cache, ctx=StoppedAfter(0))
    assert again.from_cache
    assert torch.equal(again.codes.ws, whole.codes.ws)
    assert (again.psnr, again.psnr_w) == (whole.psnr, whole.psnr_w)
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(Cancelled):
        invert(generator, target, SHORT, cache=cache, key=("other weights",), ctx=StoppedAfter(0))


def test_renormalised_noise_is_of_unit_deviation(generator, target) -> None:
    found = invert(generator, target, replace(SHORT, w_steps=2, noise_steps=3, renormalise=True))
    for plane in found.codes.noise:
        assert float(plane.mean()) == pytest.approx(0, abs=1e-4)
        assert float(plane.square().mean()) == pytest.approx(1, abs=1e-3)


def test_white_noise_is_less_like_itself_than_stripes() -> None:
    white = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.interpolate(white[..., ::4, ::4], scale_factor=4.0)
    assert float(self_correlation((white,))) < 0.1 * float(self_correlation((smooth,)))
    constant = torch.ones(1, 1, 16, 16)
    # two axes at sides of 16 and of 8, each 1
    assert float(self_correlation((constant,))) == pytest.approx(4)


def test_rates_rise_along_a_line_and_fall_along_a_cosine() -> None:
    rates = [rate_at(step, 100, 2.0, rise=0.1, fall=0.25) for step in range(100)]
    assert rates[0] == pytest.approx(0.2)
    assert rates[20] == rates[70] == 2.0
    assert rates[88] == pytest.approx(2 * (0.5 - 0.5 * np.cos(np.pi * 0.48)))
    assert rates[99] < 0.01
    assert [time_left(s) for s in (12.2, 240)] == ["12 s", "4 min"]


def test_l2_and_decoupled_decay_differ() -> None:
    ends = []
    for kind in ("adam", "adamw"):
        value = torch.ones(3, requires_grad=True)
        parameters = {"x": value}
        descent = Descent(parameters, optimiser_of(parameters, rate=0.1, decay=0.5, kind=kind))
        descend(descent, lambda step, v=value: {"loss": (v * 0).sum()}, steps=1)
        ends.append(float(value.detach()[0]))
    assert ends == pytest.approx([0.9, 0.95])  # Adam's step is the rate; AdamW's rate times decay


def test_the_terms_fall_and_only_the_chosen_codes_move(generator, judges, start) -> None:
    original = shown(start, generator) * 0.9 + 0.05
    settings = replace(FEW, steps=6, decay=0.0, weights=Weights(1, 0, 0, 0))
    for codes, moved in (("both", (True, True)), ("w", (True, False)), ("noise", (False, True))):
        goal = Objective(judges, settings, original=original)
        found = optimise(generator.synthesis, start, goal, replace(settings, codes=codes))
        assert found.complete
        assert found.steps == 6
        assert found.curves["entropy"][-1] < found.curves["entropy"][0]
        noise = [not torch.equal(a, b) for a, b in zip(found.codes.noise, start.noise, strict=True)]
        assert (not torch.equal(found.codes.ws, start.ws), all(noise)) == moved
        assert any(noise) == moved[1]


def test_change_mode_begins_with_the_original_and_plain_mode_with_the_generators(
    generator, start
) -> None:
    original = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    change = Shown(generator.synthesis, start, original, mode="change", side=64)
    torch.testing.assert_close(change(start), original, atol=1e-5, rtol=0)
    plain = Shown(generator.synthesis, start, original, mode="plain", side=32)
    torch.testing.assert_close(plain(start), shown(start, generator))
    new = Shown(generator.synthesis, start, None, mode="change", side=32)
    torch.testing.assert_close(new(start), shown(start, generator))


def test_a_cancelled_descent_goes_on_as_if_it_had_not_been(
    generator, judges, start, tmp_path
) -> None:
    original = shown(start, generator)

    def run(cache: Cache | None, ctx: Listener):
        goal = Objective(judges, FEW, original=original)
        return optimise(generator.synthesis, start, goal, FEW, cache=cache, key="this", ctx=ctx)

    whole = run(None, Listener())
    cache = Cache(tmp_path)
    with pytest.raises(Cancelled):
        run(cache, StoppedAfter(4))  # between two foregrounds
    ctx = Listener()
    resumed = run(cache, ctx)
    assert len(ctx.fractions) == FEW.steps - 4
    assert torch.equal(resumed.codes.ws, whole.codes.ws)
    assert all(map(torch.equal, resumed.codes.noise, whole.codes.noise))
    assert resumed.curves == whole.curves
    assert list(tmp_path.iterdir()) == []  # nothing half-done is left
    assert ctx.fractions[-1] == 1
    for part in ("step 8 of 8", "entropy", "perceptual", "left"):
        assert part in ctx.messages[-1]


def test_a_stop_keeps_the_best_so_far(generator, judges, start) -> None:
    original = shown(start, generator)
    goal = Objective(judges, FEW, original=original)
    asked = []
    found = optimise(
        generator.synthesis,
        start,
        goal,
        FEW,
        stop=lambda: len(asked) == 5 or asked.append(None) is not None,
    )
    assert not found.complete
    assert found.steps == 5
    assert len(found.curves["total"]) == 5
    assert not torch.equal(found.codes.ws, start.ws)
    at_once = optimise(generator.synthesis, start, goal, FEW, stop=lambda: True)
    assert at_once.steps == 0
    assert torch.equal(at_once.codes.ws, start.ws)


def test_it_runs_inside_inference_mode_too(generator, judges, start) -> None:
    settings: EnhanceSettings = replace(for_generation(PAPER), steps=2, working=32)
    with torch.inference_mode():
        goal = Objective(judges, settings, original=None)
        found = optimise(generator.synthesis, start, goal, settings)
        inverted = invert(generator, found.picture, replace(SHORT, w_steps=2, noise_steps=2))
    assert not found.codes.ws.is_inference()
    assert len(inverted.curves["pixels"]) == 2
