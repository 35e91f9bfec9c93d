"""The built wheel works away from the checkout: weights, samples and themes travel with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = {"matteapp": ["--version"], "matte-train": ["--help"]}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the installed wheel; its dependencies are this environment's."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    skip = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "build", "tests", "out")
    shutil.copytree(ROOT, source, ignore=skip)
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    target = folder / "site"
    (wheel,) = folder.glob("*.whl")
    install = ["-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, *install, str(wheel)], check=True, capture_output=True)
    shutil.rmtree(source)
    return target


def run(site: Path, cwd: Path, *command: str) -> str:
    """Run a script of the wheel from another folder."""
    surroundings = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, str(site / "bin" / command[0]), *command[1:]],
        cwd=cwd,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("script", "arguments"), SCRIPTS.items())
def test_scripts_answer(installed: Path, tmp_path: Path, script: str, arguments: list[str]) -> None:
    assert run(installed, tmp_path, script, *arguments).strip()


def test_the_wheel_cuts_its_own_sample(installed: Path, tmp_path: Path) -> None:
    code = "import resources; print(next(iter(resources.__path__)))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    samples = Path(found.stdout.strip()) / "samples"
    assert samples.is_relative_to(installed)
    run(installed, tmp_path, "matte", "cut", str(samples / "astronaut.png"), "-o", "out")
    assert (tmp_path / "out" / "astronaut_cutout.png").stat().st_size > 100_000
