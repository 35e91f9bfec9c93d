"""What changes from step to step without a gradient: learning rate, clipping, averaged weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from trainer.config import HalfLife, Schedule

CLIP_DECAY = 0.999
CLIP_FACTOR = 2.0
"""A gradient may be this many times as long as usual (MGMatting's training code)."""
_AVERAGED_BUFFERS = ("running_mean", "running_var")


def rate_factor(step: int, *, steps: int, schedule: Schedule) -> float:
    """The share of the peak learning rate in a step, 0 to 1.

    Args:
        step: optimiser steps done before this one.
        steps: of the whole run.
        schedule: its shape.
    """
    if step < schedule.warm_up:
        return (step + 1) / schedule.warm_up
    if schedule.shape == "constant":
        return 1.0
    done = (step - schedule.warm_up) / max(1, steps - schedule.warm_up)
    cosine = (1 + math.cos(math.pi * min(1.0, done))) / 2
    return schedule.floor + (1 - schedule.floor) * cosine


def decay_in(step: int, *, ema: float | HalfLife, batch: int) -> float:
    """The share of an average that stays in a step.

    Args:
        step: optimiser steps done before this one.
        ema: the share after many steps, at first min(ema, (1 + step) / (10 + step)), so that the
            random weights of the start are soon forgotten; or a half-life.
        batch: samples in a step.
    """
    if not isinstance(ema, HalfLife):
        return min(ema, (1 + step) / (10 + step))
    images = ema.half_life
    if ema.ramp_up is not None:
        images = min(images, step * batch * ema.ramp_up)
    return float(0.5 ** (batch / images)) if images else 0.0


class Clip:
    """The greatest norm that a gradient may have.

    Attributes:
        usual: moving average of the norms before clipping, or None before the first step.
    """

    def __init__(self, setting: float | str | None) -> None:
        self._setting = setting
        self.usual: float | None = None

    def limit(self) -> float | None:
        """The greatest norm now; None for no limit."""
        if self._setting == "dynamic":
            return None if self.usual is None else CLIP_FACTOR * self.usual
        return None if self._setting is None else float(self._setting)

    def measured(self, norm: float) -> None:
        """Take note of a norm before clipping."""
        usual = norm if self.usual is None else self.usual
        self.usual = usual * CLIP_DECAY + norm * (1 - CLIP_DECAY)


class Averaged:
    """Networks whose weights are moving averages of those that are trained (EMA).

    Parameters that learn and the running statistics of normalisation are averaged; frozen
    parameters and other buffers are copied.

    Args:
        networks: those that are trained; the averages start as copies.
        ema: as `decay_in` takes it.
        batch: samples in a step.
    """

    def __init__(
        self, networks: dict[str, nn.Module], ema: float | HalfLife, *, batch: int = 1
    ) -> None:
        self._ema, self._batch = ema, batch
        self.networks = {name: copy.deepcopy(network) for name, network in networks.items()}
        own, live = _tensors(self.networks.values()), _tensors(networks.values())
        for network in self.networks.values():
            network.requires_grad_(False).eval()
        pairs = [
            (mean, now, averaged) for (mean, averaged), (now, _) in zip(own, live, strict=True)
        ]
        self._means = [(mean, now) for mean, now, averaged in pairs if averaged]
        self._copies = [(mean, now) for mean, now, averaged in pairs if not averaged]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take the trained weights in after step `step` (the first is 0)."""
        decay = decay_in(step, ema=self._ema, batch=self._batch)
        if self._means:
            means, now = (list(side) for side in zip(*self._means, strict=True))
            torch._foreach_lerp_(means, now, 1 - decay)
        for copied, live in self._copies:
            copied.copy_(live)


def _tensors(networks: Iterable[nn.Module]) -> list[tuple[Tensor, bool]]:
    """Every parameter and buffer, and whether it is averaged."""
    found: list[tuple[Tensor, bool]] = []
    for network in networks:
        found += [(parameter.data, parameter.requires_grad) for parameter in network.parameters()]
        found += [
            (buffer, name.rpartition(".")[2] in _AVERAGED_BUFFERS)
            for name, buffer in network.named_buffers()
        ]
    return found
