"""A tenth of the fuzz run over image files (tests/benchmarks/fuzz_images.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "fuzz_images.py"


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process")
def test_damaged_pictures_open_or_are_refused_in_words():
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--count", "200", "--seed", "11"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "200 damaged files, 0 failures" in run.stdout
