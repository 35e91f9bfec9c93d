"""Figures of trimap networks whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trainer.data.sample import Photograph
from trainer.data.trimap_samples import Truth
from trainer.validation.trimaps import Judged, TrimapJudge

SIDE = 64


class Painted:
    """Photographs that show their own matte in red; soft at the edge, or a label."""

    def __init__(self, *, soft: bool = True) -> None:
        self.soft = soft

    def scene(self, rng: np.random.Generator) -> Photograph:
        centre = rng.uniform(0.4, 0.6, 2)
        rows, cols = np.mgrid[:96, :80] / np.reshape((96, 80), (2, 1, 1))
        away = np.hypot(rows - centre[0], cols - centre[1])
        alpha = np.clip((0.35 - away) / 0.1, 0, 1).astype(np.float32)
        alpha = alpha if self.soft else (alpha > 0.5).astype(np.float32)
        image = np.zeros((96, 80, 3), np.uint8)
        image[..., 0] = np.rint(255 * alpha)
        return Photograph(image, alpha, "one")


class Answer(nn.Module):
    """Knows the classes from the red, as sure as it is told; or always says the same."""

    def __init__(self, always: int | None = None, sure: float = 0.98) -> None:
        super().__init__()
        self.always, self.sure, self.unused = always, sure, nn.Parameter(torch.zeros(1))

    def predict(self, rgb: Tensor) -> Tensor:
        red = rgb[:, 0]
        classes = torch.where(red < 0.004, 0, torch.where(red > 0.996, 2, 1))
        if self.always is not None:
            classes = torch.full_like(classes, self.always)
        chances = torch.full((len(rgb), 3, *rgb.shape[2:]), (1 - self.sure) / 2)
        return chances.scatter(1, classes[:, None], self.sure)


def judged(network: nn.Module, *, soft: bool = True, **truth: object) -> dict[str, float]:
    settings = Judged(count=4, side=SIDE, shown=2)
    judge = TrimapJudge(settings, Painted(soft=soft), Truth(**{"sure": 0.004, **truth}))
    found = judge({"trimap": network})
    assert found.selected == "wrong"
    assert found.pictures["sheet"].shape == (2 * 256, 4 * 256, 3)
    return found.figures


def test_who_sees_the_classes_makes_next_to_no_mistake() -> None:
    found = judged(Answer())
    assert min(found["iou_background"], found["iou_foreground"]) > 97
    assert found["iou_unknown"] > 90  # the picture was enlarged by another rule than the matte
    assert found["soft_found"] > 99
    assert found["soft_lost"] < 1
    assert found["unknown"] == pytest.approx(found["unknown_true"], rel=0.1)
    assert found["wrong"] == pytest.approx(
        100 - (found["iou_background"] + found["iou_unknown"] + found["iou_foreground"]) / 3
    )


def test_one_answer_for_all_has_the_share_of_its_class() -> None:
    unknown = judged(Answer(always=1))
    assert unknown["iou_unknown"] == pytest.approx(unknown["unknown_true"])
    assert (unknown["unknown"], unknown["soft_found"], unknown["soft_lost"]) == (100, 100, 0)
    assert unknown["iou_background"] == unknown["iou_foreground"] == 0
    foreground = judged(Answer(always=2))
    assert (foreground["unknown"], foreground["soft_found"], foreground["soft_lost"]) == (0, 0, 100)
    hesitant = judged(Answer(always=2, sure=0.7))
    assert (hesitant["soft_found"], hesitant["soft_lost"]) == (0, 0)


@pytest.mark.parametrize("sure", [1 / 3, 0.6, 0.98])
def test_the_entropy_is_that_of_the_confidence_map_in_nats(sure: float) -> None:
    rest = (1 - sure) / 2
    expected = -(sure * np.log(sure) + 2 * rest * np.log(rest))
    assert judged(Answer(sure=sure))["entropy"] == pytest.approx(expected, rel=1e-4)


def test_the_unknown_grows_by_the_mean_of_its_widths_and_a_labels_outline_does_not_count() -> None:
    shares = [judged(Answer(), widths=widths)["unknown_true"] for widths in ((1, 1), (1, 9))]
    assert shares[1] > 1.2 * shares[0]
    label = judged(Answer(always=1), soft=False)
    assert label["unknown_true"] == 0
    assert label["soft_found"] == 0
