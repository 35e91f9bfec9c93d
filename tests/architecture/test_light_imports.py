"""What may be imported before a window shows or `matte --help` answers, and what may not."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "numba", "pymatting", "scipy", "psd_tools", "tifffile", "OpenEXR")
LIGHT = (
    "engine.cli",
    "engine.document.history",
    "engine.document.state",
    "engine.enhance.portrait",
    "engine.jobs.worker",
    "engine.matting.methods",
    "engine.settings",
    "trainer.cli",
)


@pytest.mark.parametrize("module", LIGHT)
def test_import_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_engine_imports_without_qt() -> None:
    code = (
        "import sys; sys.modules['PySide6'] = None; "
        "import engine.cli, engine.jobs.requests, engine.products, engine.document.project_file"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
