"""What a run would take on this machine: memory, hours, samples. Measured on a few samples."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.utils.data import default_collate

from engine.device import choose_device
from engine.errors import UserError
from trainer.config import Loaded, RunConfig, has_key, load_run
from trainer.distributed import connect, share_of
from trainer.loop import build_setup
from trainer.phase import Setup
from trainer.state import TrainingState
from trainer.stream import Piece, draw, on_device

REPLACED = {
    "data.source": "made",
    "data.backgrounds": "made",
    "data.shares": "{made=1}",
    "network.encoder": "off",
    "network.start": "off",
    "people.photographs": "off",
    "people.subjects": "[]",
    "people.person_lists": "{}",
    "people.backgrounds": "made",
    "people.drawn": "1",
    "mattes.backgrounds": "made",
    "loss.features": "random",
}
"""What a probe takes instead of files that are not there, in recipes that have these keys."""
_ON_CPU = 2
"""Samples in a probe on the processor; a graphics processor gets its whole piece."""
_REAL = 4
"""Bytes of a float32."""


@dataclass(frozen=True)
class Estimate:
    """What a run would take, with the means by which that was found.

    Attributes:
        recipe: its name.
        config: its config's name.
        parameters: that are trained.
        memory: bytes in each process (on a graphics processor, of its memory).
        hours: in one process, if samples are made fast enough.
        samples: drawn in the whole run.
        sample_bytes: of one of them as tensors.
        samples_per_second: that one worker makes.
        how: what was measured and what was reckoned from it.
    """

    recipe: str
    config: str
    parameters: int
    memory: int
    hours: float
    samples: int
    sample_bytes: int
    samples_per_second: float
    how: str


def estimate(
    recipe: str, config: str | Path, sets: Sequence[str] = (), *, device: str = "auto"
) -> Estimate:
    """Take two steps of a run, on few samples, and reckon what all of it would take.

    Raises:
        UserError: if the config is wrong, or the recipe's data are missing and it can't make any.
    """
    loaded, setup, note = _built(recipe, config, sets)
    slow = choose_device(device).name == "cpu" and loaded.config.precision != "32"
    if slow:  # processors emulate half precision, some of them very slowly
        loaded = loaded._replace(config=loaded.config.model_copy(update={"precision": "32"}))
        note = f" in 32 bits, memory of pictures halved{note}"
    fabric = connect(loaded.config, device=device)
    on_cuda = fabric.device.type == "cuda"
    batch = share_of(loaded.config).batch
    count = batch if on_cuda else min(batch, _ON_CPU)
    state = TrainingState(setup, loaded.config, fabric=fabric, recipe=recipe)
    piece, making = _drawn(setup, count)
    seconds, kept = _two_steps(state, piece, fabric)
    kept = kept * batch // count // (2 if slow else 1)
    held = torch.cuda.max_memory_allocated() if on_cuda else _fixed(state) + kept
    drawn = loaded.config.steps * loaded.config.global_batch
    reckoned = f"two steps of {count} samples" + (
        "" if count == batch else f", reckoned to {batch}"
    )
    return Estimate(
        recipe=recipe,
        config=loaded.name,
        parameters=sum(p.numel() for step in state.phases for p in step.parameters),
        memory=held,
        hours=seconds / count * drawn / 3600,
        samples=drawn,
        sample_bytes=sum(t.numel() * t.element_size() for t in piece.batch.values()) // count,
        samples_per_second=1 / making,
        how=f"{reckoned}, on {fabric.device.type}{note}",
    )


def _built(recipe: str, config: str | Path, sets: Sequence[str]) -> tuple[Loaded, Setup, str]:
    loaded = load_run(recipe, config, sets)
    try:
        return loaded, build_setup(loaded), ""
    except UserError as missing:
        instead = [f"{k}={v}" for k, v in REPLACED.items() if has_key(loaded.config, k)]
        if not instead:
            raise
        other = load_run(recipe, config, [*sets, *instead])
        note = f", with {', '.join(instead)} because something is missing: {missing.problem}"
        return other, build_setup(other), note


def _drawn(setup: Setup, count: int) -> tuple[Piece, float]:
    """Some samples, and the seconds that each took after the first."""
    samples: list[Mapping[str, Tensor]] = []
    began = time.perf_counter()
    for number in range(count + 1):
        sample, skipped = draw(setup.samples, number)
        if sample is None:
            raise UserError(f"No sample can be read. The last one: {skipped[-1]}")
        samples.append(sample)
        if number == 0:
            began = time.perf_counter()  # the first one compiles and fills caches
    seconds = (time.perf_counter() - began) / count
    return Piece(default_collate(samples[1:]), [], failed=False), max(seconds, 1e-9)


def _two_steps(state: TrainingState, piece: Piece, fabric: Fabric) -> tuple[float, int]:
    """Seconds of the second step, and bytes that the first one kept for its gradients."""
    config: RunConfig = state.config
    batch = on_device(piece, fabric.device, channels_last=config.channels_last).batch
    state.train_mode()
    with _counted() as kept:
        state.advance([batch])
    began = time.perf_counter()
    state.advance([batch])
    return time.perf_counter() - began, sum(kept.values())


@contextmanager
def _counted() -> Iterator[dict[int, int]]:
    """Sizes of the memory blocks that are kept for a backward pass, each once."""
    blocks: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        blocks[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        yield blocks


def _fixed(state: TrainingState) -> int:
    """Bytes of weights, gradients, Adam's two averages, and the averaged weights."""
    trained = sum(p.numel() for step in state.phases for p in step.parameters)
    stored = sum(p.numel() for net in state.setup.networks.values() for p in net.parameters())
    averaged = trained if state.averaged is not None else 0
    return _REAL * (stored + 3 * trained + averaged)
