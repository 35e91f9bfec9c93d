"""One optimiser step of a phase: losses piece by piece, gradients, clipping, the NaN guard."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.wrappers import _FabricOptimizer
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from engine.errors import BugError
from trainer.config import RunConfig
from trainer.distributed import total
from trainer.phase import Batch, LossTerms, Phase, StepContext
from trainer.precision import scaler_of
from trainer.schedule import Clip, rate_factor

_Adam: TypeAlias = torch.optim.Adam | torch.optim.AdamW


@dataclass(frozen=True)
class Outcome:
    """What a step of a phase came to.

    Attributes:
        terms: name to value on this process; the sum over processes is the step's.
        norm: of the gradient before clipping.
        rate: the learning rate.
        good: False if the loss or the gradient was not finite, and nothing was changed.
    """

    terms: dict[str, Tensor]
    norm: float
    rate: float
    good: bool


class PhaseStep:
    """A phase with its optimiser, wrapped for the device and the other processes.

    Args:
        phase: of the recipe.
        number: its position, for the seeds.
        fabric: launched.
        config: of the run.
        earlier: the phases before it; it may share the optimiser of one.

    Attributes:
        parameters: those of the phase that its network has not frozen.
        optimizer: its own, or the one it shares.
    """

    def __init__(
        self,
        phase: Phase,
        number: int,
        *,
        fabric: Fabric,
        config: RunConfig,
        earlier: Sequence[PhaseStep] = (),
    ) -> None:
        self.phase = phase
        self.parameters = learning(phase)
        self.clip = Clip(config.clip)
        self._number, self._fabric, self._config = number, fabric, config
        self._losses = fabric.setup_module(_Losses(self.parameters, phase.loss))
        owner = _owner(phase, earlier)
        self._peak = (phase if owner is None else owner.phase).learning_rate
        self.optimizer: _Adam = self._adam() if owner is None else owner.optimizer
        self._wrapped: _FabricOptimizer = self._wrap() if owner is None else owner._wrapped

    def run(self, batches: Sequence[Batch], step: int) -> Outcome:
        """Take one step on the pieces of a batch, or none if something is not finite."""
        self.optimizer.zero_grad(set_to_none=True)
        sums: dict[str, Tensor] = {}
        for piece, batch in enumerate(batches):
            terms = self._backward(batch, step, piece, pieces=len(batches))
            for name, value in terms.items():
                sums[name] = sums.get(name, 0.0) + value.detach().float() / len(batches)
        if self._by_hand:
            self._average_gradients()
        rate = self._set_rate(step)
        return self._update(sums, rate)

    def _adam(self) -> _Adam:
        wanted = self.phase
        make = torch.optim.AdamW if wanted.decoupled else torch.optim.Adam
        return make(
            self.parameters,
            lr=wanted.learning_rate,
            betas=wanted.betas,
            weight_decay=wanted.weight_decay,
        )

    def _wrap(self) -> _FabricOptimizer:
        wrapped = self._fabric.setup_optimizers(self.optimizer)
        return wrapped[0] if isinstance(wrapped, tuple) else wrapped

    def _backward(self, batch: Batch, step: int, piece: int, *, pieces: int) -> dict[str, Tensor]:
        """Add a piece's gradients; DDP averages over processes where the loss is a sum."""
        context = StepContext(
            step=step,
            generator=self._generator(step, piece),
            total=lambda tensor: total(self._fabric, tensor),
            rank=self._fabric.global_rank,
            world=self._fabric.world_size,
        )
        terms: dict[str, Tensor] = {}
        last = piece == pieces - 1
        if self._fabric.world_size > 1 and (self._by_hand or not last):
            with self._fabric.no_backward_sync(self._losses):
                terms = self._losses(dict(batch), context)
                self._fabric.backward(self._scaled(terms, pieces))
        else:
            terms = self._losses(dict(batch), context)
            self._fabric.backward(self._scaled(terms, pieces))
        return terms

    @property
    def _by_hand(self) -> bool:
        """A penalty's graph reaches biases that it gives no gradient, which DDP takes for a bug."""
        return self._fabric.world_size > 1 and bool(self.phase.shares)

    def _average_gradients(self) -> None:
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        summed = total(self._fabric, torch.cat([grad.flatten() for grad in gradients]))
        sizes = [grad.numel() for grad in gradients]
        means = torch.split(summed / self._fabric.world_size, sizes)
        for grad, mean in zip(gradients, means, strict=True):
            grad.copy_(mean.view_as(grad))

    def _scaled(self, terms: Mapping[str, Tensor], pieces: int) -> Tensor:
        return torch.stack(list(terms.values())).sum() * (self._fabric.world_size / pieces)

    def _generator(self, step: int, piece: int) -> torch.Generator:
        entropy = (self._config.seed, step, 0, self._number, piece)
        return torch.Generator().manual_seed(_seed(entropy))

    def _set_rate(self, step: int) -> float:
        begins, ends = self.phase.begins, self.phase.ends or self._config.steps
        schedule = self._config.schedule
        factor = rate_factor(step - begins, steps=ends - begins, schedule=schedule)
        rate = self._peak * factor
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate

    def _update(self, sums: dict[str, Tensor], rate: float) -> Outcome:
        precision = self._fabric.strategy.precision
        precision.unscale_gradients(self.optimizer)
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        norm = get_total_norm(gradients)
        loss = total(self._fabric, torch.stack(list(sums.values())).sum())
        loss_value, norm_value = torch.stack([loss, norm.to(loss)]).tolist()
        good = math.isfinite(loss_value) and math.isfinite(norm_value)
        if good:
            self._clip(norm, norm_value)
            self._wrapped.step()
        elif (scaler := scaler_of(precision)) is not None:
            scaler.update()  # an overflow lowers the scale
        return Outcome(sums, norm_value, rate, good)

    def _clip(self, norm: Tensor, value: float) -> None:
        limit = self.clip.limit()
        if limit is not None:
            clip_grads_with_norm_(self.parameters, limit, norm)
        self.clip.measured(value)


