"""Pairs over green: what is on which side, as the key says, and nothing that gives it away."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UserError
from tests.called import exit_code
from trainer.cli import main
from trainer.evaluation.blind import GAP, KEY, Compared, write_pairs

SIZE = (40, 60)
COUNT = 7
LEVELS = {"pred": 1.0, "against": 0.5}
"""Alpha of each method's mattes, everywhere the same."""


@pytest.fixture
def compared(tmp_path: Path) -> Compared:
    """Photographs of one colour each; one method keeps all of them, the other half."""
    folders = Compared(tmp_path / "ours", tmp_path / "theirs", tmp_path / "images")
    for folder in vars(folders).values():
        folder.mkdir()
    for number in range(COUNT):
        picture = np.full((*SIZE, 3), colour(number), np.uint8)
        cv2.imwrite(str(folders.images / f"p{number}.png"), picture[..., ::-1])
        for role, level in LEVELS.items():
            matte = np.full(SIZE, round(255 * level), np.uint8)
            cv2.imwrite(str(vars(folders)[role] / f"p{number}.png"), matte)
    return folders


def colour(number: int) -> tuple[int, int, int]:
    return 200, 20 * number, 100


def read(path: Path) -> np.ndarray:
    return cv2.imread(str(path))[..., ::-1]


def test_the_key_says_what_is_on_which_side(compared: Compared, tmp_path: Path) -> None:
    out = tmp_path / "sheet"
    vote = write_pairs(compared, out, seed=3)
    key = json.loads((out / KEY).read_text())
    assert key["pairs"] == vote.pairs and key["seed"] == 3
    assert key["folders"]["against"] == str(compared.against)
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [KEY, *(f"{number:03}.png" for number in range(1, COUNT + 1))]
    )
    assert {pair["picture"] for pair in vote.pairs.values()} == {f"p{n}" for n in range(COUNT)}
    for number, pair in key["pairs"].items():
        shown = read(out / f"{number}.png")
        width = SIZE[1]
        assert shown.shape == (SIZE[0], 3 * width + 2 * GAP, 3)
        photograph = np.array(colour(int(pair["picture"][1:])))
        assert (shown[:, :width] == photograph).all()
        for place, side in ((width + GAP, "left"), (2 * (width + GAP), "right")):
            level = round(255 * LEVELS[pair[side]]) / 255
            wanted = np.rint(level * photograph + (1 - level) * np.array([0, 255, 0]))
            assert np.abs(shown[:, place : place + width] - wanted).max() <= 1


def test_order_and_sides_are_shuffled_and_the_sides_balanced(
    compared: Compared, tmp_path: Path
) -> None:
    votes = [write_pairs(compared, tmp_path / str(seed), seed=seed).pairs for seed in range(4)]
    again = write_pairs(compared, tmp_path / "again", seed=0).pairs
    assert again == votes[0]
    assert len({tuple(pair["picture"] for pair in vote.values()) for vote in votes}) > 1
    assert len({tuple(pair["left"] for pair in vote.values()) for vote in votes}) > 1
    for vote in votes:
        left = [pair["left"] for pair in vote.values()]
        assert abs(left.count("pred") - left.count("against")) <= 1


def test_the_command_writes_pairs_and_names_what_it_cannot(
    compared: Compared, tmp_path: Path, capsys
) -> None:
    (compared.against / "p2.png").unlink()
    out = tmp_path / "sheet"
    options = ["--pred", compared.pred, "--against", compared.against, "--images", compared.images]
    assert exit_code(main, "evaluate", "--sheet", out, *options, "--long-side", "32") == 1
    told = capsys.readouterr()
    assert "p2 has no against" in told.err
    assert f"{COUNT - 1} pairs" in told.out
    assert read(out / "001.png").shape == (21, 3 * 32 + 2 * GAP, 3)
    assert not (out / f"{COUNT:03}.png").exists()
    assert len(json.loads((out / KEY).read_text())["pairs"]) == COUNT - 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--sheet", "out"), "Something is missing"),
        (("--against", "b", "--images", "c", "--pred", "a"), "Something is missing"),
        (("--sheet", "out", "--weights", "prn_small"), "alone"),
    ],
)
def test_what_does_not_fit_together_is_refused(options: tuple[str, ...], told: str, capsys) -> None:
    assert exit_code(main, "evaluate", *options) != 0
    assert told in capsys.readouterr().err


def test_a_folder_that_holds_something_is_left_alone(compared: Compared, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds something"):
        write_pairs(compared, tmp_path, seed=0)
    assert not (tmp_path / KEY).exists()
