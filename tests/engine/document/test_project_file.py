"""Project files keep everything, replace each other as a whole, and survive nothing silently."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.document import edits
from engine.document.project_file import (
    MANIFEST_ENTRY,
    THUMBNAIL_ENTRY,
    load_project,
    read_thumbnail,
    save_project,
)
from engine.document.project_manifest import PLANE_ENTRIES, VERSION
from engine.document.source import DifferentSource, MissingSource
from engine.document.state import DocumentState, SourceLink, new_document
from engine.errors import Cancelled, UserError
from engine.imaging.types import Image, Metadata, Rect
from tests.contexts import StoppedAfter


@pytest.fixture
def project(tmp_path: Path, portrait: DocumentState) -> Path:
    path = tmp_path / "portrait.matte"
    save_project(path, portrait)
    return path


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in entries.items():
            file.writestr(name, data)


def _with_manifest(path: Path, **values: object) -> None:
    def change(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries[MANIFEST_ENTRY])
        manifest.update(values)
        entries[MANIFEST_ENTRY] = json.dumps(manifest).encode()

    _rewritten(path, change)


def _assert_same(one: DocumentState, other: DocumentState) -> None:
    np.testing.assert_array_equal(one.image.pixels, other.image.pixels)
    for name in ("strokes", "trimap", "mask"):
        np.testing.assert_array_equal(getattr(one, name).read(), getattr(other, name).read())
    np.testing.assert_allclose(one.alpha.read(), other.alpha.read(), rtol=0, atol=1 / 65535)
    assert one.settings == other.settings
    assert one.alpha_stale == other.alpha_stale


def test_a_document_comes_back_as_it_was(portrait, project):
    loaded = load_project(project)
    _assert_same(loaded, portrait)
    assert loaded.source == portrait.source
    known = np.isin(portrait.alpha.read(), (0, 1))
    np.testing.assert_array_equal(loaded.alpha.read()[known], portrait.alpha.read()[known])


def test_saving_what_was_loaded_gives_the_same_bytes(project, tmp_path):
    again = tmp_path / "again.matte"
    save_project(again, load_project(project))
    assert again.read_bytes() == project.read_bytes()


def test_a_document_with_nothing_done_yet_is_kept_too(tmp_path, photograph, portrait):
    path = tmp_path / "new.matte"
    save_project(path, new_document(portrait.image, portrait.source))
    loaded = load_project(path)
    assert [name for name, _ in loaded.planes()] == ["strokes"]


def test_an_embedded_photograph_needs_no_file(tmp_path, photograph, portrait):
    path = tmp_path / "whole.matte"
    source = save_project(path, portrait, embed=True)
    original = photograph.read_bytes()
    photograph.unlink()
    loaded = load_project(path)
    _assert_same(loaded, portrait)
    assert loaded.source == source
    assert loaded.source.data == original
    save_project(path, loaded)
    _assert_same(load_project(path), portrait)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_pasted_picture_is_embedded_by_itself(tmp_path, dtype):
    pixels = np.random.default_rng(2).integers(0, 255, (40, 50, 3)).astype(dtype)
    alpha = np.tile(np.linspace(0, 1, 6, dtype=np.float32).repeat(10)[:50], (40, 1))
    image = Image(pixels, alpha, Metadata(dpi=(300.0, 300.0)))
    path = tmp_path / "pasted.matte"
    save_project(path, new_document(image, SourceLink(None, "", False)))
    loaded = load_project(path)
    np.testing.assert_array_equal(loaded.image.pixels, pixels)
    np.testing.assert_allclose(loaded.image.alpha, alpha, atol=1 / 255)


def test_a_moved_folder_is_found_by_the_relative_path(tmp_path, photograph, portrait):
    old, new = tmp_path / "photos", tmp_path / "moved"
    save_project(old / "a.matte", portrait)
    old.rename(new)
    loaded = load_project(new / "a.matte")
    assert loaded.source.path == new / photograph.name


def test_a_missing_photograph_is_asked_for_and_relinked(tmp_path, photograph, portrait, project):
    elsewhere = tmp_path / "elsewhere.png"
    photograph.rename(elsewhere)
    with pytest.raises(MissingSource) as missing:
        load_project(project)
    assert missing.value.expected == photograph
    assert missing.value.sha256 == portrait.source.sha256
    assert missing.value.changed is None
    loaded = load_project(project, source=elsewhere)
    _assert_same(loaded, portrait)
    assert loaded.source.path == elsewhere


def test_a_photograph_that_changed_in_its_place_is_not_taken_silently(photograph, project):
    image = cv2.imread(str(photograph))
    cv2.imwrite(str(photograph), 255 - image)
    with pytest.raises(MissingSource, match="changed") as missing:
        load_project(project)
    assert missing.value.changed == photograph
    with pytest.raises(DifferentSource):
        load_project(project, source=photograph)
    loaded = load_project(project, source=photograph, accept_different=True)
    np.testing.assert_array_equal(loaded.image.pixels, 255 - image[..., ::-1])


def test_a_different_photograph_must_have_the_same_size(tmp_path, project):
    small = tmp_path / "small.png"
    cv2.imwrite(str(small), np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(UserError, match="20 × 20"):
        load_project(project, source=small, accept_different=True)


def test_a_changed_photograph_is_not_embedded(tmp_path, photograph, portrait):
    photograph.write_bytes(b"other")
    with pytest.raises(UserError, match="changed"):
        save_project(tmp_path / "a.matte", portrait, embed=True)
    assert list(tmp_path.glob("*.matte")) == []


@pytest.mark.parametrize("checks", range(6))
def test_a_cancelled_save_leaves_the_old_file(project, portrait, checks):
    before = project.read_bytes()
    with pytest.raises(Cancelled):
        save_project(project, edits.clear_strokes(portrait), ctx=StoppedAfter(checks))
    assert project.read_bytes() == before
    assert [p.name for p in project.parent.iterdir() if p.is_file()] == [project.name]


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on file sizes")
def test_a_full_disk_leaves_the_old_file(project):
    before = project.read_bytes()
    # In a child, since a limit on file sizes can't be taken back.
    child = subprocess.run(
        [sys.executable, "-c", _SAVE_WITHOUT_SPACE, str(project)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "UserError" in child.stdout, child.stderr
    assert project.read_bytes() == before
    assert [p.name for p in project.parent.iterdir() if p.is_file()] == [project.name]


_SAVE_WITHOUT_SPACE = """
import resource, signal, sys
from pathlib import Path
from engine.document.edits import clear_strokes
from engine.document.project_file import load_project, save_project
from engine.errors import UserError
path = Path(sys.argv[1])
state = clear_strokes(load_project(path))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    save_project(path, state)
except UserError as error:
    print("UserError", error)
