"""Differences between features, by hand."""

from __future__ import annotations

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from trainer.losses.perceptual import LAYER_WEIGHTS, LayerWeights, perceptual_loss
from trainer.networks.features import open_features


def alone(value: Tensor) -> Tensor:
    return value


def powers(rgb: Tensor) -> list[Tensor]:
    return [rgb * factor for factor in (1, 10, 100, 1000, 10_000)]


def planes(value: float) -> dict:
    return {"map": torch.full((2, 1, 4, 4), value), "foreground": torch.full((2, 3, 4, 4), value)}


def test_layers_are_means_weighted_and_pictures_are_added() -> None:
    weights = (1.0, 0.5, 0.25, 0.125, 0.001)
    loss = perceptual_loss(powers, planes(0.75), planes(0.25), weights, total=alone)
    each = 0.5 * (1 + 0.5 * 10 + 0.25 * 100 + 0.125 * 1000 + 0.001 * 10_000)
    assert float(loss) == pytest.approx(2 * each)
    only = {"map": planes(0.75)["map"]}
    loss = perceptual_loss(powers, only, planes(0.25), weights, total=alone)
    assert float(loss) == pytest.approx(each)


def test_equal_pictures_cost_nothing_and_others_something() -> None:
    features = open_features("random")
    truth = {"map": torch.rand((1, 1, 32, 32), generator=torch.Generator().manual_seed(0))}
    assert float(perceptual_loss(features, truth, truth, total=alone)) == 0.0
    moved = {"map": truth["map"].roll(3, -1).requires_grad_()}
    loss = perceptual_loss(features, moved, truth, total=alone)
    assert float(loss.detach()) > 0.01
    loss.backward()
    assert moved["map"].grad is not None
    assert (moved["map"].grad != 0).float().mean() > 0.9


def test_as_many_layers_as_weights() -> None:
    with pytest.raises(ValueError, match="zip"):
        perceptual_loss(powers, planes(1), planes(0), (1.0, 1.0), total=alone)


def test_weights_are_within_the_papers_range() -> None:
    known = TypeAdapter(LayerWeights)
    assert known.validate_python(LAYER_WEIGHTS) == LAYER_WEIGHTS
    for wrong in ((0, 1, 1, 1, 1), (1, 1, 1, 1, 1.01), (1, 1, 1, 1)):
        with pytest.raises(ValidationError):
            known.validate_python(wrong)
