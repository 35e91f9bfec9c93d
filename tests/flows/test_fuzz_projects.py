"""A tenth of the fuzz run over project files (tests/benchmarks/fuzz_projects.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "fuzz_projects.py"


def test_damaged_projects_open_or_are_refused_in_words():
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--count", "40", "--seed", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "40 cases, 0 wrong" in run.stdout
