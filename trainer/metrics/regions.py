"""Which pixels of a picture an error is counted over."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Trimap, check_trimap
from trainer.metrics.differences import Region

REGIONS = ("whole", "unknown", "foreground", "background", "detail")
"""In the order of tables."""


def regions_of(
    size: tuple[int, int], *, trimap: Trimap | None = None, detail: NDArray[Any] | None = None
) -> dict[str, Region]:
    """The regions that there are; an empty one is left out, since a mean over it means nothing.

    Args:
        size: height and width.
        trimap: H×W uint8 (0, 128, 255), for the unknown, foreground and background regions.
        detail: H×W, more than 0 where fine structure is.

    Raises:
        BugError: if the trimap has another size or type.
    """
    found: dict[str, Region] = {"whole": np.ones(size, np.bool_)}
    if trimap is not None:
        check_trimap(trimap, size)
        found["unknown"] = trimap == UNKNOWN
        found["foreground"] = trimap == FOREGROUND
        found["background"] = trimap == BACKGROUND
    if detail is not None:
        found["detail"] = np.asarray(detail) > 0
    return {name: region for name, region in found.items() if region.any()}
