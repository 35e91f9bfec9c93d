"""What is said about weights goes with them: the list beside a file, or the file's own note."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import UserError
from engine.models.import_weights import import_weights
from engine.models.manifest import MANIFEST, read_manifest, write_manifest
from engine.models.provenance import LONGEST, NOTE, UNKNOWN_LICENCE, Provenance, provenance_of
from engine.models.registry import MODELS
from engine.models.weights import sha256_of, user_folder
from tests import made_networks as made

SAID = Provenance(
    licence="MIT",
    origin="trained here",
    network="random",
    recipe="mg_matting",
    config="default",
    commit="abc+",
    data="discs",
    figures={"mse": 0.25},
)


@pytest.fixture
def network(monkeypatch):
    monkeypatch.setitem(MODELS, "random", made.spec("random", "two_planes"))
    return made.seeded(made.Matting, 2).state_dict()


@pytest.fixture
def noted(tmp_path, network):
    """A weights file with a note in its header, and nothing beside it."""
    path = tmp_path / "from" / "net.safetensors"
    path.parent.mkdir()
    save_file(network, path, {"format": "pt", **SAID.as_note()})
    return path


def listed(path, **changes):
    """The same file, listed beside it as the trainer lists it."""
    said = Provenance(**{**SAID.__dict__, **changes})
    row = said.of_file(path.name, model="net", sha256=sha256_of(path), size=path.stat().st_size)
    write_manifest(path.parent, [row])


def test_the_note_of_a_file_is_taken_over(noted):
    assert provenance_of(noted) == SAID
    row = import_weights(noted, name="mine")
    assert (row.licence, row.origin, row.network) == ("MIT", "trained here", "random")
    assert (row.recipe, row.config, row.commit) == ("mg_matting", "default", "abc+")
    assert (row.data, row.figures) == ("discs", {"mse": 0.25})
    assert read_manifest(user_folder()) == (row,)


def test_the_list_beside_a_file_counts_more_than_its_note(noted):
    listed(noted, licence="CC0-1.0", figures={})
    assert provenance_of(noted).licence == "CC0-1.0"
    row = import_weights(noted)
    assert (row.model, row.licence, row.figures) == ("net", "CC0-1.0", {})


def test_a_checkpoint_with_a_list_beside_it(tmp_path, network):
    path = tmp_path / "net.pth"
    torch.save(network, path)
    listed(path)
    assert import_weights(path).licence == "MIT"


def test_a_list_about_another_file_of_that_name_says_nothing(noted, network):
    listed(noted, licence="CC0-1.0")
    save_file({name: tensor + 1 for name, tensor in network.items()}, noted)
    assert provenance_of(noted) == Provenance(UNKNOWN_LICENCE, origin="net.safetensors")


def test_a_list_of_something_else_is_none(noted):
    (noted.parent / MANIFEST).write_text('{"manifest_version": 3}')
    assert provenance_of(noted) == SAID


def test_a_network_named_in_a_note_must_fit(tmp_path, network):
    path = tmp_path / "odd.safetensors"
    save_file({"a": torch.ones(2)}, path, SAID.as_note())
    with pytest.raises(UserError, match="no weights of random: "):
        import_weights(path)
    assert load_file(path).keys() == {"a"}


@pytest.mark.parametrize(
    "note", ["no JSON", "[" * 100_000, "[]", '{"figures": {"mse": "low"}}', '{"figures": [1]}']
)
def test_a_damaged_note_is_refused(tmp_path, note):
    path = tmp_path / "net.safetensors"
    save_file({"a": torch.ones(2)}, path, {NOTE: note})
    with pytest.raises(UserError, match="say about themselves is damaged"):
        import_weights(path)


def test_a_note_cannot_speak_to_the_terminal_or_say_other_things(tmp_path):
    path = tmp_path / "net.safetensors"
    note = {"licence": "\x1b[2Jfree\n", "origin": "x" * 9999, "file": "/etc", "data": 3}
    save_file({"a": torch.ones(2)}, path, {NOTE: json.dumps(note)})
    found = provenance_of(path)
    assert found.licence == " [2Jfree "
    assert len(found.origin) == LONGEST
    assert found.data == ""
