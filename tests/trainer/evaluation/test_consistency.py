"""`matte-train judge`: do mattes fit their pictures, and are the pictures like real ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.write import write_picture
from engine.models.loaded import forget_networks
from tests import made_networks
from tests.called import exit_code
from trainer.cli import main
from trainer.data.generated import GeneratedWriter
from trainer.data.picture_folders import pictures_below, pictures_of
from trainer.data.rgba_set import RgbaWriter
from trainer.data.sample import Photograph
from trainer.evaluation.consistency import alpha_consistency, known_methods
from trainer.evaluation.distance import ENOUGH, InceptionEye, SegmenterEye, distance
from trainer.metrics.frechet import frechet_distance, gaussian_of
from trainer.metrics.inception import Inception
from trainer.prepare.domains import DOMAINS
from trainer.prepare.finders import open_finder
from trainer.prepare.mattes import Matter

SIDE = 64
ORANGE, BLUE = (220, 120, 40), (40, 80, 170)
SHIFTS = (0, 8, 16)
"""Columns by which a made matte lies beside its subject."""


class Photographs:
    """Orange squares of a quarter of the picture, with mattes that are more and more off."""

    def __len__(self) -> int:
        return len(SHIFTS)

    def photograph(self, index: int) -> Photograph:
        image = np.empty((SIDE, SIDE, 3), np.uint8)
        image[:] = BLUE
        image[16:48, 16:48] = ORANGE
        alpha = np.zeros((SIDE, SIDE), np.float32)
        alpha[16:48, 16 + SHIFTS[index] : 48 + SHIFTS[index]] = 1
        return Photograph(image, alpha, f"p{index}")


class Empty:
    """Nobody is in these."""

    def __len__(self) -> int:
        return 1

    def photograph(self, index: int) -> Photograph:
        alpha = np.zeros((SIDE, SIDE), np.float32)
        return Photograph(np.full((SIDE, SIDE, 3), 60, np.uint8), alpha, "nobody")


@pytest.fixture
def weights(monkeypatch, tmp_path):
    """The only weights there are; `red` makes mattes of what is red, `random` from trimaps."""
    folder = made_networks.only_these(monkeypatch, tmp_path, matting="random")
    made_networks.save_red(folder, monkeypatch)
    monkeypatch.setenv("MATTE_DATA", "")
    forget_networks()
    yield folder
    forget_networks()


def test_errors_are_those_of_the_mattes(weights) -> None:
    finder = open_finder(DOMAINS["person"])
    red, guided = alpha_consistency(Photographs(), [Matter("red"), Matter("random")], finder)
    for index, shift in enumerate(SHIFTS):
        off = 2 * shift * 32 / SIDE**2
        assert red.errors[f"p{index}"] == pytest.approx({"MSE": off, "MAD": off}, abs=1e-4)
        assert guided.errors[f"p{index}"]["MAD"] == pytest.approx(off, abs=0.08)
    assert red.mean("MAD") == pytest.approx(2 * 24 * 32 / SIDE**2 / 3, abs=1e-4)
    assert red.as_dict()["count"] == 3 and red.seconds > 0


def test_a_method_that_needs_somebody_fails_where_nobody_is(weights) -> None:
    finder = open_finder(DOMAINS["person"])
    red, guided = alpha_consistency(Empty(), [Matter("red"), Matter("random")], finder)
    assert red.errors["nobody"]["MAD"] < 1e-4 and not red.failures
    assert guided.mean("MSE") is None
    assert [(bad.name, "Nobody is found" in bad.problem) for bad in guided.failures] == [
        ("nobody", True)
    ]


def generated(folder: Path) -> Path:
    writer = GeneratedWriter(folder)
    for index in range(len(SHIFTS)):
        writer.add(Photographs().photograph(index))
    return folder


def rgba(folder: Path) -> Path:
    folder.mkdir()
    writer = RgbaWriter(folder)
    for index in range(len(SHIFTS)):
        one = Photographs().photograph(index)
        writer.add(one.name, one.image, one.alpha, made={})
    return folder


@pytest.mark.parametrize("written", [generated, rgba])
def test_the_command_judges_both_layouts(written, weights, tmp_path, capsys) -> None:
    made, out = written(tmp_path / "set"), tmp_path / "judged.json"
    assert (
        exit_code(main, "judge", made, "--methods", "red,random", "--limit", 2, "--out", out) == 0
    )
    told = capsys.readouterr().out
    assert "red" in told and "random" in told
    rows = json.loads(out.read_text())["consistency"]
    assert [row["method"] for row in rows] == ["red", "random"]
    assert rows[0]["mean"]["MAD"] == pytest.approx(8 * 32 / SIDE**2, abs=1e-4)
    assert rows[0]["count"] == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "Nothing to judge"),
        (("--methods", "red,red"), "named twice"),
        (("--methods", "nobody"), "no matting method"),
        (("--real", "nowhere"), "nowhere"),
        (("--real", ".", "--inception", "none.pth"), "no FID"),
    ],
)
def test_what_cannot_be_judged_is_said(options, told, weights, tmp_path, capsys) -> None:
    out = tmp_path / "judged.json"
    assert exit_code(main, "judge", generated(tmp_path / "set"), *options, "--out", out) == 1
    assert told in capsys.readouterr().err
    assert not out.exists()


def test_names_of_methods() -> None:
    assert known_methods(" a, b,") == ("a", "b") and known_methods("") == ()


def noise(folder: Path, count: int, mean: float, seed: int) -> Path:
    """Pictures of coarse noise around a grey."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    for number in range(count):
        small = rng.normal(mean, 40, (8, 8, 3)).clip(0, 255).astype(np.uint8)
        write_picture(folder / f"{number:02}.png", small.repeat(4, 0).repeat(4, 1))
    return folder


