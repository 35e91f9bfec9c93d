"""Which processes train together, on what, and which share of a step each has."""

from __future__ import annotations

import logging
import os
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor

from engine.device import choose_device
from engine.errors import UserError
from trainer.config import RunConfig
from trainer.precision import precision_plugin

_DDP_CHATTER = "torch.nn.parallel.distributed"
PART = 1 << 31
"""How far apart the numbers of samples are of two parts of a run (`Setup.batches`)."""


def connect(config: RunConfig, *, device: str = "auto") -> Fabric:
    """Join the processes of `torchrun`, or go alone.

    Args:
        config: of the run.
        device: one of `engine.device.DEVICES`.

    Raises:
        UserError: if the device cannot be used as asked.
    """
    choice = choose_device(device)
    plugin = precision_plugin(config.precision, device=choice.name, loss_scale=config.loss_scale)
    if not TorchElasticEnvironment.detect():
        fabric = Fabric(
            accelerator=choice.name, devices=1, plugins=[plugin, LightningEnvironment()]
        )
    else:
        # phases of a GAN may leave parameters without a gradient in some steps
        strategy = DDPStrategy(find_unused_parameters=True)
        local = int(os.environ["LOCAL_WORLD_SIZE"])
        fabric = Fabric(
            accelerator=choice.name,
            devices=local,
            num_nodes=int(os.environ["WORLD_SIZE"]) // local,
            strategy=strategy,
            plugins=[plugin, TorchElasticEnvironment()],
        )
        logging.getLogger(_DDP_CHATTER).setLevel(logging.ERROR)
    fabric.launch()
    if choice.name == "cuda":
        torch.backends.cudnn.benchmark = True
    return fabric


@contextmanager
def joined(config: RunConfig, *, device: str = "auto") -> Iterator[Fabric]:
    """Join the processes, and leave the group in the end if they were not joined before.

    Raises:
        UserError: as `connect`.
    """
    before = _in_group()
    fabric = connect(config, device=device)
    try:
        yield fabric
    finally:
        if _in_group() and not before:
            torch.distributed.destroy_process_group()


def _in_group() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()


@dataclass(frozen=True)
class Share:
    """How a step's samples are spread over processes and pieces.

    Attributes:
        rank: of this process.
        world: number of processes.
        pieces: forward and backward passes in a step.
        batch: samples in one of them.
    """

    rank: int
    world: int
    pieces: int
    batch: int

    @property
    def together(self) -> int:
        """Samples of a step, over all processes."""
        return self.world * self.pieces * self.batch

    def numbers(self, step: int) -> list[list[int]]:
        """Which samples of the stream this process takes in a step, piece by piece.

        All processes together take in piece p what a single one would, in the same order.
        """
        together = self.world * self.batch
        first = (step * self.pieces * self.world + self.rank) * self.batch
        starts = (first + piece * together for piece in range(self.pieces))
        return [list(range(start, start + self.batch)) for start in starts]


@dataclass(frozen=True)
class Shares:
    """The shares of a run whose batch may change from part to part.

    Attributes:
        config: of the run.
        batches: as of `trainer.phase.Setup`.
        rank: of this process.
        world: number of processes.
    """

    config: RunConfig
    batches: tuple[tuple[int, int], ...] | None = None
    rank: int = 0
    world: int = 1

    def at(self, step: int) -> Share:
        """The share of a step; raises `UserError` if its batch cannot be split evenly."""
        _, batch = self._parts[self._part(step)]
        return share_of(self.config, rank=self.rank, world=self.world, batch=batch)

    def numbers(self, step: int) -> list[list[int]]:
        """As `Share.numbers`; each part has numbers of its own."""
        part = self._part(step)
        pieces = self.at(step).numbers(step - self.begins[part])
        return [[part * PART + number for number in piece] for piece in pieces]

    def until(self, step: int, last: int) -> int:
        """How far it goes from a step: to `last`, or to a part whose batch cannot be split."""
        parts = zip(self.begins, self._parts, strict=True)
        return min([last, *(at for at, (_, batch) in parts if at > step and batch % self.world)])

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """The first step of each part."""
        return tuple(accumulate((steps for steps, _ in self._parts[:-1]), initial=0))

    @property
    def _parts(self) -> tuple[tuple[int, int], ...]:
        return self.batches or ((self.config.steps, self.config.global_batch),)

    def _part(self, step: int) -> int:
        return bisect_right(self.begins, step) - 1


def share_of(
    config: RunConfig, *, rank: int = 0, world: int = 1, batch: int | None = None
) -> Share:
    """Split a batch, the config's unless another is given.

    Raises:
        UserError: if it cannot be split evenly.
    """
    whole = config.global_batch if batch is None else batch
    if whole % world:
        raise UserError(
            f"A global batch of {whole} cannot be split over {world} processes.",
            remedy="Use a number of processes that divides it.",
        )
    own = whole // world
    most = min(own, config.micro_batch or own)
    piece = next(size for size in range(most, 0, -1) if own % size == 0)
    return Share(rank=rank, world=world, pieces=own // piece, batch=piece)


def total(fabric: Fabric, tensor: Tensor) -> Tensor:
    """The sum of a tensor over all processes, without a gradient."""
    own = tensor.detach().clone()
    if fabric.world_size == 1:
        return own
    summed: Tensor = fabric.all_reduce(own, reduce_op="sum")  # type: ignore[assignment]
    return summed


def any_of(fabric: Fabric, *, flag: bool) -> bool:
    """Whether any process has the flag."""
    if fabric.world_size == 1:
        return flag
    return bool(total(fabric, torch.tensor(float(flag), device=fabric.device)) > 0)
