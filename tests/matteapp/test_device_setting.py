"""Networks run where the settings say, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.device import DEVICES, choose_device
from engine.document import edits
from engine.errors import UserError
from engine.settings import CutSettings
from matteapp.settings import DEVICE


def _not_there() -> str:
    """A device that this machine lacks: no machine has NVIDIA's and Apple's both."""
    for name in DEVICES:
        try:
            choose_device(name)
        except UserError:
            return name
    raise AssertionError("this machine has every device there is")


@pytest.fixture
def failing(qtbot, studio, grey_document):
    """A document whose subject a network is to find, on a device that isn't there."""
    studio.settings.set_value(DEVICE, _not_there())
    state = edits.set_settings(grey_document, replace(CutSettings()))
    with qtbot.waitSignal(studio.live.failed, timeout=30_000) as told:
        studio.session.open_state(state)
    return told.args[1]


def test_a_device_that_cannot_be_used_is_said_and_not_replaced(studio, failing) -> None:
    assert isinstance(failing, UserError)
    assert "cannot be used" in failing.problem or "There is no" in failing.problem
    assert studio.window.bar.isVisible()
    assert studio.session.state.mask is None


def test_another_device_tries_again_what_failed(qtbot, studio, failing) -> None:
    studio.bridge.submitted.connect(lambda job: titles.append(job.title))
    titles: list[str] = []
    studio.settings.set_value(DEVICE, "cpu")
    qtbot.waitUntil(lambda: not studio.live.busy, timeout=60_000)
    assert "Finding the subject" in titles
