"""A preset under the options that were typed."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from engine.commands.choices import parse_background
from engine.commands.cut import cut
from engine.commands.errors import UsageError
from engine.commands.given import SETS, background_of, with_preset
from engine.commands.options import RunOptions
from engine.presets import PLACE, Presets
from engine.setting_paths import value_at
from engine.settings import BackgroundSettings, CutSettings, EdgeSettings, GuidanceSettings

_OF_THE_RUN = {
    *("context", "preset", "export_preset", "save", "watch", "device", "precision"),
    *("mask", "find", "box"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(PLACE, str(tmp_path))
    return tmp_path


def test_every_option_says_what_it_sets() -> None:
    options = set(inspect.signature(cut).parameters)
    assert options - set(RunOptions.__dataclass_fields__) - _OF_THE_RUN == set(SETS)
    for paths in SETS.values():
        for path in paths:
            value_at(CutSettings(), path)


def test_what_was_typed_wins_also_where_it_is_the_default(folder) -> None:
    kept = CutSettings(edge=EdgeSettings(smooth=3.0, feather=2.0), method="knn")
    Presets().save("Mine", kept)
    asked = CutSettings(edge=EdgeSettings(smooth=0.0, contrast=0.4))
    settings = with_preset(asked, "mine", typed=("smooth", "contrast", "out"))
    assert settings.edge == EdgeSettings(smooth=0.0, feather=2.0, contrast=0.4)
    assert settings.method == "knn"


def test_where_the_subject_is_comes_from_the_options(folder) -> None:
    asked = CutSettings(guidance=GuidanceSettings(box=(1, 2, 3, 4)))
    assert with_preset(asked, "Web shop", typed=()).guidance.box == (1, 2, 3, 4)


def test_no_preset_changes_nothing() -> None:
    asked = CutSettings(method="knn")
    assert with_preset(asked, "", typed=("smooth",)) is asked


def test_a_preset_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="Did you mean 'Passport'"):
        with_preset(CutSettings(), "Pasport", typed=())


def test_the_presets_picture_is_put_behind(tmp_path) -> None:
    picture = tmp_path / "beach.png"
    picture.write_bytes(b"")
    chosen = BackgroundSettings("image", path=str(picture))
    settings = replace(CutSettings(), background=chosen)
    under = background_of(settings, parse_background("transparent"))
    assert under.settings == chosen
    assert under.images.path == picture
    plain = replace(CutSettings(), background=BackgroundSettings("colour"))
    assert background_of(plain, parse_background(str(picture))).images is None
