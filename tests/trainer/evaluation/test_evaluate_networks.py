from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.types import to_float
from engine.models.loaded import forget_networks
from engine.models.registry import MODELS
from tests import made_networks as made
from tests.called import exit_code
from trainer.cli import main
from trainer.data.layouts.opening import open_photographs
from trainer.evaluation.guidance import KINDS, coarse_mask, kind_named, true_trimap
from trainer.evaluation.networks import (
    evaluate_network,
    in_eight_bits,
    open_network,
    scaled_down,
)
from trainer.metrics import measure

SIZE = (72, 100)


def soft_disc(radius: float) -> np.ndarray:
    rows, cols = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.clip((radius - np.hypot(rows - 36, cols - 50)) / 6 + 0.5, 0, 1).astype(np.float32)


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setitem(MODELS, "random", made.spec("random", "two_planes"))
    made.save_weights(folder, "random", made.seeded(made.Matting, 2))
    forget_networks()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three pictures in a folder of one's own, with image/ and alpha/."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "pictures"
    for name in ("image", "alpha"):
        (folder / name).mkdir(parents=True)
    for index in range(3):
        pixels = rng.integers(0, 256, (*SIZE, 3), np.uint8)
        cv2.imwrite(str(folder / "image" / f"{index}.jpg"), cv2.GaussianBlur(pixels, (0, 0), 3))
        matte = np.rint(255 * soft_disc(18 + 4 * index)).astype(np.uint8)
        cv2.imwrite(str(folder / "alpha" / f"{index}.png"), matte)
    return folder


def test_the_score_is_that_of_what_the_network_answers(weights: Path, data: Path) -> None:
    network = open_network("random", compute=Compute("cpu", "float32"))
    photographs = open_photographs("plain", root=data)
    found = evaluate_network(network, photographs, kind_named("mask"), subject="test")
    photograph = photographs.photograph(1)
    mask = coarse_mask(photograph.alpha)
    answer = network.run(to_float(photograph.image), np.stack([mask, mask], axis=-1))
    expected = measure(
        in_eight_bits(answer), photograph.alpha, trimap=true_trimap(photograph.alpha)
    )
    assert found.scores[1].errors == expected
    assert expected["whole"]["SAD"] > 0
    assert found.seconds() is not None


def test_weights_in_a_file_of_their_own_score_the_same(weights: Path, data: Path) -> None:
    compute = Compute("cpu", "float32")
    photographs = open_photographs("plain", root=data)
    moved = weights.parent / "elsewhere.safetensors"
    moved.write_bytes((weights / "random.safetensors").read_bytes())
    both = [
        evaluate_network(
            open_network(name, compute=compute), photographs, KINDS["trimap"], subject="", limit=2
        ).mean()
        for name in ("random", str(moved))
    ]
    assert both[0] == both[1]


def test_weights_that_fit_no_network_are_refused(tmp_path: Path, weights: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(3)}, tmp_path / "odd.safetensors")
    with pytest.raises(UserError, match="no network"):
        open_network(str(tmp_path / "odd.safetensors"), compute=Compute("cpu"))
    (tmp_path / "bad.safetensors").write_bytes(b"no weights")
    with pytest.raises(UserError, match="safetensors"):
        open_network(str(tmp_path / "bad.safetensors"), compute=Compute("cpu"))


def test_the_command_scores_a_model_and_goes_on_after_a_bad_picture(
    weights: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "image" / "1.jpg").write_bytes(b"\xff\xd8\xff nothing")
    out = tmp_path / "scores.json"
    code = exit_code(
        main,
        *("evaluate", "--weights", "random", "--data", data, "--guidance", "mask_eroded_10"),
        *("--long-side", 64, "--profile", "p3m", "--device", "cpu", "-o", out),
    )
    assert code == 1
    written = json.loads(out.read_text())
    assert (written["count"], len(written["failed"])) == (2, 1)
    assert "mask_eroded_10" in written["subject"]
    assert written["seconds"] > 0
    assert "1.jpg" in capsys.readouterr().err


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_plane_in_range_and_the_same_again(kind: str) -> None:
    alpha = soft_disc(24)
    first, again = (
        KINDS[kind].make(alpha, true_trimap(alpha), np.random.default_rng(3)) for _ in range(2)
    )
    assert first.dtype == np.float32
    assert first.shape == alpha.shape
    assert 0 <= first.min() < first.max() <= 1
    np.testing.assert_array_equal(first, again)


def test_masks_grow_and_shrink_by_the_ellipse_named() -> None:
    """An ellipse of width 2r + 1 moves a straight edge by r."""
    alpha = np.zeros((40, 60), np.float32)
    alpha[:, :30] = 1
    widths = [int(coarse_mask(alpha, grown=by)[20].sum()) for by in (-11, 0, 11)]
    assert widths == [25, 30, 35]


def test_trimap_guidance_is_zero_half_one_and_foreground_only_is_binary() -> None:
    alpha = soft_disc(24)
    trimap = true_trimap(alpha)
    rng = np.random.default_rng(0)
    assert set(np.unique(KINDS["trimap"].make(alpha, trimap, rng))) == {0.0, 0.5, 1.0}
    foreground = KINDS["trimap_fg"].make(alpha, trimap, rng)
    np.testing.assert_array_equal(foreground, (trimap == 255).astype(np.float32))
    assert (alpha[trimap == 255] == 1).all()
    assert (alpha[trimap == 0] == 0).all()


def test_larger_pictures_are_scaled_down_with_all_that_belongs_to_them(data: Path) -> None:
    photograph = open_photographs("plain", root=data).photograph(0)
    assert scaled_down(photograph, 200) is photograph
    small = scaled_down(photograph, 50)
    assert small.alpha.shape == (36, 50)
    assert small.image.shape == (36, 50, 3)
    assert small.alpha.mean() == pytest.approx(photograph.alpha.mean(), rel=0.01)
