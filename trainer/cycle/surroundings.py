"""What commands find by name while a step runs: weights and data sets of the cycle itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.models.weights import HOME_VARIABLE
from trainer.data.roots import DATA_VARIABLE


@contextmanager
def weights_in(folder: Path) -> Iterator[None]:
    """Weights of a folder come before any others of the same name."""
    with _variable(HOME_VARIABLE, str(folder)):
        yield


@contextmanager
def data_in(file: Path) -> Iterator[None]:
    """The data sets of a list come before any others, here and in workers."""
    before = os.environ.get(DATA_VARIABLE, "")
    with _variable(DATA_VARIABLE, os.pathsep.join(filter(None, (str(file), before)))):
        yield


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
