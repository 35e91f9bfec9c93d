"""Samples as batches: a deterministic stream of numbers, made into tensors by workers."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from engine.errors import UserError
from trainer.distributed import PART
from trainer.phase import Samples

ATTEMPTS = 20
"""Unreadable samples in a row after which the data, not a sample, is at fault."""


class Numbering(Protocol):
    """Says which samples this process takes in a step, piece by piece."""

    def numbers(self, step: int) -> list[list[int]]: ...


class Drawn(NamedTuple):
    """A sample, or None if there was none to be had, and why others were skipped."""

    sample: dict[str, Tensor] | None
    skipped: tuple[str, ...]


class Piece(NamedTuple):
    """What one forward and backward pass works on.

    Attributes:
        batch: name to tensor; the first axis is the sample.
        skipped: why samples were replaced, one line each.
        failed: no sample could be read.
    """

    batch: dict[str, Tensor]
    skipped: list[str]
    failed: bool


def substitute(number: int, attempt: int) -> int:
    """The number that takes the place of an unreadable sample, the same in every run.

    It is of the same part of the run (`trainer.distributed.PART`).
    """
    sequence = np.random.SeedSequence([number, attempt])
    return number // PART * PART + int(sequence.generate_state(1)[0]) % PART


def draw(samples: Samples, number: int) -> Drawn:
    """Sample `number`, or the first of its substitutes that can be read."""
    skipped: list[str] = []
    for attempt in range(ATTEMPTS):
        index = substitute(number, attempt) if attempt else number
        try:
            return Drawn(samples.sample(index), tuple(skipped))
        except UserError as error:
            skipped.append(str(error))
    return Drawn(None, tuple(skipped))


def piece_loader(
    samples: Samples,
    share: Numbering,
    *,
    start: int,
    steps: int,
    workers: int = 0,
    prefetch: int = 4,
    pin: bool = False,
) -> DataLoader[Piece]:
    """Loads this process's pieces of the steps from `start` to `steps`, in order."""
    return DataLoader(
        _Numbered(samples),  # type: ignore[arg-type]  # collated, it is one of pieces
        batch_sampler=_Numbers(share, start, steps),
        num_workers=workers,
        prefetch_factor=prefetch if workers else None,
        collate_fn=_collate,
        pin_memory=pin,
        worker_init_fn=_start_worker,
        # without this, making an iterator would draw from the global generator
        generator=torch.Generator(),
    )


def on_device(piece: Piece, device: torch.device, *, channels_last: bool) -> Piece:
    """A piece where the networks are; raises `UserError` if it has no samples."""
    if piece.failed:
        raise UserError(
            f"{ATTEMPTS} samples in a row could not be read. The last one: {piece.skipped[-1]}",
            remedy="Check the data with 'matte-train doctor'.",
        )
    batch = {name: _placed(tensor, device, channels_last) for name, tensor in piece.batch.items()}
    return Piece(batch, piece.skipped, piece.failed)


@dataclass(frozen=True)
class _Numbers:
    share: Numbering
    start: int
    steps: int

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.start, self.steps):
            yield from self.share.numbers(step)


class _Numbered(Dataset[Drawn]):
    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def __getitem__(self, number: int) -> Drawn:
        return draw(self._samples, number)


def _collate(drawn: list[Drawn]) -> Piece:
    skipped = [reason for one in drawn for reason in one.skipped]
    made = [one.sample for one in drawn if one.sample is not None]
    failed = len(made) < len(drawn)
    return Piece({} if failed else default_collate(made), skipped, failed)


def _placed(tensor: Tensor, device: torch.device, channels_last: bool) -> Tensor:
    moved = tensor.to(device, non_blocking=True)
    if channels_last and moved.ndim == 4:
        return moved.contiguous(memory_format=torch.channels_last)
    return moved


def _start_worker(number: int) -> None:
    # What stops a run is sent to the whole group of processes; the training process ends workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "cv2" in sys.modules:
        sys.modules["cv2"].setNumThreads(0)
