"""A tiny recipe to train, in this process or in one that can be killed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
import tiny_recipe
import torch

from trainer.checkpoint import Checkpoints, read_state
from trainer.config import load_run
from trainer.loop import Report, build_setup, train
from trainer.recipes import RECIPES

Train = Callable[..., Report]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """The bits of a training depend on how many there are."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Train:
    """Trains the tiny recipe in this process."""
    monkeypatch.setitem(RECIPES, tiny_recipe.SPEC.name, tiny_recipe.SPEC)
    return train_tiny


def train_tiny(
    out: Path, *sets: str, config: str = "default", resume: bool = False, **options: Any
) -> Report:
    loaded = load_run("tiny", config, sets)
    return train(
        build_setup(loaded), loaded.config, out=out, resume=resume, recipe="tiny", **options
    )


@pytest.fixture
def launch() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the tiny recipe's command line in a process of its own."""

    def launched(
        *arguments: str, launcher: Sequence[str] = (), variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        root = Path(__file__).parents[2]
        path = os.pathsep.join([str(root), str(root / "tests" / "trainer")])
        own = {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", **(variables or {})}
        command = [sys.executable, *launcher, tiny_recipe.__file__, *arguments]
        process = subprocess.Popen(
            command,
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            out, err = process.communicate(timeout=100)
        except subprocess.TimeoutExpired:
            _kill_all(process.pid)
            raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    return launched


def _kill_all(pid: int) -> None:
    """A launcher that is killed leaves its workers behind."""
    parent = psutil.Process(pid)
    for process in (*parent.children(recursive=True), parent):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.fixture
def final_state() -> Callable[[Path], dict[str, Any]]:
    """The newest checkpoint of a run."""

    def state_of(out: Path) -> dict[str, Any]:
        newest = Checkpoints(out).newest()
        assert newest is not None
        return read_state(newest)

    return state_of
