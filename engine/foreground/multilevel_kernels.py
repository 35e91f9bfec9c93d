"""The inner loop of multi-level foreground estimation, compiled on first use."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@njit(cache=True, nogil=True)
def sweep(
    image: Plane,
    alpha: Plane,
    foreground: Plane,
    background: Plane,
    regularization: np.float32,
    gradient_weight: np.float32,
    back: bool,
) -> None:
    """One Gauss–Seidel pass over all pixels, in place on `foreground` and `background`.

    Args:
        image: H×W×3 float32.
        alpha: H×W float32.
        foreground: H×W×3 float32, improved in place.
        background: H×W×3 float32, improved in place.
        regularization: pull towards the neighbours everywhere.
        gradient_weight: extra pull where alpha changes.
        back: from the bottom right to the top left.
    """
    rows, cols = alpha.shape
    one = np.float32(1.0)
    zero = np.float32(0.0)
    for nth_row in range(rows):
        row = rows - 1 - nth_row if back else nth_row
        up, down = max(row - 1, 0), min(row + 1, rows - 1)
        for nth_col in range(cols):
            col = cols - 1 - nth_col if back else nth_col
            left, right = max(col - 1, 0), min(col + 1, cols - 1)
            a = alpha[row, col]
            w_up = regularization + gradient_weight * abs(a - alpha[up, col])
            w_down = regularization + gradient_weight * abs(a - alpha[down, col])
            w_left = regularization + gradient_weight * abs(a - alpha[row, left])
            w_right = regularization + gradient_weight * abs(a - alpha[row, right])
            pull = w_up + w_down + w_left + w_right
            b = one - a
            ff, fb, bb = a * a + pull, a * b, b * b + pull
            scale = one / (ff * bb - fb * fb)
            for c in range(3):
                value = image[row, col, c]
                to_f = (
                    a * value
                    + w_up * foreground[up, col, c]
                    + w_down * foreground[down, col, c]
                    + w_left * foreground[row, left, c]
                    + w_right * foreground[row, right, c]
                )
                to_b = (
                    b * value
                    + w_up * background[up, col, c]
                    + w_down * background[down, col, c]
                    + w_left * background[row, left, c]
                    + w_right * background[row, right, c]
                )
                f_new = scale * (bb * to_f - fb * to_b)
                b_new = scale * (ff * to_b - fb * to_f)
                foreground[row, col, c] = min(one, max(zero, f_new))
                background[row, col, c] = min(one, max(zero, b_new))
