"""Which photographs a command means, and what goes with each."""

from __future__ import annotations

import pytest

from engine.commands.errors import UsageError
from engine.commands.inputs import Companion, base_stem, find_sources
from engine.errors import UserError


@pytest.fixture
def photos(tmp_path):
    """A folder as people have it."""
    for name in ("b.png", "a.jpg", "notes.txt", ".hidden.png", "deep/c.PNG", "deep/er/d.tif"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "photos"


def names(sources):
    return [source.path.name for source in sources]


def test_a_folder_gives_its_pictures_in_order(photos):
    assert names(find_sources([str(photos)])) == ["a.jpg", "b.png"]


def test_recursive_goes_deeper_and_remembers_where(photos):
    sources = find_sources([str(photos)], recursive=True)
    assert [str(source.below) for source in sources] == [".", ".", "deep", "deep/er"]


def test_patterns_are_expanded_here_for_shells_that_do_not(photos):
    assert names(find_sources([str(photos / "*.png")])) == ["b.png"]
    assert names(find_sources([str(photos / "**" / "*.tif")])) == ["d.tif"]


def test_a_file_with_signs_of_a_pattern_in_its_name_is_itself(tmp_path):
    (tmp_path / "a[1].png").write_bytes(b"x")
    assert names(find_sources([str(tmp_path / "a[1].png")])) == ["a[1].png"]
    assert names(find_sources([str(tmp_path / "a*.png")])) == ["a[1].png"]


def test_a_named_file_is_taken_whatever_its_suffix(photos):
    assert names(find_sources([str(photos / "notes.txt")])) == ["notes.txt"]


def test_each_photograph_comes_once(photos):
    given = [str(photos / "b.png"), str(photos), str(photos / "*.png")]
    assert names(find_sources(given)) == ["b.png", "a.jpg"]


def test_products_beside_their_photograph_are_not_cut_again(photos):
    (photos / "a_cutout.png").write_bytes(b"x")
    (photos / "portrait_mask.png").write_bytes(b"x")
    assert names(find_sources([str(photos)])) == ["a.jpg", "b.png", "portrait_mask.png"]


def test_the_output_folder_inside_the_input_is_left_out(photos):
    found = find_sources([str(photos)], recursive=True, out=photos / "deep")
    assert names(found) == ["a.jpg", "b.png"]
    assert len(find_sources([str(photos)], recursive=True, out=photos)) == 4


@pytest.mark.parametrize("given", ["gone.png", "gone", "*.gone"])
def test_what_is_not_there_is_refused(tmp_path, given):
    with pytest.raises(UsageError):
        find_sources([str(tmp_path / given)])


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no photographs"):
        find_sources([str(tmp_path)])


def test_the_stem_under_a_product():
    from pathlib import Path

    assert base_stem(Path("x/face_cutout.png")) == "face"
    assert base_stem(Path("x/face.png")) == "face"
    assert base_stem(Path("x/_mask.png")) == "_mask"


def test_companions_are_matched_by_stem_with_their_own_suffix_first(photos, tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    for name in ("a.png", "b_mask.png", "b.png"):
        (folder / name).write_bytes(b"x")
    masks = Companion.given(str(folder), "mask")
    assert masks.of(photos / "a.jpg").name == "a.png"
    assert masks.of(photos / "b.png").name == "b_mask.png"
    assert len(masks.files()) == 3


def test_a_companion_file_goes_with_every_photograph(photos):
    mask = Companion.given(str(photos / "b.png"), "mask")
    assert mask.of(photos / "a.jpg") == photos / "b.png"
    assert mask.files() == [photos / "b.png"]


def test_no_companion_two_companions_and_a_missing_folder_are_errors(photos, tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    masks = Companion.given(str(folder), "mask")
    with pytest.raises(UserError, match="a_mask or a"):
        masks.of(photos / "a.jpg")
    for name in ("b.png", "b.jpg"):
        (folder / name).write_bytes(b"x")
    with pytest.raises(UserError, match="not clear"):
        Companion.given(str(folder), "mask").of(photos / "b.png")
    with pytest.raises(UsageError, match="no such mask"):
        Companion.given(str(tmp_path / "gone"), "mask")
    assert Companion.given(None, "mask") is None
