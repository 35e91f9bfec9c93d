from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from engine.errors import BugError, UserError
from trainer.metrics import PROFILES, measure
from trainer.metrics.connectivity import connectivity_map
from trainer.metrics.gradient import dim_magnitude, mat2gray, p3m_magnitude

Plane = NDArray[np.float32]


def plane(rows: list[list[float]]) -> Plane:
    return np.array(rows, np.float32)


def soft_disc(size: int = 64, softness: float = 8.0) -> Plane:
    rows, cols = np.mgrid[:size, :size] - size / 2 + 0.5
    return np.clip((size / 4 - np.hypot(rows, cols)) / softness + 0.5, 0, 1).astype(np.float32)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_truth_has_no_errors_in_any_region(profile: str) -> None:
    alpha = soft_disc()
    trimap = np.where(alpha == 0, 0, np.where(alpha == 1, 255, 128)).astype(np.uint8)
    errors = measure(alpha, alpha, trimap=trimap, detail=alpha > 0.5, profile=profile)
    assert list(errors) == ["whole", "unknown", "foreground", "background", "detail"]
    assert all(value == 0 for region in errors.values() for value in region.values())


def test_sad_mse_and_mad_of_four_pixels_by_hand() -> None:
    pred = plane([[1.0, 0.5], [0.25, 0.0]])
    alpha = plane([[0.5, 0.5], [0.0, 1.0]])
    trimap = np.array([[128, 255], [128, 0]], np.uint8)
    errors = measure(pred, alpha, trimap=trimap)
    assert errors["whole"]["SAD"] == pytest.approx(1.75 / 1000)
    assert errors["whole"]["MSE"] == pytest.approx((0.25 + 0.0625 + 1) / 4)
    assert errors["whole"]["MAD"] == pytest.approx(1.75 / 4)
    assert errors["unknown"]["SAD"] == pytest.approx(0.75 / 1000)
    assert errors["unknown"]["MSE"] == pytest.approx((0.25 + 0.0625) / 2)
    assert errors["foreground"]["SAD"] == 0
    assert errors["background"]["MAD"] == pytest.approx(1.0)


def test_p3m_pastes_the_trimap_and_sums_over_the_whole_image() -> None:
    pred = plane([[1.0, 0.5], [0.25, 0.5]])
    alpha = plane([[0.5, 0.75], [0.0, 0.1]])
    trimap = np.array([[128, 255], [128, 0]], np.uint8)
    unknown = measure(pred, alpha, trimap=trimap, profile="p3m")["unknown"]
    # known pixels: |1 − 0.75| and |0 − 0.1|, though neither is in the unknown band
    assert unknown["SAD"] == pytest.approx((0.5 + 0.25 + 0.25 + 0.1) / 1000)
    assert unknown["MAD"] == pytest.approx((0.5 + 0.25 + 0.25 + 0.1) / 2)
    squares = 0.25 + 0.0625 + 0.0625 + 0.01
    assert unknown["MSE"] == pytest.approx(squares / 2)


def test_p3m_foreground_and_background_keep_the_prediction() -> None:
    pred = plane([[0.75, 0.5], [0.25, 0.5]])
    alpha = plane([[1.0, 1.0], [0.0, 0.0]])
    trimap = np.array([[255, 128], [0, 128]], np.uint8)
    errors = measure(pred, alpha, trimap=trimap, profile="p3m")
    assert errors["foreground"] == {"SAD": pytest.approx(0.25 / 1000)}
    assert errors["background"] == {"SAD": pytest.approx(0.25 / 1000)}


def test_empty_regions_are_left_out() -> None:
    alpha = plane([[0.0, 1.0]])
    trimap = np.array([[0, 255]], np.uint8)
    for profile in PROFILES:
        errors = measure(alpha, alpha, trimap=trimap, detail=np.zeros_like(alpha), profile=profile)
        assert list(errors) == ["whole", "foreground", "background"]


def test_the_dim_kernel_has_norm_one_and_the_p3m_kernel_is_scipys() -> None:
    impulse = np.zeros((31, 31), np.float32)
    impulse[15, 15] = 1
    magnitude = dim_magnitude(impulse)
    # each of the two kernels has L2 norm 1, so the squared magnitudes add up to 2
    assert np.square(magnitude, dtype=np.float64).sum() == pytest.approx(2, rel=1e-5)
    assert np.count_nonzero(magnitude) == 9 * 9 - 1
    matte = soft_disc()
    down, across = (
        gaussian_filter(matte, 1.4, order=order, output=np.float32) for order in ((1, 0), (0, 1))
    )
    np.testing.assert_allclose(p3m_magnitude(matte), np.hypot(down, across), atol=1e-6)


