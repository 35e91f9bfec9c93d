from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.errors import BugError
from trainer.losses.composition import composition_loss
from trainer.losses.foreground import REGIONS, ForegroundLoss, Region
from trainer.losses.l1 import l1_loss
from trainer.losses.laplacian import PLAIN_WEIGHTS, laplacian_loss, laplacian_pyramid
from trainer.phase import StepContext


def alone(value: Tensor) -> Tensor:
    return value


def noise(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_l1_is_the_mean_inside_the_mask() -> None:
    prediction = torch.tensor([[[[0.5, 1.0], [0.0, 0.25]]]])
    target = torch.tensor([[[[0.0, 0.0], [0.0, 1.0]]]])
    mask = torch.tensor([[[[1.0, 0.0], [1.0, 1.0]]]])
    assert float(l1_loss(prediction, target, mask, total=alone)) == pytest.approx(1.25 / 3)


def test_an_empty_mask_costs_nothing_and_has_a_zero_gradient() -> None:
    prediction = noise(1, 1, 4, 4).requires_grad_()
    loss = l1_loss(prediction, torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4), total=alone)
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert prediction.grad is not None
    assert not prediction.grad.any()


def test_composition_sums_channels_over_mask_pixels() -> None:
    colour = torch.tensor([1.0, 0.5, 0.25]).view(1, 3, 1, 1).expand(1, 3, 1, 2)
    black = torch.zeros(1, 3, 1, 2)
    image = 0.5 * colour
    alpha = torch.tensor([[[[0.5, 0.7]]]])
    mask = torch.ones(1, 1, 1, 2)
    plain = composition_loss(alpha, colour, black, image, mask, total=alone, colours="plain")
    assert float(plain) == pytest.approx(0.2 * 1.75 / 2, rel=1e-5)
    scaled = composition_loss(alpha, colour, black, image, mask, total=alone, colours="normalised")
    expected = 0.2 * (1 / 0.229 + 0.5 / 0.224 + 0.25 / 0.225) / 2
    assert float(scaled) == pytest.approx(expected, rel=1e-5)


