"""A batch of twelve with a bad one among them, killed in the middle and taken up again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.batch.journal import NAME, read_journal
from engine.imaging.write import write_picture

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(300)]

DRIVER = Path(__file__).with_name("batch_driver.py")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    photographs = folder / "in"
    photographs.mkdir(parents=True)
    rows, cols = np.mgrid[:48, :48]
    for number in range(11):
        inside = (rows > 14) & (np.abs(cols - 20 - number / 2) < 9)
        pixels = np.where(inside[..., None], (70, 40, 30), (225, 228, 235)).astype(np.uint8)
        name = f"{'a' if number < 2 else 'c'}{number:02d}.png"
        write_picture(photographs / name, pixels + (rows % 3)[..., None].astype(np.uint8))
    (photographs / "bad.png").write_bytes(b"no picture")  # the third by name
    return folder


def test_a_batch_survives_a_kill_and_a_bad_file(surroundings: dict[str, str], work: Path) -> None:
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

    journal = work / "out" / NAME
    ended = {item.source: item for item in read_journal(journal).items if item.report is not None}
    assert 4 <= len(ended) < 12
    assert ended[work / "in" / "bad.png"].state == "failed"
    files = [path for item in ended.values() for path in item.outputs.values()]
    before = {path: path.stat() for path in files}

    second = subprocess.run(
        [sys.executable, str(DRIVER), "after", str(work)],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert second.returncode == 0, second.stdout + second.stderr
    items = {item.source: item for item in read_journal(journal).items}
    assert {source: items[source] for source in ended} == ended  # nothing was done twice
    for path, status in before.items():
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    states = {source.name: item.state for source, item in items.items()}
    assert states.pop("bad.png") == "failed"
    assert len(states) == 11
    assert set(states.values()) <= {"done", "doubtful"}
    assert len(list((work / "out").glob("*_cutout.png"))) == 11
