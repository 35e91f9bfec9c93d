"""What was read is remembered, and no more of it than was asked for."""

from __future__ import annotations

import pickle

import numpy as np

from trainer.data.portraits import MadePortraits
from trainer.data.remembered import Remembered, RememberedSubjects


class Reading:
    """A function of a number that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, number: int) -> str:
        self.asked.append(number)
        return f"picture {number}"


def test_a_number_is_read_once_while_it_is_among_the_newest() -> None:
    reading = Reading()
    remembered = Remembered(reading, most=2)
    assert [remembered(n) for n in (1, 2, 1, 3, 1, 2)][-1] == "picture 2"
    assert reading.asked == [1, 2, 3, 2]


def test_nothing_is_kept_where_nothing_is_to_be_kept() -> None:
    reading = Reading()
    remembered = Remembered(reading, most=0)
    assert remembered(1) == remembered(1) == "picture 1"
    assert reading.asked == [1, 1]


def test_subjects_go_to_workers_and_stay_the_same() -> None:
    subjects = RememberedSubjects(MadePortraits("train", 64), most=3)
    there = pickle.loads(pickle.dumps(subjects))
    assert len(there) == len(subjects)
    first, again = (there.subject(1, np.random.default_rng(seed)) for seed in (1, 2))
    assert first is again
