"""People cut out of photographs: the trimap, the rules, the files, the split."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UserError
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN
from trainer.data.compose import compose
from trainer.data.cut_person import Band, cut_person, trimap_around
from trainer.data.recompose import RecomposedPeople, manifest_rows, recompose, split_of
from trainer.data.solid import SolidRules, label_figures, mended, refusal

HEIGHT, WIDTH = 576, 384


def standing_person(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A red figure with dark hair on a green and noisy ground, and its labels."""
    rng = np.random.default_rng(seed)
    label = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(label, (192, 336), (82, 216), 0, 0, 360, 1, -1)
    cv2.ellipse(label, (192, 100), (58, 72), 0, 0, 360, 2, -1)
    pixels = np.empty((HEIGHT, WIDTH, 3), np.float32)
    pixels[:] = (60, 150, 80)
    pixels[label == 1] = (190, 60, 50)
    pixels[label == 2] = (50, 30, 30)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.0) + rng.normal(0, 4, pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8), label


def people_folder(root: Path, names: list[str]) -> Path:
    for folder in ("image", "label"):
        (root / folder).mkdir(parents=True)
    for seed, name in enumerate(names):
        pixels, label = standing_person(seed)
        if name == "two":
            label[:, 188:196] = 0
        if name == "holed":
            label[288:360, 156:228] = 0
        cv2.imwrite(str(root / "image" / f"{name}.jpg"), pixels[..., ::-1])
        cv2.imwrite(str(root / "label" / f"{name}.png"), label)
    return root


def test_the_band_is_wide_at_hair_and_narrow_at_the_body() -> None:
    _, label = standing_person()
    trimap = trimap_around(label, Band())
    above_head = (trimap[:100, 192] == UNKNOWN).sum()
    beside_body = (trimap[400, :192] == UNKNOWN).sum()
    assert above_head > 1.5 * beside_body > 0
    assert trimap[336, 192] == FOREGROUND
    assert trimap[5, 5] == BACKGROUND
    assert (label[trimap == FOREGROUND] > 0).all()
    assert (label[trimap == BACKGROUND] == 0).all()


def test_a_solid_person_is_cut_and_composes_exactly() -> None:
    pixels, label = standing_person()
    cut = cut_person(pixels, label, "one")
    assert cut.refused is None
    assert cut.subject is not None
    assert np.abs(cut.subject.alpha - (label > 0)).mean() < 0.03
    assert set(cut.boxes) == {"body", "upper", "head"}
    body = cut.subject.alpha > 0.02
    around = cut.subject.foreground[~body & (np.arange(HEIGHT) > 360)[:, None]]
    assert (around[:, 0] > around[:, 1]).mean() > 0.95  # the ground's green is gone
    over = compose(cut.subject, np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.random.default_rng(0))
    expected = np.rint(cut.subject.alpha[..., None] * cut.subject.foreground)
    assert np.abs(over.image - expected).max() <= 1


def test_a_wrongly_labelled_part_is_a_hole_and_a_gap_is_not() -> None:
    pixels, label = standing_person()
    label[288:360, 156:228] = 0
    assert refusal(label_figures(pixels, label), SolidRules()) == "holes"
    pixels[288:360, 156:228] = np.random.default_rng(0).normal((60, 150, 80), 4, (72, 72, 3))
    assert refusal(label_figures(pixels, label), SolidRules()) is None
    person = (label > 0).astype(np.uint8)
    assert np.array_equal(mended(pixels, person), person)


def test_a_person_the_ground_shows_through_is_refused() -> None:
    pixels, label = standing_person()
    label[:] = np.maximum(label, (np.hypot(*np.mgrid[-360:216, -192:192]) < 180).astype(np.uint8))
    cut = cut_person(pixels, label, "gauze")  # half of what is labelled looks like the ground
    assert cut.subject is None
    assert cut.refused in ("faint", "mush")


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"area": 0.01}, "area"), ({"pieces": 0.5}, "pieces"), ({"mush": 0.9}, "mush"), ({}, None)],
)
def test_rules_are_asked_in_order(change: dict[str, float], rule: str | None) -> None:
    fine = {"area": 0.3, "pieces": 0.0, "holes": 0.0, "faint": 0.1, "spill": 0.1, "mush": 0.1}
    assert refusal(fine | change, SolidRules()) == rule


def test_a_folder_is_cut_counted_and_read_back(tmp_path: Path) -> None:
    names = ["a", "b", "holed", "two"]
    people = people_folder(tmp_path / "people", names)
    counts = recompose(people, tmp_path / "out", limit=2)
    again = recompose(people, tmp_path / "out")
    assert counts == {"kept": 2}
    assert again == {"kept": 2, "pieces": 1, "holes": 1}
    rows = {row["name"]: row for row in manifest_rows(tmp_path / "out")}
    assert len(rows) == 4
    split = rows["a"]["split"]
    read = RecomposedPeople(tmp_path / "out", split, crops=("body",))
    subject = read.subject(0, np.random.default_rng(0))
    top, left, bottom, right = rows["a"]["boxes"]["body"]
    assert subject.name == "a-body"
    assert subject.size == (bottom - top, right - left)
    _, label = standing_person(0)
    assert np.abs(subject.alpha - (label > 0)[top:bottom, left:right]).mean() < 0.05


def test_a_half_written_line_is_done_again(tmp_path: Path) -> None:
    people = people_folder(tmp_path / "people", ["holed"])
    out = tmp_path / "out"
    recompose(people, out)
    whole = (out / "people.jsonl").read_text()
    (out / "people.jsonl").write_text(whole[:-9])
    assert recompose(people, out) == {"holes": 1}
    assert (out / "people.jsonl").read_text() == whole


def test_a_tenth_of_the_people_is_for_validation_and_stays_there() -> None:
    splits = [split_of(f"{number:04}") for number in range(2000)]
    assert 0.07 < splits.count("validation") / 2000 < 0.13
    assert splits == [split_of(f"{number:04}") for number in range(2000)]


def test_a_wrong_folder_and_an_empty_split_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no photographs of people"):
        recompose(tmp_path, tmp_path / "out")
    with pytest.raises(UserError, match="nobody for validation"):
        RecomposedPeople(tmp_path, "validation")
