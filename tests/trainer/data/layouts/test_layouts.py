"""Every layout: a complete tree opens, and each thing that is missing is named by its path."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from layout_trees import (
    SIZE,
    TREES,
    am_2k,
    cutout,
    labels,
    matte,
    names,
    photomatte85_split,
    picture,
)
from PIL import Image

from engine.errors import UserError
from trainer.data.layouts import LAYOUTS
from trainer.data.layouts.opening import (
    open_backgrounds,
    open_photographs,
    open_pictures,
    open_subjects,
)
from trainer.data.names import Selection, selection

OPENERS = {
    "subjects": open_subjects,
    "photographs": open_photographs,
    "backgrounds": open_backgrounds,
    "pictures": open_pictures,
}
OPTIONAL = {"training_fg_names.txt", "training_bg_names.txt", "ORIGIN.tsv"}
RNG = np.random.default_rng(0)


def bad(name, root):
    return [finding for finding in LAYOUTS[name].check(root) if not finding.good]


def missing(name, root):
    return {path for finding in bad(name, root) for path in finding.missing}


def first(collection):
    """Whatever a collection's first sample is, read from its files."""
    for read in ("subject", "photograph", "picture"):
        if hasattr(collection, read):
            return getattr(collection, read)(0)
    return collection.background(0, SIZE, RNG)


