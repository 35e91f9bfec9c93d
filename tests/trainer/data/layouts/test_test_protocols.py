"""Composed test sets: names, order, and every pixel as computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from layout_trees import SIZE, TREES, cutout, names, picture, save
from PIL import Image

from engine.errors import UserError
from trainer.data.composed_sets import write_test
from trainer.data.composition_rule import covering_corner, truncated_blend
from trainer.data.guidance import trimap_of
from trainer.data.layouts import LAYOUTS
from trainer.data.layouts.opening import open_photographs
from trainer.data.protocols import PROTOCOLS, composed_test

FOREGROUND = np.array([[[200, 100, 0], [10, 20, 30]], [[255, 255, 255], [7, 8, 9]]], np.uint8)
ALPHA = np.array([[128, 255], [0, 1]], np.uint8)
BACKGROUND = np.array([[[50, 60, 70], [1, 2, 3]], [[4, 5, 6], [100, 110, 120]]], np.uint8)
# a = 128/255: 125.29, 80.07, 34.86; opaque; empty; a = 1/255: 99.63, 109.6, 119.56
BLENDED = [[[125, 80, 34], [10, 20, 30]], [[4, 5, 6], [99, 109, 119]]]


@pytest.fixture
def sets(tmp_path):
    """Composition-1k with two test subjects, and VOC with forty pictures smaller than they are."""
    TREES["composition_1k"](tmp_path / "aim")
    TREES["voc"](tmp_path / "voc")
    return tmp_path


def composition(sets, name="composition_1k", **more):
    return composed_test(name, root=sets / "aim", voc=sets / "voc", **more)


def test_a_blend_is_cut_off_to_integers():
    blended = truncated_blend(FOREGROUND, BACKGROUND, ALPHA.astype(np.float32) / 255)
    assert blended.tolist() == BLENDED


def test_a_blend_is_what_double_precision_gives_pixel_by_pixel():
    rng = np.random.default_rng(0)
    foreground, background = rng.integers(0, 256, (2, 300, 5, 3), dtype=np.uint8)
    alpha = rng.integers(0, 256, (300, 5), dtype=np.uint8)
    blended = truncated_blend(foreground, background, alpha.astype(np.float32) / 255)
    for at in np.ndindex(alpha.shape):
        share = int(alpha[at]) / 255
        layers = zip(foreground[at].tolist(), background[at].tolist(), strict=True)
        assert blended[at].tolist() == [int(share * f + (1 - share) * b) for f, b in layers]


def test_a_background_that_covers_is_only_cropped():
    background = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    assert (covering_corner(background, (3, 2)) == background[:3, :2]).all()


@pytest.mark.parametrize("size", [(9, 4), (4, 9), (7, 7), (40, 41)])
def test_a_smaller_background_is_enlarged_by_the_larger_ratio(size):
    background = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    ratio = max(size[0] / 4, size[1] / 5)
    larger = Image.fromarray(background).resize(
        (math.ceil(5 * ratio), math.ceil(4 * ratio)), Image.Resampling.BICUBIC
    )
    corner = covering_corner(background, size)
    assert corner.shape == (*size, 3)
    assert (corner == np.array(larger)[: size[0], : size[1]]).all()


def test_composition_1k_is_composed_by_its_lists(sets):
    test = composition(sets)
    assert len(test) == 40
    assert test.names[:2] == ["dog-1.2_0", "dog-1.2_1"]
    assert test.names[20] == "cat_0"
    home = sets / "aim/Combined_Dataset/Test_set/Adobe-licensed images"
    foreground, alpha = (np.array(Image.open(home / d / "cat.png")) for d in ("fg", "alpha"))
    jpeg = sets / "voc/VOCdevkit/VOC2012/JPEGImages/2008_000017.jpg"  # 39 − (20 + 2)
    photograph = test.photograph(22)
    enlarged = Image.open(jpeg).resize((14, 6), Image.Resampling.BICUBIC)  # 4 × 9 covers 6 × 8
    background = np.array(enlarged)[:6, :8]
    assert np.abs(photograph.background.astype(int) - background).max() <= 3  # two JPEG decoders
    share = alpha[..., None] / 255
    by_hand = (share * foreground + (1 - share) * photograph.background).astype(np.uint8)
    assert (photograph.image == by_hand).all()
    assert photograph.name == "cat_2"
    official = np.array(Image.open(home / "trimaps/cat_2.png"))
    assert (photograph.trimap == official).all()


def test_what_is_written_is_what_is_composed_and_opens(sets, tmp_path):
    test = composition(sets)
    told = []
    out = tmp_path / "out"
    assert write_test(test, out, told=lambda done, whole: told.append((done, whole))) == 40
    assert told[-1] == (40, 40)
    assert all(finding.good for finding in LAYOUTS["composed"].check(out))
    written = open_photographs("composed", root=out)
    assert sorted(written.names) == sorted(test.names)
    for index in (0, 13, 39):
        composed = test.photograph(index)
        read = written.photograph(written.names.index(composed.name))
        assert (read.image == composed.image).all()
        assert (read.alpha == composed.alpha).all()
        assert (read.trimap == composed.trimap).all()


def test_a_stopped_composition_goes_on(sets, tmp_path):
    out = tmp_path / "out"
    write_test(composition(sets), out)
    gone = [out / "merged" / f"cat_{copy}.png" for copy in (3, 19)]
    before = [path.read_bytes() for path in gone]
    for path in gone:
        path.unlink()
    assert write_test(composition(sets), out) == 2
    assert [path.read_bytes() for path in gone] == before


def test_a_folder_with_another_composition_is_refused(sets, tmp_path):
    write_test(composition(sets), tmp_path / "out")
    listed = names(tmp_path / "list.txt", "cat")
    other = composition(sets, subject_list=listed)
    with pytest.raises(UserError, match="another composition"):
        write_test(other, tmp_path / "out")
    picture(tmp_path / "own/merged/a.png")
    with pytest.raises(UserError, match="something else"):
        write_test(other, tmp_path / "own")


def test_chosen_subjects_keep_the_backgrounds_of_the_whole_set(sets, tmp_path):
    whole = composition(sets)
    some = composition(sets, "pomagan_aim", subject_list=names(tmp_path / "list.txt", "cat.png"))
    assert some.names == whole.names[20:]
    assert some.backgrounds == whole.backgrounds[20:]
    assert (some.photograph(4).image == whole.photograph(24).image).all()


@pytest.mark.parametrize("name", [key for key, value in PROTOCOLS.items() if value.chosen])
def test_unpublished_choices_must_be_named(name, tmp_path):
    TREES["composition_1k"](tmp_path / "set")
    TREES["distinctions_646"](tmp_path / "set")
    TREES["voc"](tmp_path / "voc")
    with pytest.raises(UserError, match="--subjects"):
        composed_test(name, root=tmp_path / "set", voc=tmp_path / "voc")


def test_sets_without_a_list_take_voc_in_order_and_make_trimaps(tmp_path):
    TREES["distinctions_646"](tmp_path / "set")
    TREES["voc"](tmp_path / "voc")
    test = composed_test("distinctions_646", root=tmp_path / "set", voc=tmp_path / "voc")
    assert [path.stem for path in test.backgrounds] == [f"2008_{n:06d}" for n in range(20)]
    assert "order of names" in test.origin
    photograph = test.photograph(0)
    assert (photograph.trimap == trimap_of(photograph.alpha, 25, rule="p3m")).all()


def test_photomatte85_is_composed_from_its_cutouts(tmp_path):
    cutout(tmp_path / "set/PhotoMatte85/a.png")
    TREES["voc"](tmp_path / "voc")
    listed = names(tmp_path / "list.txt", *(f"2008_{n:06d}.jpg" for n in range(39, 19, -1)))
    test = composed_test(
        "pomagan_pm85", root=tmp_path / "set", voc=tmp_path / "voc", background_list=listed
    )
    assert len(test) == 20
    assert test.backgrounds[0].stem == "2008_000039"
    assert test.photograph(0).image.shape == (*SIZE, 3)


def test_missing_things_are_named(sets, tmp_path):
    listed = names(tmp_path / "list.txt", *["2008_000000"] * 39, "2007_999999")
    with pytest.raises(UserError) as raised:
        composition(sets, background_list=listed)
    assert raised.value.path.name == "2007_999999.jpg"
    with pytest.raises(UserError, match="40 backgrounds"):
        composition(sets, background_list=names(tmp_path / "short.txt", "2008_000000"))
    with pytest.raises(UserError, match="No subject is called whale"):
        composition(sets, subject_list=names(tmp_path / "who.txt", "whale.png"))
    own = sets / "aim/Combined_Dataset/Test_set/test_bg_names.txt"
    own.unlink()
    with pytest.raises(UserError) as raised:
        composition(sets)
    assert raised.value.path == own
    with pytest.raises(UserError, match="composition_1k"):
        composition(sets, "composition-2k")


def test_a_trimap_of_another_size_is_refused(sets):
    home = sets / "aim/Combined_Dataset/Test_set/Adobe-licensed images"
    path = save(home / "trimaps/cat_2.png", np.zeros((3, 3), np.uint8))
    with pytest.raises(UserError) as raised:
        composition(sets).photograph(22)
    assert raised.value.path == path


def test_every_protocol_speaks_of_a_layout():
    for protocol in PROTOCOLS.values():
        assert LAYOUTS[protocol.layout].splits[protocol.split].holds == "subjects"
