"""A run's state: what one step changes, and what a checkpoint holds of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn

from engine.errors import UserError
from trainer.config import RunConfig
from trainer.phase import Batch, Setup
from trainer.precision import scaler_of
from trainer.schedule import Averaged
from trainer.step import KeptBuffers, Outcome, PhaseStep, learning, seed_all

_NORMS = nn.modules.batchnorm._BatchNorm


@dataclass
class Counts:
    """What happened so far.

    Attributes:
        skipped: unreadable samples on this process, since it started.
        skipped_before: on all processes, before that.
        bad_steps: steps without a finite loss and gradient.
        bad_in_a_row: of them, since the last good one.
    """

    skipped: int = 0
    skipped_before: int = 0
    bad_steps: int = 0
    bad_in_a_row: int = 0


class TrainingState:
    """Networks and everything that goes with them, on the device.

    Args:
        setup: of the recipe; its networks are moved and changed in place.
        config: of the run.
        fabric: launched.
        recipe: its name.

    Attributes:
        step: optimiser steps done.
        best: the figure that decides which weights are the best, so far.
    """

    def __init__(self, setup: Setup, config: RunConfig, *, fabric: Fabric, recipe: str) -> None:
        self.setup, self.config, self.recipe = setup, config, recipe
        self.step = 0
        self.best: float | None = None
        self.counts = Counts()
        self._fabric = fabric
        self._own = {id(p) for phase in setup.phases for p in learning(phase)}
        self.trained = {name: net for name, net in setup.networks.items() if self._learns(net)}
        self._place()
        self.phases: list[PhaseStep] = []
        for number, phase in enumerate(setup.phases):
            step = PhaseStep(phase, number, fabric=fabric, config=config, earlier=self.phases)
            self.phases.append(step)
        self.averaged = self._average()
        self._buffers = KeptBuffers(setup.networks)

    def networks_to_judge(self) -> dict[str, nn.Module]:
        """All networks, averaged where there is an average."""
        averaged = self.averaged.networks if self.averaged is not None else {}
        return {**self.setup.networks, **averaged}

    def train_mode(self, *, training: bool = True) -> None:
        """Switch the trained networks between training and judging."""
        for network in self.trained.values():
            network.train(training)
            if self.config.freeze_norm:
                _freeze_norms(network)

    def advance(self, batches: Sequence[Batch]) -> dict[str, Outcome]:
        """Take one step: all phases that are due, then the averages."""
        seed_all(self.config.seed, self.step, self._fabric.global_rank)
        outcomes: dict[str, Outcome] = {}
        for phase in self.phases:
            if phase.phase.due(self.step):
                outcomes[phase.phase.name] = self._advance(phase, batches)
        good = all(outcome.good for outcome in outcomes.values())
        self.counts.bad_steps += not good
        self.counts.bad_in_a_row = 0 if good else self.counts.bad_in_a_row + 1
        if self.averaged is not None:
            self.averaged.update(self.step)
        self.step += 1
        return outcomes

    def settings(self) -> dict[str, float]:
        """What adapts itself: the recipe's own, the scale of fp16, how long a gradient may be."""
        scaler = scaler_of(self._fabric.strategy.precision)
        found = self.setup.settings()
        if scaler is not None:
            found["loss_scale"] = scaler.get_scale()
        for step in self.phases:
            limit = step.clip.limit()
            if limit is not None:
                found[f"{step.phase.name}/clip"] = limit
        return found

    def state_dict(self, *, skipped: int) -> dict[str, Any]:
        """Everything, as tensors and plain values.

        Args:
            skipped: unreadable samples so far, on all processes.
        """
        scaler = scaler_of(self._fabric.strategy.precision)
        return {
            **self.weights(),
            "phases": {
                step.phase.name: {
                    "optimizer": None if step.phase.shares else step.optimizer.state_dict(),
                    "usual_norm": step.clip.usual,
                }
                for step in self.phases
            },
            "scaler": {} if scaler is None else scaler.state_dict(),
            "resources": {name: thing.state_dict() for name, thing in self.setup.resources.items()},
            "best": self.best,
            "skipped": skipped,
            "bad_steps": self.counts.bad_steps,
            "bad_in_a_row": self.counts.bad_in_a_row,
        }

    def weights(self) -> dict[str, Any]:
        """The weights, and what they are."""
        averaged = self.averaged.networks if self.averaged is not None else {}
        return {
            "recipe": self.recipe,
            "config": self.config.model_dump(mode="json"),
            "exported": list(self.setup.exported or ()),
            "companions": [list(pair) for pair in self.setup.companions],
            "step": self.step,
            "networks": _states(self.setup.networks),
            "averaged": _states(averaged),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint.

        Raises:
            UserError: if it is of a run with another recipe or config.
        """
        self._check_same_run(state)
        for name, network in self.setup.networks.items():
            network.load_state_dict(state["networks"][name])
        if self.averaged is not None:
            for name, network in self.averaged.networks.items():
                network.load_state_dict(state["averaged"][name])
        for step in self.phases:
            kept = state["phases"][step.phase.name]
            if not step.phase.shares:
                step.optimizer.load_state_dict(kept["optimizer"])
            step.clip.usual = kept["usual_norm"]
        scaler = scaler_of(self._fabric.strategy.precision)
        if scaler is not None:
            scaler.load_state_dict(state["scaler"])
        for name, thing in self.setup.resources.items():
            thing.load_state_dict(state["resources"][name])
        self.step, self.best = state["step"], state["best"]
        self.counts = Counts(
            0, state["skipped"], bad_steps=state["bad_steps"], bad_in_a_row=state["bad_in_a_row"]
        )

    def _average(self) -> Averaged | None:
        ema, wanted = self.config.ema, self.setup.averaged
        chosen = {n: net for n, net in self.trained.items() if wanted is None or n in wanted}
        return Averaged(chosen, ema, batch=self.config.global_batch) if ema is not None else None

    def _learns(self, network: nn.Module) -> bool:
        return any(id(parameter) in self._own for parameter in network.parameters())

    def _place(self) -> None:
        """Move the networks; what no phase optimises needs no gradient and isn't in training."""
        sync = self._fabric.world_size > 1 and self._fabric.device.type == "cuda"
        for network in self.setup.networks.values():
            network.eval()
            network.to(self._fabric.device)
            if self.config.channels_last:
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            if sync and not self.config.freeze_norm:
                nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
            for parameter in network.parameters():
                parameter.requires_grad_(id(parameter) in self._own)

    def _advance(self, step: PhaseStep, batches: Sequence[Batch]) -> Outcome:
        if len(self.phases) > 1:
            self._only(step)
        self._buffers.keep()
        outcome = step.run(batches, self.step)
        if not outcome.good:
            self._buffers.restore()
        return outcome

    def _only(self, step: PhaseStep) -> None:
        """Let gradients reach the parameters of one phase alone."""
        own = {id(parameter) for parameter in step.parameters}
        for phase in self.phases:
            for parameter in phase.parameters:
                parameter.requires_grad_(id(parameter) in own)

    def _check_same_run(self, state: Mapping[str, Any]) -> None:
        if state["recipe"] != self.recipe:
            raise UserError(
                f"There is a run of {state['recipe']} in this folder, not of {self.recipe}.",
                remedy="Choose another --out.",
            )
        now, then = self.config.model_dump(mode="json"), state["config"]
        free = type(self.config).FREE
        keys = sorted((set(now) | set(then)) - free)
        changed = [key for key in keys if now.get(key) != then.get(key)]
        if changed:
            listed = ", ".join(f"{key} ({then.get(key)} before)" for key in changed)
            raise UserError(
                f"The run in this folder has another config: {listed}.",
                remedy="Give it the same one, or choose another --out and start with --init.",
            )


def _states(networks: Mapping[str, nn.Module]) -> dict[str, dict[str, Any]]:
    return {name: dict(network.state_dict()) for name, network in networks.items()}


def _freeze_norms(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, _NORMS):
            module.eval()