def test_a_ramp_has_the_slope_that_the_formula_gives() -> None:
    """Of a·x the response is a·Σ x·g'(x)·Σ g over the norm √(Σg²·Σg'²)."""
    ramp = np.tile(np.linspace(0, 1, 101, dtype=np.float32), (41, 1))
    at = np.arange(-4, 5)
    smooth = np.exp(-(at**2) / (2 * 1.4**2)) / (1.4 * np.sqrt(2 * np.pi))
    slope = -at * smooth / 1.4**2
    gain = abs((at * slope).sum()) * smooth.sum() / np.sqrt((smooth**2).sum() * (slope**2).sum())
    np.testing.assert_allclose(dim_magnitude(ramp)[20, 10:-10], 0.01 * gain, rtol=1e-4)
    np.testing.assert_allclose(p3m_magnitude(ramp)[20, 10:-10], 0.01, rtol=1e-2)


def test_grad_of_both_profiles_stand_in_the_ratio_of_their_kernels() -> None:
    """Σh² of the 9×9 kernel is 0.010357, so p3m/10 over dim/1000 is 1.0357.

    Of one bright pixel the response is the kernel itself; borders, which the two treat differently,
    and long ramps, for which four pixels are too short a reach, are kept out.
    """
    pred = np.zeros((41, 41), np.float32)
    pred[20, 20] = 1
    alpha = np.zeros_like(pred)
    dim = measure(pred, alpha, profile="dim")["whole"]["Grad"]
    p3m = measure(pred, alpha, profile="p3m")["whole"]["Grad"]
    assert p3m / dim == pytest.approx(1.0357, rel=2e-4)


def test_grad_ratio_of_smooth_edges_is_within_the_reach_of_the_kernels() -> None:
    """A long ramp's response falls short by 1.45 % at a reach of 4 pixels, 2.9 % in the square."""
    alpha, pred = soft_disc(160, 12), soft_disc(160, 9)
    dim = measure(pred, alpha, profile="dim")["whole"]["Grad"]
    p3m = measure(pred, alpha, profile="p3m")["whole"]["Grad"]
    assert 1.0357 < p3m / dim < 1.0357 / 0.9855**2


def test_mat2gray_is_a_switch() -> None:
    alpha, pred = soft_disc(), 0.5 * soft_disc()
    assert measure(pred, alpha)["whole"]["Grad"] == pytest.approx(0, abs=1e-9)
    assert measure(pred, alpha, stretch=False)["whole"]["Grad"] > 0.01
    flat = np.full((4, 4), 0.3, np.float32)
    assert mat2gray(flat) is flat


def test_connectivity_of_an_island_by_hand() -> None:
    """A 6-pixel body and, apart from it, a 2-pixel island of 0.8 that the prediction made 0.5.

    Both reach 0.5 on the island at k = 1…5, but it never belongs to the largest part: l = 0 there.
    φ_p = 1 − 0.5, φ_g = 1 − 0.8, so each island pixel costs 0.3.
    """
    alpha = np.zeros((5, 6), np.float32)
    alpha[1:4, 1:3] = 1
    alpha[2, 4:6] = 0.8
    pred = alpha.copy()
    pred[2, 4:6] = 0.5
    expected = np.zeros_like(alpha)
    expected[2, 4:6] = 0.3
    np.testing.assert_allclose(connectivity_map(pred, alpha), expected, atol=1e-6)
    assert measure(pred, alpha)["whole"]["Conn"] == pytest.approx(0.6 / 1000)


