"""A canvas with a real render thread, and documents to show on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import Image
from engine.jobs.worker import Failed, JobEvent, Worker
from matteapp.canvas.canvas import Canvas

SIZE = 700, 900


@pytest.fixture
def photograph() -> np.ndarray:
    """Every pixel differs from its neighbours."""
    return np.random.default_rng(3).integers(0, 256, (*SIZE, 3), np.uint8)


@pytest.fixture
def state(photograph: np.ndarray) -> DocumentState:
    return new_document(Image(photograph), SourceLink(None, "", False))


@pytest.fixture
def thread() -> Iterator[Worker]:
    failures: list[Exception] = []

    def hear(event: JobEvent) -> None:
        if isinstance(event, Failed):
            failures.append(event.error)

    worker = Worker("render", on_event=hear)
    yield worker
    assert worker.close()
    assert not failures


@pytest.fixture
def canvas(qtbot: QtBot, thread: Worker) -> Iterator[Canvas]:
    made = Canvas(thread)
    qtbot.addWidget(made)
    made.set_pixel_grid(False)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.stop()


@pytest.fixture
def settle(qtbot: QtBot, canvas: Canvas) -> Callable[[], np.ndarray]:
    """Waits until the newest state is in sight; the screen as h×w×3 RGB device pixels."""

    def wait() -> np.ndarray:
        qtbot.waitUntil(lambda: canvas.settled, timeout=20_000)
        return screen(canvas)

    return wait


def screen(canvas: Canvas) -> np.ndarray:
    image = canvas.grab().toImage()
    buffer = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return buffer[:, : image.width(), 2::-1].copy()
