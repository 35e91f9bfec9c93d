"""What tools bring about in a document: restore, refine, areas, colours, hair."""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import edits
from engine.imaging.types import STROKE_FOREGROUND, STROKE_UNKNOWN, Rect
from matteapp.canvas.bench import Marks
from matteapp.canvas.strokes import REFINE, RESTORE, Stroke
from matteapp.settings import SOFTNESS
from matteapp.studio import Studio

PLACE = Rect(2, 3, 6, 9)


@pytest.fixture
def still(studio: Studio, grey_document) -> Studio:
    """A window in which no step runs."""
    studio.session.changed.disconnect(studio.live._on_changed)
    studio.session.open_state(grey_document)
    return studio


def _stroke(label: int) -> Stroke:
    return Stroke(PLACE, np.full((4, 6), label, np.uint8), label)


def _labels(studio: Studio) -> tuple[str, ...]:
    return studio.session.history.labels[1:]


def test_a_restored_stroke_is_one_step_and_undo_brings_it_back(still) -> None:
    alpha = np.full(still.session.state.size, 0.25, np.float32)
    still.session.amend(lambda state: edits.set_alpha(state, alpha))
    still.canvas.easel.stroke_finished.emit(_stroke(STROKE_FOREGROUND))
    still.session.amend(lambda state: edits.set_alpha(state, np.ones_like(alpha)))
    still.canvas.easel.stroke_finished.emit(_stroke(RESTORE))
    assert _labels(still) == ("Foreground stroke", "Restore")
    assert np.allclose(still.session.state.alpha.read(PLACE), 0.25)
    still.session.undo()
    assert (still.session.state.alpha.read(PLACE) == 1).all()
    assert (still.session.state.strokes.read(PLACE) == STROKE_FOREGROUND).all()


def test_the_refine_brush_spares_what_was_painted(still) -> None:
    still.canvas.easel.stroke_finished.emit(_stroke(STROKE_FOREGROUND))
    wide = Rect(0, 0, 10, 20)
    still.canvas.easel.stroke_finished.emit(
        Stroke(wide, np.full((10, 20), REFINE, np.uint8), REFINE)
    )
    strokes = still.session.state.strokes.read()
    assert (strokes[PLACE.slices] == STROKE_FOREGROUND).all()
    assert (strokes[wide.slices] == STROKE_UNKNOWN).sum() == 200 - 24
    assert _labels(still)[-1] == "Refine edge"


def test_a_soft_background_stroke_is_called_one(still) -> None:
    labels = np.full((4, 6), STROKE_UNKNOWN, np.uint8)
    labels[1:3, 2:4] = 1
    still.canvas.easel.stroke_finished.emit(Stroke(PLACE, labels, 1))
    assert _labels(still) == ("Background stroke",)


def test_a_labelled_area_is_one_step(still) -> None:
    before = still.session.state.strokes
    after = edits.marked(before, PLACE, np.ones((4, 6), bool), STROKE_FOREGROUND)
    still.canvas.easel.marked.emit(Marks(before, after, PLACE, "Lasso: foreground"))
    assert _labels(still) == ("Lasso: foreground",)
    assert (still.session.state.strokes.read(PLACE) == STROKE_FOREGROUND).all()
    still.canvas.easel.marked.emit(Marks(before, after, PLACE, "Lasso: foreground"))
    assert len(_labels(still)) == 1  # of strokes that are not current any more


@pytest.mark.parametrize(
    ("target", "kind"), [("background.colour", "colour"), ("background.colour_end", "gradient")]
)
def test_a_picked_colour_is_shown_as_the_background(still, target, kind) -> None:
    still.canvas.easel.picked.emit((0.25, 0.5, 0.75), target)
    background = still.session.state.settings.background
    assert background.kind == kind
    assert getattr(background, target.partition(".")[2]) == (0.25, 0.5, 0.75)
    assert _labels(still) == ("Pick a colour",)


def test_a_colour_picked_as_spilled_is_taken_out(still) -> None:
    still.canvas.easel.picked.emit((0.25, 0.5, 0.75), "foreground.despill_colour")
    foreground = still.session.state.settings.foreground
    assert foreground.despill_colour == (0.25, 0.5, 0.75)
    assert foreground.despill > 0
    assert still.session.state.settings.background.kind == "transparent"


def test_refine_hair_is_on_and_off_again_in_one_click_each(still) -> None:
    action = still.window.actions_by_name["run.hair"]
    still.session.amend(lambda state: edits.set_mask(state, np.ones(state.size, np.float32)))
    action.trigger()
    assert still.session.state.settings.trimap.hair
    assert action.isChecked()
    assert _labels(still) == ("Refine hair",)
    action.trigger()
    assert not still.session.state.settings.trimap.hair
    still.session.undo()
    assert action.isChecked()


def test_without_a_mask_it_is_said_why_no_hair_is_found(still) -> None:
    still.guidance.refine_hair(True)
    assert "mask" in still.window.bar.text.text()
    still.window.bar.action.click()
    assert still.session.state.settings.guidance.source == "automatic"


def test_softness_of_a_pen_is_a_setting(still) -> None:
    assert not still.canvas.brush.softens
    still.settings.set_value(SOFTNESS, True)
    assert still.canvas.brush.softens
