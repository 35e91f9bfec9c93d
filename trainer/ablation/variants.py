"""The rows of the ablation, in the order of the paper's Table 4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from torch import Tensor, nn

from engine.models.prn import HEADS, Prn
from trainer.ablation.side_outputs import FINEST, FUSED, SideOutputLoss, SideOutputs
from trainer.losses.matting import LEVEL_WEIGHTS, MattingLoss
from trainer.phase import Batch, LossTerms, StepContext

CUT_MASK = 0.25
"""Probability of CutMask where there is any; the paper gives none, this is the released code's."""
GUIDED, SELF_GUIDED = 0.05, 0.15
"""Shares of the run after which half, and all, of the images guide themselves: 5,000 and 15,000 of
the paper's 100,000 steps."""

_LEVELS = dict(zip(HEADS, LEVEL_WEIGHTS["paper"], strict=True))
LossMaker: TypeAlias = Callable[[nn.Module, int], LossTerms]


@dataclass(frozen=True)
class Variant:
    """A row of the table.

    Attributes:
        name: what the command line calls it.
        title: for tables.
        network: makes it from the width of its first layer.
        loss: makes it from the network and the steps of the run.
        cut_mask: probability of CutMask in training.
    """

    name: str
    title: str
    network: Callable[[int], nn.Module]
    loss: LossMaker
    cut_mask: float = 0.0


class RefinementLoss:
    """The loss of progressive refinement without its composition term, for crops without layers.

    Args:
        network: answers `engine.models.refinement.Heads`.
        steps: of the run, which its curriculum follows.
    """

    def __init__(self, network: nn.Module, steps: int) -> None:
        self._network = network
        self._loss = MattingLoss(
            composition=0.0,
            guided_from=round(GUIDED * steps),
            self_guided_from=round(SELF_GUIDED * steps),
        )

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        """See `trainer.phase.LossTerms`."""
        heads = self._network(batch["image"], batch["guidance"])
        return self._loss(heads, batch, context)


def _side_outputs(heads: tuple[str, ...], fused: bool, width: int) -> nn.Module:
    return SideOutputs(heads=heads, fused=fused, width=width)


def _refined(width: int) -> nn.Module:
    return Prn(width=width)


def _everywhere(weights: dict[str, float], network: nn.Module, steps: int) -> LossTerms:
    return SideOutputLoss(network, weights)


_ROWS = (
    Variant(
        "baseline",
        "Baseline",
        partial(_side_outputs, (FINEST,), False),
        partial(_everywhere, {FINEST: 1.0}),
    ),
    Variant(
        "deep_supervision",
        "+ deep supervision",
        partial(_side_outputs, HEADS, False),
        partial(_everywhere, _LEVELS),
    ),
    Variant(
        "fusion_conv",
        "+ fusion conv",
        partial(_side_outputs, HEADS, True),
        # the fused answer counts as the finest head does, which is the answer in the row before
        partial(_everywhere, {**_LEVELS, FUSED: _LEVELS[FINEST]}),
    ),
    Variant("prn_without_cut_mask", "PRN without CutMask", _refined, RefinementLoss),
    Variant("prn", "PRN", _refined, RefinementLoss, cut_mask=CUT_MASK),
)
VARIANTS: dict[str, Variant] = {row.name: row for row in _ROWS}
"""Name to row, in the order of the table."""
