"""The two families of definitions that published numbers follow; say which with every number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import BugError, UserError
from engine.imaging.types import FOREGROUND, UNKNOWN, Alpha, Trimap, check_alpha
from trainer.metrics.connectivity import connectivity_map
from trainer.metrics.differences import Region, differences, per_pixel, total_in
from trainer.metrics.gradient import dim_gradient_map, p3m_gradient_map
from trainer.metrics.regions import regions_of

Errors: TypeAlias = dict[str, dict[str, float]]
"""Region to metric to value: SAD and Conn in thousands of pixels, Grad in the profile's unit, MSE
and MAD as means of values in [0, 1]."""


@dataclass(frozen=True)
class Case:
    """One prediction with everything that it may be judged by."""

    pred: Alpha
    alpha: Alpha
    trimap: Trimap | None
    regions: dict[str, Region]
    stretch: bool


@dataclass(frozen=True)
class Profile:
    """One family of definitions.

    Attributes:
        name: what the command line calls it.
        source: whose definitions these are.
        errors: computes them.
    """

    name: str
    source: str
    errors: Callable[[Case], Errors]


def measure(
    pred: Alpha,
    alpha: Alpha,
    *,
    trimap: Trimap | None = None,
    detail: NDArray[Any] | None = None,
    profile: str = "dim",
    stretch: bool = True,
) -> Errors:
    """The errors of a matte.

    Args:
        pred: H×W float32 in [0, 1]. Published numbers are of mattes that were saved in 8 bits.
        alpha: the truth, as `pred`.
        trimap: H×W uint8 with 0, 128 and 255, for the regions unknown, foreground, background.
        detail: H×W, more than 0 where fine structure is, for the region detail.
        profile: a key of `PROFILES`.
        stretch: in profile `dim`, apply `mat2gray` to both mattes before their gradients, as the
            published evaluation does.

    Returns:
        The metrics SAD, MSE, MAD, Grad and Conn of each region that the profile defines and that
        is not empty.

    Raises:
        UserError: for an unknown profile.
        BugError: for mattes or maps of another size or type.
    """
    check_alpha(alpha, alpha.shape[:2])
    check_alpha(pred, alpha.shape[:2])
    if detail is not None and detail.shape != alpha.shape:
        raise BugError(f"detail must be {alpha.shape}, not {detail.shape}")
    regions = regions_of(alpha.shape[:2], trimap=trimap, detail=detail)
    return profile_named(profile).errors(Case(pred, alpha, trimap, regions, stretch))


def profile_named(name: str) -> Profile:
    """The profile called `name`.

    Raises:
        UserError: if there is none; it lists what there is.
    """
    if name not in PROFILES:
        raise UserError(
            f"There is no metric profile {name!r}.",
            remedy=f"Choose one of: {', '.join(PROFILES)}.",
        )
    return PROFILES[name]


def _dim(case: Case) -> Errors:
    """Every region by the same formula; the published one is `unknown`."""
    gradient = dim_gradient_map(case.pred, case.alpha, stretch=case.stretch)
    connectivity = connectivity_map(case.pred, case.alpha)
    return {
        name: {
            **differences(case.pred, case.alpha, region),
            "Grad": total_in(gradient, region) / 1000,
            "Conn": total_in(connectivity, region) / 1000,
        }
        for name, region in case.regions.items()
    }


def _p3m(case: Case) -> Errors:
    """Whole, `-T` (unknown), `-FG`, `-BG`; detail as in RealWorldPortrait's evaluation."""
    found: Errors = {"whole": _p3m_whole(case)}
    if case.trimap is not None and "unknown" in case.regions:
        found["unknown"] = _p3m_unknown(case, case.trimap)
    for name in ("foreground", "background"):
        if name in case.regions:
            found[name] = {"SAD": differences(case.pred, case.alpha, case.regions[name])["SAD"]}
    if "detail" in case.regions:
        found["detail"] = differences(case.pred, case.alpha, case.regions["detail"])
    return found


def _p3m_whole(case: Case) -> dict[str, float]:
    whole = case.regions["whole"]
    connectivity = connectivity_map(case.pred, case.alpha, close_when_empty=False)
    return {
        **differences(case.pred, case.alpha, whole),
        "Grad": total_in(p3m_gradient_map(case.pred, case.alpha), whole) / 10,
        "Conn": total_in(connectivity, whole) / 1000,
    }


def _p3m_unknown(case: Case, trimap: Trimap) -> dict[str, float]:
    """Known pixels become what the trimap says, then the sum runs over the whole image.

    So what the truth has between 0 and 1 outside of the unknown band counts too.
    """
    known = (trimap == FOREGROUND).astype(np.float32)
    pasted = np.where(trimap == UNKNOWN, case.pred, known)
    count = int(np.count_nonzero(case.regions["unknown"]))
    return per_pixel(pasted, case.alpha, case.regions["whole"], count=count)


_ROWS = (
    Profile(
        "dim",
        "Composition-1k evaluation (Xu et al. 2017); regions other than unknown by the "
        "same formulas",
        _dim,
    ),
    Profile("p3m", "P3M-10k and GFM evaluation (Li et al. 2021)", _p3m),
)
PROFILES: dict[str, Profile] = {row.name: row for row in _ROWS}
