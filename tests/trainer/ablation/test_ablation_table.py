"""The ablation's table, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BugError
from trainer.ablation.table import COLUMNS, NOT_SHOWN, Runs, compared, table_of

WORSE = [[4.0, 6.0, 8.0], [6.0, 8.0, 10.0]]
"""Two seeds, three photographs: each photograph's mean is 5, 7, 9."""


def lowered(runs: Runs, *by: float) -> list[list[float]]:
    return [[error - own for error in run] for run, own in zip(runs, by, strict=True)]


def found(ours: Runs, theirs: Runs = WORSE) -> object:
    return compared(ours, theirs, rng=np.random.default_rng(0))


def test_a_comparison_by_hand() -> None:
    """Photographs' means 2.5, 4, 6 against 5, 7, 9: differences −2.5, −3, −3."""
    ours = [[2.0, 3.0, 5.0], [3.0, 5.0, 7.0]]
    one = compared(ours, WORSE, rng=np.random.default_rng(0))
    assert one.difference.count == 3
    assert one.difference.mean == pytest.approx(-8.5 / 3)
    half = 4.302652729911275 * np.std([-2.5, -3, -3], ddof=1) / 3**0.5
    assert one.difference.low == pytest.approx(-8.5 / 3 - half)
    assert one.by_seed == pytest.approx((10 / 3 - 6, 5 - 8))
    assert one.ratio == pytest.approx((12.5 / 3) / 7)
    assert one.apart, "5 and 3.3 are both below 6 and 8"
    assert one.shown


def test_a_difference_smaller_than_that_of_seeds_is_not_shown() -> None:
    one = compared(lowered(WORSE, 0.5, 0.5), WORSE, rng=np.random.default_rng(0))
    assert one.difference.shown, "every photograph is better by one half"
    assert not one.apart, "the better row's second run, 7.5, is worse than the other's first, 6"
    assert not one.shown


def test_one_seed_shows_nothing() -> None:
    one = compared([[1.0, 1.5, 2.0]], [[4.0, 4.6, 5.0]], rng=np.random.default_rng(0))
    assert one.difference.shown
    assert not one.shown


def test_photographs_that_disagree_show_nothing() -> None:
    ours = [[1.0, 9.0, 2.0], [1.0, 9.0, 2.0]]
    one = compared(ours, [[5.0, 5.0, 5.0]] * 2, rng=np.random.default_rng(0))
    assert one.apart
    assert not one.shown


def test_what_has_not_as_many_runs_is_refused() -> None:
    for ours in ([], WORSE[:1]):
        with pytest.raises(BugError):
            found(ours)


def test_a_table_compares_each_row_with_the_one_before() -> None:
    rows = {
        "first": dict.fromkeys(COLUMNS, WORSE),
        "second": dict.fromkeys(COLUMNS, lowered(WORSE, 3.0, 3.5)),
        "third": dict.fromkeys(COLUMNS, lowered(WORSE, 3.0, 3.25)),
    }
    table = table_of(rows)
    assert [step[:2] for step in table.steps[:: len(COLUMNS)]] == [
        ("second", "first"),
        ("third", "second"),
    ]
    assert table.means["second"]["whole", "MSE"] == pytest.approx(7 - 3.25)
    shown = [found.shown for *_, found in table.steps]
    assert shown == [True] * 4 + [False] * 4
    lines = table.lines()
    assert sum(NOT_SHOWN in line for line in lines) == 4
    assert lines[2].split() == ["second", "3.7500", "3750.0000", "3.7500", "3750.0000"]
    kept = table.as_dict()
    assert kept["means"]["first"]["unknown SAD"] == 7
    assert [step["shown"] for step in kept["steps"]] == shown
    assert kept["steps"][0]["by_seed"] == pytest.approx([-3.0, -3.5])


def test_a_table_compares_the_rows_that_it_is_told_to() -> None:
    columns = [("whole", "MAD"), ("unknown", "Grad")]
    rows = {
        "first": dict.fromkeys(columns, WORSE),
        "second": dict.fromkeys(columns, lowered(WORSE, 3.0, 3.5)),
        "third": dict.fromkeys(columns, lowered(WORSE, 4.0, 4.0)),
    }
    table = table_of(rows, pairs=[("third", "first")])
    assert [step[:3] for step in table.steps] == [("third", "first", one) for one in columns]
    assert [found.difference.mean for *_, found in table.steps] == pytest.approx([-4, -4])
    lines = table.lines()
    assert lines[1].split() == ["first", "7000.0000", "7.0000"]
    assert len(lines) == 1 + 3 + 2