"""


def test_a_folder_that_is_not_there_is_said(tmp_path, portrait):
    with pytest.raises(UserError, match="folder"):
        save_project(tmp_path / "no" / "a.matte", portrait)


def test_the_thumbnail_shows_the_cut_out(portrait, project):
    data = np.frombuffer(read_thumbnail(project), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert picture.shape == (256, 256, 4)
    assert picture[:, 0, 3].max() == 0 and picture[:, -1, 3].min() == 255
    np.testing.assert_array_equal(picture[..., 2::-1], portrait.image.pixels[::2, ::2])


def test_a_newer_version_is_said_to_need_an_update(project):
    _with_manifest(project, version=VERSION + 1, planes="of another kind")
    with pytest.raises(UserError, match="newer version") as refused:
        load_project(project)
    assert "Update" in refused.value.remedy and refused.value.path == project


@pytest.mark.parametrize("keep", [0, 1, 100, 1000, -1000, -30, -1])
def test_a_truncated_file_is_refused(project, keep):
    project.write_bytes(project.read_bytes()[:keep])
    with pytest.raises(UserError, match="damaged") as refused:
        load_project(project)
    assert refused.value.path == project


def test_damage_inside_a_plane_is_refused(project):
    data = bytearray(project.read_bytes())
    with zipfile.ZipFile(project) as file:
        place = file.getinfo(PLANE_ENTRIES["alpha"]).header_offset + 500
    data[place] ^= 0xFF
    project.write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        load_project(project)


@pytest.mark.parametrize(
    "values",
    [
        {"format": "something else"},
        {"version": 0},
        {"version": "1"},
        {"version": True},
        {"size": [512]},
        {"size": [512.0, 512]},
        {"size": [0, 512]},
        {"size": [10**9, 10**9]},
        {"size": [512, 511]},
        {"settings": {"method": 3}},
        {"settings": {"no such setting": 3}},
        {"settings": []},
        {"source": {}},
        {"source": {"sha256": 64}},
        {"source": {"sha256": "0" * 64, "path": "bad\0name", "relative": "x" * 5000}},
        {"source": {"sha256": "0" * 64, "entry": "no/such/entry"}},
        {"planes": {}},
        {"planes": {"strokes": "planes/mask.png"}},
        {"planes": {**PLANE_ENTRIES, "more": "planes/more.png"}},
        {"alpha_stale": [1, 2, 3]},
    ],
)
def test_a_wrong_manifest_is_refused(project, values):
    _with_manifest(project, **values)
    with pytest.raises(UserError) as refused:
        load_project(project)
    assert refused.value.path == project


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b"\xff", b'{"version": NaN}', b"3"])
def test_a_manifest_that_is_no_json_is_refused(project, text):
    _rewritten(project, lambda entries: entries.update({MANIFEST_ENTRY: text}))
    with pytest.raises(UserError):
        load_project(project)


def _png(shape: tuple[int, ...], dtype: type, value: int = 0) -> bytes:
    return cv2.imencode(".png", np.full(shape, value, dtype))[1].tobytes()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("strokes", _png((512, 512), np.uint8, 9)),
        ("trimap", _png((512, 512), np.uint8, 100)),
        ("alpha", _png((512, 512), np.uint8)),
        ("strokes", _png((512, 512), np.uint16)),
        ("strokes", _png((512, 512, 3), np.uint8)),
        ("mask", _png((512, 500), np.uint16)),
        ("mask", _png((512, 512), np.uint16)[:-30]),
        ("mask", b"\xff\xd8\xff" + bytes(50)),
        ("mask", b""),
    ],
)
def test_a_wrong_plane_is_refused(project, name, data):
    _rewritten(project, lambda entries: entries.update({PLANE_ENTRIES[name]: data}))
    with pytest.raises(UserError, match="damaged"):
        load_project(project)


@pytest.mark.parametrize("name", [MANIFEST_ENTRY, *PLANE_ENTRIES.values()])
def test_a_missing_entry_is_refused(project, name):
    _rewritten(project, lambda entries: entries.pop(name))
    with pytest.raises(UserError, match="missing"):
        load_project(project)


def test_a_missing_thumbnail_is_no_matter(project, portrait):
    _rewritten(project, lambda entries: entries.pop(THUMBNAIL_ENTRY))
    _assert_same(load_project(project), portrait)


@pytest.mark.parametrize("name", ["../evil", "/evil", "planes/../../evil", "..\\evil", "C:evil"])
def test_names_that_lead_out_are_refused(project, name):
    _rewritten(project, lambda entries: entries.update({name: b"!"}))
    with pytest.raises(UserError, match="evil"):
        load_project(project)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(project):
    with zipfile.ZipFile(project, "a") as file:
        file.writestr(MANIFEST_ENTRY, b"{}")
    with pytest.raises(UserError, match="two entries"):
        load_project(project)


def test_a_bomb_is_refused_before_it_is_unpacked(project):
    with zipfile.ZipFile(project) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    entries[PLANE_ENTRIES["mask"]] = bytes(64 << 20)
    with zipfile.ZipFile(project, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    assert project.stat().st_size < 4 << 20
    with pytest.raises(UserError, match="says it has"):
        load_project(project)


def test_loading_can_be_cancelled(project):
    with pytest.raises(Cancelled):
        load_project(project, ctx=StoppedAfter(3))


def test_where_guidance_was_newer_than_the_matte_is_kept(tmp_path, portrait):
    state = edits.set_alpha(portrait, portrait.alpha.read().copy())
    rect = Rect(5, 5, 9, 12)
    state = edits.paint(state, rect, np.full((4, 7), 3, np.uint8))
    save_project(tmp_path / "a.matte", state)
    assert load_project(tmp_path / "a.matte").alpha_stale == rect
