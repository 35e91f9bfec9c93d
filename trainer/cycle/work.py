"""Where a round of a cycle lies on disk, and which of its steps are done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.atomic import make_folder, replace_atomically
from engine.jobs.context import NOBODY, JobContext
from trainer.cycle.config import Config
from trainer.generate.numbered import Told

DONE = "done"
"""Folder of a round with a file for each step that is done."""
MATTING, GENERATOR = "matting", "generator"
"""The steps whose facts say what weights are called, and their file."""
Facts: TypeAlias = dict[str, Any]
"""What a step leaves to be known, plain JSON values."""


@dataclass(frozen=True)
class Work:
    """A round, or what comes before the first one.

    Attributes:
        config: of the cycle.
        out: the cycle's folder.
        number: of the round; 0 is what comes before the first one.
        device: one of `engine.device.DEVICES`.
        ctx: cancels a step that the first process does alone.
        told: called with how much of it is done, and how much there is.
    """

    config: Config
    out: Path
    number: int = 0
    device: str = "auto"
    ctx: JobContext = NOBODY
    told: Told = lambda done, wanted: None

    @property
    def folder(self) -> Path:
        """Where everything about it lies."""
        return self.out / (f"round-{self.number}" if self.number else "start")

    @property
    def title(self) -> str:
        """For people."""
        return f"round {self.number}" if self.number else "before"

    @property
    def weights(self) -> Path:
        """The list of weights that come out of it."""
        return self.folder / "weights"

    @property
    def compute(self) -> Compute:
        """Where networks run."""
        return Compute(self.device)

    def at(self, number: int) -> Work:
        """Another round."""
        return replace(self, number=number)

    @property
    def before(self) -> Work:
        """The round before."""
        return self.at(self.number - 1)

    def is_done(self, step: str) -> bool:
        """Whether a step is."""
        return self._mark(step).is_file()

    def facts(self, step: str) -> Facts:
        """What a step that is done left to be known.

        Raises:
            UserError: if its mark is damaged.
        """
        try:
            found: Facts = json.loads(self._mark(step).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(
                f"It cannot be read ({error}).",
                remedy="Delete it; the step is then done again.",
                path=self._mark(step),
            ) from error
        return found

    def weights_name(self, step: str) -> str:
        """What the weights of a step are called in the round's list."""
        return str(self.facts(step)["name"])

    def weights_file(self, step: str) -> Path:
        """Where they are."""
        return self.weights / str(self.facts(step)["file"])

    def finish(self, step: str, facts: Facts) -> None:
        """Note that a step is done, all or nothing.

        Raises:
            UserError: if it can't be written.
        """
        make_folder(self.folder / DONE)
        text = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
        with replace_atomically(self._mark(step)) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    def _mark(self, step: str) -> Path:
        return self.folder / DONE / f"{step}.json"


@dataclass(frozen=True)
class Step:
    """One of a round. Whoever is stopped in it does it again, and finds what it had made.

    Attributes:
        name: of its mark.
        title: what is going on, for people.
        do: does it.
        by_all: all processes do it together.
    """

    name: str
    title: str
    do: Callable[[Work], Facts]
    by_all: bool = False
