"""The one loop: every recipe is trained by it, on one device or on many machines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from engine.errors import UserError
from engine.imaging.atomic import make_folder
from trainer.checkpoint import Checkpoints, read_state
from trainer.config import Loaded, RunConfig
from trainer.display import Display
from trainer.distributed import Shares, any_of, joined, total
from trainer.logs import RunLog, write_run
from trainer.meter import Meter
from trainer.phase import Setup, Validation
from trainer.signals import StopSignals
from trainer.state import TrainingState
from trainer.step import seed_all
from trainer.stream import Piece, on_device, piece_loader


@dataclass(frozen=True)
class Report:
    """How a call of `train` ended.

    Attributes:
        step: optimiser steps done, over all calls.
        finished: whether these are all.
        stopped_by: name of the signal that stopped it, or "".
        checkpoint: the newest one.
        figures: of the last validation.
        samples_per_second: over all processes and this call, without validation.
        waiting: share of that time in which the first process waited for samples.
        skipped: unreadable samples.
        bad_steps: steps skipped because something was not finite.
    """

    step: int
    finished: bool
    stopped_by: str = ""
    checkpoint: Path | None = None
    figures: dict[str, float] = field(default_factory=dict)
    samples_per_second: float = 0.0
    waiting: float = 0.0
    skipped: int = 0
    bad_steps: int = 0


def build_setup(loaded: Loaded) -> Setup:
    """Build a recipe with the random start that its seed gives."""
    seed_all(loaded.config.seed)
    setup: Setup = loaded.module.build(loaded.config)
    return setup


def train(
    setup: Setup,
    config: RunConfig,
    *,
    out: Path,
    resume: bool,
    device: str = "auto",
    stop_after: int | None = None,
    recipe: str = "",
    config_name: str = "",
) -> Report:
    """Train until all steps are done or a signal comes; then checkpoint and return.

    Args:
        setup: the recipe, built (`build_setup`).
        config: of the run.
        out: the run's folder; made if it is not there.
        resume: go on from the newest checkpoint in it, if there is one.
        device: one of `engine.device.DEVICES`.
        stop_after: at most so many steps in this call.
        recipe: its name, for the run's records.
        config_name: what the config was called, for the run's records.

    Raises:
        UserError: if there is a run in the folder already (without `resume`), its config is
            another one, the device cannot be used, no sample can be read, or nothing is finite.
    """
    with joined(config, device=device) as fabric:
        run = _Run(setup, config, fabric=fabric, out=out, recipe=recipe)
        run.start(resume=resume, config_name=config_name)
        last = config.steps if stop_after is None else run.state.step + stop_after
        return run.go(run.shares.until(run.state.step, min(config.steps, last)))


class _Run:
    def __init__(
        self, setup: Setup, config: RunConfig, *, fabric: Fabric, out: Path, recipe: str
    ) -> None:
        self.config, self.fabric, self.out = config, fabric, out
        self.first = fabric.is_global_zero
        self.shares = Shares(config, setup.batches, fabric.global_rank, fabric.world_size)
        self.checkpoints = Checkpoints(out, keep=config.keep)
        self.state = TrainingState(setup, config, fabric=fabric, recipe=recipe)
        self.meter = Meter(lambda tensor: total(fabric, tensor))
        self.figures: dict[str, float] = {}
        self.seconds = self.waiting = 0.0
        self.samples = self.saved_at = 0
        self.validated_at = -1

    def start(self, *, resume: bool, config_name: str) -> None:
        """Take up the newest checkpoint, or make the folder."""
        newest = self.checkpoints.newest()
        if newest is not None and not resume:
            raise UserError(
                "There is a run in this folder already.",
                remedy="Go on with --resume auto, or choose another --out.",
                path=self.out,
            )
        if newest is not None:
            self.state.load_state_dict(read_state(newest))
        self.saved_at = self.state.step
        self.fabric.barrier()  # nobody writes before all have looked
        if self.first:
            make_folder(self.out)
            write_run(self.out, {**self._facts(), "config_name": config_name})

    def go(self, until: int) -> Report:
        """Train until a step."""
        state = self.state
        with ExitStack() as stack:
            stop = stack.enter_context(StopSignals(alone=self.fabric.world_size == 1))
            self.log = RunLog(self.out, step=state.step) if self.first else None
            if self.log is not None:
                stack.callback(self.log.close)
            steps = self.config.steps
            shown = Display(steps=steps, done=state.step, shown=self.first)
            self.display = stack.enter_context(shown)
            self._steps(until, stop)
            if not stop.asked and state.step == steps:
                self._validate()
            self._save()
            self.display.say(self._ending(stop.asked))
        return self._report(stop.asked or "")

    def _steps(self, until: int, stop: StopSignals) -> None:
        pieces = self._pieces(until)
        self.state.train_mode()
        while self.state.step < until:
            began = time.perf_counter()
            self._step(pieces)
            self.seconds += time.perf_counter() - began
            self._due()
            if any_of(self.fabric, flag=stop.asked is not None):
                stop.asked = stop.asked or "another process"
                return

    def _step(self, pieces: Iterator[Piece]) -> None:
        began = time.perf_counter()
        share = self.shares.at(self.state.step)
        fetched = [next(pieces) for _ in range(share.pieces)]
        waited = time.perf_counter() - began
        channels_last = self.config.channels_last
        placed = [
            on_device(piece, self.fabric.device, channels_last=channels_last) for piece in fetched
        ]
        self._count_skipped(fetched)
        outcomes = self.state.advance([piece.batch for piece in placed])
        self.meter.add(outcomes, samples=share.together)
        self.meter.waited(waited)
        self.waiting += waited
        self.samples += share.together
        self.display.step(self.state.step)
        self._guard()

    def _pieces(self, until: int) -> Iterator[Piece]:
        loader = piece_loader(
            self.state.setup.samples,
            self.shares,
            start=self.state.step,
            steps=until,
            workers=self.config.workers,
            prefetch=self.config.prefetch,
            pin=self.fabric.device.type == "cuda",
        )
        return iter(loader)

    def _count_skipped(self, pieces: list[Piece]) -> None:
        reasons = [reason for piece in pieces for reason in piece.skipped]
        self.state.counts.skipped += len(reasons)
        if self.log is not None:
            for reason in reasons:
                self.log.write("skipped", self.state.step, {"reason": reason})

    def _guard(self) -> None:
        """Stop a run in which nothing is finite any more."""
        bad = self.state.counts.bad_in_a_row
        if bad < self.config.bad_steps:
            return
        newest = self.checkpoints.newest()
        where = f"The last good checkpoint is {newest}." if newest else "There is no checkpoint."
        raise UserError(
            f"The loss or its gradient was not finite in {bad} steps in a row "
            f"(up to step {self.state.step}).",
            remedy=f"{where} Lower the learning rate, or train in 32 or bf16.",
        )

    def _due(self) -> None:
        """What happens every so many steps."""
        step, config = self.state.step, self.config
        if step % config.log_every == 0 or step == config.steps:
            self._write_figures()
        if config.validate_every and step % config.validate_every == 0:
            self._validate()
        if step % config.checkpoint_every == 0:
            self._save()

    def _write_figures(self) -> None:
        figures = self.meter.read()
        skipped = self._skipped()
        if self.log is None:
            return
        counts = {"skipped_samples": skipped, "bad_steps": self.state.counts.bad_steps}
        self.log.write("train", self.state.step, {**figures, **counts, **self.state.settings()})
        self.display.figures(f"loss {figures.get('loss', float('nan')):.4g}")

    def _validate(self) -> None:
        """Judge the weights on the first process; the others wait."""
        validate = self.state.setup.validate
        if validate is None or self.validated_at == self.state.step:
            return
        self.validated_at = self.state.step
        if self.log is not None:
            self.state.train_mode(training=False)
            with torch.no_grad(), self.fabric.autocast():
                self._judged(validate(self.state.networks_to_judge()), self.log)
            self.state.train_mode()
        self.fabric.barrier()

    def _judged(self, found: Validation, log: RunLog) -> None:
        self.figures = dict(found.figures)
        log.write("validation", self.state.step, found.figures)
        for name, sheet in found.pictures.items():
            log.picture(name, self.state.step, sheet)  # type: ignore[arg-type]  # H×W×3 uint8
        figure, best = found.figures[found.selected], self.state.best
        if best is None or figure < best:
            self.state.best = figure
            weights = self.state.weights()
            self.checkpoints.save_best({**weights, "figures": self.figures})
        listed = ", ".join(f"{name} {value:.5g}" for name, value in found.figures.items())
        self.display.say(f"step {self.state.step}: {listed}")

    def _save(self) -> None:
        skipped = self._skipped()
        if self.first and (self.saved_at < self.state.step or self.checkpoints.newest() is None):
            self.checkpoints.save(self.state.state_dict(skipped=skipped), self.state.step)
        self.saved_at = self.state.step
        self.fabric.barrier()

    def _skipped(self) -> int:
        counts = self.state.counts
        own = torch.tensor(float(counts.skipped), device=self.fabric.device)
        return counts.skipped_before + int(total(self.fabric, own))

    def _facts(self) -> dict[str, Any]:
        share = self.shares.at(self.state.step)
        return {
            "recipe": self.state.recipe,
            "config": self.config.model_dump(mode="json"),
            "exported": list(self.state.setup.exported or ()),
            "companions": [list(pair) for pair in self.state.setup.companions],
            "device": str(self.fabric.device),
            "processes": self.fabric.world_size,
            "batch": {"pieces": share.pieces, "samples": share.batch},
            "resumed_at": self.state.step,
        }

    def _ending(self, asked: str | None) -> str:
        step, steps = self.state.step, self.config.steps
        if step == steps:
            return f"all {steps} steps are done: {self.out}"
        why = f"stopped by {asked}" if asked else "stopped"
        return f"{why} at step {step} of {steps}; --resume auto goes on: {self.out}"

    def _report(self, asked: str) -> Report:
        seconds = max(1e-9, self.seconds)
        return Report(
            step=self.state.step,
            finished=self.state.step == self.config.steps,
            stopped_by=asked,
            checkpoint=self.checkpoints.newest(),
            figures=self.figures,
            samples_per_second=self.samples / seconds,
            waiting=self.waiting / seconds,
            skipped=self.state.counts.skipped_before + self.state.counts.skipped,
            bad_steps=self.state.counts.bad_steps,
        )
