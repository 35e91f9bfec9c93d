"""Bring a foreign weights file into the user's own folder: checked, converted once, listed."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

from engine.errors import UserError
from engine.imaging.atomic import all_or_none, make_folder, replace_atomically
from engine.jobs.context import NOBODY, JobContext
from engine.models.fitting import fit
from engine.models.foreign_file import Part, licence_of, licence_of_parts, parts_of
from engine.models.licences import LicenceNotAccepted
from engine.models.manifest import WeightsRow, check_name, read_manifest, write_manifest
from engine.models.weights import sha256_of, user_folder

__all__ = ["import_every", "import_weights", "licence_of"]


def import_weights(
    file: Path,
    *,
    name: str | None = None,
    folder: Path | None = None,
    replace: bool = False,
    accepted: bool = False,
    ctx: JobContext = NOBODY,
) -> WeightsRow:
    """As `import_every`; the row of the network that the file is for, such as the generator's."""
    rows = import_every(file, name=name, folder=folder, replace=replace, accepted=accepted, ctx=ctx)
    return rows[0]


def import_every(
    file: Path,
    *,
    name: str | None = None,
    folder: Path | None = None,
    replace: bool = False,
    accepted: bool = False,
    ctx: JobContext = NOBODY,
) -> tuple[WeightsRow, ...]:
    """Copy a weights file into a folder as safetensors and list it in the folder's manifest.

    Licence, origin and so on are those that the list beside the file or the file itself says. A
    file with a generator and a discriminator becomes two, NAME and NAME_discriminator; both are
    added or neither.

    Args:
        file: a `.safetensors`, `.pt` or `.pth` file, or an official StyleGAN `.pkl`.
        name: of the model it is for; None takes the file's own name.
        folder: None is the user's data folder.
        replace: take the place of weights already listed under that name.
        accepted: the user has accepted the licence that `licence_of` tells.
        ctx: progress and cancel.

    Returns:
        The rows that were added, or that were there if it is the same file.

    Raises:
        LicenceNotAccepted: if the licence restricts use, and `accepted` is false.
        UserError: if the file is not sound, wants to run code, doesn't fit the network it is for,
            or a name is taken.
    """
    ctx.progress(0.0, f"Reading {file.name}")
    model = file.stem if name is None else name
    check_name(model)
    folder = folder or user_folder()
    make_folder(folder)
    parts = parts_of(file)
    for part in parts:
        check_name(model + part.suffix)
    day = _day_of_acceptance(file, parts, accepted=accepted)
    ctx.check()
    listed = read_manifest(folder)
    targets = [folder / f"{model}{part.suffix}.safetensors" for part in parts]
    with all_or_none(targets):
        with ExitStack() as stack:
            written = [stack.enter_context(replace_atomically(target)) for target in targets]
            rows = tuple(
                _row(part, temporary, target, file=file, ctx=ctx)
                for part, temporary, target in zip(parts, written, targets, strict=True)
            )
            for row in rows:
                _check_name_free(row, listed, replace=replace)
        return _listed(folder, listed, rows, day)


def _day_of_acceptance(file: Path, parts: tuple[Part, ...], *, accepted: bool) -> str:
    licence = licence_of_parts(parts)
    if licence is None:
        return ""
    if not accepted:
        raise LicenceNotAccepted(licence, path=file)
    return datetime.now(timezone.utc).date().isoformat()


def _row(part: Part, temporary: Path, target: Path, *, file: Path, ctx: JobContext) -> WeightsRow:
    """Write a network's weights and say what they are."""
    part.write(temporary)
    model = target.stem
    network = fit(temporary, model, network=part.said.network, file=file)
    said = dataclasses.replace(part.said, network=network)
    digest, size = sha256_of(temporary, ctx=ctx), temporary.stat().st_size
    return said.of_file(target.name, model=model, sha256=digest, size=size)


def _check_name_free(row: WeightsRow, listed: tuple[WeightsRow, ...], *, replace: bool) -> None:
    taken = [one for one in listed if one.model == row.model and one.sha256 != row.sha256]
    if taken and not replace:
        raise UserError(
            f"There are other weights of the name {row.model!r} already.",
            remedy="Choose another name with --as, or replace them with --overwrite.",
        )


def _listed(
    folder: Path, listed: tuple[WeightsRow, ...], rows: tuple[WeightsRow, ...], day: str
) -> tuple[WeightsRow, ...]:
    """List new rows, each in the place of the one with its name."""
    rows = tuple(dataclasses.replace(row, accepted=day) for row in rows)
    names = {row.model for row in rows}
    write_manifest(folder, [*(one for one in listed if one.model not in names), *rows])
    return rows