def test_diagonal_neighbours_are_apart() -> None:
    alpha = plane([[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    pred = plane([[1, 1, 0], [1, 1, 0], [0, 0, 0.5]])
    assert connectivity_map(pred, alpha)[2, 2] == pytest.approx(0.5)


def test_differences_below_the_forgiven_step_cost_nothing() -> None:
    alpha = np.ones((4, 4), np.float32)
    pred = np.full((4, 4), 0.9, np.float32)  # level 0.9 for both; d is 0 and 0.1
    assert not connectivity_map(pred, alpha).any()


def test_thresholds_are_compared_in_single_precision() -> None:
    """153/255 reaches 0.6; in float64 it would stay at level 0.5 and cost 0.15 against 0.74."""
    alpha = np.full((3, 3), np.float32(189 / 255))
    pred = np.full((3, 3), np.float32(153) / np.float32(255))
    assert not connectivity_map(pred, alpha).any()  # level 0.6: d is 0 and 0.141


def test_background_is_no_part() -> None:
    """Most of the picture is background; the largest part must still be the small body."""
    alpha = np.zeros((20, 20), np.float32)
    alpha[3:6, 3:6] = 1
    pred = alpha.copy()
    pred[4, 4] = 0.2  # still within the body up to 0.2: levels 0.2, φ_p = 1, φ_g = 1 − 0.8
    assert connectivity_map(pred, alpha).sum() == pytest.approx(0.8)


def test_a_threshold_that_nothing_reaches_closes_levels_in_dim_only() -> None:
    alpha = np.ones((3, 3), np.float32)
    pred = np.full((3, 3), 0.5, np.float32)
    # dim: level 0.5 (Ω_6 is empty); d_g = 0.5. p3m: Ω_6 is skipped, level 1, nothing differs
    np.testing.assert_allclose(connectivity_map(pred, alpha), 0.5)
    assert not connectivity_map(pred, alpha, close_when_empty=False).any()
    assert measure(pred, alpha, profile="p3m")["whole"]["Conn"] == 0


def test_equal_parts_the_first_column_wins() -> None:
    """Two parts of the same size: MATLAB numbers column by column, so the left one is larger."""
    alpha = plane([[0, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0]])
    pred = plane([[0, 0, 0.5, 0.5], [0.5, 0, 0, 0], [0.5, 0, 0, 0]])
    errors = connectivity_map(pred, alpha)
    assert errors[1, 0] == pytest.approx(0.5)  # level 0.5: 1 against 1 − 0.5
    assert errors[0, 2] == pytest.approx(0.5)  # level 0: 1 − 0.5 against 1 − 1


def naive_connectivity(pred: Plane, alpha: Plane) -> float:
    """The definition, flood by flood."""
    height, width = pred.shape
    both = np.minimum(pred, alpha)
    level: dict[tuple[int, int], float] = {}
    for step in range(1, 11):
        best: set[tuple[int, int]] = set()
        left = {
            (row, col)
            for col in range(width)
            for row in range(height)
            if both[row, col] >= np.float32(step / 10)
        }
        while left:
            flood, front = set(), [left.pop()]
            while front:
                row, col = front.pop()
                flood.add((row, col))
                for near in ((row + 1, col), (row - 1, col), (row, col + 1), (row, col - 1)):
                    if near in left:
                        left.remove(near)
                        front.append(near)
            best = max(best, flood, key=len)
        for row in range(height):
            for col in range(width):
                if (row, col) not in best:
                    level.setdefault((row, col), (step - 1) / 10)
    total = 0.0
    for row in range(height):
        for col in range(width):
            ends = []
            for matte in (pred, alpha):
                apart = float(matte[row, col]) - level.get((row, col), 1.0)
                ends.append(1 - apart * (apart >= 0.15))
            total += abs(ends[0] - ends[1])
    return total


def test_connectivity_equals_the_definition_flooded_by_hand() -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        alpha = np.clip(soft_disc(24, 10) + 0.3 * rng.standard_normal((24, 24)), 0, 1)
        pred = np.clip(alpha + 0.3 * rng.standard_normal((24, 24)), 0, 1)
        pair = pred.astype(np.float32), alpha.astype(np.float32)
        expected = naive_connectivity(*pair)
        assert connectivity_map(*pair).sum() == pytest.approx(expected, rel=1e-5)


def test_wrong_inputs_are_refused() -> None:
    alpha = soft_disc()
    with pytest.raises(BugError):
        measure(alpha[:-1], alpha)
    with pytest.raises(BugError):
        measure(alpha, alpha, trimap=np.zeros((3, 3), np.uint8))
    with pytest.raises(BugError):
        measure(alpha, alpha, detail=np.zeros((3, 3)))
    with pytest.raises(UserError, match="dim, p3m"):
        measure(alpha, alpha, profile="matlab")
