"""`matte enhance` from end to end, with tiny networks of the real kinds."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import imagecodecs
import numpy as np
import pytest

from engine.commands.enhance_job import EnhanceJob
from engine.commands.plan import Task
from engine.enhance.settings import CONFIGURATIONS, ModelChoice
from engine.errors import Cancelled
from engine.imaging.digital_source import ENHANCED, source_type
from engine.imaging.read import read_image, read_mask
from engine.imaging.types import Metadata
from engine.imaging.write import write_matte, write_picture
from engine.models.loaded import forget_networks
from tests.contexts import Listener
from tests.engine.jobs.test_enhancing import QUICK
from tests.made_networks import save_faces

SIZE = (90, 80)
BOX = "12,10,68,70"
OPTIONS = ("--generator", "faces", "--reference", "closed_form", "--box", BOX)
EXIF = b"II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\x04\0\0\0Cam\0\0\0\0\0"
"""One tag: the maker is "Cam"."""


@pytest.fixture(autouse=True)
def networks(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "weights"))
    monkeypatch.setitem(CONFIGURATIONS, "default", QUICK)
    forget_networks()
    save_faces(tmp_path / "weights", monkeypatch)
    yield
    forget_networks()


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    metadata = Metadata(
        icc=bytes(imagecodecs.cms_profile("rgb", gamma=2.2)), exif=EXIF, dpi=(300.0, 300.0)
    )
    for number, name in enumerate(("a", "b")):
        rng = np.random.default_rng(number)
        coarse = rng.random((9, 8, 3), dtype=np.float32)
        smooth = np.clip(cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC), 0, 1)
        write_picture(
            folder / f"{name}.png", (smooth * 65535).astype(np.uint16), bits=16, metadata=metadata
        )
    rows, cols = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    inside = ((rows - 45) / 30) ** 2 + ((cols - 40) / 22) ** 2 < 1
    write_matte(tmp_path / "mask.png", inside.astype(np.float32))
    return folder


def test_a_folder_is_enhanced_and_everything_saved(matte, photographs, tmp_path) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    everything = ("--save", "enhanced,change,alpha,cutout", "--json", report)
    guided = ("--mask", tmp_path / "mask.png", "--propose", "none")
    code, told, err = matte("enhance", photographs, "-o", out, *OPTIONS, *guided, *everything)
    assert (code, err) == (0, "")
    assert told.count("grey levels in the mean") == 2
    original, enhanced = read_image(photographs / "a.png"), read_image(out / "a_enhanced.png")
    assert enhanced.pixels.dtype == np.uint16
    assert enhanced.metadata.icc == original.metadata.icc
    assert enhanced.metadata.exif == original.metadata.exif
    assert enhanced.metadata.dpi == original.metadata.dpi
    assert source_type(enhanced.metadata.xmp) == ENHANCED
    changed = (enhanced.pixels != original.pixels).any(-1)
    assert changed.any()
    shown = read_mask(out / "a_change.png", SIZE) > 0
    assert shown.any()
    assert not (shown & ~changed).any()
    alpha = read_mask(out / "a_alpha.png", SIZE)
    assert set(np.unique(alpha[[0, -1]])) == {0.0}
    cutout = read_image(out / "a_cutout.png")
    sure = (cutout.alpha == 1) & changed
    assert np.array_equal(cutout.pixels[sure], original.pixels[sure])
    assert source_type(cutout.metadata.xmp) == ""
    first, _ = json.loads(report.read_text())["files"]
    assert first["enhancement"]["generator"] == "faces"
    assert first["enhancement"]["resolution"] == 32
    assert "composition" in first["enhancement"]["refused"]
    assert first["enhancement"]["digital_source_type"] == {
        "enhanced": ENHANCED, "change": None, "alpha": None, "cutout": None
    }  # fmt: skip
    assert first["enhancement"]["change_most"] <= QUICK.bounds.most
    code, told, _ = matte("enhance", photographs, "-o", out, *OPTIONS, *guided, *everything[:2])
    assert code == 2
    code, told, _ = matte("enhance", photographs, "-o", out, *OPTIONS, "--resume")
    assert (code, told.count("complete already")) == (0, 2)


def test_no_strength_is_the_photograph_and_colours_can_be_the_enhanced_ones(
    matte, photographs, tmp_path
) -> None:
    photo, none = photographs / "a.png", tmp_path / "none.tif"
    assert matte("enhance", photo, "-o", none, *OPTIONS, "--strength", "0")[0] == 0
    assert np.array_equal(read_image(none).pixels, read_image(photo).pixels)
    told = ("--colours", "enhanced", "--save", "enhanced,cutout", "--strength", "150%")
    guided = ("--mask", tmp_path / "mask.png", "--propose", "none")
    code, _, err = matte("enhance", photo, "-o", tmp_path, *OPTIONS, *told, *guided)
    assert (code, err) == (0, "")
    cutout, enhanced = (read_image(tmp_path / f"a_{name}.png") for name in ("cutout", "enhanced"))
    sure = cutout.alpha == 1
    assert np.array_equal(cutout.pixels[sure], enhanced.pixels[sure])
    assert not np.array_equal(cutout.pixels[sure], read_image(photo).pixels[sure])
    assert source_type(cutout.metadata.xmp) == ENHANCED


def test_what_is_missing_is_said_before_anything_runs(matte, photographs, tmp_path) -> None:
    out = tmp_path / "out"
    code, _, err = matte("enhance", photographs, "-o", out, "--generator", "nobody")
    assert code == 2
    assert "matte models add ffhq.pkl --as ffhq --accept-licence" in err
    assert "NVIDIA" in err
    program = tmp_path / "theirs.pt"
    program.write_bytes(b"a program")
    code, _, err = matte("enhance", photographs, "-o", out, *OPTIONS[:2], "--reference", program)
    assert (code, "--trust-program" in err) == (2, True)
    code, _, err = matte("enhance", photographs, "-o", out, *OPTIONS, "--backgrounds", out / "no")
    assert (code, "no such folder" in err) == (2, True)
    assert not out.exists()


class StoppedAt(Listener):
    """Stops as Ctrl+C does once a message begins with `word`."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def check(self) -> None:
        if any(message.startswith(self._word) for message in self.messages):
            raise Cancelled


def test_what_is_stopped_leaves_no_file_and_goes_on_where_it_was(photographs, tmp_path) -> None:
    target = tmp_path / "enhanced.png"
    job = EnhanceJob(
        task=Task(photographs / "a.png", {"enhanced": target}),
        models=ModelChoice(generator="faces", reference="closed_form"),
        settings=replace(QUICK, kept_every=1),
    )
    first, second = StoppedAt("Enhancing"), Listener()
    with pytest.raises(Cancelled):
        replace(job, box=box())(first)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["mask.png"]
    replace(job, box=box())(second)
    assert target.is_file()
    inverting = [text for text in first.messages if text and not text.startswith(("Enh", "Load"))]
    again = [text for text in second.messages if text and not text.startswith(("Enh", "Load"))]
    assert len(again) < len(inverting)


def box():
    from engine.commands.enhance_choices import parse_head_box

    return parse_head_box(BOX)
