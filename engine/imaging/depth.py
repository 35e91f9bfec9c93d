"""Odd depths become the usual ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def spread(samples: NDArray[Any], bits: int) -> NDArray[Any]:
    """Samples of 1 to 16 bits over the full range of uint8 (up to 8 bits) or uint16.

    Args:
        samples: any shape; integers or booleans from 0 to 2**bits − 1.
        bits: how many of their bits count.

    Returns:
        The nearest values; the input itself for 8 and 16 bits.
    """
    if bits in (8, 16):
        return samples
    dtype, full = (np.uint8, 255) if bits < 8 else (np.uint16, 65535)
    most = 2**bits - 1
    table = ((np.arange(most + 1, dtype=np.uint64) * full + most // 2) // most).astype(dtype)
    whole: NDArray[Any] = table[np.minimum(samples.astype(np.uint16), most)]
    return whole
