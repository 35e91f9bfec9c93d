"""Where data sets lie: the environment first, then the user's file; errors say what to write."""

from __future__ import annotations

import os

import pytest
from layout_trees import TREES, matte, picture

from engine.errors import UserError
from trainer.data import roots
from trainer.data.layouts.opening import layout_of, open_photographs
from trainer.data.roots import data_root, find_root, known_roots


@pytest.fixture(autouse=True)
def user_toml(monkeypatch, tmp_path):
    """A user's file in a folder of the test's own; not written yet."""
    monkeypatch.delenv("MATTE_DATA", raising=False)
    path = tmp_path / "config" / "data.toml"
    path.parent.mkdir()
    monkeypatch.setattr(roots, "user_file", lambda: path)
    return path


def test_the_users_file_is_in_the_users_folder(monkeypatch):
    monkeypatch.undo()
    assert roots.user_file().name == "data.toml"
    assert "matte-train" in str(roots.user_file())


def test_the_users_file_names_folders(user_toml, tmp_path):
    (tmp_path / "voc").mkdir()
    user_toml.write_text(f"[data]\nvoc = '{tmp_path / 'voc'}'\n")
    assert data_root("voc") == tmp_path / "voc"
    assert known_roots()["voc"].origin == str(user_toml)


def test_paths_in_a_file_count_from_its_folder(user_toml):
    (user_toml.parent / "sets" / "voc").mkdir(parents=True)
    user_toml.write_text("[data]\nvoc = 'sets/voc'\n")
    assert data_root("voc") == user_toml.parent / "sets" / "voc"


@pytest.mark.parametrize("name", ["p3m_10k", "P3M-10k", "p3m10k"])
def test_the_environment_names_a_folder_of_folders(name, monkeypatch, tmp_path):
    (tmp_path / "sets" / "P3M-10k").mkdir(parents=True)
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "sets"))
    assert data_root(name) == tmp_path / "sets" / "P3M-10k"
    assert layout_of(find_root(name)).name == "p3m_10k"


def test_the_environment_comes_before_the_users_file(user_toml, monkeypatch, tmp_path):
    for place in ("one", "two"):
        (tmp_path / place / "voc").mkdir(parents=True)
    user_toml.write_text(f"[data]\nvoc = '{tmp_path / 'one' / 'voc'}'\nown = '{tmp_path}'\n")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "two"))
    assert data_root("voc") == tmp_path / "two" / "voc"
    assert data_root("own") == tmp_path


def test_the_environment_may_name_a_file_and_a_folder(monkeypatch, tmp_path):
    (tmp_path / "sets" / "voc").mkdir(parents=True)
    listed = tmp_path / "lab.toml"
    listed.write_text(f"[data]\ncoco = '{tmp_path}'\n")
    monkeypatch.setenv("MATTE_DATA", os.pathsep.join((str(listed), str(tmp_path / "sets"))))
    assert data_root("coco") == tmp_path
    assert data_root("voc") == tmp_path / "sets" / "voc"


def test_a_folder_may_hold_a_list_of_its_own(monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "data.toml").write_text("[data]\nvoc = '../elsewhere'\n")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "sets"))
    assert data_root("voc").samefile(tmp_path / "elsewhere")


def test_an_unknown_set_says_how_to_set_it(user_toml):
    with pytest.raises(UserError) as raised:
        data_root("voc")
    assert str(user_toml) in raised.value.remedy
    assert "MATTE_DATA" in raised.value.remedy
    assert "voc" in raised.value.remedy


def test_a_folder_that_is_gone_names_who_said_so(user_toml, tmp_path):
    user_toml.write_text(f"[data]\nvoc = '{tmp_path / 'gone'}'\n")
    with pytest.raises(UserError) as raised:
        data_root("voc")
    assert raised.value.path == tmp_path / "gone"
    assert str(user_toml) in raised.value.remedy


def test_an_environment_that_points_nowhere_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "gone"))
    with pytest.raises(UserError, match="MATTE_DATA"):
        data_root("voc")


def test_two_spellings_of_one_name_are_an_error(monkeypatch, tmp_path):
    for name in ("AM-2k", "am2k"):
        (tmp_path / "sets" / name).mkdir(parents=True)
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "sets"))
    with pytest.raises(UserError, match="could be"):
        data_root("am_2k")
    assert data_root("AM-2k").name == "AM-2k"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "",
        "[other]\n",
        "[data]\nvoc = 3\n",
        "[data]\nvoc = {layout = 'voc'}\n",
        "data = 1",
    ],
)
def test_a_bad_file_is_named(text, user_toml):
    user_toml.write_text(text)
    with pytest.raises(UserError) as raised:
        known_roots()
    assert raised.value.path == user_toml


def test_a_set_of_any_name_says_its_layout(user_toml, tmp_path):
    TREES["people"](tmp_path / "street")
    user_toml.write_text("[data]\nmine = {path = '../street', layout = 'people'}\n")
    assert open_photographs("mine").names == ["0001"]


@pytest.mark.parametrize("layout", ["people", "plain", "generated", "rgba", "rwp_636", "composed"])
def test_a_folder_of_any_name_is_recognised(layout, user_toml, tmp_path):
    TREES[layout](tmp_path / "set")
    user_toml.write_text("[data]\nmine = '../set'\n")
    assert layout_of(find_root("mine")).name == layout
    assert len(open_photographs("mine")) == 1


def test_a_folder_that_fits_nothing_says_how_to_name_its_layout(user_toml, tmp_path):
    (tmp_path / "set").mkdir()
    user_toml.write_text("[data]\nmine = '../set'\n")
    with pytest.raises(UserError, match="layout = "):
        open_photographs("mine")


def test_patterns_stand_beside_the_path(user_toml, tmp_path):
    picture(tmp_path / "portraits/train_images/7.jpg")
    matte(tmp_path / "portraits/train_mattes/7-a.png")
    user_toml.write_text(
        "[data.shen]\npath = '../portraits'\n"
        "image = '/train_images/{name}.jpg'\nalpha = '/train_mattes/{name}-a.png'\n"
    )
    assert open_photographs("shen", "train").names == ["7"]


def test_patterns_for_a_set_with_fixed_names_are_an_error(user_toml, tmp_path):
    user_toml.write_text("[data]\nvoc = {path = '..', image = '{name}.jpg'}\n")
    with pytest.raises(UserError, match="no patterns"):
        layout_of(find_root("voc"))
