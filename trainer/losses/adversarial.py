"""The standard loss of generative adversarial nets, on logits, summed over discriminators.

Source: Goodfellow et al., "Generative Adversarial Nets" (2014), with the generator's loss that does
not saturate (section 3); POMAGAN, equations 7 and 11: a sum over the discriminators D_k.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from trainer.losses.masked import Total, in_full_precision, masked_mean
from trainer.phase import Batch, StepContext


def generator_loss(fake: Sequence[Tensor], *, total: Total) -> Tensor:
    """−log D(fake): the mean of each discriminator's patches, summed over discriminators.

    Args:
        fake: logits of what the generator made, B×1×h×w for each discriminator.
        total: see `trainer.phase.StepContext`.

    Returns:
        A scalar in nats, this rank's share.
    """
    return torch.stack([_surprise(-logits, total=total) for logits in fake]).sum()


def discriminator_loss(
    real: Sequence[Tensor], fake: Sequence[Tensor], *, total: Total
) -> dict[str, Tensor]:
    """−log D(real) and −log(1 − D(fake)), each as `generator_loss`; not halved, as in the paper.

    Args:
        real: logits of the truth, B×1×h×w for each discriminator.
        fake: logits of what the generator made.
        total: see `trainer.phase.StepContext`.
    """
    return {
        "real": torch.stack([_surprise(-logits, total=total) for logits in real]).sum(),
        "fake": torch.stack([_surprise(logits, total=total) for logits in fake]).sum(),
    }


class DiscriminatorLoss:
    """The loss of a phase that trains discriminators (`trainer.phase.LossTerms`).

    Args:
        discriminator: from a photograph and a plane to logits of each scale.
        answer: the plane, B×1×H×W in [0, 1], that the generator makes of a batch. It is asked
            without gradients and should leave the generator as it is
            (`trainer.networks.untouched`).
    """

    def __init__(self, discriminator: nn.Module, answer: Callable[[Batch], Tensor]) -> None:
        self._discriminator, self._answer = discriminator, answer

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """Terms `real` and `fake`; a batch has `image` B×3×H×W and `alpha` B×1×H×W."""
        with torch.no_grad():
            made = self._answer(batch)
        real = self._discriminator(batch["image"], batch["alpha"])
        fake = self._discriminator(batch["image"], made)
        return discriminator_loss(real, fake, total=context.total)


@in_full_precision
def _surprise(logits: Tensor, *, total: Total) -> Tensor:
    """Mean of log(1 + exp(logit))."""
    return masked_mean(F.softplus(logits), torch.ones_like(logits), total=total)