def naive_level(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One level and the next image, by plain sums over the 25 taps."""
    line = np.array([1, 4, 6, 4, 1]) / 16

    def blurred(values: np.ndarray, gain: float) -> np.ndarray:
        padded = np.pad(values, 2, mode="reflect")
        out = np.zeros_like(values)
        for row in range(values.shape[0]):
            for col in range(values.shape[1]):
                window = padded[row : row + 5, col : col + 5]
                out[row, col] = gain * (np.outer(line, line) * window).sum()
        return out

    smaller = blurred(image, 1)[::2, ::2]
    spread = np.zeros_like(image)
    spread[::2, ::2] = smaller
    return image - blurred(spread, 4), smaller


@pytest.mark.parametrize("size", [(16, 16), (13, 18)])
def test_the_pyramid_is_the_one_written_out_by_hand(size: tuple[int, int]) -> None:
    image = noise(1, 1, *size, dtype=torch.float64)
    found = laplacian_pyramid(image, levels=2)
    first, smaller = naive_level(image[0, 0].numpy())
    second, _ = naive_level(smaller)
    np.testing.assert_allclose(found[0][0, 0].numpy(), first, atol=1e-12)
    np.testing.assert_allclose(found[1][0, 0].numpy(), second, atol=1e-12)


def test_level_weights_and_strided_masks_count_as_told() -> None:
    prediction, target = noise(2, 1, 32, 32, seed=1), noise(2, 1, 32, 32, seed=2)
    mask = (noise(2, 1, 32, 32, seed=3) > 0.5).float()
    levels = laplacian_pyramid(prediction - target, levels=3)
    masks = [mask, mask[:, :, ::2, ::2], mask[:, :, ::4, ::4]]
    means = [
        float((level.abs() * at).sum() / at.sum()) for level, at in zip(levels, masks, strict=True)
    ]
    plain = laplacian_loss(prediction, target, mask, total=alone, level_weights=PLAIN_WEIGHTS)
    assert float(plain) == pytest.approx(sum(means), rel=1e-5)
    steep = laplacian_loss(prediction, target, mask, total=alone, level_weights=(1, 2, 4))
    expected = means[0] + 2 * means[1] + 4 * means[2]
    assert float(steep) == pytest.approx(expected, rel=1e-5)


def test_a_constant_difference_leaves_no_laplacian() -> None:
    image = noise(1, 1, 64, 64)
    mask = torch.ones(1, 1, 64, 64)
    # the binomial kernel's even and odd taps weigh the same, so a constant goes up unchanged
    assert float(laplacian_loss(image + 0.25, image, mask, total=alone)) < 1e-5


def test_too_many_levels_for_the_size_are_refused() -> None:
    image = noise(1, 1, 16, 64)
    with pytest.raises(BugError, match="too small"):
        laplacian_loss(image, image, torch.ones_like(image), total=alone)


def test_gradients_are_the_numerical_ones() -> None:
    target = noise(1, 1, 12, 10, seed=5, dtype=torch.float64)
    mask = (noise(1, 1, 12, 10, seed=6, dtype=torch.float64) > 0.3).double()
    prediction = noise(1, 1, 12, 10, seed=7, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda values: laplacian_loss(values, target, mask, total=alone, level_weights=(1, 2)),
        (prediction,),
    )
    assert torch.autograd.gradcheck(
        lambda values: l1_loss(values, target, mask, total=alone), (prediction,)
    )


def test_composition_gradients_are_the_numerical_ones() -> None:
    layers = [noise(1, 3, 6, 5, seed=seed, dtype=torch.float64) for seed in (1, 2, 3)]
    mask = torch.ones(1, 1, 6, 5, dtype=torch.float64)
    alpha = noise(1, 1, 6, 5, seed=4, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda values: composition_loss(values, *layers, mask, total=alone), (alpha,)
    )


def test_shares_of_a_split_batch_add_up() -> None:
    prediction, target = noise(4, 1, 48, 48, seed=1), noise(4, 1, 48, 48, seed=2)
    mask = (
        noise(4, 1, 48, 48, seed=3) > torch.tensor([0.1, 0.5, 0.9, 0.99]).view(4, 1, 1, 1)
    ).float()

    def shares(loss: object, at: Tensor) -> float:
        """Of two ranks; the totals a rank would be told are those of the whole batch."""
        wholes: list[Tensor] = []
        loss(prediction, target, at, total=lambda own: wholes.append(own) or own)  # type: ignore[operator]
        summed = 0.0
        for piece in (slice(0, 1), slice(1, 4)):
            told = iter(wholes)
            part = loss(prediction[piece], target[piece], at[piece], total=lambda _: next(told))  # type: ignore[operator]  # noqa: B023
            summed += float(part)
        return summed

    for loss in (l1_loss, laplacian_loss):
        assert shares(loss, mask) == pytest.approx(
            float(loss(prediction, target, mask, total=alone)), rel=1e-5
        )


def test_autocast_does_not_reach_inside() -> None:
    prediction, target = noise(1, 1, 64, 64, seed=1), noise(1, 1, 64, 64, seed=2)
    mask = torch.ones(1, 1, 64, 64)
    exact = laplacian_loss(prediction, target, mask, total=alone)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = laplacian_loss(prediction, target, mask, total=alone)
    assert inside.dtype == torch.float32
    assert torch.equal(exact, inside)


def test_low_precision_predictions_are_raised_first() -> None:
    prediction, target = noise(1, 1, 8, 8, seed=1), noise(1, 1, 8, 8, seed=2)
    mask = torch.ones(1, 1, 8, 8)
    loss = l1_loss(prediction.bfloat16(), target, mask, total=alone)
    assert loss.dtype == torch.float32
    assert float(loss) == pytest.approx(
        float((prediction.bfloat16().float() - target).abs().mean()), rel=1e-6
    )


def test_the_foreground_loss_names_its_terms_and_covers_the_whole_image() -> None:
    shape = (2, 3, 48, 48)
    truth, background = noise(*shape, seed=1), noise(*shape, seed=2)
    alpha = noise(2, 1, 48, 48, seed=3)
    image = alpha * truth + (1 - alpha) * background
    batch = {"alpha": alpha, "foreground": truth, "background": background, "image": image}
    context = StepContext(0, torch.Generator(), alone)
    right = ForegroundLoss()(truth, batch, context)
    assert list(right) == ["l1", "composition", "laplacian"]
    assert all(float(term) < 1e-6 for term in right.values())
    wrong = ForegroundLoss(l1=2.0, composition=0.0)((truth + 0.1).clone(), batch, context)
    assert list(wrong) == ["l1", "laplacian"]
    assert float(wrong["l1"]) == pytest.approx(0.2, rel=1e-4)


@pytest.mark.parametrize("region", ["visible", "near"])
def test_foreground_colours_outside_of_the_region_cost_nothing(region: Region) -> None:
    shape = (1, 3, 96, 96)
    truth, background = noise(*shape, seed=1), noise(*shape, seed=2)
    alpha = torch.zeros(1, 1, 96, 96)
    alpha[..., :40] = noise(1, 1, 96, 40, seed=3).clamp(0.1, 1)
    image = alpha * truth + (1 - alpha) * background
    batch = {"alpha": alpha, "foreground": truth, "background": background, "image": image}
    loss, context = ForegroundLoss(region=region), StepContext(0, torch.Generator(), alone)
    outside = (REGIONS[region](alpha) == 0).expand_as(truth)
    assert bool(outside.any())
    elsewhere = torch.where(outside, truth + 0.3, truth)
    assert all(float(term) < 1e-6 for term in loss(elsewhere, batch, context).values())
    inside = torch.where(outside, truth, truth + 0.3)
    terms = loss(inside, batch, context)
    assert float(terms["l1"]) == pytest.approx(0.3, rel=1e-4)
    assert all(float(term) > 0.01 for term in terms.values())
