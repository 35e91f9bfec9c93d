"""Lines over the picture: as thick on dense screens as on others, and painted again as a whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from engine.imaging.types import Rect
from matteapp.canvas.hints import PathHint, SwatchHint
from matteapp.canvas.hud import Ring, box_region, draw_box, draw_line, line_region
from matteapp.canvas.outline import Traced
from matteapp.canvas.viewport import Viewport

SIDE = 200
BOX = Rect(40, 50, 120, 150)
LINE = ((30.0, 60.0), (170.0, 60.0))


def viewport(ratio: float) -> Viewport:
    return Viewport((SIDE, SIDE), (SIDE, SIDE), ratio=ratio)


def painted(draw: Callable[[QPainter], None]) -> np.ndarray:
    """Which pixels something drawn on a transparent ground covers."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    draw(painter)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(SIDE, SIDE)
    return pixels != 0


def covered(region: QRegion) -> np.ndarray:
    """Which pixels a region holds."""

    def fill(painter: QPainter) -> None:
        painter.setClipRegion(region)
        painter.fillRect(0, 0, SIDE, SIDE, QColor(255, 255, 255))

    return painted(fill)


def ring_of(ratio: float) -> Ring:
    ring = Ring()
    ring.move((100.0, 100.0), 60.0, core=0.6, ratio=ratio)
    return ring


def path() -> PathHint:
    hint = PathHint()
    hint.show([(40, 40), (60, 150), (150, 90)], QColor(255, 0, 0))
    return hint


def swatch() -> SwatchHint:
    hint = SwatchHint()
    hint.show((110, 60), QColor(255, 0, 0))
    return hint


DRAWN = {
    "box": lambda view: (
        lambda painter: draw_box(painter, BOX, view, "subject"),
        box_region(BOX, view),
    ),
    "line": lambda view: (lambda painter: draw_line(painter, LINE, view), line_region(LINE, view)),
    "ring": lambda view: (ring_of(view.ratio).draw, ring_of(view.ratio).region),
    "path": lambda view: (lambda painter: path().draw(painter, view), path().region(view)),
    "swatch": lambda view: (lambda painter: swatch().draw(painter, view), swatch().region(view)),
}


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_drawn_beside_what_is_painted_again(qapp, name, ratio) -> None:
    draw, region = DRAWN[name](viewport(ratio))
    drawn = painted(draw)
    assert drawn.any()
    assert not (drawn & ~covered(region)).any()


@pytest.mark.parametrize("name", DRAWN)
def test_lines_have_twice_the_pixels_on_a_screen_of_twice_as_many(qapp, name) -> None:
    once, twice = (painted(DRAWN[name](viewport(ratio))[0]).sum() for ratio in (1.0, 2.0))
    assert 1.6 <= twice / once <= 4.1


@pytest.mark.parametrize(("ratio", "side"), [(1.0, 1), (1.25, 1), (1.5, 2), (2.0, 2), (3.0, 3)])
def test_an_outline_is_one_logical_pixel_thick(ratio, side) -> None:
    along = np.arange(12)
    traced = Traced(np.full(12, 5), np.arange(20, 32), along, viewport(ratio)).thick()
    where = np.zeros((SIDE, SIDE), bool)
    where[traced.rows, traced.cols] = True
    expected = np.zeros_like(where)
    expected[5 : 5 + side, 20 : 31 + side] = True
    assert np.array_equal(where, expected)
    assert set(traced.along.tolist()) == set((along // side).tolist())


def test_an_outline_at_the_rim_stays_in_sight() -> None:
    last = np.full(3, SIDE - 1)
    traced = Traced(last, last, np.arange(3), viewport(2.0)).thick()
    assert set(traced.rows.tolist()) == set(traced.cols.tolist()) == {SIDE - 1}
