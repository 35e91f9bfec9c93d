"""Short pieces of work in the real window on a real X server (window_work.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.imaging.read import read_image

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(200)]

DRIVER = Path(__file__).with_name("window_work.py")


@pytest.fixture
def work(surroundings: dict[str, str], tmp_path: Path) -> Callable[[str], Path]:
    """Do one of the pieces; the folder with its files."""
    folder = tmp_path / "work"
    folder.mkdir()

    def do(name: str) -> Path:
        done = subprocess.run(
            [sys.executable, str(DRIVER), name, str(folder)],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return folder

    return do


def test_a_new_background_wraps_its_light_and_goes_to_editors(work) -> None:
    folder = work("background")
    import OpenEXR
    from psd_tools import PSDImage

    layers = PSDImage.open(folder / "astronaut_cutout.psd")
    assert len(list(layers)) >= 1
    merged = read_image(folder / "astronaut_cutout.psd")
    assert merged.size == (512, 512)
    with OpenEXR.File(str(folder / "astronaut_cutout.exr")) as file:
        channels = {name for part in file.parts for name in part.channels}
        height, width = next(iter(file.parts[0].channels.values())).pixels.shape[:2]
    assert any("A" in name for name in channels)
    assert (height, width) == (512, 512)


def test_hair_is_refined_in_one_click_and_given_up_by_undo(work) -> None:
    work("hair")


def test_a_key_is_bound_and_stays_so(work) -> None:
    work("keys")
    work("again")
