"""StyleMatte's loss against values that are computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve
from torch import Tensor

from trainer.losses.stylematte import StyleMatteLoss, composed_error
from trainer.phase import StepContext

ALONE = StepContext(0, torch.Generator(), lambda own: own)
SIDE = 16


def batch_of() -> dict[str, Tensor]:
    drawn = torch.rand((2, 2, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(1))
    ramp = torch.linspace(0, 1, SIDE).expand(2, 1, SIDE, SIDE).contiguous()
    return {"alpha": ramp, "foreground": drawn[0], "background": drawn[1]}


def answer() -> Tensor:
    return torch.rand((2, 1, SIDE, SIDE), generator=torch.Generator().manual_seed(2))


def pyramid_by_hand(plane: np.ndarray) -> float:
    """Mean absolute values of three Laplacian levels, added up, each level counting alike."""
    line = np.array([1, 4, 6, 4, 1]) / 16
    kernel, found = np.outer(line, line), 0.0
    for _ in range(3):
        smaller = convolve(plane, kernel, mode="mirror")[::2, ::2]
        spread = np.zeros_like(plane)
        spread[::2, ::2] = smaller
        found += np.abs(plane - 4 * convolve(spread, kernel, mode="mirror")).mean()
        plane = smaller
    return found


def test_the_terms_are_those_computed_by_hand():
    batch, alpha = batch_of(), answer()
    terms = StyleMatteLoss()(alpha, batch, ALONE)
    assert list(terms) == ["l1", "laplacian", "composition"]
    true, foreground, background = (one.double().numpy() for one in batch.values())
    found = alpha.double().numpy()
    assert float(terms["l1"]) == pytest.approx(np.abs(found - true).mean(), rel=1e-5)
    levels = np.mean([pyramid_by_hand(one[0]) for one in found - true])
    assert float(terms["laplacian"]) == pytest.approx(levels, rel=1e-5)
    one, other = (a * foreground + (1 - a) * background for a in (found, true))
    assert float(terms["composition"]) == pytest.approx(
        10 * np.square(one - other).mean(), rel=1e-5
    )


def test_a_number_that_fits_on_a_line():
    """Half wrong everywhere, layers that differ by 0.6 in one channel of three."""
    true = torch.zeros(1, 1, 2, 2)
    foreground = torch.zeros(1, 3, 2, 2)
    foreground[:, 1] = 0.6
    error = composed_error(
        true + 0.5, true, foreground, torch.zeros(1, 3, 2, 2), total=lambda own: own
    )
    assert float(error) == pytest.approx(0.3**2 / 3)


def test_the_right_matte_costs_nothing_and_every_term_teaches():
    batch = batch_of()
    assert not any(StyleMatteLoss()(batch["alpha"], batch, ALONE).values())
    for name in ("l1", "laplacian", "composition"):
        alpha = answer().requires_grad_()
        StyleMatteLoss()(alpha, batch, ALONE)[name].backward()
        assert alpha.grad is not None and alpha.grad.any(), name


def test_terms_without_weight_need_no_layers():
    alone = {"alpha": batch_of()["alpha"]}
    terms = StyleMatteLoss(laplacian=0, composition=0)(answer(), alone, ALONE)
    assert list(terms) == ["l1"]


def test_shares_of_a_batch_add_up():
    batch, alpha = batch_of(), answer()
    wholes: list[Tensor] = []
    whole = StyleMatteLoss()(
        alpha, batch, StepContext(0, torch.Generator(), lambda own: wholes.append(own) or own)
    )
    added = dict.fromkeys(whole, 0.0)
    for one in range(2):
        told = iter(wholes)
        context = StepContext(0, torch.Generator(), lambda _, told=told: next(told))
        piece = {name: plane[one : one + 1] for name, plane in batch.items()}
        part = StyleMatteLoss()(alpha[one : one + 1], piece, context)
        added = {name: added[name] + float(part[name]) for name in added}
    assert added == pytest.approx({name: float(term) for name, term in whole.items()}, rel=1e-5)
