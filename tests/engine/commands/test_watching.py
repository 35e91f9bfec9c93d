"""`matte cut --watch`: cuts what comes until Ctrl+C, and takes up where it was."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

from engine.batch.batch import Means
from engine.batch.order import Order
from engine.batch.watch import FolderWatch
from engine.commands.choices import parse_background
from engine.commands.errors import UsageError
from engine.commands.options import RunOptions
from engine.commands.start_cut import Guidance
from engine.commands.watching import order_of, run_watch, watched_folders
from engine.imaging.write import write_picture
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings

FAST = CutSettings(
    guidance=GuidanceSettings("grabcut", (8, 8, 46, 46), ""),
    trimap=TrimapSettings(4, source="radius"),
)


class Until:
    """Presses Ctrl+C after so many photographs."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.ends: list[tuple[str, str]] = []

    def moved(self, done: float, message: str) -> None:
        """Not looked at here."""

    def ended(self, report) -> None:
        self.ends.append((Path(report.input).name, report.status))
        self.left -= 1
        if not self.left:
            signal.raise_signal(signal.SIGINT)


def figure(path: Path) -> None:
    rows, cols = np.mgrid[:48, :48]
    inside = (rows > 14) & (np.abs(cols - 22) < 9)
    pixels = np.where(inside[..., None], (70, 40, 30), (225, 228, 235)).astype(np.uint8)
    write_picture(path, pixels + (rows % 3)[..., None].astype(np.uint8))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = tmp_path / "in"
    made.mkdir()
    figure(made / "a.png")
    (made / "bad.png").write_bytes(b"no picture")
    return made


def watched(folder: Path, until: Until) -> None:
    order = Order(folder.parent / "out", settings=FAST)
    watch = FolderWatch(folder, settles=0.0)
    run_watch(order, [watch], Means(), display=until)


def test_what_comes_is_cut_and_the_next_run_goes_on_from_there(folder) -> None:
    first = Until(2)
    watched(folder, first)
    assert first.ends == [("a.png", "done"), ("bad.png", "failed")]
    assert (folder.parent / "out" / "a_cutout.png").is_file()
    figure(folder / "b.png")
    second = Until(1)
    watched(folder, second)
    assert second.ends == [("b.png", "done")]


def options(folder: Path, **changes) -> RunOptions:
    return RunOptions(**{"inputs": [str(folder)], "out": folder.parent / "out", **changes})


@pytest.mark.parametrize(
    ("changes", "guidance", "words"),
    [
        ({"inputs": ["none.jpg"]}, Guidance(), "no folder"),
        ({"out": Path("one.png")}, Guidance(), "saves to a folder"),
    ],
)
def test_what_cannot_be_watched_is_refused(folder, changes, guidance, words) -> None:
    background = parse_background("transparent")
    with pytest.raises(UsageError, match=words):
        watched_folders(options(folder, **changes), guidance=guidance, background=background)


def test_a_mask_or_a_folder_of_backgrounds_cannot_go_with_it(folder) -> None:
    from engine.commands.inputs import Companion

    mask = Guidance(Companion(folder / "a.png", "mask"))
    none, many = parse_background("transparent"), parse_background(str(folder))
    with pytest.raises(UsageError, match="by itself"):
        watched_folders(options(folder), guidance=mask, background=none)
    with pytest.raises(UsageError, match="same background"):
        watched_folders(options(folder), guidance=Guidance(), background=many)


def test_the_order_is_what_was_typed(folder) -> None:
    run = options(folder, format="tif", bits=16)
    order = order_of(run, FAST, products=["alpha"], background=parse_background("white"))
    assert order.targets(Path("x/face.jpg")) == {
        "alpha": (folder.parent / "out").resolve() / "face_alpha.tif"
    }
    assert order.settings.background.kind == "colour"
    with pytest.raises(UsageError, match="no transparency"):
        order_of(
            options(folder, format="jpeg"),
            FAST,
            products=["cutout"],
            background=parse_background("transparent"),
        )
