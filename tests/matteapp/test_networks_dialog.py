"""The dialog of networks: everything is listed, checked, and only one's own can go."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.models.installed import USER, installed
from engine.models.manifest import WeightsRow, read_manifest, write_manifest
from engine.models.registry import MODELS
from engine.models.spec import ModelKind
from engine.models.weights import user_folder
from matteapp.dialogs.models import KINDS, NO_WEIGHTS, ModelsDialog


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    """A folder of the user's with one small file, listed with the size of its bytes."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = user_folder()
    if tmp_path not in folder.parents:
        pytest.skip("this system has another folder for data")
    folder.mkdir(parents=True)
    content = b"weights of ours"
    (folder / "ours.safetensors").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    row = WeightsRow("ours.safetensors", "ours", digest, "CC BY-NC 2.0", "a friend", len(content))
    write_manifest(folder, [row])
    return folder


@pytest.fixture
def dialog(studio, own) -> ModelsDialog:
    studio.window.actions_by_name["edit.models"].trigger()
    return studio.window.findChild(ModelsDialog)


def test_every_kind_of_network_has_a_heading() -> None:
    assert set(ModelKind.__args__) <= set(KINDS)


def test_every_network_is_listed(dialog) -> None:
    assert set(dialog.items) == {*MODELS, "ours"}
    assert dialog.items["pomagan"].text(1) == NO_WEIGHTS
    assert dialog.items["person_small"].text(2) == "10.3 MB"
    assert dialog.items["ours"].text(1) == "yours"


def test_what_is_known_is_said(dialog) -> None:
    dialog.choose("person_small")
    said, model = dialog.words.text(), MODELS["person_small"]
    row = next(one for one in installed() if one.name == "person_small").files[0].row
    for known in (model.summary, model.origin, row.licence, row.sha256[:32], "This file is used."):
        assert known in said


def test_checking_tells_a_damaged_file(dialog, own, qtbot) -> None:
    (own / "ours.safetensors").write_bytes(b"something else")
    dialog.choose("ours")
    dialog.check.click()
    qtbot.waitUntil(dialog.bar.isVisible, timeout=20_000)
    assert "ours.safetensors" in dialog.bar.text.text()
    assert "checksum differs" in dialog.words.text()
    dialog.choose("mask_small")
    assert "Checked" in dialog.words.text()


def test_only_ones_own_can_be_removed_and_is_asked_about(dialog, own) -> None:
    dialog.choose("person_small")
    assert not dialog.remove.isEnabled()
    dialog.choose("ours")
    dialog.remove.click()
    assert (own / "ours.safetensors").exists()
    dialog.bar.action.click()
    assert not (own / "ours.safetensors").exists()
    assert read_manifest(own) == ()
    assert "ours" not in dialog.items


def test_what_was_imported_appears(dialog, own, studio) -> None:
    row = read_manifest(own)[0]
    (own / "more.safetensors").write_bytes(b"weights of ours")
    more = WeightsRow("more.safetensors", "more", row.sha256, "mine", "", row.bytes)
    write_manifest(own, [row, more])
    studio.enhancing.imported.emit()
    assert dialog.items["more"].text(1) == "yours"
    assert installed()[-1].files[0].place == USER
