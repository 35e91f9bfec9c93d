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
from trainer.distributed import Shares, connect
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
    "decoder.learns": "all",
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
    state = TrainingState(setup, loaded.config, fabric=fabric, recipe=recipe)
    shares = Shares(loaded.config, setup.batches)
    ends = (*shares.begins[1:], loaded.config.steps)
    parts = [
        _probed(state, shares, begins, ends=end, fabric=fabric)
        for begins, end in zip(shares.begins, ends, strict=True)
    ]
    kept = max(part.kept for part in parts) // (2 if slow else 1)
    drawn = sum(part.samples for part in parts)
    return Estimate(
        recipe=recipe,
        config=loaded.name,
        parameters=_trained(state),
        memory=torch.cuda.max_memory_allocated() if on_cuda else _fixed(state) + kept,
        hours=sum(part.seconds * part.samples for part in parts) / 3600,
        samples=drawn,
        sample_bytes=sum(part.bytes * part.samples for part in parts) // drawn,
        samples_per_second=drawn / sum(part.making * part.samples for part in parts),
        how=f"{'; '.join(part.how for part in parts)}, on {fabric.device.type}{note}",
    )


@dataclass(frozen=True)
class _Part:
    """What was found of steps with one batch; times and bytes are of a sample, `kept` of a step."""

    samples: int
    seconds: float
    making: float
    bytes: int
    kept: int
    how: str


def _probed(
    state: TrainingState, shares: Shares, begins: int, *, ends: int, fabric: Fabric
) -> _Part:
    """Two steps of a part of the run."""
    share = shares.at(begins)
    count = share.batch if fabric.device.type == "cuda" else min(share.batch, _ON_CPU)
    first = shares.numbers(begins)[0][0]
    piece, making = _drawn(state.setup, first, count)
    seconds, kept = _two_steps(state, piece, fabric, begins)
    reckoned = "" if count == share.batch else f", reckoned to {share.batch}"
    return _Part(
        samples=(ends - begins) * share.together,
        seconds=seconds / count,
        making=making,
        bytes=sum(t.numel() * t.element_size() for t in piece.batch.values()) // count,
        kept=kept * share.batch // count,
        how=f"two steps of {count} sample{'s' * (count > 1)}{reckoned}",
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


def _drawn(setup: Setup, first: int, count: int) -> tuple[Piece, float]:
    """Some samples, and the seconds that each took after the first."""
    samples: list[Mapping[str, Tensor]] = []
    began = time.perf_counter()
    for number in range(first, first + count + 1):
        sample, skipped = draw(setup.samples, number)
        if sample is None:
            raise UserError(f"No sample can be read. The last one: {skipped[-1]}")
        samples.append(sample)
        if number == first:
            began = time.perf_counter()  # the first one compiles and fills caches
    seconds = (time.perf_counter() - began) / count
    return Piece(default_collate(samples[1:]), [], failed=False), max(seconds, 1e-9)


def _two_steps(
    state: TrainingState, piece: Piece, fabric: Fabric, number: int
) -> tuple[float, int]:
    """Seconds of taking a step again, and bytes that it kept for its gradients."""
    config: RunConfig = state.config
    batch = on_device(piece, fabric.device, channels_last=config.channels_last).batch
    state.train_mode()
    state.step = number
    with _counted() as kept:
        state.advance([batch])
    state.step = number
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


def _trained(state: TrainingState) -> int:
    """How many parameters are trained, by one phase or several."""
    own = {id(p): p.numel() for step in state.phases for p in step.parameters}
    return sum(own.values())


def _fixed(state: TrainingState) -> int:
    """Bytes of weights, gradients, Adam's two averages, and the averaged weights."""
    trained = _trained(state)
    stored = sum(p.numel() for net in state.setup.networks.values() for p in net.parameters())
    averaged = trained if state.averaged is not None else 0
    return _REAL * (stored + 3 * trained + averaged)
