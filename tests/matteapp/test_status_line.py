"""What runs, what is open and where it is computed is said in words."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageCms

from engine.imaging.types import Image, Metadata
from engine.jobs.worker import Job
from matteapp.panels.jobs import JobsPanel
from matteapp.status import StatusLine, describe, profile_name

JOB = Job(7, "Solving the matte", "alpha")


@pytest.fixture
def line(qtbot) -> StatusLine:
    made = StatusLine()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_photograph_is_described() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image(np.zeros((20, 30, 3), np.uint16), metadata=Metadata(icc=profile))
    text = describe(image)
    assert "30 × 20" in text
    assert "16-bit" in text
    assert "sRGB" in text


def test_a_damaged_profile_does_no_harm() -> None:
    assert profile_name(b"no profile at all")
    assert profile_name(None) == "sRGB"


def test_the_running_job_is_shown_with_its_cancel(qtbot, line) -> None:
    assert not line.cross.isVisible()
    line.on_started(JOB)
    line.on_progressed(JOB, 0.5, "Tile 3 of 6")
    assert line.running.text() == "Tile 3 of 6"
    assert line.bar.value() == 500
    with qtbot.waitSignal(line.cancel_asked) as asked:
        line.cross.click()
    assert asked.args == [7]
    line.on_ended(JOB, "cancelled")
    assert not line.cross.isVisible()


def test_a_recovery_copy_is_made_in_silence(line) -> None:
    line.on_started(Job(8, "Keeping a recovery copy", "autosave"))
    assert not line.running.isVisible()


def test_what_is_under_the_cursor_is_shown(line) -> None:
    line.show_readout("x 9  y 4")
    assert line.readout.text() == "x 9  y 4"


def test_jobs_come_and_go_in_their_panel(qtbot) -> None:
    panel = JobsPanel()
    qtbot.addWidget(panel)
    panel.on_submitted(JOB)
    panel.on_started(JOB)
    panel.on_progressed(JOB, 0.25, "")
    assert panel.count == 1
    assert panel.chip.text() == "1 active"
    panel.on_ended(JOB, "done")
    panel.on_ended(JOB, "done")
    assert panel.count == 0
    assert panel.chip.text() == "idle"


def test_the_device_and_why_is_said(studio) -> None:
    text = studio.window.status.device.text()
    assert text.startswith("CPU")
    assert len(text) > 10


def test_the_pixel_under_the_cursor_is_read_out(studio, grey_document) -> None:
    studio.session.open_state(grey_document)
    studio.canvas.cursor_moved.emit((10.5, 20.5))
    assert studio.window.status.readout.text() == "x 20  y 10   RGB 128 128 128"
    studio.canvas.cursor_moved.emit(None)
    assert studio.window.status.readout.text() == ""


def test_what_finds_no_room_ends_in_dots_and_the_device_gives_way_first(qtbot, line) -> None:
    line.show_device("CPU — Mattes and colours are solved on the processor (2 cores).")
    line.show_image(Image(np.zeros((20, 30, 3), np.uint8)))
    line.show_readout("x 450  y 300  RGB 0 0 0  α 0.000")
    width = line.facts.sizeHint().width() + line.readout.sizeHint().width() + 160
    line.resize(width, line.height())
    qtbot.waitUntil(lambda: line.device.shown.endswith("…"))
    assert line.facts.shown == line.facts.text()
    assert line.readout.width() >= line.readout.sizeHint().width()
    assert line.device.toolTip() == line.device.text()
