"""Upsampling along edges: against plain numpy, and without artefacts by default."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from engine.models.guided_upsampling import (
    CALM,
    EPSILON,
    FAST_EPSILON,
    FAST_RADIUS,
    RADIUS,
    UPSAMPLING,
)
from engine.models.stylematte_size import Architecture

SIDE = 192


def window_means(plane: np.ndarray, radius: int) -> np.ndarray:
    """Of the square around each pixel, as far as there is any, one by one."""
    out = np.empty_like(plane)
    for row, col in np.ndindex(plane.shape):
        top, left = max(0, row - radius), max(0, col - radius)
        out[row, col] = plane[top : row + radius + 1, left : col + radius + 1].mean()
    return out


def line_through(guide, x, radius, epsilon):
    """Slope and offset of the least squares line in each window, with its slope held down."""
    mean_guide, mean_x = window_means(guide, radius), window_means(x, radius)
    covariance = window_means(guide * x, radius) - mean_guide * mean_x
    slope = covariance / (window_means(guide**2, radius) - mean_guide**2 + epsilon)
    return slope, mean_x - slope * mean_guide


def at_corners(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Linear between pixels, the outermost ones upon each other."""
    rows = np.linspace(0, plane.shape[0] - 1, size[0])
    cols = np.linspace(0, plane.shape[1] - 1, size[1])
    across = np.stack([np.interp(cols, np.arange(plane.shape[1]), row) for row in plane])
    return np.stack([np.interp(rows, np.arange(plane.shape[0]), col) for col in across.T], 1)


def plain_bilinear(logits, guide):
    return at_corners(logits, guide.shape)


def plain_guided(logits, guide):
    guide = window_means(guide, CALM)
    slope, offset = line_through(guide, at_corners(logits, guide.shape), RADIUS, EPSILON)
    return window_means(slope, RADIUS) * guide + window_means(offset, RADIUS)


def plain_fast_guided(logits, guide):
    low = torch.nn.functional.interpolate(
        torch.from_numpy(guide)[None, None], logits.shape, mode="bicubic", align_corners=True
    )
    slope, offset = line_through(low[0, 0].numpy(), logits, FAST_RADIUS, FAST_EPSILON)
    return at_corners(slope, guide.shape) * guide + at_corners(offset, guide.shape)


PLAIN = {"bilinear": plain_bilinear, "guided": plain_guided, "fast_guided": plain_fast_guided}


def enlarged(kind: str, logits: np.ndarray, guide: np.ndarray) -> np.ndarray:
    x, y = (torch.from_numpy(plane)[None, None] for plane in (logits, guide))
    return UPSAMPLING[kind](x, y)[0, 0].numpy()


def test_every_way_has_its_plain_reading() -> None:
    assert UPSAMPLING.keys() == PLAIN.keys()


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("size", [(4, 8), (36, 20), (44, 60)])
def test_it_is_what_plain_numpy_computes(kind, size) -> None:
    rng = np.random.default_rng(2)
    guide = rng.normal(0, 1, size)
    logits = rng.normal(0, 3, (size[0] // 4, size[1] // 4))
    found, wanted = enlarged(kind, logits, guide), PLAIN[kind](logits, guide)
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    single = enlarged(kind, logits.astype(np.float32), guide.astype(np.float32))
    assert single.dtype == np.float32
    assert np.abs(single - wanted).max() < 2e-2 * np.abs(wanted).max()


@pytest.mark.parametrize("kind", PLAIN)
def test_gradients_come_through(kind) -> None:
    made = torch.Generator().manual_seed(0)
    guide = torch.randn(1, 1, 8, 12, generator=made, dtype=torch.float64)
    logits = torch.randn(1, 1, 2, 3, generator=made, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: UPSAMPLING[kind](x, guide), logits)


def edge(width: float, *, texture: float = 0.0, contrast: float = 0.35):
    """A slanting edge before a noisy ground: true alpha, guide, and true logits at a quarter."""
    rng = np.random.default_rng(0)
    rows, cols = np.mgrid[:SIDE, :SIDE].astype(float)
    alpha = np.clip((cols + 0.3 * rows - 0.65 * SIDE) / 1.044 / width + 0.5, 0, 1)
    ground = 0.35 + texture * np.sin(1.3 * rows) * np.cos(0.9 * cols)
    grey = alpha * (0.35 + contrast) + (1 - alpha) * ground
    rgb = grey[..., None] + rng.normal(0, 0.01, (SIDE, SIDE, 3))
    rgb = np.rint(np.clip(rgb, 0, 1) * 255) / 255
    guide = ((rgb - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).mean(-1)
    low = cv2.resize(cv2.blur(alpha, (8, 8)), (SIDE // 4, SIDE // 4), interpolation=cv2.INTER_AREA)
    low = np.clip(low, 0.0025, 0.9975)
    return alpha, guide, np.log(low / (1 - low))


def matte(kind: str, logits, guide) -> np.ndarray:
    return 1 / (1 + np.exp(-enlarged(kind, logits, guide)))


def roughness(plane: np.ndarray) -> float:
    """Largest second difference in grey levels."""
    inner = plane[12:-12, 12:-12]
    return 255 * max(np.abs(np.diff(inner, 2, axis)).max() for axis in (0, 1))


@pytest.mark.parametrize("ground", [{}, {"texture": 0.05}, {"contrast": 0.05}])
def test_the_default_shows_no_artefacts_at_a_smooth_edge(ground) -> None:
    alpha, guide, logits = edge(24, **ground)
    default = Architecture().upsampling
    assert default == "guided"
    assert roughness(matte(default, logits, guide)) < roughness(alpha)
    assert roughness(matte("fast_guided", logits, guide)) > 4 * roughness(alpha)


def test_the_default_is_sharper_than_plain_enlarging() -> None:
    alpha, guide, logits = edge(2)
    errors = {
        kind: np.abs(matte(kind, logits, guide) - alpha)[12:-12, 12:-12].mean()
        for kind in UPSAMPLING
    }
    assert errors["fast_guided"] < errors["guided"] < 0.75 * errors["bilinear"]
