"""Phases of networks against each other, with penalties that come every so many steps.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), appendix B.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import nn

from trainer.config import Learning
from trainer.phase import LossTerms, Phase

AUTO_R1 = 2e-4
"""γ for each pixel of a picture, divided by the batch (ADA's code)."""


def gamma_of(r1: Literal["auto"] | float, *, resolution: int, batch: int) -> float:
    """R1's weight.

    Args:
        r1: γ, or "auto".
        resolution: side of the pictures in pixels.
        batch: pictures in a step.
    """
    return AUTO_R1 * resolution**2 / batch if r1 == "auto" else r1


def lazy_phases(
    name: str,
    parameters: Sequence[nn.Parameter],
    loss: LossTerms,
    learning: Learning,
    *,
    lazy: tuple[LossTerms, int] | None,
) -> list[Phase]:
    """A network's phase, and that of a penalty which takes steps of the same optimiser.

    With a step more in every k, the rate and the averages' decay are those of k/(k + 1) steps.

    Args:
        name: of the phase; the penalty's is NAME_penalty.
        parameters: that learn.
        loss: of the phase.
        learning: as it would be without a penalty.
        lazy: the penalty, and the steps between two.
    """
    own = list(parameters)
    if lazy is None:
        return [Phase(name, own, loss, learning.rate, learning.betas)]
    penalty, every = lazy
    share = every / (every + 1)
    rate, betas = learning.rate * share, (learning.betas[0] ** share, learning.betas[1] ** share)
    return [
        Phase(name, own, loss, rate, betas),
        Phase(f"{name}_penalty", own, penalty, rate, betas, every, shares=name),
    ]
