"""An enhancement in a document: drawn at any strength, undone, saved exactly, refused if bad."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.document import edits
from engine.document.enhancement import Amount, Enhancement, EnhancementNote
from engine.document.history import History
from engine.document.project_file import load_project, save_project
from engine.document.project_manifest import CHANGE_ENTRY, MANIFEST_ENTRY
from engine.enhance.align import Alignment
from engine.enhance.change import Change, ChangeBounds, ChangeSize
from engine.enhance.result import Enhanced, Names
from engine.enhance.settings import EnhanceSettings
from engine.errors import BugError, UserError
from engine.imaging.types import Image, Rect
from engine.settings import CutSettings, EnhancementSettings

RECT = Rect(100, 60, 228, 200)
NAMES = Names("faces", "", "threes", "closed_form", "", "", 32)


def found(image: Image, values: np.ndarray | None = None) -> Enhanced:
    """What the engine gives, for a change of our own."""
    if values is None:
        noise = np.random.default_rng(2).normal(0, 0.02, (RECT.height, RECT.width, 3))
        values = cv2.GaussianBlur(noise, (0, 0), 3).astype(np.float32)
        values[:4] = 0
    grey = np.zeros((8, 8), np.float32)
    return Enhanced(
        pixels=image.pixels,
        change=Change(RECT, values),
        size=ChangeSize(1.0, 0.5),
        alignment=Alignment(160, 130, 100),
        before=grey,
        after=grey,
        entropy_before=0.4,
        entropy_after=0.3,
        crop=np.zeros((8, 8, 3), np.float32),
        curves={"total": tuple(1 / (1 + step) for step in range(1000))},
        inversion={},
        psnr_w=20.0,
        psnr=float("inf"),
        steps=400,
        complete=False,
        refused={"composition": "no gradients come through closed_form"},
        names=NAMES,
        settings=EnhanceSettings(steps=500, bounds=ChangeBounds(most=9.0, mean=2.0)),
    )


@pytest.fixture
def enhanced(portrait):
    enhancement = Enhancement.of(found(portrait.image))
    state = edits.set_enhancement(portrait, enhancement)
    return edits.set_enhanced(state, *enhancement.drawn(state.image.pixels, 1.0))


def test_the_note_says_who_took_part_and_what_came_of_it(portrait):
    note = Enhancement.of(found(portrait.image)).note
    assert (note.generator, note.resolution, note.reference) == ("faces", 32, "closed_form")
    assert (note.steps, note.wanted, note.complete) == (400, 500, False)
    assert note.refused == (("composition", "no gradients come through closed_form"),)
    assert (note.most, note.mean) == (9.0, 2.0)
    assert len(note.total) <= 240 and note.total[0] == 1.0
    json.dumps(note.psnr, allow_nan=False)


def test_whole_numbers_hold_the_change_and_no_change_is_none(portrait):
    given = found(portrait.image)
    kept = Enhancement.of(given)
    assert np.abs(kept.change.values - given.change.values).max() <= kept.reach / 32767
    assert not kept.change.values[:4].any()
    assert not kept.codes.flags.writeable
    still = Enhancement.of(found(portrait.image, np.zeros((RECT.height, RECT.width, 3), "f4")))
    assert np.array_equal(still.drawn(portrait.image.pixels, 1.5)[0], _part(portrait))


def _part(state):
    return state.image.pixels[RECT.slices]


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.5])
def test_a_strength_is_drawn_as_the_engine_draws_it(portrait, strength):
    given = found(portrait.image)
    kept = Enhancement.of(given)
    wanted, size = given.at(portrait.image, strength)
    drawn, amount = kept.drawn(portrait.image.pixels, strength)
    assert np.abs(drawn.astype(int) - wanted[RECT.slices]).max() <= 1
    assert amount.most == pytest.approx(size.most, abs=0.01)
    assert amount.mean == pytest.approx(size.mean, abs=0.01)
    whole = kept.picture(portrait.image, strength)
    assert np.array_equal(whole.pixels[RECT.slices], drawn)
    assert whole.metadata is portrait.image.metadata
    if strength == 0:
        assert np.array_equal(whole.pixels, portrait.image.pixels)


def test_the_enhanced_picture_is_a_plane_that_shares_what_is_outside(enhanced, portrait):
    outside = enhanced.enhanced.read(Rect(0, 0, 60, 60))
    assert np.array_equal(outside, portrait.image.pixels[:60, :60])
    assert not np.array_equal(enhanced.enhanced.read(RECT), _part(portrait))
    assert "enhanced" in dict(enhanced.planes())
    with pytest.raises(BugError):
        edits.set_enhanced(portrait, _part(portrait), Amount(0, 0))


def test_taking_it_away_takes_the_picture_along(enhanced):
    bare = edits.set_enhancement(enhanced, None)
    assert (bare.enhancement, bare.enhanced, bare.amount) == (None, None, None)
    assert edits.set_enhancement(bare, None) is bare


def test_undo_counts_the_memory_of_a_change(enhanced, portrait):
    history = History()
    history.begin(portrait)
    history.push(portrait, enhanced, "Enhance")
    history.undo()
    assert history.nbytes >= enhanced.enhancement.codes.nbytes


def _use(state, **chosen):
    settings = state.settings
    return edits.set_settings(state, replace(settings, enhance=replace(settings.enhance, **chosen)))


def test_the_other_matte_is_kept_for_the_way_back(enhanced):
    own = enhanced.alpha
    used = _use(enhanced, matte=True)
    assert used.alpha is own and used.alpha_aside is own  # it stands in until there is another
    assert used.solved_on is used.enhanced and enhanced.solved_on is None
    other = own.read().copy()
    other[50:60, 50:60] = 0.5
    solved = edits.set_alpha(used, other)
    back = _use(solved, matte=False)
    assert back.alpha is own
    assert back.alpha_aside is solved.alpha
    assert back.foreground_stale.intersected(Rect(50, 50, 60, 60)) == Rect(50, 50, 60, 60)
    again = _use(back, matte=True)
    assert again.alpha is solved.alpha


def test_a_stroke_is_owed_to_both_mattes(enhanced):
    used = edits.set_alpha(_use(enhanced, matte=True), enhanced.alpha.read() * np.float32(0.5))
    used = replace(used, aside_stale=None)
    rect = Rect(5, 5, 9, 12)
    painted = edits.paint(used, rect, np.full((4, 7), 3, np.uint8))
    back = _use(painted, matte=False)
    assert back.alpha_stale == rect


def test_a_project_keeps_it_exactly(tmp_path, enhanced):
    path = tmp_path / "a.matte"
    save_project(path, _use(enhanced, strength=0.5, matte=True, generator="faces"))
    loaded = load_project(path)
    assert np.array_equal(loaded.enhancement.codes, enhanced.enhancement.codes)
    assert loaded.enhancement.note == enhanced.enhancement.note
    assert loaded.enhancement.rect == RECT
    assert loaded.settings.enhance == EnhancementSettings("faces", strength=0.5, matte=True)
    pixels = loaded.image.pixels
    assert np.array_equal(
        loaded.enhancement.drawn(pixels, 0.5)[0], enhanced.enhancement.drawn(pixels, 0.5)[0]
    )
    again = tmp_path / "again.matte"
    save_project(again, loaded)
    assert again.read_bytes() == path.read_bytes()


def _manifest(path):
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read(MANIFEST_ENTRY))


def test_older_programs_read_what_was_not_enhanced(tmp_path, portrait, enhanced):
    path = tmp_path / "a.matte"
    save_project(path, portrait)
    plain = _manifest(path)
    assert plain["version"] == 1
    assert "enhance" not in plain["settings"] and "enhancement" not in plain
    save_project(path, enhanced)
    assert _manifest(path)["version"] == 2


def test_projects_of_older_programs_are_read(tmp_path, portrait):
    path = tmp_path / "a.matte"
    save_project(path, portrait)
    loaded = load_project(path)
    assert loaded.enhancement is None
    assert loaded.settings.enhance == CutSettings().enhance


@pytest.mark.parametrize(
    "values",
    [
        {"rect": [0, 0, 9999, 10]},
        {"rect": [10, 10, 10, 20]},
        {"reach": -1.0},
        {"reach": "large"},
        {"note": {"mean": 0.0}},
        {"note": {"steps": "many"}},
        {"note": None},
        {"rect": [100, 60, 228, 199]},
    ],
)
def test_a_damaged_enhancement_is_refused(tmp_path, enhanced, values):
    path = tmp_path / "a.matte"
    save_project(path, enhanced)
    _rewrite(path, lambda manifest: manifest["enhancement"].update(values))
    with pytest.raises(UserError):
        load_project(path)


def test_a_change_of_another_kind_is_refused(tmp_path, enhanced):
    path = tmp_path / "a.matte"
    save_project(path, enhanced)
    grey = cv2.imencode(".png", np.zeros((RECT.height, RECT.width), np.uint16))[1].tobytes()
    _rewrite(path, lambda manifest: None, change=grey)
    with pytest.raises(UserError, match="not in colour"):
        load_project(path)
    _rewrite(path, lambda manifest: None, change=None)
    with pytest.raises(UserError, match="missing"):
        load_project(path)


def _rewrite(path, edit, **entries):
    with zipfile.ZipFile(path) as file:
        held = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(held[MANIFEST_ENTRY])
    edit(manifest)
    held[MANIFEST_ENTRY] = json.dumps(manifest).encode()
    if "change" in entries:
        held[CHANGE_ENTRY] = entries["change"]
    with zipfile.ZipFile(path, "w") as file:
        for name, data in held.items():
            if data is not None:
                file.writestr(name, data)


def test_codes_of_another_shape_are_our_fault():
    with pytest.raises(BugError):
        Enhancement(RECT, np.zeros((2, 2, 3), np.uint16), 1.0, EnhancementNote())
