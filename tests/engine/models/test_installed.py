"""Which file of a network is used, and taking away what people added."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.models.installed import USER, installed, remove_weights
from engine.models.manifest import WeightsRow, read_manifest, write_manifest
from engine.models.registry import MODELS
from engine.models.weights import HOME_VARIABLE, user_folder


def _add(folder: Path, model: str, content: bytes = b"weights", *, network: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model}.safetensors"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    row = WeightsRow(path.name, model, digest, "mine", "", len(content), network=network)
    write_manifest(folder, [*read_manifest(folder), row])
    return path


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    folder = user_folder()
    if tmp_path not in folder.parents:
        pytest.skip("this system has another folder for data")
    return folder


def _model(name: str):
    return next(one for one in installed() if one.name == name)


def test_every_network_is_listed_with_or_without_weights(own) -> None:
    listed = {one.name: one for one in installed()}
    assert set(listed) == set(MODELS)
    assert listed["person_small"].used is not None
    assert listed["pomagan"].used is None


def test_the_users_file_comes_before_the_built_in_one(own) -> None:
    path = _add(own, "person_small")
    model = _model("person_small")
    assert [found.place for found in model.files] == [USER, "built in"]
    assert model.used is not None
    assert model.used.path == path
    path.unlink()
    assert model.used.place == "built in"


def test_a_name_of_ones_own_says_its_network(own) -> None:
    _add(own, "ours", network="prn")
    assert _model("ours").spec is None
    assert _model("ours").network is MODELS["prn"]


def test_what_was_added_can_be_removed(own) -> None:
    path, other = _add(own, "ours"), _add(own, "others")
    assert remove_weights("ours") == path
    assert not path.exists()
    assert other.exists()
    assert [row.model for row in read_manifest(own)] == ["others"]


def test_a_row_without_its_file_can_be_removed(own) -> None:
    _add(own, "ours").unlink()
    remove_weights("ours")
    assert read_manifest(own) == ()


def test_what_came_with_the_program_stays(own) -> None:
    with pytest.raises(UserError, match="not added"):
        remove_weights("person_small")
    assert _model("person_small").used is not None
