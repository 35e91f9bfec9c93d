"""Checkpoints: everything a run needs to go on as if it had never stopped.

There is no generator's state in them: the loop seeds all generators in every step from the seed,
the step and the rank, and a sample depends on its number alone, so that the step is the position.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically

FOLDER = "checkpoints"
FORMAT = 1
BEST = "best.pt"
_PATTERN = "step-*.pt"


class Checkpoints:
    """The checkpoints of a run.

    Args:
        out: the run's folder.
        keep: how many of the newest stay.
    """

    def __init__(self, out: Path, *, keep: int = 2) -> None:
        self.folder = out / FOLDER
        self._keep = keep

    def save(self, state: dict[str, Any], step: int) -> Path:
        """Write the state after `step` steps, then delete the oldest beyond `keep`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step-{step:09d}.pt"
        write_state(state, path)
        for old in self._all()[: -self._keep]:
            old.unlink()
        return path

    def save_best(self, state: dict[str, Any]) -> Path:
        """Write the weights that were best in validation so far."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_state(state, self.folder / BEST)
        return self.folder / BEST

    def newest(self) -> Path | None:
        """The newest one."""
        return next(reversed(self._all()), None)

    def best(self) -> Path | None:
        """The best weights, if there was a validation."""
        path = self.folder / BEST
        return path if path.is_file() else None

    def _all(self) -> list[Path]:
        return sorted(self.folder.glob(_PATTERN))


def write_state(state: dict[str, Any], path: Path) -> None:
    """Write a state all or nothing."""
    with replace_atomically(path) as temporary:
        torch.save({"format": FORMAT, **state}, temporary)


def read_state(path: Path) -> dict[str, Any]:
    """Read a state onto the CPU; only tensors and plain values are unpacked.

    Raises:
        UserError: if it is damaged, or of another version.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise UserError(
            f"The checkpoint cannot be read ({type(error).__name__}).",
            remedy="Move it away to go on from the one before.",
            path=path,
        ) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise UserError("This is no checkpoint of this version of the trainer.", path=path)
    return state
