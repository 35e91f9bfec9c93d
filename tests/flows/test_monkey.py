"""A tenth of the monkey's run over the real window (tests/benchmarks/monkey.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "monkey.py"

pytestmark = pytest.mark.timeout(300)


def test_random_actions_break_nothing_and_lose_nothing() -> None:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "11", "300"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "seed 11: 300 actions, 0 failures" in run.stdout
