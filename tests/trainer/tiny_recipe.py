"""A small but real recipe: a convolutional network learns mattes of discs on noise."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import UserError
from trainer.config import RunConfig
from trainer.phase import Batch, Phase, Setup, StepContext, Validation
from trainer.recipes import RECIPES, RecipeSpec

SPEC = RecipeSpec("tiny", "Tiny", "Discs on noise.", "tiny_recipe", ("default", "smoke"))
SIZE = 8
KILL = "TINY_KILL"
"""Environment variable "SIGNAL:SAMPLE": making that sample sends the process that signal."""


class Config(RunConfig):
    """The recipe's own settings.

    Attributes:
        unreadable: every so many samples one cannot be read; 0 is never.
        burst: (first, last) step whose loss is multiplied by `factor`.
        rate: the learning rate.
        dropout: its probability; draws from the global generator.
        weighted: the loss has a denominator that differs from sample to sample.
        chance: each sample counts a random number of times.
        penalty: every second step, gradients by the image are to be small.
    """

    steps: int = 6
    global_batch: int = 4
    checkpoint_every: int = 2
    log_every: int = 1
    rate: float = 1e-2
    unreadable: int = 0
    burst: tuple[int, int] = (0, 0)
    factor: float = 1.0
    dropout: float = 0.0
    weighted: bool = True
    chance: bool = False
    penalty: bool = False


class Discs:
    def __init__(self, config: Config) -> None:
        self._config = config

    def sample(self, index: int) -> dict[str, Tensor]:
        number, _, when = os.environ.get(KILL, "").partition(":")
        if number and index == int(when):
            os.kill(os.getpid(), int(number))
        every = self._config.unreadable
        if every and index % every == every - 1:
            raise UserError(f"Sample {index} cannot be read.")
        return self.draw(index)

    def draw(self, index: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([self._config.seed, index])
        row, col, radius = rng.uniform(2, 6), rng.uniform(2, 6), rng.uniform(1, 4)
        rows, cols = np.mgrid[:SIZE, :SIZE]
        alpha = np.clip(radius - np.hypot(rows - row, cols - col), 0, 1).astype(np.float32)
        image = rng.random((3, SIZE, SIZE), dtype=np.float32) * 0.5 + alpha * 0.5
        return {"image": torch.from_numpy(image), "alpha": torch.from_numpy(alpha)[None]}


class Resource:
    """Counts the batches it saw, as an augmentation with a probability would."""

    def __init__(self) -> None:
        self.seen = 0

    def state_dict(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]


def build(config: Config) -> Setup:
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Dropout(config.dropout),
        nn.Conv2d(8, 1, 3, padding=1),
    )
    resource = Resource()

    def loss(batch: Batch, context: StepContext) -> dict[str, Tensor]:
        resource.seen += 1
        alpha = network(batch["image"]).float()
        weight = 1 + batch["alpha"] * config.weighted
        if config.chance:
            weight = weight * context.integers(1, 5, len(alpha)).view(-1, 1, 1, 1)
        wrong = (functional.smooth_l1_loss(alpha, batch["alpha"], reduction="none") * weight).sum()
        first, last = config.burst
        factor = config.factor if first <= context.step < last else 1.0
        return {"l1": wrong / context.total(weight.sum()) * factor}

    def penalty(batch: Batch, context: StepContext) -> dict[str, Tensor]:
        image = batch["image"].clone().requires_grad_()
        slope = torch.autograd.grad(network(image).sum(), image, create_graph=True)[0]
        count = context.total(torch.tensor(float(len(image))))
        return {"slope": slope.square().sum() / count}

    def validate(networks: Any) -> Validation:
        batch = [Discs(config).draw(10_000 + index) for index in range(4)]
        alpha = networks["net"](torch.stack([sample["image"] for sample in batch])).float()
        error = (alpha - torch.stack([sample["alpha"] for sample in batch])).abs().mean()
        sheet = (alpha[0].clamp(0, 1) * 255).byte().permute(1, 2, 0).expand(-1, -1, 3).numpy()
        return Validation({"mad": float(error)}, "mad", {"alpha": sheet})

    learnt = list(network.parameters())
    lazy = Phase("lazy", learnt, penalty, config.rate, every=2, shares="matte")
    return Setup(
        networks={"net": network},
        phases=[
            Phase("matte", learnt, loss, config.rate, (0.5, 0.999)),
            *([lazy] if config.penalty else []),
        ],
        samples=Discs(config),
        validate=validate,
        exported=("net", "tiny"),
        resources={"resource": resource},
    )


if __name__ == "__main__":
    # under its own name, so that the module isn't there twice
    sys.modules["tiny_recipe"] = sys.modules["__main__"]
    RECIPES[SPEC.name] = SPEC
    from trainer.cli import main

    main()
