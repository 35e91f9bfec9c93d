"""Pack pieces of a picture on several cores without holding more of them than there are workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WORKERS = 4


def in_order(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`work(item)` of each item, in order; at most a few are in work or waiting to be taken.

    Args:
        work: called on other threads.
        items: drawn as results are taken.
    """
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(_WORKERS, "pack") as pool:
        for item in items:
            if len(waiting) >= _WORKERS:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, item))
        while waiting:
            yield waiting.popleft().result()
