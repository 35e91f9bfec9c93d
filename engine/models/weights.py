"""Where weights are looked for, how they are verified, and how they are loaded."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.jobs.context import NOBODY, JobContext
from engine.models.manifest import WeightsRow, read_manifest

HOME_VARIABLE = "MATTE_HOME"
CHUNK = 1 << 22


@dataclass(frozen=True)
class FoundWeights:
    """A weights file on this machine.

    Attributes:
        row: what its folder's manifest says about it.
        path: where it is.
        place: which of the searched places that is, for people.
    """

    row: WeightsRow
    path: Path
    place: str


def user_folder() -> Path:
    """Where `matte models add` puts weights."""
    from platformdirs import user_data_path

    return user_data_path("matteapp", appauthor=False) / "weights"


def search_folders(weights: Path | None = None) -> dict[str, Path]:
    """The places that are searched, first to last: what it is, and where.

    Args:
        weights: the folder of the option `--weights`.
    """
    home = os.environ.get(HOME_VARIABLE)
    places = {
        "--weights": weights,
        f"${HOME_VARIABLE}": Path(home) if home else None,
        "user": user_folder(),
        "built in": Path(str(files("resources"))) / "weights",
    }
    return {place: folder for place, folder in places.items() if folder is not None}


def all_weights(weights: Path | None = None) -> list[FoundWeights]:
    """Every file that the manifests of the searched places list, first place first.

    Raises:
        UserError: for a damaged manifest, or if the folder of `--weights` is not there.
    """
    if weights is not None and not weights.is_dir():
        raise UserError(
            "There is no such folder.", remedy="Give --weights a folder with weights.", path=weights
        )
    return [
        FoundWeights(row, folder / row.file, place)
        for place, folder in search_folders(weights).items()
        for row in read_manifest(folder)
    ]


def find_weights(name: str, *, weights: Path | None = None) -> FoundWeights:
    """The first file for a model.

    Args:
        name: of the model.
        weights: the folder of the option `--weights`.

    Raises:
        UserError: if there is none, or it is listed and missing.
    """
    listed = [found for found in all_weights(weights) if found.row.model == name]
    for found in listed:
        if found.path.is_file():
            return found
    if listed:
        raise UserError(
            f"The weights of {name} are listed but the file is missing.",
            remedy="Put it back, or add it again with 'matte models add'.",
            path=listed[0].path,
        )
    searched = ", ".join(str(folder) for folder in search_folders(weights).values())
    raise UserError(
        f"There are no weights for {name!r}.",
        remedy=f"Add them with 'matte models add FILE --as {name}'. Searched: {searched}.",
    )


def sha256_of(path: Path, *, ctx: JobContext = NOBODY) -> str:
    """The SHA-256 of a file, read in pieces.

    Raises:
        UserError: if it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        size = max(1, path.stat().st_size)
        with path.open("rb") as stream:
            while piece := stream.read(CHUNK):
                ctx.check()
                digest.update(piece)
                ctx.progress(min(1.0, stream.tell() / size), f"Checking {path.name}")
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", path=path) from error
    return digest.hexdigest()


def verify(found: FoundWeights, *, ctx: JobContext = NOBODY) -> None:
    """Check that a file is the one its manifest lists.

    Raises:
        UserError: if it is missing or differs.
    """
    if sha256_of(found.path, ctx=ctx) != found.row.sha256:
        raise UserError(
            "The file is not the one that was listed: its checksum differs.",
            remedy="It is damaged or was replaced. Get it again, then 'matte models add' it.",
            path=found.path,
        )


def load_weights(found: FoundWeights, *, ctx: JobContext = NOBODY) -> dict[str, Any]:
    """Load the tensors of a verified file onto the CPU (imports torch).

    Returns:
        Name to `torch.Tensor`. They are ordinary tensors even on a thread in inference mode, so
        that a job can compute gradients through them.

    Raises:
        UserError: if the file is missing, differs from its manifest, or is no safetensors file.
    """
    verify(found, ctx=ctx)
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    with torch.inference_mode(False):
        try:
            return dict(load_file(found.path, device="cpu"))
        except SafetensorError as error:
            raise UserError(f"These are no weights ({error}).", path=found.path) from error
