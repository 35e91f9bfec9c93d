"""Figures that networks are judged by, with networks whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.errors import UserError
from trainer.data.guidance import GuidanceSettings
from trainer.data.sample import Photograph
from trainer.validation import foreground, matting
from trainer.validation.photographs import Judged, judged_photographs, made_photograph
from trainer.validation.sheet import picture_sheet

SETTINGS = Judged(count=3, side=64, shown=2)


class Constant(nn.Module):
    """Answers the same everywhere."""

    guidance_channels = 2
    size_multiple = 32

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        assert rgb.shape[-1] % 32 == 0
        assert guidance.shape[1] == 2
        return self.value.expand(rgb.shape[0], 1, *rgb.shape[2:])


class Picture(nn.Module):
    """Answers the picture's own colours."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, rgb: Tensor, alpha: Tensor) -> Tensor:
        return rgb


def test_a_constant_matte_is_as_wrong_as_the_truth_is_far_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alpha = np.zeros((50, 70), np.float32)
    alpha[20:30, 20:30] = 0.25
    trimap = np.zeros((50, 70), np.uint8)
    trimap[20:30, 20:30] = 128
    image = np.zeros((50, 70, 3), np.uint8)
    photograph = Photograph(image, alpha, "known", "soft", trimap=trimap)
    monkeypatch.setattr(matting, "judged_photographs", lambda settings: [lambda: photograph])
    judge = matting.MattingJudge(SETTINGS, GuidanceSettings())
    found = judge({"alpha": Constant(0.75)})
    assert found.figures == pytest.approx({"sad": 100 * 0.5 / 1000, "mse": 0.25, "mse_soft": 0.25})
    assert found.figures[found.selected] == found.figures["mse"]


def test_the_same_network_is_judged_the_same() -> None:
    judge = matting.MattingJudge(SETTINGS, GuidanceSettings())
    first, again = judge({"alpha": Constant(0.5)}), judge({"alpha": Constant(0.5)})
    assert first.figures == again.figures
    assert np.array_equal(first.pictures["sheet"], again.pictures["sheet"])


def test_made_photographs_are_those_that_are_never_trained_on() -> None:
    from trainer.data.made import FAMILIES

    families = {read().family for read in judged_photographs(SETTINGS)}
    assert all(FAMILIES[family].split == "validation" for family in families)
    photograph = made_photograph(0, 64, 900_000)
    assert photograph.foreground is not None
    alpha = photograph.alpha[..., None]
    exact = alpha * photograph.foreground + (1 - alpha) * photograph.background
    assert np.abs(photograph.image - exact).max() <= 0.5 + 1e-3


def test_colour_errors_by_hand() -> None:
    truth = np.zeros((2, 2, 3), np.uint8)
    answer = np.full((2, 2, 3), 0.5, np.float32)
    alpha = np.array([[0, 0], [0.5, 1]], np.float32)
    found = foreground.colour_errors(answer, truth, alpha)
    assert found == pytest.approx(
        {
            "mse": 0.25,
            "sad": 2 * 3 * 0.5 / 1000,
            "mse_shown": (0.25**2 + 0.5**2) / 2,
            "sad_shown": 3 * 0.75 / 1000,
        }
    )


def test_the_pictures_own_colours_are_wrong_only_where_the_ground_shows() -> None:
    judge = foreground.ForegroundJudge(SETTINGS)
    found = judge({"foreground": Picture()})
    photographs = [read() for read in judged_photographs(SETTINGS)]
    by_hand = [
        np.square((p.image / 255.0 - p.foreground / 255.0)[p.alpha > 0]).mean() for p in photographs
    ]
    assert found.figures["mse"] == pytest.approx(float(np.mean(by_hand)), rel=1e-4)
    assert found.figures["mse_shown"] < found.figures["mse"]
    assert found.pictures["sheet"].shape == (2 * 256, 5 * 256, 3)


def test_an_answer_is_seen_beside_the_usual_estimate_and_doing_nothing() -> None:
    found = foreground.ForegroundJudge(SETTINGS)({"foreground": Picture()}).figures
    for figure in ("mse", "sad", "mse_shown", "sad_shown"):
        assert found[f"{figure}_picture"] == pytest.approx(found[figure], rel=1e-5)
        assert 0 < found[f"{figure}_multilevel"] < found[figure]


def test_photographs_without_colours_cannot_judge_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Photograph(np.zeros((32, 32, 3), np.uint8), np.zeros((32, 32), np.float32), "bare")
    monkeypatch.setattr(foreground, "judged_photographs", lambda settings: [lambda: bare])
    with pytest.raises(UserError, match="bare comes without foreground"):
        foreground.ForegroundJudge(SETTINGS)({"foreground": Picture()})


def test_a_sheet_takes_pictures_of_any_size() -> None:
    rows = [
        [np.zeros((30, 90, 3), np.uint8), np.ones((90, 30), np.float32)],
        [np.zeros((500, 400, 3), np.uint8), np.full((64, 64), 0.5, np.float32)],
    ]
    sheet = picture_sheet(rows)
    assert sheet.shape == (512, 512, 3)
    assert sheet[10, 256 + 10].tolist() == [255, 255, 255]
    assert sheet[300, 300].tolist() == [128, 128, 128]
