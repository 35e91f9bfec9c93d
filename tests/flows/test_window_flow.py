"""The window, end to end on a real X server: open, paint, save, be killed, recover, export."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(400)]

DRIVER = Path(__file__).with_name("window_driver.py")


def test_work_survives_a_kill(surroundings: dict[str, str], tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    first = subprocess.Popen(
        [sys.executable, str(DRIVER), "before", str(work)],
        env=surroundings,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "READY\n"
    first.send_signal(signal.SIGKILL)
    assert first.wait(30) == -signal.SIGKILL

    second = subprocess.run(
        [sys.executable, str(DRIVER), "after", str(work)],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert second.returncode == 0, second.stdout + second.stderr
    names = {"astronaut_cutout.png", "astronaut_alpha.png", "astronaut_composite.png"}
    assert {path.name for path in (work / "before").iterdir()} == names
    for name in names:
        same = (work / "before" / name).read_bytes() == (work / "after" / name).read_bytes()
        assert same, name
