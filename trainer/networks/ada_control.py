"""The controller of ADA: how likely a change is, by how sure the discriminator is of real ones.

Source: Karras et al., "Training Generative Adversarial Networks with Limited Data" (ADA, 2020),
section 3.2.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from trainer.losses.masked import Total


class Probability:
    """A probability that rises while the discriminator overfits and falls while it does not.

    It looks at r, the mean sign of what the discriminator says of real samples since it last
    changed. Its state is part of a checkpoint (`trainer.phase.Setup.resources`).

    Args:
        start: at the beginning, 0 to 1.
        target: of r; None leaves the probability as it is.
        every: steps between changes.
        images: in which the probability goes from 0 to 1 if r stays above the target.
        batch: images in a step.

    Attributes:
        value: the probability now.
        sureness: r when it was last looked at.
    """

    def __init__(
        self, *, start: float, target: float | None, every: int, images: float, batch: int
    ) -> None:
        self.value, self.sureness = start, 0.0
        self._target, self._every = target, every
        self._change = every * batch / images
        self._signs, self._heard = 0.0, 0
        self._due = every

    def at(self, step: int) -> float:
        """The probability in a step, the same however often it is asked for."""
        if step >= self._due and self._heard:
            self._adapt()
            self._due = step + self._every
        return self.value

    def heard(self, logits: Tensor, *, total: Total) -> None:
        """Take note of what the discriminator says of real samples, N×1 logits."""
        said_of_each = logits.detach().float()
        signs = said_of_each.sign() + 0 * said_of_each  # the sign alone of what is no number is 0
        counted = total(torch.stack([signs.sum(), torch.ones_like(signs).sum()]))
        said, count = counted.tolist()
        if math.isfinite(said):  # in a step that is not, nothing is learnt
            self._signs += said
            self._heard += int(count)

    def state_dict(self) -> dict[str, Any]:
        """Everything that changes."""
        return {
            "value": self.value,
            "sureness": self.sureness,
            "signs": self._signs,
            "heard": self._heard,
            "due": self._due,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self.value, self.sureness = state["value"], state["sureness"]
        self._signs, self._heard, self._due = state["signs"], state["heard"], state["due"]

    def _adapt(self) -> None:
        self.sureness = self._signs / self._heard
        self._signs, self._heard = 0.0, 0
        if self._target is not None:
            by = math.copysign(self._change, self.sureness - self._target)
            self.value = min(1.0, max(0.0, self.value + by))
