"""The processes of a cycle: all of them train, the first one does everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch.distributed import ProcessGroup

from trainer.config import RunConfig
from trainer.distributed import joined

PATIENCE = timedelta(days=365)
"""How long processes wait for the first one: longer than any step of it takes."""
T = TypeVar("T")


@dataclass(frozen=True)
class Processes:
    """Those of a cycle.

    Attributes:
        first: whether this is the first one.
        group: of all, in which they wait; None if there is only one.
    """

    first: bool = True
    group: ProcessGroup | None = None

    def agreed(self, value: T) -> T:
        """What the first process says; the others wait until it does."""
        if self.group is None:
            return value
        said = [value]
        torch.distributed.broadcast_object_list(said, src=0, group=self.group)
        return said[0]


@contextmanager
def processes(*, device: str) -> Iterator[Processes]:
    """Those that `torchrun` started, joined for as long as all trainings take; or this one alone.

    Raises:
        UserError: if the device cannot be used.
    """
    with joined(RunConfig(steps=1, global_batch=1), device=device) as fabric:
        if fabric.world_size == 1:
            yield Processes()
        else:
            group = torch.distributed.new_group(backend="gloo", timeout=PATIENCE)
            yield Processes(fabric.is_global_zero, group)
