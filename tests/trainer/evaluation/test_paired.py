from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BugError
from trainer.evaluation.paired import paired_difference


def test_three_pictures_by_hand() -> None:
    """Differences −1, −2, −3: mean −2, deviation 1, t(0.975, 2) = 4.3027."""
    found = paired_difference([1, 1, 1], [2, 3, 4], rng=np.random.default_rng(0))
    assert (found.count, found.mean, found.wins) == (3, -2, 1)
    half = 4.302652729911275 / 3**0.5
    assert (found.low, found.high) == (pytest.approx(-2 - half), pytest.approx(-2 + half))
    assert (found.bootstrap_low, found.bootstrap_high) == (-3, -1)
    assert not found.shown, "t's interval holds 0 with three pictures"


def test_a_clear_difference_is_shown_and_noise_is_not() -> None:
    rng = np.random.default_rng(1)
    theirs = rng.random(100)
    noise = rng.normal(0, 0.1, 100)
    noise -= noise.mean()
    assert paired_difference(theirs + noise - 0.1, theirs, rng=rng).shown
    assert not paired_difference(theirs + noise, theirs, rng=rng).shown


def test_the_bootstrap_agrees_with_t_on_many_normal_differences() -> None:
    rng = np.random.default_rng(2)
    ours = rng.normal(1, 0.5, 400)
    found = paired_difference(ours, np.zeros(400), rng=rng)
    assert found.bootstrap_low == pytest.approx(found.low, abs=0.006)
    assert found.bootstrap_high == pytest.approx(found.high, abs=0.006)


def test_the_same_generator_gives_the_same_interval() -> None:
    ours, theirs = [1.0, 2.0, 5.0], [1.5, 1.0, 3.0]
    first, again = (paired_difference(ours, theirs, rng=np.random.default_rng(7)) for _ in range(2))
    assert first == again


def test_ties_count_half() -> None:
    assert paired_difference([1, 1], [1, 2], rng=np.random.default_rng(0)).wins == 0.75


def test_what_cannot_be_paired_is_refused() -> None:
    for ours, theirs in (([1.0], [1.0]), ([1.0, 2.0], [1.0, 2.0, 3.0])):
        with pytest.raises(BugError):
            paired_difference(ours, theirs, rng=np.random.default_rng(0))
