"""Which networks there are with and without weights, which file of each is used, and removal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError
from engine.models.manifest import read_manifest, write_manifest
from engine.models.registry import MODELS
from engine.models.spec import ModelSpec
from engine.models.weights import FoundWeights, all_weights, user_folder

USER = "user"
"""The one searched place whose files are people's own to remove."""


@dataclass(frozen=True)
class Installed:
    """A network, or weights that no network of the table is named after.

    Attributes:
        name: it is used by.
        spec: its row of the table, None for weights under a name that people gave.
        files: of its name, in the order in which places are searched.
    """

    name: str
    spec: ModelSpec | None
    files: tuple[FoundWeights, ...] = ()

    @property
    def used(self) -> FoundWeights | None:
        """The file that is loaded: the first that is there."""
        return next((found for found in self.files if found.path.is_file()), None)

    @property
    def network(self) -> ModelSpec | None:
        """The row of the network that is built: its own, or the one its list names."""
        if self.spec is not None:
            return self.spec
        named = (found.row.network for found in self.files)
        return next((MODELS[name] for name in named if name in MODELS), None)


def installed() -> tuple[Installed, ...]:
    """Every network of the table, then every other name of weights.

    Raises:
        UserError: for a damaged list of weights.
    """
    found = all_weights()
    names = dict.fromkeys((*MODELS, *(one.row.model for one in found)))
    return tuple(
        Installed(name, MODELS.get(name), tuple(one for one in found if one.row.model == name))
        for name in names
    )


def remove_weights(name: str, *, folder: Path | None = None) -> Path:
    """Delete a file of the user's own folder and its row of the list there.

    Args:
        name: of the model.
        folder: None is the user's data folder.

    Returns:
        The file that was deleted; it may have been missing.

    Raises:
        UserError: if the folder has no weights of that name, or they can't be deleted.
    """
    folder = user_folder() if folder is None else folder
    rows = read_manifest(folder)
    row = next((row for row in rows if row.model == name), None)
    if row is None:
        raise UserError(
            f"You have not added weights of the name {name!r}.",
            remedy="Only weights that were added can be removed.",
        )
    path = folder / row.file
    write_manifest(folder, [one for one in rows if one is not row])
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        write_manifest(folder, rows)
        raise UserError(f"The file can't be deleted ({error.strerror}).", path=path) from error
    return path
