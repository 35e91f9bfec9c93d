"""What is copied and dragged is the cut-out that an export writes, with its shadow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.compositing.put_on import on_nothing
from engine.document import edits
from engine.document.planes import Plane
from engine.document.state import DocumentState
from engine.jobs.context import NOBODY
from engine.settings import BackgroundSettings, CutSettings, HarmonySettings
from matteapp.requests import CopyRequest

SHADOW = HarmonySettings(shadow="drop", shadow_opacity=0.6)


@pytest.fixture
def cut(grey_document: DocumentState) -> DocumentState:
    alpha = np.zeros(grey_document.size, np.float32)
    alpha[10:30, 20:40] = 1.0
    return replace(
        grey_document,
        alpha=Plane.from_array(alpha),
        settings=CutSettings(harmony=SHADOW),
    )


def test_on_nothing_the_shadow_comes_along(cut) -> None:
    copied = CopyRequest.of(cut, cut.alpha)(NOBODY)
    pixels, alpha = cut.image.pixels, cut.alpha.read()
    colours, cover = on_nothing(SHADOW, cut.image, foreground=pixels, alpha=alpha)
    assert (cover > alpha).any()
    assert np.array_equal(copied[..., :3], colours)
    assert np.array_equal(copied[..., 3], np.rint(cover * 255))


def test_on_a_background_the_cut_out_has_none(cut) -> None:
    placed = replace(cut.settings, background=BackgroundSettings("colour"))
    copied = CopyRequest.of(edits.set_settings(cut, placed), cut.alpha)(NOBODY)
    assert np.array_equal(copied[..., 3], np.rint(cut.alpha.read() * 255))
