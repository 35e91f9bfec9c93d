"""A whole window with real threads, with its settings and recovery folder in a temporary place."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings

from engine.document.state import DocumentState, SourceLink, new_document
from engine.imaging.types import Image
from engine.presets import PLACE
from matteapp.studio import Studio


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def studio(
    qtbot, qapp, store: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv(PLACE, str(tmp_path / "presets"))
    made = Studio(qapp, store=store, recovery=tmp_path / "recovery")
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.let_close()
    made.close()
    # Windows that live on are styled again with every new one: without this, tests get ever slower.
    made.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def sample() -> Path:
    return Path(str(files("resources") / "samples" / "astronaut.png"))


@pytest.fixture
def grey_document() -> DocumentState:
    """A small photograph in which nothing was done yet; painted only, so that no job runs."""
    from dataclasses import replace

    from engine.settings import CutSettings, GuidanceSettings

    pixels = np.full((48, 64, 3), 128, np.uint8)
    settings = replace(CutSettings(), guidance=GuidanceSettings("strokes"))
    link = SourceLink(None, "", embedded=False, name="grey.png")
    return new_document(Image(pixels), link, settings=settings)
