"""Which processes train together, on what, and which share of a step each has."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
def leaving(fabric: Fabric) -> Iterator[None]:
    """Leave the group of processes in the end."""
    try:
        yield
    finally:
        if fabric.world_size > 1 and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


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

    def numbers(self, step: int) -> list[list[int]]:
        """Which samples of the stream this process takes in a step, piece by piece.

        All processes together take in piece p what a single one would, in the same order.
        """
        together = self.world * self.batch
        first = (step * self.pieces * self.world + self.rank) * self.batch
        starts = (first + piece * together for piece in range(self.pieces))
        return [list(range(start, start + self.batch)) for start in starts]


def share_of(config: RunConfig, *, rank: int = 0, world: int = 1) -> Share:
    """Split the global batch.

    Raises:
        UserError: if it cannot be split evenly.
    """
    if config.global_batch % world:
        raise UserError(
            f"A global batch of {config.global_batch} cannot be split over {world} processes.",
            remedy="Use a number of processes that divides it.",
        )
    own = config.global_batch // world
    most = min(own, config.micro_batch or own)
    batch = next(size for size in range(most, 0, -1) if own % size == 0)
    return Share(rank=rank, world=world, pieces=own // batch, batch=batch)


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
