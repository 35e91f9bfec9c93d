"""Small pictures are made on their own thread, and nothing is kept of what was asked for."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np

from engine.imaging.write import write_picture
from matteapp.thumbnails import FileThumbnail, Thumbnails


class Asked:
    """What a picture is asked for."""


def test_what_was_asked_for_is_forgotten_once_it_is_answered(qtbot, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    write_picture(good, np.full((20, 30, 3), 90, np.uint8))
    bad.write_bytes(b"no picture")
    thumbnails, of = Thumbnails(), Asked()
    gone = weakref.ref(of)
    sizes = []
    thumbnails.made.connect(lambda _, picture: sizes.append(picture.width()))
    try:
        thumbnails.ask("another", FileThumbnail(bad))
        thumbnails.ask(of, FileThumbnail(good))
        qtbot.waitUntil(lambda: len(sizes) == 1, timeout=60_000)
        del of
        gc.collect()
        assert gone() is None
    finally:
        thumbnails.close()
