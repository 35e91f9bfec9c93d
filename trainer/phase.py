"""What a recipe hands to the loop: networks, phases and samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

Batch = Mapping[str, Tensor]
"""Name to tensor; the first axis of each is the sample."""


@dataclass(frozen=True)
class StepContext:
    """What a loss may ask about the step it is computed in.

    Attributes:
        step: optimiser steps done before this one.
        generator: for everything random in the step; seeded by the run's seed and the step, the
            same on all ranks. Draw for the whole piece and take what is `own`, so that what a
            sample gets doesn't depend on how the piece is split.
        total: sums a tensor over the ranks that share this piece of the batch (no gradient). A loss
            is its own numerator over `total` of its denominator, so that the sum over all ranks is
            the loss of the whole piece, however it is split.
        rank: of this process.
        world: how many processes share the piece, evenly.
    """

    step: int
    generator: torch.Generator
    total: Callable[[Tensor], Tensor]
    rank: int = 0
    world: int = 1

    def own(self, drawn: Tensor) -> Tensor:
        """This process's part of what was drawn for all samples of the piece (the first axis)."""
        return drawn.tensor_split(self.world)[self.rank]

    def integers(self, least: int, most: int, samples: int) -> Tensor:
        """A random number from `least` to `most` for each of this process's samples."""
        shape = (samples * self.world,)
        return self.own(torch.randint(least, most + 1, shape, generator=self.generator))


class LossTerms(Protocol):
    """Computes named, already weighted terms; the loop minimises their sum."""

    def __call__(self, batch: Batch, context: StepContext) -> dict[str, Tensor]: ...


class Samples(Protocol):
    """An endless stream of training samples addressed by number.

    `sample(i)` depends on `i` and the recipe's seed alone, so that a position in the stream is one
    number, workers need no state, and a resumed run sees what an uninterrupted one sees.
    """

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`, each tensor without the batch axis.

        Raises:
            UserError: if a file of it cannot be read; the loop counts it and takes another.
        """


class Resource(Protocol):
    """Something with a state that a checkpoint must hold."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any], /) -> None: ...


@dataclass(frozen=True)
class Phase:
    """One optimiser with its loss; a GAN has several.

    Attributes:
        name: in logs and checkpoints.
        parameters: what is optimised.
        loss: what is minimised.
        learning_rate: the peak, after warm-up.
        betas: of Adam.
        every: runs in each `every`-th step.
        weight_decay: L2, as in Adam.
        decoupled: the decay is not part of the gradient, as in AdamW.
        begins: the first step that it may run in.
        ends: the first step that it no longer runs in; None is never. The learning rate goes
            through the run's schedule between the two.
        shares: name of an earlier phase with the same parameters, whose optimiser this one takes a
            step of, such as that of a regularisation which is due less often. Its rate, betas and
            decay count, not these.
    """

    name: str
    parameters: list[nn.Parameter]
    loss: LossTerms
    learning_rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    every: int = 1
    weight_decay: float = 0.0
    decoupled: bool = False
    begins: int = 0
    ends: int | None = None
    shares: str = ""

    def due(self, step: int) -> bool:
        """Whether it runs in a step."""
        within = self.begins <= step and (self.ends is None or step < self.ends)
        return within and step % self.every == 0


@dataclass(frozen=True)
class Validation:
    """Figures and pictures of one validation.

    Attributes:
        figures: name to value; `selected` decides which checkpoint is the best (smaller is better).
        pictures: name to H×W×3 uint8 sheets.
        selected: a key of `figures`.
    """

    figures: dict[str, float]
    selected: str
    pictures: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Setup:
    """A recipe, built from its config.

    Attributes:
        networks: name to network, all of them; the loop moves, wraps, averages and saves these.
        phases: run in this order in every step.
        samples: the training stream.
        validate: computes figures with the networks it is given (the averaged ones if there is an
            EMA), or None.
        exported: which of `networks` `matte-train export` writes, and as which model of
            `engine.models.registry.MODELS`.
        companions: others that it writes beside that one, each as `exported`; a companion's name
            begins with that of the exported model.
        averaged: which of `networks` there are moving averages of; None is all that are trained.
        resources: anything else whose state a checkpoint must hold, such as an augmentation's
            probability.
        settings: what these come to now, for the log.
        batches: steps and the samples in each of them, part by part, for a run whose batch changes;
            the last part goes on to the end. Samples of part p are numbered from p times
            `trainer.distributed.PART` on. None is the config's batch in all steps.
    """

    networks: dict[str, nn.Module]
    phases: list[Phase]
    samples: Samples
    validate: Callable[[Mapping[str, nn.Module]], Validation] | None = None
    exported: tuple[str, str] | None = None
    companions: tuple[tuple[str, str], ...] = ()
    averaged: tuple[str, ...] | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    settings: Callable[[], dict[str, float]] = dict
    batches: tuple[tuple[int, int], ...] | None = None
