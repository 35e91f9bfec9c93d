"""The first guess of both layers' colours."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.foreground.multilevel import PUBLISHED_PASSES, multilevel
from engine.models.colour_prior import colour_prior
from trainer.data.compose import compose
from trainer.data.made import MadeMattes, made_background
from trainer.data.matting_samples import picture_tensor, plane_tensor
from trainer.data.sample import Photograph
from trainer.validation.foreground import colour_errors


@pytest.fixture(scope="module")
def scene():
    """A soft disc whose colours, and the ground's, change slowly: picture, matte, both layers."""
    rows, cols = torch.meshgrid(torch.arange(96.0), torch.arange(128.0), indexing="ij")
    alpha = ((30 - torch.hypot(rows - 48, cols - 64)) / 14 + 0.5).clamp(0, 1)[None, None]
    front = torch.stack([0.5 + 0.3 * (rows / 60).sin(), 0.3 + cols / 400, 0 * rows + 0.7])[None]
    back = torch.stack([0.2 + rows / 300, 0.8 - cols / 500, 0.3 + 0.2 * (cols / 50).cos()])[None]
    return alpha * front + (1 - alpha) * back, alpha, front, back


def test_both_layers_are_found_where_they_are_seen(scene) -> None:
    picture, alpha, front, back = scene
    found = colour_prior(picture, alpha)
    for layer, truth, share in zip(found, (front, back), (alpha, 1 - alpha), strict=True):
        assert ((layer - truth).abs() * share).max() < 0.03
    assert torch.allclose(alpha * found[0] + (1 - alpha) * found[1], picture, atol=0.01)


def test_it_is_nearer_to_the_truth_than_the_published_multi_level_estimate() -> None:
    ratios = []
    for number in range(6):
        rng = np.random.default_rng(number)
        subject = MadeMattes("validation", (128, 128)).subject(number, rng)
        photograph = compose(subject, made_background((128, 128), rng, "validation"), rng)
        own = colour_prior(*_tensors(photograph))[0][0].permute(1, 2, 0).numpy()
        usual = multilevel(photograph.image, photograph.alpha, passes=PUBLISHED_PASSES)[0]
        both = (
            colour_errors(one, subject.foreground, subject.alpha)["mse"] for one in (own, usual)
        )
        ratios.append(next(both) / next(both))
    assert np.median(ratios) < 0.95


def _tensors(photograph: Photograph) -> tuple[torch.Tensor, torch.Tensor]:
    return picture_tensor(photograph.image)[None], plane_tensor(photograph.alpha)[None]


def test_what_is_opaque_keeps_the_pictures_colours(scene) -> None:
    picture, alpha, _, _ = scene
    opaque = (alpha == 1).expand_as(picture)
    front = colour_prior(picture, alpha)[0]
    assert opaque.any()
    assert torch.allclose(front[opaque], picture[opaque], atol=1e-6)


def test_each_picture_of_a_batch_is_alone(scene) -> None:
    picture, alpha, _, _ = scene
    other = torch.rand(picture.shape, generator=torch.Generator().manual_seed(0))
    both = colour_prior(torch.cat([picture, other]), torch.cat([alpha, 1 - alpha]))[0]
    assert torch.allclose(both[:1], colour_prior(picture, alpha)[0], atol=1e-6)


def test_no_gradient_passes(scene) -> None:
    picture, alpha, _, _ = scene
    front, back = colour_prior(picture.clone().requires_grad_(), alpha)
    assert not front.requires_grad
    assert not back.requires_grad
