"""Where weights are found, that they are verified, and how they are loaded."""

from __future__ import annotations

import json
import shutil

import pytest
import torch

from engine.errors import BugError, UserError
from engine.models.import_weights import import_weights
from engine.models.manifest import MANIFEST, WeightsRow, read_manifest, write_manifest
from engine.models.registry import MODELS
from engine.models.spec import ModelSpec
from engine.models.weights import (
    all_weights,
    find_weights,
    load_weights,
    search_folders,
    sha256_of,
    user_folder,
    verify,
)


@pytest.fixture
def row(safetensors_file):
    return WeightsRow(
        "small.safetensors", "small", sha256_of(safetensors_file), "MIT", "here", 1000
    )


@pytest.fixture
def filled(safetensors_file, row):
    """Makes a folder with the weights and a manifest in it."""

    def fill(folder):
        folder.mkdir(parents=True)
        shutil.copy(safetensors_file, folder)
        write_manifest(folder, [row])
        return folder

    return fill


def test_the_places_are_searched_in_their_order(tmp_path, monkeypatch, filled):
    home, given = tmp_path / "home", tmp_path / "given"
    filled(user_folder())
    assert find_weights("small").place == "user"
    monkeypatch.setenv("MATTE_HOME", str(filled(home)))
    assert find_weights("small").path == home / "small.safetensors"
    assert find_weights("small", weights=filled(given)).place == "--weights"
    assert list(search_folders(given)) == ["--weights", "$MATTE_HOME", "user", "built in"]


def test_a_listed_file_that_is_missing_in_one_place_is_taken_from_the_next(
    tmp_path, monkeypatch, filled
):
    home = filled(tmp_path / "home")
    (home / "small.safetensors").unlink()
    filled(user_folder())
    monkeypatch.setenv("MATTE_HOME", str(home))
    assert find_weights("small").place == "user"


def test_unknown_weights_are_an_error_that_names_the_places(data_folder):
    with pytest.raises(UserError, match="models add") as missing:
        find_weights("nothing")
    assert str(user_folder()) in str(missing.value)


def test_a_weights_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        all_weights(tmp_path / "gone")


def test_listed_but_missing_weights_say_so(filled):
    (filled(user_folder()) / "small.safetensors").unlink()
    with pytest.raises(UserError, match="listed but the file is missing"):
        find_weights("small")


def test_a_changed_file_is_not_loaded(filled):
    path = filled(user_folder()) / "small.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="checksum differs"):
        verify(find_weights("small"))
    with pytest.raises(UserError, match="checksum differs"):
        load_weights(find_weights("small"))


def test_weights_loaded_in_inference_mode_can_still_be_differentiated_through(filled):
    filled(user_folder())
    with torch.inference_mode():
        loaded = load_weights(find_weights("small"))
    assert not any(tensor.is_inference() for tensor in loaded.values())
    weight = loaded["a.weight"].requires_grad_()
    (weight**2).sum().backward()
    assert torch.equal(weight.grad, 2 * loaded["a.weight"])


def test_a_checkpoint_converted_in_inference_mode_gives_ordinary_tensors(tmp_path):
    path = tmp_path / "net.pth"
    torch.save({"a": torch.ones(2)}, path)
    with torch.inference_mode():
        import_weights(path)
    assert torch.equal(load_weights(find_weights("net"))["a"], torch.ones(2))


def test_a_manifest_survives_being_written_and_read(tmp_path, row):
    write_manifest(tmp_path, [row])
    assert read_manifest(tmp_path) == (row,)
    assert read_manifest(tmp_path / "elsewhere") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "not a list of weights"),
        ('{"version": 2, "weights": []}', "newer version"),
        ('{"version": 1}', "not a list of weights"),
        ('{"version": 1, "weights": [{}]}', "lacks something"),
    ],
)
def test_a_damaged_manifest_is_an_error_that_names_it(tmp_path, text, said):
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(UserError, match=said) as damaged:
        read_manifest(tmp_path)
    assert str(tmp_path) in str(damaged.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("file", "../../etc/passwd"),
        ("file", "/etc/passwd"),
        ("model", "a b"),
        ("sha256", "0" * 63),
        ("bytes", -1),
        ("bytes", "12"),
    ],
)
def test_a_manifest_cannot_point_outside_its_folder_or_lack_a_checksum(tmp_path, row, key, value):
    rows = [{**row.__dict__, key: value}]
    (tmp_path / MANIFEST).write_text(json.dumps({"version": 1, "weights": rows}))
    with pytest.raises(UserError):
        read_manifest(tmp_path)


def test_the_built_in_manifest_lists_what_is_there():
    folder = search_folders()["built in"]
    assert (folder / MANIFEST).is_file()
    for row in read_manifest(folder):
        assert sha256_of(folder / row.file) == row.sha256


def test_every_network_of_the_table_can_be_built():
    for name, spec in MODELS.items():
        assert spec.name == name
        assert callable(spec.load_builder())


def test_a_builder_is_found_by_its_path_and_a_wrong_one_is_our_bug():
    spec = ModelSpec(
        name="linear",
        title="Linear",
        kind="matting",
        summary="one layer",
        builder="torch.nn:Identity",
        weights="linear.safetensors",
        sha256="0" * 64,
        licence="MIT",
        origin="torch",
    )
    assert isinstance(spec.load_builder()(), torch.nn.Module)
    wrong = ModelSpec(**{**spec.__dict__, "builder": "torch.nn:Nothing"})
    with pytest.raises(BugError, match="the builder of linear"):
        wrong.load_builder()
