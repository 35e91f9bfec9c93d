"""All files of a run are settled, and refused if need be, before anything runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.commands.errors import UsageError
from engine.commands.inputs import Source
from engine.commands.plan import Wishes, format_named, make_folders, plan
from engine.errors import UserError
from engine.imaging.write import write_picture


def sources(*paths):
    return [Source(Path(path)) for path in paths]


def wishes(out, **more):
    return Wishes(**{"out": Path(out), "products": ("cutout",), **more})


def test_products_are_named_after_the_photograph(tmp_path):
    products = ("cutout", "alpha", "composite")
    (task,) = plan(sources("in/face.jpg"), wishes(tmp_path, products=products))
    assert {name: path.name for name, path in task.targets.items()} == {
        "cutout": "face_cutout.png",
        "alpha": "face_alpha.png",
        "composite": "face_composite.png",
    }


def test_a_format_is_for_colour_and_grey_stays_a_grey_format(tmp_path):
    (task,) = plan(sources("a.jpg"), wishes(tmp_path, products=("cutout", "alpha"), format="psd"))
    assert [path.name for path in task.targets.values()] == ["a_cutout.psd", "a_alpha.png"]
    (task,) = plan(sources("a.jpg"), wishes(tmp_path, products=("cutout", "alpha"), format="tiff"))
    assert [path.name for path in task.targets.values()] == ["a_cutout.tif", "a_alpha.tif"]


def test_folders_within_folders_are_kept(tmp_path):
    (task,) = plan([Source(Path("in/deep/a.jpg"), Path("deep"))], wishes(tmp_path))
    assert task.targets["cutout"] == tmp_path / "deep" / "a_cutout.png"
    make_folders([task])
    assert (tmp_path / "deep").is_dir()


def test_an_output_with_a_suffix_is_a_single_file(tmp_path):
    (task,) = plan(sources("a.jpg"), wishes(tmp_path / "face.tif"))
    assert task.targets == {"cutout": tmp_path / "face.tif"}


def test_an_output_folder_with_a_dot_in_its_name_is_a_folder(tmp_path):
    (tmp_path / "v1.2").mkdir()
    (task,) = plan(sources("a.jpg"), wishes(tmp_path / "v1.2"))
    assert task.targets["cutout"] == tmp_path / "v1.2" / "a_cutout.png"


@pytest.mark.parametrize(
    ("paths", "more", "said"),
    [
        (("a.jpg", "b.jpg"), {}, "do not fit"),
        (("a.jpg",), {"products": ("cutout", "alpha")}, "do not fit"),
        (("a.jpg",), {"format": "webp"}, "contradicts"),
        (("a.jpg",), {"bits": 16, "out": "face.jpg", "products": ("foreground",)}, "16 bits"),
        (("a.jpg",), {"out": "face.jpg"}, "no transparency"),
        (("a.jpg",), {"out": "face.docx"}, "docx"),
        (("a.jpg",), {"out": "face.psd", "products": ("alpha",)}, "PNG or TIFF"),
        (("a.jpg",), {"products": ("composite",), "transparent": True}, "Choose a background"),
        (("a.jpg",), {"overwrite": True, "resume": True}, "contradict"),
    ],
)
def test_contradictions_are_refused(tmp_path, paths, more, said):
    out = tmp_path / more.pop("out", "face.png")
    with pytest.raises(UsageError, match=said):
        plan(sources(*paths), wishes(out, **more))


def test_a_matte_alone_in_a_format_for_colour_is_refused(tmp_path):
    with pytest.raises(UsageError, match="png or tiff"):
        plan(sources("a.jpg"), wishes(tmp_path, products=("mask",), format="jpeg"))


def test_names_that_would_collide_are_refused_and_both_photographs_named(tmp_path):
    with pytest.raises(UsageError) as refused:
        plan(sources("one/a.jpg", "two/a.png"), wishes(tmp_path))
    assert "one/a.jpg" in str(refused.value).replace("\\", "/")
    assert "two/a.png" in str(refused.value).replace("\\", "/")


def test_an_input_is_never_written_over_even_if_overwriting_is_allowed(tmp_path):
    photo, mask = tmp_path / "a.png", tmp_path / "a_mask.png"
    photo.touch()
    mask.touch()
    with pytest.raises(UsageError, match="is an input"):
        plan(sources(photo), wishes(photo, overwrite=True))
    with pytest.raises(UsageError, match="is an input"):
        plan(
            sources(photo),
            wishes(tmp_path, products=("mask",), overwrite=True),
            also_read=[mask],
        )


def test_what_is_there_is_refused_unless_something_was_said_about_it(tmp_path):
    (tmp_path / "a_cutout.png").touch()
    (tmp_path / "b_cutout.png").touch()
    with pytest.raises(UsageError, match=r"there already, and 1 more.*--overwrite.*--resume"):
        plan(sources("a.jpg", "b.jpg", "c.jpg"), wishes(tmp_path))
    assert len(plan(sources("a.jpg"), wishes(tmp_path, overwrite=True))) == 1
    assert len(plan(sources("a.jpg"), wishes(tmp_path, resume=True))) == 1


def test_composites_of_products_lose_the_products_suffix(tmp_path):
    (task,) = plan(sources("a_cutout.png"), wishes(tmp_path, products=("composite",), renames=True))
    assert task.targets["composite"].name == "a_composite.png"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    tasks = plan(sources("a.jpg"), wishes(tmp_path / "file" / "below"))
    with pytest.raises(UserError, match="cannot be made"):
        make_folders(tasks)


@pytest.mark.parametrize(("typed", "name"), [("jpg", "jpeg"), (".TIF", "tiff"), ("png", "png")])
def test_formats_go_by_name_and_suffix(typed, name):
    assert format_named(typed) == name


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="png"):
        format_named("gif")
    assert format_named(None) is None


def test_names_come_from_a_template_and_count_the_photographs(tmp_path):
    tasks = plan(sources("a.jpg", "b.jpg"), wishes(tmp_path, template="{counter} {name} {view}"))
    names = [task.targets["cutout"].name for task in tasks]
    assert names == ["001 a Cut-out.png", "002 b Cut-out.png"]


def test_a_name_has_the_size_of_the_file_if_it_is_asked_for(tmp_path):
    photo = tmp_path / "a.png"
    write_picture(photo, np.zeros((40, 60, 3), np.uint8))
    (task,) = plan(sources(photo), wishes(tmp_path / "out", template="{name}_{size}", scale=0.5))
    assert task.targets["cutout"].name == "a_30x20.png"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{nmae}", "no field"),
        ("same", "both be saved here"),
        ("{name}/x", "has none of"),
    ],
)
def test_a_template_that_gives_no_names_is_refused(tmp_path, template, said):
    with pytest.raises(UsageError, match=said):
        plan(sources("a.jpg", "b.jpg"), wishes(tmp_path, template=template))


def test_two_products_of_one_name_are_refused(tmp_path):
    asked = wishes(tmp_path, products=("cutout", "on_white"), template="{name}")
    with pytest.raises(UsageError, match="Two files"):
        plan(sources("a.jpg"), asked)


def test_a_file_named_by_hand_takes_no_template(tmp_path):
    with pytest.raises(UsageError, match="names the file already"):
        plan(sources("a.jpg"), wishes(tmp_path / "face.png", template="{name}"))


def test_layers_alone_have_formats_of_their_own(tmp_path):
    with pytest.raises(UsageError, match="psd"):
        plan(sources("a.jpg"), wishes(tmp_path, products=("masked",), format="jpeg"))
    (task,) = plan(sources("a.jpg"), wishes(tmp_path, products=("masked", "ants"), format="jpeg"))
    assert [path.suffix for path in task.targets.values()] == [".psd", ".jpg"]
