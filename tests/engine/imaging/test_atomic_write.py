"""Files appear whole or not at all, and keep what belongs to their place."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BugError, UserError
from engine.imaging.atomic import all_or_none
from engine.imaging.read import read_image
from engine.imaging.types import Metadata
from engine.imaging.write import (
    WRITERS,
    replace_atomically,
    write_layers,
    write_matte,
    write_picture,
)

PIXELS = np.zeros((8, 9, 3), np.uint8)
FORMATS = sorted(WRITERS)


def suffix_of(name):
    return WRITERS[name].suffix


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_but_the_file_is_left(tmp_path, name):
    path = tmp_path / f"a{suffix_of(name)}"
    write_picture(path, PIXELS)
    write_picture(path, PIXELS)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert read_image(path).size == (8, 9)


def test_old_file_stays_if_writing_fails(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replace_atomically(path) as temporary:
        temporary.write_text("half of the new")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_temporary_file_lies_in_the_same_folder(tmp_path):
    with replace_atomically(tmp_path / "a.txt") as temporary:
        assert temporary.parent == tmp_path
        temporary.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_of_the_replaced_file_are_kept(tmp_path):
    path = tmp_path / "a.png"
    write_picture(path, PIXELS)
    path.chmod(0o640)
    write_picture(path, PIXELS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_new_file_follows_the_umask(tmp_path):
    write_picture(tmp_path / "a.png", PIXELS)
    (tmp_path / "plain").touch()
    modes = {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert len(modes) == 1


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_symbolic_link_stays_one(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "real" / "a.png")
    write_picture(link, PIXELS)
    assert link.is_symlink()
    assert read_image(tmp_path / "real" / "a.png").size == (8, 9)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("missing/a.png", "folder to save to does not exist"),
        ("file/a.png", "folder to save to is a file"),
        ("folder.png", "a folder of this name"),
    ],
)
def test_impossible_places_are_said(tmp_path, place, words):
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UserError, match=words) as caught:
        write_picture(tmp_path / place, PIXELS)
    assert caught.value.path == tmp_path / place
    assert caught.value.remedy
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.png"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_right_to_write(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserError, match="may not write"):
            write_picture(tmp_path / "a.png", PIXELS)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a place where nobody may write")
def test_place_where_not_even_root_may_write():
    with pytest.raises(UserError) as caught:
        write_picture(Path("/proc/self/a.png"), PIXELS)
    assert caught.value.remedy


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from engine.errors import UserError
from engine.imaging.write import write_layers, write_picture
pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
path = Path(sys.argv[1])
alpha = np.linspace(0, 1, 300 * 400, dtype=np.float32).reshape(300, 400)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    if sys.argv[2] == "layers":
        write_layers(path, background=pixels, foreground=pixels, alpha=alpha, bits=16)
    else:
        write_picture(path, pixels)
except UserError as error:
    print(error.problem)
    sys.exit(7)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process")
@pytest.mark.parametrize(
    ("name", "what"),
    [*((name, "picture") for name in FORMATS), ("psd", "layers"), ("exr", "layers")],
)
def test_place_without_room_leaves_the_old_file(tmp_path, name, what):
    path = tmp_path / f"a{suffix_of(name)}"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), what],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 7, done.stdout + done.stderr
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_jpeg_can_not_be_transparent(tmp_path):
    with pytest.raises(UserError, match="transparent"):
        write_picture(tmp_path / "a.jpg", PIXELS, alpha=np.ones((8, 9), np.float32))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_eight_bit_formats_refuse_sixteen(tmp_path, suffix):
    with pytest.raises(UserError, match="16 bits"):
        write_picture(tmp_path / f"a{suffix}", PIXELS, bits=16)


def test_unknown_suffix_names_the_known_ones(tmp_path):
    with pytest.raises(UserError, match=r"\.png.*\.exr"):
        write_picture(tmp_path / "a.gif", PIXELS)


def test_too_long_for_the_format(tmp_path):
    with pytest.raises(UserError, match="16383"):
        write_picture(tmp_path / "a.webp", np.zeros((1, 17000, 3), np.uint8))


@pytest.mark.parametrize("quality", [0, 101])
def test_impossible_quality(tmp_path, quality):
    with pytest.raises(UserError, match="quality"):
        write_picture(tmp_path / "a.jpg", PIXELS, quality=quality)


def test_wrong_arrays_are_bugs(tmp_path):
    with pytest.raises(BugError):
        write_picture(tmp_path / "a.png", PIXELS[..., 0])
    with pytest.raises(BugError):
        write_picture(tmp_path / "a.png", PIXELS, alpha=np.ones((3, 3), np.float32))
    with pytest.raises(BugError):
        write_matte(tmp_path / "a.png", PIXELS)
    with pytest.raises(BugError):
        write_layers(
            tmp_path / "a.psd",
            background=PIXELS,
            foreground=PIXELS[:4],
            alpha=np.ones((8, 9), np.float32),
            metadata=Metadata(),
        )


def test_files_that_belong_together_change_together_or_not_at_all(tmp_path):
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("old")

    def both():
        for path in (old, new):
            with replace_atomically(path) as temporary:
                temporary.write_text("changed")

    with pytest.raises(ZeroDivisionError), all_or_none([old, new]):
        both()
        raise ZeroDivisionError
    assert old.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]
    with all_or_none([old, new]):
        both()
    assert (old.read_text(), new.read_text()) == ("changed", "changed")
    assert len(list(tmp_path.iterdir())) == 2