def test_every_layout_has_a_tree():
    assert set(TREES) == set(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_complete_tree_lacks_nothing_and_opens(name, tmp_path):
    TREES[name](tmp_path)
    spec = LAYOUTS[name]
    assert spec.check(tmp_path)
    assert bad(name, tmp_path) == []
    opened = 0
    for split, what in spec.splits.items():
        if any(
            group.leading(spec.located(tmp_path)) for group in what.form(spec.located(tmp_path))
        ):
            if what.optional and split.startswith("train") and name == "generated":
                continue  # its one sample is for validation
            collection = OPENERS[what.holds](name, split, root=tmp_path)
            assert len(collection) >= 1
            sample = first(collection)
            image = sample if isinstance(sample, np.ndarray) else None
            image = getattr(sample, "image", image)
            image = getattr(sample, "foreground", None) if image is None else image
            assert image.shape == (*SIZE, 3) or name == "voc"
            assert image.dtype == np.uint8
            opened += 1
    assert opened


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_folder_that_is_missing_is_named(name, tmp_path):
    TREES[name](tmp_path / "whole")
    files = [path for path in (tmp_path / "whole").rglob("*") if path.is_file()]
    folders = {file.parent for file in files} - {LAYOUTS[name].located(tmp_path / "whole")}
    spec = LAYOUTS[name]
    needed = [
        folder
        for folder in sorted(folders)
        if folder.name not in ("fg", "bg", "fg_denoise") or name == "composition_1k"
    ]
    for number, folder in enumerate(needed):
        if name == "composition_1k" and folder.name in ("Training_set", "Test_set"):
            continue  # only lists lie in it directly
        broken = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole", broken)
        gone = broken / folder.relative_to(tmp_path / "whole")
        shutil.rmtree(gone)
        if name in ("ffhq",):
            assert bad(name, broken) == []  # one of many numbered folders
            continue
        told = missing(name, broken)
        assert any(gone in (path, *path.parents) for path in told), (spec.name, gone, told)


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_file_without_its_partners_is_named(name, tmp_path):
    TREES[name](tmp_path)
    spec = LAYOUTS[name]
    for file in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        optional = file.name in OPTIONAL or file.parent.name in ("bg", "fg_denoise")
        optional |= file.parent.name == "fg" and name != "composition_1k"
        alone = spec.holds in (("backgrounds",), ("pictures",)) or name == "photomatte85"
        if optional or alone:
            continue
        away = tmp_path / "away"
        file.rename(away)
        told = missing(name, tmp_path)
        assert {file, file.parent} & told, (file, told)
        away.rename(file)
    assert bad(name, tmp_path) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_empty_folder_is_not_complete(name, tmp_path):
    told = missing(name, tmp_path)
    assert told
    assert all(tmp_path in (path, *path.parents) for path in told)


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_empty_folder_does_not_open(name, tmp_path):
    split, what = next(iter(LAYOUTS[name].splits.items()))
    with pytest.raises(UserError) as raised:
        OPENERS[what.holds](name, split, root=tmp_path)
    assert raised.value.path is not None


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_row_says_what_it_is(name):
    spec = LAYOUTS[name]
    assert spec.name == name
    assert spec.title
    assert spec.home
    assert spec.licence
    assert set(spec.holds) <= set(OPENERS)


def test_composition_1k_merges_its_two_training_folders_in_the_order_of_its_list(tmp_path):
    TREES["composition_1k"](tmp_path)
    assert open_subjects("composition_1k", "train", root=tmp_path).names == ["b", "a"]
    assert open_subjects("composition_1k", "test", root=tmp_path).names == ["dog-1.2", "cat"]


def test_composition_1k_may_lie_merged(tmp_path):
    picture(tmp_path / "Training_set/fg/x.jpg")
    matte(tmp_path / "Training_set/alpha/x.png")
    assert open_subjects("composition_1k", "train", root=tmp_path).names == ["x"]


def test_a_listed_foreground_that_is_missing_stops_the_opening(tmp_path):
    TREES["composition_1k"](tmp_path)
    train = tmp_path / "Combined_Dataset/Training_set"
    names(train / "training_fg_names.txt", "b.jpg", "a.jpg", "gone.jpg")
    with pytest.raises(UserError, match=r"gone\.jpg"):
        open_subjects("composition_1k", "train", root=tmp_path)
    assert train / "Adobe-licensed images/fg/gone.jpg" in missing("composition_1k", tmp_path)


def test_a_missing_matte_stops_the_opening_and_is_named(tmp_path):
    TREES["distinctions_646"](tmp_path)
    gone = tmp_path / "Distinctions-646/Test/GT/one.png"
    picture(tmp_path / "Distinctions-646/Test/FG/two.png")
    matte(tmp_path / "Distinctions-646/Test/GT/two.png")
    gone.unlink()
    with pytest.raises(UserError) as raised:
        open_subjects("distinctions_646", "test", root=tmp_path)
    assert raised.value.path == gone


def test_photomatte85_reads_straight_colours_and_the_fourth_channel(tmp_path):
    path = cutout(tmp_path / "PhotoMatte85" / "x.png")
    stored = np.array(Image.open(path))
    subject = open_subjects("photomatte85", root=tmp_path).subject(0)
    assert (subject.foreground == stored[..., :3]).all()
    assert (subject.alpha == stored[..., 3].astype(np.float32) / 255).all()


def test_photomatte85_may_be_split(tmp_path):
    photomatte85_split(tmp_path)
    assert bad("photomatte85", tmp_path) == []
    assert open_subjects("photomatte85", root=tmp_path).subject(0).size == SIZE


@pytest.mark.parametrize("folder", ["AM-2k", "AM2k", "."])
def test_am_2k_has_several_names(folder, tmp_path):
    am_2k(tmp_path, folder)
    assert bad("am_2k", tmp_path) == []
    photograph = open_photographs("am_2k", "train", root=tmp_path).photograph(0)
    assert photograph.foreground is not None
    assert photograph.background is not None
    assert open_photographs("am_2k", "validation", root=tmp_path).photograph(0).trimap is not None
    assert len(open_subjects("am_2k", "train_foregrounds_denoised", root=tmp_path)) == 1


def test_detail_is_where_the_detail_map_is_above_nothing(tmp_path):
    picture(tmp_path / "image/a.jpg")
    matte(tmp_path / "alpha/a.png")
    values = np.zeros((16, 16), np.uint8)
    values[:, 8:] = 128  # two blocks of JPEG: no ringing over the border
    for path, size in (("image/a.jpg", 0), ("alpha/a.png", 1)):
        (picture if size == 0 else matte)(tmp_path / path, 0, (16, 16))
    (tmp_path / "detailmap").mkdir()
    Image.fromarray(values).save(tmp_path / "detailmap/a_cloud_trimap.jpg")
    photograph = open_photographs("rwp_636", root=tmp_path).photograph(0)
    assert (photograph.detail == (values > 0)).all()


def test_people_have_binary_mattes_and_hair_as_detail(tmp_path):
    picture(tmp_path / "image/0001.jpg")
    path = labels(tmp_path / "label/0001.png")
    stored = np.array(Image.open(path))
    photograph = open_photographs("people", root=tmp_path).photograph(0)
    assert (photograph.alpha == (stored > 0)).all()
    assert (photograph.detail == (stored == 2)).all()


def test_shen_takes_other_patterns(tmp_path):
    for folder in ("training", "testing"):
        picture(tmp_path / folder / "images/p7.jpg")
        matte(tmp_path / folder / "mattes/p7_alpha.png")
    spec = LAYOUTS["shen"].with_patterns(
        {"image": "images/{name}.jpg", "alpha": "mattes/{name}_alpha.png"}
    )
    assert all(finding.good for finding in spec.check(tmp_path))
    assert not all(finding.good for finding in LAYOUTS["shen"].check(tmp_path))


def test_a_pattern_needs_the_name(tmp_path):
    with pytest.raises(UserError, match="name"):
        LAYOUTS["shen"].with_patterns({"alpha": "matte.png"})


def test_ffhq_may_lie_as_the_dataset_tool_leaves_it(tmp_path):
    picture(tmp_path / "00000/img00000000.png")
    names(tmp_path / "dataset.json", "{}")
    assert open_pictures("ffhq", root=tmp_path).names == ["00000000"]


def test_afhq_tells_the_species(tmp_path):
    TREES["afhq_v2"](tmp_path)
    families = [entry.family for entry in open_pictures("afhq_v2", "train", root=tmp_path).files]
    assert families == ["cat", "dog", "wild"]


def test_one_coco_is_enough(tmp_path):
    picture(tmp_path / "train2017/000000000009.jpg")
    assert bad("coco", tmp_path) == []
    assert len(open_backgrounds("coco", "train2017", root=tmp_path)) == 1


def test_a_background_fills_the_size_asked_for(tmp_path):
    picture(tmp_path / "a.jpg", size=(5, 40))
    background = open_backgrounds("backgrounds", root=tmp_path).background(0, (12, 7), RNG)
    assert background.shape == (12, 7, 3)


def test_transparent_objects_are_left_out_by_a_list(tmp_path):
    TREES["composition_1k"](tmp_path)
    listed = names(tmp_path / "transparent.txt", "# see-through", "a.jpg", "", "glass.jpg")
    wanted = selection(leave_out=listed)
    subjects = open_subjects("composition_1k", "train", root=tmp_path, selection=wanted)
    assert subjects.names == ["b"]
    assert subjects.left_out == 1
    assert wanted.missed(["a", "b"]) == ["glass"]


def test_only_listed_subjects_are_kept(tmp_path):
    TREES["composition_1k"](tmp_path)
    wanted = Selection(keep=frozenset({"a"}))
    subjects = open_subjects("composition_1k", "train", root=tmp_path, selection=wanted)
    assert subjects.names == ["a"]


def test_a_selection_that_leaves_nothing_is_an_error(tmp_path):
    TREES["plain"](tmp_path)
    with pytest.raises(UserError, match="No sample"):
        open_photographs("plain", root=tmp_path, selection=Selection(keep=frozenset({"x"})))


def test_what_a_split_does_not_hold_is_refused_with_what_it_has(tmp_path):
    TREES["voc"](tmp_path)
    with pytest.raises(UserError, match="all \\(backgrounds\\)"):
        open_subjects("voc", root=tmp_path)
    with pytest.raises(UserError, match="all \\(backgrounds\\)"):
        open_backgrounds("voc", "train", root=tmp_path)


def test_files_of_other_systems_are_passed_over(tmp_path):
    TREES["plain"](tmp_path)
    (tmp_path / "image/._one.jpg").write_bytes(b"x")
    (tmp_path / "image/Thumbs.db").write_bytes(b"x")
    assert bad("plain", tmp_path) == []
    assert open_photographs("plain", root=tmp_path).names == ["one"]


def test_two_files_of_one_sample_are_an_error(tmp_path):
    TREES["plain"](tmp_path)
    picture(tmp_path / "image/one.png")
    with pytest.raises(UserError, match="same sample"):
        LAYOUTS["plain"].check(tmp_path)
