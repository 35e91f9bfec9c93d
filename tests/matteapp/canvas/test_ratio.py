from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from engine.document.state import SourceLink, new_document
from engine.imaging.types import Image
from engine.jobs.worker import Worker
from matteapp.canvas.canvas import Canvas

app = QApplication([])
worker = Worker("render", on_event=lambda event: None)
pixels = np.random.default_rng(1).integers(0, 256, (900, 1100, 3), np.uint8)
canvas = Canvas(worker)
canvas.resize(400, 300)
canvas.show()
canvas.show_state(new_document(Image(pixels), SourceLink(None, "", False)))
canvas.zoom_to(1.0)
while not canvas.settled:
    QTest.qWait(5)
image = canvas.grab().toImage()
drawn = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
viewport = canvas.viewport
part = pixels[viewport.rect_of(viewport.box).slices]
assert np.array_equal(drawn[..., 2::-1], part), "not the photograph's pixels"
where = []
canvas.cursor_moved.connect(where.append)
place, none = QPointF(100, 50), Qt.MouseButton.NoButton
held = Qt.KeyboardModifier.NoModifier
app.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, held))
ratio = canvas.devicePixelRatioF()
assert where[-1] == viewport.to_image(100 * ratio, 50 * ratio), where
print(image.width(), image.height(), ratio)
worker.close()
"""


@pytest.mark.parametrize(("factor", "size"), [("2", (800, 600)), ("1.5", (600, 450))])
def test_100_percent_is_one_device_pixel_on_a_dense_screen(factor, size):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": factor}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(size[0]), str(size[1]), str(float(factor))]
