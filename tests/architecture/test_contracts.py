"""The import contracts hold, and would notice if they didn't."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "matteapp", "trainer", "resources")
VIOLATIONS = {
    "engine/imaging/planted.py": "import PySide6.QtCore",
    "engine/matting/planted.py": "import matteapp.session",
    "engine/imaging/planted_up.py": "import engine.matting.solve",
    "matteapp/planted.py": "import cv2",
    "trainer/planted.py": "import matteapp",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return subprocess.run(
        [*command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    skip = shutil.ignore_patterns("__pycache__", "samples", "*.safetensors")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "line"), VIOLATIONS.items())
def test_a_planted_violation_is_found(copy: Path, file: str, line: str) -> None:
    (copy / file).write_text(f"{line}\n")
    done = lint(copy)
    assert done.returncode != 0
    assert Path(file).stem in done.stdout
