"""A tenth of the fuzz run over image files (tests/benchmarks/fuzz_images.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "fuzz_images.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process")


def fuzz(*options):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, check=False
    )


def test_damaged_pictures_open_or_are_refused_in_words():
    run = fuzz("--count", "200", "--seed", "11")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "200 damaged files, 0 failures" in run.stdout


@pytest.mark.parametrize(
    ("plant", "words"), [("crash", "crash (-6)"), ("error", "KeyError"), ("memory", "memory")]
)
def test_the_run_finds_what_is_planted_and_goes_on(plant, words):
    run = fuzz("--count", "6", "--seed", "1", "--plant", plant)
    assert run.returncode == 1
    assert "6 damaged files, 1 failures" in run.stdout
    assert words in run.stdout.split("failures", 1)[1]
