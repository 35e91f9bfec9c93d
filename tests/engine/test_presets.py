from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.errors import UserError
from engine.presets import BUILT_IN, PARTS, Preset, Presets, recalled, remembered
from engine.settings import (
    BackgroundSettings,
    CutSettings,
    EdgeSettings,
    EnhancementSettings,
    GuidanceSettings,
    HarmonySettings,
)

CHOSEN = CutSettings(
    guidance=GuidanceSettings("file", (1, 2, 3, 4), clicks=((0.1, 0.2, True),)),
    method="knn",
    edge=EdgeSettings(smooth=2.5),
    background=BackgroundSettings("image", path="/beach.png", offset=(0.1, -0.2)),
    harmony=HarmonySettings(shadow="drop"),
    enhance=EnhancementSettings(box=(1, 2, 3, 4), strength=0.5),
)


@pytest.fixture
def presets(tmp_path) -> Presets:
    return Presets(tmp_path / "config")


def test_a_preset_comes_back_without_what_belongs_to_one_photograph(presets) -> None:
    presets.save("  Mine   own ", CHOSEN)
    other = CutSettings(
        guidance=GuidanceSettings("strokes"), enhance=EnhancementSettings(box=(5, 6, 7, 8))
    )
    back = presets.named("MINE OWN").on(other)
    assert back.guidance == other.guidance
    assert back.enhance.box == (5, 6, 7, 8)
    assert replace(back, guidance=CHOSEN.guidance, enhance=CHOSEN.enhance) == CHOSEN
    assert "clicks" not in presets.path.read_text("utf-8")


def test_only_what_differs_is_written_so_that_later_versions_may_add(presets) -> None:
    presets.save("Mine", CutSettings(edge=EdgeSettings(feather=1.0)))
    written = json.loads(presets.path.read_text("utf-8"))
    assert written["Mine"]["settings"] == {"edge": {"feather": 1.0}}


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_presets_set_their_parts_and_nothing_else(name) -> None:
    preset = BUILT_IN[name]
    assert preset.tip
    changed = preset.on(CHOSEN)
    assert changed != CHOSEN
    for part in PARTS:
        wanted = preset.settings if part in preset.parts else CHOSEN
        assert getattr(changed, part) == getattr(wanted, part)
    assert all(
        getattr(preset.settings, part) == getattr(CutSettings(), part)
        for part in set(PARTS) - set(preset.parts)
    )


def test_rename_and_delete(presets) -> None:
    presets.save("One", CutSettings(method="knn"))
    presets.save("Two", CutSettings())
    presets.rename("One", "Three")
    assert set(presets.own()) == {"Two", "Three"}
    assert presets.named("three").settings.method == "knn"
    with pytest.raises(UserError, match="already"):
        presets.rename("Two", "Three")
    presets.delete("Three")
    presets.delete("Three")
    assert list(presets.own()) == ["Two"]
    assert list(presets.all())[:-1] == list(BUILT_IN)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "web SHOP"])
def test_names_that_cannot_be_used(presets, name) -> None:
    with pytest.raises(UserError):
        presets.save(name, CutSettings())
    assert not presets.path.exists()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"A": 3}',
        '{"A": {"parts": ["guidance"]}}',
        '{"A": {"parts": 3}}',
        '{"A": {"settings": {"edge": {"smooth": "much"}}}}',
    ],
)
def test_a_broken_file_is_said_and_kept(presets, text) -> None:
    presets.path.parent.mkdir()
    presets.path.write_text(text)
    for use in (presets.own, lambda: presets.save("Mine", CutSettings())):
        with pytest.raises(UserError) as told:
            use()
        assert told.value.path == presets.path
    assert presets.path.read_text() == text


def test_what_is_remembered_for_the_next_photograph() -> None:
    back = recalled(remembered(CHOSEN)).on(CutSettings())
    assert back == replace(CHOSEN, guidance=GuidanceSettings(), enhance=EnhancementSettings())
    with pytest.raises(UserError):
        recalled("nonsense")
    assert isinstance(recalled("{}"), Preset)
