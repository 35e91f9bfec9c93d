"""The command line from end to end, on a small crop of the sample portrait."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from engine.imaging.read import read_image, read_mask
from engine.imaging.write import write_matte, write_picture
from engine.matting.methods import METHODS
from engine.products import PRODUCTS

SAMPLE = Path(str(files("resources"))) / "samples" / "astronaut.png"
SIZE = (200, 180)


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Data and log folders of the test's own."""
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("MATTE_HOME", raising=False)


@pytest.fixture(scope="session")
def crop():
    """Head and hair of the sample."""
    return np.ascontiguousarray(read_image(SAMPLE).pixels[0:200, 130:310])


@pytest.fixture
def photo(tmp_path, crop):
    path = tmp_path / "face.png"
    write_picture(path, crop)
    return path


@pytest.fixture
def mask(tmp_path):
    """An ellipse about where the head is."""
    rows, cols = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    inside = ((rows - 110) / 100) ** 2 + ((cols - 90) / 55) ** 2 < 1
    path = tmp_path / "masks" / "face.png"
    path.parent.mkdir()
    write_matte(path, inside.astype(np.float32))
    return path


def written(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_cut_with_everything_saved(matte, photo, mask, tmp_path):
    out = tmp_path / "out"
    code, told, _ = matte(
        "cut", photo, "-o", out, "--mask", mask.parent, "--background", "#3a6ea5",
        "--save", ",".join(PRODUCTS), "--json", tmp_path / "report.json",
    )  # fmt: skip
    assert code == 0
    assert "6 files" in told
    assert written(out) == sorted(f"face_{name}.png" for name in PRODUCTS)
    for path in out.iterdir():
        assert read_image(path).size == SIZE
    alpha = read_mask(out / "face_alpha.png", SIZE)
    assert alpha[110, 90] == 1
    assert alpha[5, 5] == 0
    composite = read_image(out / "face_composite.png").pixels
    assert tuple(composite[5, 5]) == (0x3A, 0x6E, 0xA5)
    cutout = read_image(out / "face_cutout.png")
    assert np.array_equal(cutout.alpha, alpha)
    (row,) = json.loads((tmp_path / "report.json").read_text())["files"]
    assert (row["status"], row["reason"]) == ("done", None)
    assert set(row["outputs"]) == set(PRODUCTS)


def test_the_subject_is_found_without_any_mask(matte, photo, tmp_path):
    code, _, _ = matte("cut", photo, "-o", tmp_path / "face_out.png", "--save", "alpha")
    assert code == 0
    assert 0.1 < read_mask(tmp_path / "face_out.png", SIZE).mean() < 0.9


def test_mask_then_trimap_then_cut_then_composite(matte, photo, tmp_path):
    steps = tmp_path / "steps"
    assert matte("mask", photo, "-o", steps)[0] == 0
    assert matte("trimap", photo, "-o", steps, "--mask", steps, "--radius", 4)[0] == 0
    assert matte("cut", photo, "-o", steps, "--trimap", steps, "--save", "cutout,alpha")[0] == 0
    cutout = steps / "face_cutout.png"
    assert matte("composite", cutout, "-o", steps, "--background", "white:teal")[0] == 0
    assert written(steps) == [
        "face_alpha.png",
        "face_composite.png",
        "face_cutout.png",
        "face_mask.png",
        "face_trimap.png",
    ]
    assert set(np.unique(read_image(steps / "face_trimap.png").pixels)) == {0, 128, 255}


def test_a_composite_of_a_cut_out_is_the_composite_of_the_cut(matte, photo, mask, tmp_path):
    together, apart = tmp_path / "together", tmp_path / "apart"
    matte(
        "cut", photo, "-o", together, "--mask", mask, "--background", "teal",
        "--save", "cutout,composite,foreground,alpha",
    )  # fmt: skip
    foreground, alpha = together / "face_foreground.png", together / "face_alpha.png"
    matte("composite", foreground, "-o", apart, "--alpha", alpha, "--background", "teal")
    one = read_image(together / "face_composite.png").pixels.astype(int)
    two = read_image(apart / "face_composite.png").pixels.astype(int)
    assert np.abs(one - two).max() <= 1  # the matte was rounded to 8 bits on its way


def test_a_composite_needs_transparency_and_a_background(matte, photo, tmp_path):
    code, _, told = matte("composite", photo, "-o", tmp_path / "out", "--background", "teal")
    assert code == 1
    assert "--alpha" in told
    code, _, told = matte("composite", photo, "-o", tmp_path, "--background", "transparent")
    assert code == 2


def test_sixteen_bits_and_other_formats(matte, photo, mask, tmp_path):
    code, _, _ = matte(
        "cut", photo, "-o", tmp_path / "out", "--mask", mask, "--bits", 16, "--format", "tiff",
        "--save", "cutout,alpha",
    )  # fmt: skip
    assert code == 0
    for path in (tmp_path / "out").iterdir():
        assert path.suffix.startswith(".tif")
        assert read_image(path).bits == 16


def test_the_photographs_own_depth_is_kept_by_itself(matte, crop, mask, tmp_path):
    deep = tmp_path / "face.png"
    write_picture(deep, crop.astype(np.uint16) * 257, bits=16)
    assert matte("cut", deep, "-o", tmp_path / "out", "--mask", mask)[0] == 0
    assert read_image(tmp_path / "out" / "face_cutout.png").bits == 16


def test_options_change_the_matte(matte, photo, mask, tmp_path):
    mean = {}
    for name, extra in {"plain": (), "wide": ("--shift", 80), "soft": ("--feather", 6)}.items():
        out = tmp_path / f"{name}.png"
        assert matte("cut", photo, "-o", out, "--mask", mask, "--save", "alpha", *extra)[0] == 0
        mean[name] = read_mask(out, SIZE).mean()
    assert mean["wide"] > mean["plain"]
    assert mean["soft"] != mean["plain"]


def test_a_failed_file_is_reported_and_the_rest_goes_on(matte, photo, mask, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "broken.png").write_bytes(photo.read_bytes()[:300])
    (folder / "face.png").write_bytes(photo.read_bytes())
    (folder / "unmasked.png").write_bytes(photo.read_bytes())
    code, told, errors = matte(
        "cut", folder, "-o", tmp_path / "out", "--mask", mask.parent,
        "--json", tmp_path / "report.json",
    )  # fmt: skip
    assert code == 1
    assert "face_cutout.png" in told
    assert "broken.png" in errors
    assert "2 of 3 failed" in errors
    assert "Traceback" not in told + errors
    assert written(tmp_path / "out") == ["face_cutout.png"]
    rows = json.loads((tmp_path / "report.json").read_text())["files"]
    assert [row["status"] for row in rows] == ["failed", "done", "failed"]
    assert "unmasked_mask" in rows[2]["reason"]


def test_a_trimap_that_is_nearly_one_is_snapped_and_counted(matte, photo, tmp_path):
    trimap = np.full(SIZE, 128, np.uint8)
    trimap[:40], trimap[120:, 60:120] = 5, 255
    path = tmp_path / "trimap.png"
    write_matte(path, trimap)
    code, told, _ = matte("cut", photo, "-o", tmp_path / "out", "--trimap", path)
    assert code == 0
    assert f"{40 * SIZE[1]} trimap pixels snapped" in told
    trimap[:40] = 60
    write_matte(path, trimap)
    assert matte("cut", photo, "-o", tmp_path / "again", "--trimap", path)[0] == 1


def test_existing_files_are_refused_resumed_or_replaced(matte, photo, mask, tmp_path):
    def call(*extra):
        return matte("cut", photo, "-o", tmp_path / "out", "--mask", mask, *extra)

    cutout = tmp_path / "out" / "face_cutout.png"
    assert call()[0] == 0
    first = cutout.read_bytes()
    code, _, told = call()
    assert code == 2
    assert "--overwrite" in told
    stamp = cutout.stat().st_mtime_ns
    code, told, _ = call("--resume")
    assert code == 0
    assert "complete already" in told
    assert cutout.stat().st_mtime_ns == stamp
    cutout.write_bytes(first[: len(first) // 2])
    assert call("--resume")[0] == 0
    assert cutout.read_bytes() == first
    assert call("--overwrite")[0] == 0
    assert cutout.stat().st_mtime_ns > stamp
    assert cutout.read_bytes() == first


@pytest.mark.parametrize(
    "arguments",
    [
        ("cut", "{photo}"),
        ("cut", "{photo}", "-o", "{out}", "--bits", "12"),
        ("cut", "{photo}", "-o", "{out}", "--method", "magic"),
        ("cut", "{photo}", "-o", "{out}", "--save", "everything"),
        ("cut", "{photo}", "-o", "{out}", "--save", "composite"),
        ("cut", "{photo}", "-o", "{out}", "--background", "beach.jpg"),
        ("cut", "{photo}", "-o", "{out}", "--decontaminate", "150"),
        ("cut", "{photo}", "-o", "{out}", "--device", "gpu"),
        ("cut", "{photo}", "-o", "{out}", "--format", "jpeg"),
        ("cut", "{photo}", "-o", "{out}", "--format", "gif"),
        ("cut", "{photo}", "-o", "{out}", "--mask", "{photo}", "--trimap", "{photo}"),
        ("cut", "{photo}", "-o", "{out}", "--trimap", "{photo}", "--save", "mask"),
        ("cut", "{photo}", "-o", "{out}", "--contrast", "101"),
        ("cut", "{photo}", "-o", "{out}", "--json", "{out}/deep/report.json"),
        ("cut", "{photo}", "-o", "{out}", "--json", "{photo}"),
        ("cut", "{photo}", "-o", "{photo}", "--overwrite"),
        ("cut", "nothing.png", "-o", "{out}"),
        ("cut", "{out}*", "-o", "{out}"),
        ("mask", "{photo}", "-o", "{out}", "--format", "psd"),
        ("models", "info", "nothing"),
        ("fly",),
    ],
)
def test_mistakes_are_refused_before_anything_runs(matte, photo, tmp_path, arguments):
    out = tmp_path / "out"
    before = photo.read_bytes()
    code, _, told = matte(*(part.format(photo=photo, out=out) for part in arguments))
    assert code == 2
    assert told
    assert "Traceback" not in told
    assert not out.exists()
    assert photo.read_bytes() == before


def test_two_photographs_of_one_name_are_refused_before_anything_runs(matte, photo, tmp_path):
    other = tmp_path / "other" / "face.jpg"
    other.parent.mkdir()
    write_picture(other, read_image(photo).pixels)
    code, _, told = matte("cut", photo, other, "-o", tmp_path / "out")
    assert code == 2
    assert "both" in told
    assert not (tmp_path / "out").exists()


def test_the_same_photograph_gives_the_same_bytes_with_any_number_of_jobs(
    matte, crop, mask, tmp_path
):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in "abc":
        write_picture(folder / f"{name}.png", crop)
    for jobs in (1, 2):
        assert matte("cut", folder, "-o", tmp_path / str(jobs), "--mask", mask, "-j", jobs)[0] == 0
    assert written(tmp_path / "1") == written(tmp_path / "2")
    contents = {path.read_bytes() for n in "12" for path in (tmp_path / n).iterdir()}
    assert len(contents) == 1


def test_asking_for_a_device_that_is_not_there_is_an_error(matte, photo, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    code, _, told = matte("cut", photo, "-o", tmp_path / "out", "--device", "cuda")
    assert code == 1
    assert "CUDA cannot be used" in told
    assert not (tmp_path / "out").exists()


def test_a_bug_is_one_line_and_the_log_has_the_traceback(matte, photo, tmp_path, monkeypatch):
    from engine.commands import jobs
    from engine.commands.failures import log_file

    def broken(path):
        raise ZeroDivisionError("a planted bug")

    monkeypatch.setattr(jobs, "read_image", broken)
    code, _, told = matte("cut", photo, "-o", tmp_path / "out")
    assert code == 1
    assert "Traceback" not in told
    assert str(log_file()) in told
    logged = log_file().read_text()
    assert "Traceback" in logged
    assert "a planted bug" in logged


def test_models_can_be_listed_added_checked_and_found(matte, tmp_path):
    import torch

    path = tmp_path / "net.pth"
    torch.save({"state_dict": {"module.a": torch.ones(3)}}, path)
    code, told, _ = matte("models", "list")
    assert code == 0
    assert "closed_form" in told
    assert matte("models", "verify")[0] == 0
    assert matte("models", "add", path, "--as", "mine")[0] == 0
    assert "mine" in matte("models", "list")[1]
    kept = Path(matte("models", "path", "mine")[1].strip())
    assert kept.suffix == ".safetensors"
    assert "unknown" in matte("models", "info", "mine")[1]
    assert METHODS["closed_form"].summary in matte("models", "info", "closed_form")[1]
    assert matte("models", "verify", "mine")[0] == 0
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    code, _, told = matte("models", "verify")
    assert code == 1
    assert "checksum differs" in told
    assert str(kept.parent) in matte("models", "path")[1]


@pytest.mark.parametrize(
    ("propose", "heavy"), [("mask_small", ["torch"]), ("none", [])], ids=("network", "band")
)
def test_a_real_process_cuts_and_loads_no_more_than_it_must(photo, mask, tmp_path, propose, heavy):
    program = (
        "import sys\n"
        "from engine.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as ended: code = ended.code\n"
        "heavy = {'torch', 'pymatting', 'PySide6'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
        "sys.exit(code)\n"
    )
    call = [sys.executable, "-c", program, "cut", photo, "-o", tmp_path / "out", "--mask", mask]
    call += ["--propose", propose]
    told = subprocess.run(list(map(str, call)), capture_output=True, text=True, timeout=100)
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == str(heavy)
    assert "\x1b" not in told.stdout + told.stderr
    assert (tmp_path / "out" / "face_cutout.png").is_file()


def test_help_and_version_come_without_numpy():
    program = (
        "import sys\n"
        "from engine.cli import main\n"
        "commands = ([name, '--help'] for name in ('cut', 'enhance', 'models'))\n"
        "for call in (['--help'], *commands, ['--version']):\n"
        "    try: main(call)\n"
        "    except SystemExit as ended: assert not ended.code\n"
        "print(sorted({'numpy', 'cv2', 'torch'} & set(sys.modules)))\n"
    )
    environment = {**os.environ, "PYTHONUTF8": "1"}
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "[]"
    assert f"matte {version('matteapp')}" in told.stdout
    for name in ("cut", "mask", "trimap", "composite", "models"):
        assert f" {name} " in told.stdout


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for one process")
def test_ctrl_c_stops_a_real_process_cleanly_and_resume_goes_on(photo, mask, tmp_path, matte):
    photos, out, report = tmp_path / "photos", tmp_path / "out", tmp_path / "report.json"
    photos.mkdir()
    for number in range(40):
        (photos / f"{number:02}.png").write_bytes(photo.read_bytes())
    call = [
        sys.executable, "-m", "engine.cli", "cut", photos, "-o", out, "--mask", mask,
        "--json", report,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        list(map(str, call)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"--resume goes on" in told
    assert b"Traceback" not in told
    rows = json.loads(report.read_text())["files"]
    done = [row for row in rows if row["status"] == "done"]
    assert 1 <= len(done) < 40
    assert {row["status"] for row in rows} == {"done", "cancelled"}
    assert [path for path in out.iterdir() if path.suffix != ".png"] == []
    assert len(list(out.iterdir())) == len(done)
    first_three = [photos / f"{number:02}.png" for number in range(3)]
    assert matte("cut", *first_three, "-o", out, "--mask", mask, "--resume")[0] == 0
