from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UserError
from tests.called import exit_code
from trainer.cli import main
from trainer.evaluation.folders import Folders, evaluate_folders

SIZE = (24, 32)


def disc(radius: float) -> np.ndarray:
    rows, cols = np.mgrid[: SIZE[0], : SIZE[1]]
    away = np.hypot(rows - 11.5, cols - 15.5)
    return np.clip((radius - away) / 4 + 0.5, 0, 1).astype(np.float32)


def save(path: Path, plane: np.ndarray, bits: int = 8) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    dtype = {8: np.uint8, 16: np.uint16}[bits]
    cv2.imwrite(str(path), np.rint(plane * np.iinfo(dtype).max).astype(dtype))


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Two pictures: `a` is right, `b` is 0.2 too high everywhere."""
    for name in ("a", "b"):
        save(tmp_path / "alpha" / f"{name}.png", 0.8 * disc(7))
        trimap = np.where(disc(9) == 0, 0.0, np.where(disc(5) == 1, 1.0, 128 / 255))
        save(tmp_path / "trimap" / f"{name}.png", trimap)
    save(tmp_path / "pred" / "a.png", 0.8 * disc(7))
    save(tmp_path / "pred" / "b.png", 0.8 * disc(7) + 0.2)
    return Folders(tmp_path / "pred", tmp_path / "alpha", tmp_path / "trimap")


def test_pictures_are_scored_one_by_one_and_on_average(folders: Folders) -> None:
    found = evaluate_folders(folders)
    by_name = {score.name: score.errors for score in found.scores}
    assert by_name["a"]["whole"]["MAD"] == 0
    assert by_name["b"]["whole"]["MAD"] == pytest.approx(0.2, rel=1e-3)
    assert by_name["b"]["unknown"]["MSE"] == pytest.approx(0.04, rel=1e-2)
    assert found.mean()["whole"]["MAD"] == pytest.approx(0.1, rel=1e-3)
    assert found.count("unknown") == 2
    assert not found.failures


def test_sixteen_bits_a_cutout_and_another_suffix_are_read(folders: Folders) -> None:
    right = 0.8 * disc(7)
    (folders.pred / "a.png").unlink()
    save(folders.pred / "a.tif", right, bits=16)
    rgba = np.zeros((*SIZE, 4), np.uint8)
    rgba[..., 3] = np.rint(right * 255)
    cv2.imwrite(str(folders.pred / "b.png"), rgba)
    found = evaluate_folders(folders)
    assert not found.failures
    assert found.mean()["whole"]["MAD"] < 0.5 / 255


def test_detail_maps_go_by_their_stem(folders: Folders, tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / "detail" / f"{name}_cloud_trimap.png", (disc(3) > 0).astype(np.float32))
    found = evaluate_folders(
        Folders(folders.pred, folders.alpha, folders.trimap, tmp_path / "detail")
    )
    assert found.mean()["detail"]["MAD"] == pytest.approx(0.1, abs=0.001)


BREAK = {
    "missing": lambda path: path.unlink(),
    "damaged": lambda path: path.write_bytes(path.read_bytes()[:60]),
    "empty": lambda path: path.write_bytes(b""),
    "of another size": lambda path: save(path, disc(7)[:20]),
    "no picture": lambda path: path.write_text("alpha"),
    "in colour": lambda path: cv2.imwrite(
        str(path), np.dstack([disc(3), disc(6), disc(9)]).astype(np.float32) * 255
    ),
    "there twice": lambda path: save(path.with_suffix(".bmp"), disc(7)),
}


@pytest.mark.parametrize("fault", BREAK)
def test_a_bad_prediction_is_told_and_the_rest_go_on(folders: Folders, fault: str) -> None:
    BREAK[fault](folders.pred / "b.png")
    found = evaluate_folders(folders)
    assert [score.name for score in found.scores] == ["a"]
    assert [failure.name for failure in found.failures] == ["b"]
    assert "b" in found.failures[0].problem


@pytest.mark.parametrize("role", ["alpha", "trimap"])
def test_bad_truths_and_trimaps_are_told_too(folders: Folders, role: str) -> None:
    folder = getattr(folders, role)
    (folder / "a.png").write_bytes(b"not a picture")
    save(folder / "b.png", disc(7)[:20])
    found = evaluate_folders(folders)
    assert not found.scores
    assert len(found.failures) == 2


def test_a_prediction_without_a_truth_is_told(folders: Folders) -> None:
    save(folders.pred / "c.png", disc(7))
    assert [bad.name for bad in evaluate_folders(folders).failures] == ["c"]


def test_a_trimap_with_other_values_is_refused(folders: Folders) -> None:
    save(folders.trimap / "a.png", np.full(SIZE, 0.25, np.float32))  # type: ignore[operator]
    failure = evaluate_folders(folders).failures[0]
    assert failure.name == "a"
    assert "0, 128 and 255" in failure.problem


def test_a_folder_that_is_not_there_is_refused(folders: Folders, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not there"):
        evaluate_folders(Folders(tmp_path / "nowhere", folders.alpha))


@pytest.mark.parametrize("profile", ["dim", "p3m"])
def test_the_command_writes_a_table_and_json(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: str
) -> None:
    out = tmp_path / "errors.json"
    code = exit_code(
        main,
        *("evaluate", "--pred", folders.pred, "--alpha", folders.alpha),
        *("--trimap", folders.trimap, "--profile", profile, "--out", out),
    )
    assert code == 0
    written = json.loads(out.read_text())
    assert written["profile"] == profile
    assert written["count"] == 2
    assert written["mean"]["whole"]["MSE"] == pytest.approx(0.02, rel=1e-2)
    assert [row["name"] for row in written["pictures"]] == ["a", "b"]
    table = capsys.readouterr().out
    assert "unknown" in table
    assert "20.0" in table  # MSE in thousandths


def test_the_command_tells_of_bad_files_and_ends_with_one(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folders.pred / "a.png").write_bytes(b"")
    out = tmp_path / "errors.json"
    options = ["--pred", folders.pred, "--alpha", folders.alpha, "-o", out]
    assert exit_code(main, "evaluate", *options) == 1
    assert "a.png" in capsys.readouterr().err
    written = json.loads(out.read_text())
    assert (written["count"], [bad["name"] for bad in written["failed"]]) == (1, ["a"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pred", "x"],
        ["--data", "x"],
        ["--weights", "x"],
        ["--weights", "x", "--data", "y", "--pred", "z"],
        ["--pred", "x", "--alpha", "y", "--profile", "matlab"],
        ["--weights", "x", "--data", "y", "--guidance", "scribble"],
    ],
)
def test_what_the_command_cannot_do_is_said_plainly(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(main, "evaluate", *arguments) == 1
    assert capsys.readouterr().err.strip()