def learning(phase: Phase) -> list[nn.Parameter]:
    """The parameters of a phase that its network has not frozen."""
    return [parameter for parameter in phase.parameters if parameter.requires_grad]


def _owner(phase: Phase, earlier: Sequence[PhaseStep]) -> PhaseStep | None:
    """The earlier phase whose optimiser a phase shares."""
    if not phase.shares:
        return None
    found = next((step for step in earlier if step.phase.name == phase.shares), None)
    if found is None or {*map(id, found.parameters)} != {*map(id, learning(phase))}:
        raise BugError(f"{phase.name} cannot share the optimiser of {phase.shares}")
    return found


class KeptBuffers:
    """Running statistics as they were, for a step that turns out not to be finite.

    One forward pass with an overflow would leave them infinite for ever.
    """

    def __init__(self, networks: Mapping[str, nn.Module]) -> None:
        buffers = (buffer for network in networks.values() for buffer in network.buffers())
        self._live = [buffer for buffer in buffers if buffer.is_floating_point()]
        self._kept = [buffer.clone() for buffer in self._live]

    def keep(self) -> None:
        """Remember them as they are."""
        if self._live:
            torch._foreach_copy_(self._kept, self._live)

    def restore(self) -> None:
        """Make them what they were."""
        if self._live:
            torch._foreach_copy_(self._live, self._kept)


class _Losses(nn.Module):
    """What Fabric wraps: the parameters whose gradients it synchronises, and the loss of them."""

    def __init__(self, parameters: Sequence[nn.Parameter], loss: LossTerms) -> None:
        super().__init__()
        self.optimised = nn.ParameterList(parameters)
        self._loss = loss

    def forward(self, batch: Batch, context: StepContext) -> dict[str, Tensor]:
        return self._loss(batch, context)


def seed_all(*entropy: int) -> None:
    """Seed every global generator: Python's, numpy's, torch's on CPU and CUDA.

    The loop does so in every step from the run's seed, the step and the rank. What a layer such as
    dropout draws depends on these alone, and a checkpoint needs to hold no generator's state.
    """
    seed = _seed(entropy)
    random.seed(seed)
    np.random.seed(seed % (1 << 32))  # noqa: NPY002 - whoever uses the global one gets this
    # torch.manual_seed() would note a traceback for each kind of device that isn't in use
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(seed)


def _seed(entropy: Sequence[int]) -> int:
    state = np.random.SeedSequence(entropy).generate_state(1, np.uint64)
    return int(state[0]) >> 1
