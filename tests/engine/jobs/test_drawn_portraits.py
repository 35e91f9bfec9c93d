"""Portraits with mattes that a network draws: offered, drawn again the same, and saved as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import UserError
from engine.imaging.digital_source import source_type
from engine.imaging.read import read_image
from engine.jobs.portraits import (
    PortraitChoice,
    PortraitRequest,
    SavePortraits,
    drawing_generators,
)
from engine.models.loaded import forget_networks
from engine.models.stylegan3 import Generator
from tests.contexts import Listener
from tests.made_networks import (
    DRAWN_SIZE,
    portrait_generator,
    save_drawing,
    save_weights,
    seeded,
)

CHOICE = PortraitChoice("drawn", seed=3, psi=0.5)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    save_drawing(folder)
    opaque = seeded(Generator, replace(DRAWN_SIZE, colours=3))
    save_weights(folder, "opaque", opaque, network="stylegan3")
    save_weights(folder, "faces", portrait_generator(), network="stylegan2")
    forget_networks()
    yield folder
    forget_networks()


def test_only_generators_of_mattes_are_offered(folder) -> None:
    assert list(drawing_generators()) == ["drawn"]


def test_a_seed_gives_its_portrait_again_and_another_gives_another(folder) -> None:
    one, again = PortraitRequest(CHOICE)(), PortraitRequest(CHOICE)()
    other = PortraitRequest(replace(CHOICE, seed=4))()
    side = DRAWN_SIZE.resolution
    assert one.pixels.shape == (side, side, 3)
    assert one.alpha.shape == (side, side)
    assert np.array_equal(one.pixels, again.pixels)
    assert np.array_equal(one.alpha, again.alpha)
    assert not np.array_equal(one.pixels, other.pixels)


def test_saved_portraits_carry_their_mattes_and_say_what_made_them(folder, tmp_path) -> None:
    paths = tuple(tmp_path / f"{number}.png" for number in range(2))
    told = Listener()
    assert SavePortraits(CHOICE, paths)(told) == paths
    for number, path in enumerate(paths):
        drawn = PortraitRequest(replace(CHOICE, seed=3 + number))()
        read = read_image(path)
        assert np.array_equal(read.pixels, drawn.pixels)
        assert read.alpha is not None
        assert np.abs(read.alpha - drawn.alpha).max() <= 0.5 / 255 + 1e-6
        assert source_type(read.metadata.xmp) == "trainedAlgorithmicMedia"
    assert "Drawing 1.png" in told.messages


def test_a_generator_without_mattes_is_refused(folder) -> None:
    with pytest.raises(UserError, match="draws no mattes"):
        PortraitRequest(replace(CHOICE, generator="opaque"))()
