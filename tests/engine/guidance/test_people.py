"""People found by a network: real code around a network that finds what is orange."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.cli import main
from engine.errors import UserError
from engine.guidance.people import find_people, mask_of, mended, trimap_of
from engine.imaging.read import read_mask, read_trimap
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image, Rect, to_float
from engine.imaging.write import write_picture
from engine.jobs.masks import mask_from, people_in
from engine.jobs.trimaps import trimap_from
from engine.settings import GuidanceSettings, TrimapSettings, from_dict, to_dict
from tests import made_networks
from tests.called import exit_code

ORANGE, BLUE = (220, 120, 40), (40, 80, 170)


@pytest.fixture(autouse=True)
def weights(monkeypatch, tmp_path):
    """The only weights there are."""
    return made_networks.only_these(monkeypatch, tmp_path, matting="random")


def picture(*persons: Rect, size: tuple[int, int] = (240, 320)) -> Image:
    """Orange where somebody is, blue elsewhere, with some grain."""
    pixels = np.empty((*size, 3), np.float64)
    pixels[:] = BLUE
    for person in persons:
        pixels[person.slices] = ORANGE
    pixels += np.random.default_rng(1).normal(0, 3, pixels.shape)
    return Image(np.clip(pixels, 0, 255).astype(np.uint8))


LEFT, RIGHT = Rect(60, 40, 200, 100), Rect(40, 200, 220, 280)


def there(*persons: Rect, size: tuple[int, int] = (240, 320)) -> np.ndarray:
    mask = np.zeros(size, bool)
    for person in persons:
        mask[person.slices] = True
    return mask


def test_the_mask_is_the_photographs_size_and_follows_its_edge() -> None:
    image = picture(LEFT)
    mask = mask_of(find_people(image), image.size)
    assert mask.dtype == np.float32
    assert set(np.unique(mask)) == {0.0, 1.0}
    assert ((mask > 0.5) != there(LEFT)).mean() < 0.003


@pytest.mark.parametrize("size", [(33, 47), (240, 320), (1500, 1100)])
def test_any_size_and_depth_will_do(size) -> None:
    person = Rect(size[0] // 5, size[1] // 4, size[0], size[1] // 2)
    image = picture(person, size=size)
    for pixels in (image.pixels, np.uint16(257) * image.pixels, to_float(image.pixels)):
        same = Image(pixels)
        mask = mask_of(find_people(same), same.size)
        assert ((mask > 0.5) != there(person, size=size)).mean() < 0.03


def test_somebody_small_is_looked_at_closer() -> None:
    person = Rect(300, 500, 420, 560)
    people = find_people(picture(person, size=(800, 1000)))
    found = people.likelihood > 0.5
    wrong = found != there(person, size=(800, 1000))
    assert wrong.sum() < 0.05 * found.sum()


def test_persons_are_told_apart_and_clicks_leave_them_out_or_bring_them_back() -> None:
    image = picture(LEFT, RIGHT)
    people = find_people(image)
    assert people.count == 2
    assert people.at((0.5, 0.75)) == 1
    assert people.at((0.5, 0.2)) == 2
    assert people.at((0.02, 0.02)) == 0
    out = (0.5, 0.75, False)
    only_left = mask_of(people, image.size, clicks=(out,))
    assert ((only_left > 0.5) != there(LEFT)).mean() < 0.003
    again = mask_of(people, image.size, clicks=(out, (0.5, 0.8, True), (0.02, 0.02, False)))
    assert np.array_equal(again, mask_of(people, image.size))


def test_leaving_everybody_out_says_so() -> None:
    image = picture(LEFT)
    with pytest.raises(UserError, match="Everybody was left out"):
        mask_of(find_people(image), image.size, clicks=((0.5, 0.2, False),))


def test_nobody_is_looked_for_outside_of_the_box() -> None:
    image, box = picture(LEFT, RIGHT), Rect(20, 10, 230, 140)
    mask = mask_of(find_people(image, box=box), image.size)
    assert ((mask > 0.5) != there(LEFT)).mean() < 0.003
    with pytest.raises(UserError, match="outside"):
        find_people(image, box=Rect(500, 500, 600, 600))


def test_where_nobody_is_it_says_so() -> None:
    with pytest.raises(UserError, match="No subject was found"):
        find_people(picture())


@pytest.mark.parametrize(
    ("person", "doubt"),
    [
        (Rect(100, 100, 120, 150), "very small"),
        (Rect(0, 100, 240, 200), "upper edge"),
        (LEFT, ""),
    ],
)
def test_what_should_be_looked_at_twice_is_said(person, doubt) -> None:
    said = " ".join(find_people(picture(person)).doubts)
    assert doubt in said
    assert bool(doubt) == bool(said)


def test_a_network_that_is_not_sure_is_doubted() -> None:
    image = picture(LEFT)
    hazy = image.pixels.copy()
    hazy[120:, 40:100] = (100, 100, 95)
    assert "not clear" in " ".join(find_people(Image(hazy)).doubts)


def test_settings_lead_to_the_network_or_past_it() -> None:
    image = picture(LEFT, RIGHT)
    found = mask_from(image, GuidanceSettings(finder="person_small", clicks=((0.5, 0.75, False),)))
    assert found.persons == 2
    assert ((found.mask > 0.5) != there(LEFT)).mean() < 0.003
    boxed = GuidanceSettings("grabcut", (20, 10, 230, 140))
    assert ((mask_from(image, boxed).mask > 0.5) != there(LEFT)).mean() < 0.01


def test_missing_weights_are_named() -> None:
    with pytest.raises(UserError, match="no_such"):
        mask_from(picture(LEFT), GuidanceSettings(finder="no_such"))


def test_the_trimap_is_unknown_where_the_network_is_not_sure_and_twenty_pixels_on() -> None:
    image = picture(LEFT, RIGHT)
    trimap = trimap_of(find_people(image), image.size)
    assert set(np.unique(trimap)) == {BACKGROUND, UNKNOWN, FOREGROUND}
    assert (trimap[100:160, 60:80] == FOREGROUND).all()
    assert (trimap[:, 140:160] == BACKGROUND).all()
    band = (trimap[130, :140] == UNKNOWN).sum() / 2
    assert 20 * 240 / 1080 - 1 <= band <= 20 * 240 / 1080 + 7


def test_whoever_is_left_out_is_ground_in_the_trimap() -> None:
    image = picture(LEFT, RIGHT)
    trimap = trimap_of(find_people(image), image.size, clicks=((0.5, 0.75, False),))
    assert (trimap[:, 190:] == BACKGROUND).all()
    assert (trimap[100:160, 60:80] == FOREGROUND).all()


def test_the_finders_trimap_needs_a_finder() -> None:
    image, chosen = picture(LEFT), TrimapSettings(source="finder")
    mask = there(LEFT).astype(np.float32)
    guidance = GuidanceSettings(finder="person_small")
    assert (trimap_from(mask, image, chosen, guidance=guidance) == FOREGROUND).any()
    for other in (GuidanceSettings("file"), GuidanceSettings(finder="")):
        with pytest.raises(UserError, match="No network has looked"):
            trimap_from(mask, image, chosen, guidance=other)


def test_a_photograph_is_looked_at_once() -> None:
    image = picture(LEFT, RIGHT)
    guidance = GuidanceSettings(finder="person_small")
    assert people_in(image, guidance) is people_in(image, guidance)
    boxed = replace(guidance, box=(20, 10, 230, 140))
    assert people_in(image, boxed).count == 1


def test_holes_that_are_doubts_or_specks_are_closed_and_others_stay_open() -> None:
    likelihood = np.zeros((200, 200), np.float32)
    likelihood[20:180, 20:180] = 0.95
    likelihood[40:60, 40:60] = 0.3  # a doubt
    likelihood[100:103, 40:43] = 0.0  # a speck
    likelihood[100:125, 100:125] = 0.02  # between arm and body
    found = mended(likelihood)
    assert (found[40:60, 40:60] > 0.5).all()
    assert (found[100:103, 40:43] > 0.5).all()
    assert np.array_equal(found[100:125, 100:125], likelihood[100:125, 100:125])
    assert np.array_equal(found[:20], likelihood[:20])
    whole = np.full((30, 30), 0.9, np.float32)
    assert mended(whole) is whole


def test_a_box_that_nothing_looks_into_is_not_passed_over() -> None:
    with pytest.raises(UserError, match="nobody is looked for in a box"):
        mask_from(picture(LEFT), GuidanceSettings(box=(20, 10, 230, 140), finder=""))


def test_clicks_and_lines_survive_a_file() -> None:
    chosen = GuidanceSettings(clicks=((0.5, 0.25, False),), cuts=((0.1, 0.2, 0.3, 0.4),))
    stored = json.loads(json.dumps(to_dict(chosen)))
    assert from_dict(GuidanceSettings, stored) == chosen
    for wrong in ({"clicks": [[0.5, 0.25]]}, {"cuts": [[0.1, 0.2, 0.3, "4"]]}):
        with pytest.raises(UserError, match="cannot have"):
            from_dict(GuidanceSettings, wrong)


def test_the_command_line_looks_in_the_box_and_says_what_it_doubts(tmp_path, capsys) -> None:
    small = Rect(100, 100, 122, 146)
    photograph = tmp_path / "two.png"
    write_picture(photograph, picture(LEFT, RIGHT).pixels)
    out = tmp_path / "out"
    assert exit_code(main, "mask", photograph, "-o", out, "--box", "10,20,140,230") == 0
    mask = read_mask(out / "two_mask.png", (240, 320))
    assert ((mask > 0.5) != there(LEFT)).mean() < 0.003
    write_picture(tmp_path / "tiny.png", picture(small).pixels)
    assert exit_code(main, "mask", tmp_path / "tiny.png", "-o", out) == 0
    assert "very small" in "".join(capsys.readouterr())


@pytest.mark.parametrize("box", ["1,2,3", "40,10,20,90", "a,b,c,d"])
def test_a_box_that_is_none_is_refused(tmp_path, capsys, box) -> None:
    photograph = tmp_path / "one.png"
    write_picture(photograph, picture(LEFT).pixels)
    assert exit_code(main, "mask", photograph, "-o", tmp_path, "--box", box) == 2
    assert "LEFT,TOP,RIGHT,BOTTOM" in "".join(capsys.readouterr())


def test_what_stands_out_in_a_box_and_the_finders_trimap_can_be_asked_for(tmp_path) -> None:
    photograph, out = tmp_path / "two.png", tmp_path / "out"
    write_picture(photograph, picture(LEFT, RIGHT).pixels)
    by_colour = ["--find", "none", "--box", "10,20,140,230"]
    assert exit_code(main, "mask", photograph, "-o", out, *by_colour) == 0
    mask = read_mask(out / "two_mask.png", (240, 320))
    assert ((mask > 0.5) != there(LEFT)).mean() < 0.02
    assert exit_code(main, "trimap", photograph, "-o", out, "--propose", "finder") == 0
    trimap, _ = read_trimap(out / "two_trimap.png", (240, 320))
    image = picture(LEFT, RIGHT)
    assert np.array_equal(trimap, trimap_of(find_people(image), image.size))
