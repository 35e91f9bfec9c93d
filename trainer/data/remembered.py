"""Files that are decoded once: small photographs are drawn a hundred times in a training."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from trainer.data.sample import Photograph, Photographs, Subject, Subjects

T = TypeVar("T")


class Remembered(Generic[T]):
    """The newest results of a function of a number.

    Args:
        read: what is called for a number that is not remembered.
        most: how many results are kept; 0 keeps none.
    """

    def __init__(self, read: Callable[[int], T], most: int) -> None:
        self._read, self._most = read, most
        self._kept: OrderedDict[int, T] = OrderedDict()

    def __call__(self, number: int) -> T:
        """What the function says of a number."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        found = self._read(number)
        if self._most:
            self._kept[number] = found
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found


class RememberedPhotographs:
    """Photographs that are decoded once (`trainer.data.sample.Photographs`)."""

    def __init__(self, photographs: Photographs, most: int) -> None:
        self._count = len(photographs)
        self.photograph: Callable[[int], Photograph] = Remembered(photographs.photograph, most)

    def __len__(self) -> int:
        return self._count


class RememberedSubjects:
    """Subjects about which nothing is random, decoded once (`trainer.data.sample.Subjects`)."""

    def __init__(self, subjects: Subjects, most: int) -> None:
        self._count = len(subjects)
        read = partial(subjects.subject, rng=np.random.default_rng(0))
        self._subject: Callable[[int], Subject] = Remembered(read, most)

    def __len__(self) -> int:
        return self._count

    def subject(self, index: int, rng: np.random.Generator) -> Subject:
        """Subject `index`."""
        return self._subject(index)