def test_the_command_says_how_far_pictures_are_from_real_ones(tmp_path, capsys) -> None:
    near, far, real = (
        noise(tmp_path / name, count, mean, seed)
        for name, count, mean, seed in (("n", 10, 128, 1), ("f", 10, 20, 2), ("r", 20, 128, 3))
    )
    values = {}
    for folder in (near, far):
        pictures = pictures_below(folder)
        writer = RgbaWriter(folder)
        for index, name in enumerate(pictures.names):
            image = pictures.picture(index)
            writer.add(name, image, np.ones(image.shape[:2], np.float32), made={})
        out = tmp_path / f"{folder.name}.json"
        assert exit_code(main, "judge", folder, "--real", real, "--out", out) == 0
        told = capsys.readouterr()
        assert "FD-ours" in told.out and "FID" not in told.out and "too few" in told.err
        values[folder.name] = json.loads(out.read_text())["distance"]
    assert values["n"]["name"] == "FD-ours" and values["n"]["few"]
    assert (values["n"]["made"], values["n"]["real"]) == (10, 10)
    assert values["n"]["floor"] == pytest.approx(values["f"]["floor"])
    assert 0 < values["n"]["value"] < values["f"]["value"]
    assert values["f"]["to_all"] > values["n"]["to_all"]


class Narrow(InceptionEye):
    """Inception with a sixteenth of its channels, and weights of nobody's."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self._network = Inception(narrow=16).eval()


def test_it_is_the_frechet_distance_of_inceptions_features(tmp_path) -> None:
    made, real = noise(tmp_path / "m", 6, 90, 1), noise(tmp_path / "r", 8, 128, 2)
    eye, pictures = Narrow(), [pictures_below(folder) for folder in (made, real)]
    found = distance(*pictures, eye, seed=5)
    assert (found.name, found.made, found.real, found.few) == ("FID", 6, 4, True)
    with torch.inference_mode():
        ours, theirs = (
            eye.features(
                torch.from_numpy(np.stack([p.picture(n) for n in range(len(p))])).permute(
                    0, 3, 1, 2
                )
            ).numpy()
            for p in pictures
        )
    wanted = frechet_distance(gaussian_of(ours), gaussian_of(theirs))
    assert found.to_all == pytest.approx(wanted, rel=1e-3)
    assert found.value != found.floor and ENOUGH == 5000
    with pytest.raises(UserError, match="too few"):
        distance(pictures[0], pictures_of(str(noise(tmp_path / "t", 3, 0, 4))), eye)


def test_what_our_own_features_are_is_what_a_training_is_judged_by() -> None:
    """As `fd_ours` in the log of a run: the same numbers for the same pictures."""
    from trainer.validation.generated import GeneratorJudge, Judged

    pictures = torch.randint(0, 256, (3, 3, 40, 40), dtype=torch.uint8)
    eye = SegmenterEye("person_small", compute=Compute("cpu"))
    judge = GeneratorJudge(Judged(), [])  # type: ignore[arg-type]
    theirs = judge._features(pictures.float() / 127.5 - 1)
    torch.testing.assert_close(eye.features(pictures), theirs, atol=1e-4, rtol=1e-4)
