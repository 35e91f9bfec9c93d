"""Bring a foreign weights file into the user's own folder: checked, converted once, listed."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from engine.jobs.context import NOBODY, JobContext
from engine.models.checkpoint import read_checkpoint
from engine.models.fitting import fit
from engine.models.manifest import WeightsRow, check_name, read_manifest, write_manifest
from engine.models.provenance import provenance_of
from engine.models.safetensors_header import read_header
from engine.models.weights import sha256_of, user_folder


def import_weights(
    file: Path,
    *,
    name: str | None = None,
    folder: Path | None = None,
    replace: bool = False,
    ctx: JobContext = NOBODY,
) -> WeightsRow:
    """Copy a weights file into a folder as safetensors and list it in the folder's manifest.

    Licence, origin and so on are those that the list beside the file or the file itself says.

    Args:
        file: a `.safetensors`, `.pt` or `.pth` file.
        name: of the model it is for; None takes the file's own name.
        folder: None is the user's data folder.
        replace: take the place of weights already listed under that name.
        ctx: progress and cancel.

    Returns:
        The row that was added, or the one that was there if it is the same file.

    Raises:
        UserError: if the file is not sound, wants to run code, doesn't fit the network it is for,
            or the name is taken.
    """
    convert = _CONVERTERS.get(file.suffix.lower())
    if not file.is_file():
        raise UserError("There is no such file.", path=file)
    if convert is None:
        known = ", ".join(_CONVERTERS)
        raise UserError(
            "This is no weights file of a known kind.", remedy=f"Known are {known}.", path=file
        )
    folder = user_folder() if folder is None else folder
    model = file.stem if name is None else name
    check_name(model)
    rows = read_manifest(folder)
    target = _made(folder) / f"{model}.safetensors"
    with replace_atomically(target) as temporary:
        convert(file, temporary)
        said = provenance_of(file)
        network = fit(temporary, model, network=said.network, file=file)
        digest = sha256_of(temporary, ctx=ctx)
        _check_name_free(model, rows, digest, replace=replace)
        size = temporary.stat().st_size
    said = dataclasses.replace(said, network=network)
    row = said.of_file(target.name, model=model, sha256=digest, size=size)
    write_manifest(folder, [*(other for other in rows if other.model != model), row])
    return row


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder cannot be made ({error.strerror}).", path=folder) from error
    return folder


def _check_name_free(
    model: str, rows: tuple[WeightsRow, ...], digest: str, *, replace: bool
) -> None:
    taken = [row for row in rows if row.model == model and row.sha256 != digest]
    if taken and not replace:
        raise UserError(
            f"There are other weights of the name {model!r} already.",
            remedy="Choose another name with --as, or replace them with --overwrite.",
        )


def _copy_safetensors(source: Path, target: Path) -> None:
    read_header(source)
    shutil.copyfile(source, target)


def _convert_checkpoint(source: Path, target: Path) -> None:
    from safetensors.torch import save_file

    save_file(read_checkpoint(source), target, metadata={"format": "pt"})


_CONVERTERS: dict[str, Callable[[Path, Path], None]] = {
    ".safetensors": _copy_safetensors,
    ".pt": _convert_checkpoint,
    ".pth": _convert_checkpoint,
}
