"""What is said about weights: whose they are, and how they were made.

It stands in the list beside a file and, so that it travels with the file, in a note in its header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.models.manifest import WeightsRow, read_manifest
from engine.models.safetensors_header import read_notes
from engine.models.weights import sha256_of

NOTE = "matte"
"""Name of the note."""
UNKNOWN_LICENCE = "unknown – yours"
LONGEST = 500
"""Characters that are kept of anything that is said."""


@dataclass(frozen=True)
class Provenance:
    """The part of a `WeightsRow` that is not about one file; its fields are explained there."""

    licence: str = UNKNOWN_LICENCE
    origin: str = ""
    clamp: float = 0.0
    network: str = ""
    recipe: str = ""
    config: str = ""
    commit: str = ""
    data: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    def of_file(self, file: str, *, model: str, sha256: str, size: int) -> WeightsRow:
        """The row of a file that this is said about."""
        said = {**asdict(self), "network": "" if self.network == model else self.network}
        return WeightsRow(file=file, model=model, sha256=sha256, bytes=size, **said)

    def as_note(self) -> dict[str, str]:
        """The note for a file's header."""
        return {NOTE: json.dumps(asdict(self), ensure_ascii=False)}


def provenance_of(file: Path) -> Provenance:
    """What the list beside a weights file says about it, else its own note, else nothing.

    Raises:
        UserError: if its header or its note is damaged.
    """
    beside = _row_beside(file)
    if beside is not None:
        return _checked({**asdict(beside), "network": beside.network or beside.model}, file)
    noted = read_notes(file).get(NOTE) if file.suffix.lower() == ".safetensors" else None
    if noted is None:
        return Provenance(origin=file.name)
    try:
        return _checked(json.loads(noted), file)
    except (ValueError, RecursionError) as error:
        raise _damaged(file) from error


def _row_beside(file: Path) -> WeightsRow | None:
    try:
        rows = read_manifest(file.parent)
    except UserError:
        return None  # a list of something else: many programs call theirs so
    named = [row for row in rows if row.file == file.name]
    return next((row for row in named if row.sha256 == sha256_of(file)), None)


def _checked(said: Any, file: Path) -> Provenance:
    """Only what belongs there, as text that a terminal can show."""
    if not isinstance(said, Mapping):
        raise _damaged(file)
    known = {one.name for one in fields(Provenance)} - {"figures", "clamp"}
    told = {name: _shown(said[name]) for name in known if isinstance(said.get(name), str)}
    figures, clamp = said.get("figures", {}), said.get("clamp", 0.0)
    if not isinstance(figures, Mapping) or not all(map(_is_number, [*figures.values(), clamp])):
        raise _damaged(file)
    shown = {_shown(name): value for name, value in figures.items()}
    return Provenance(**told, clamp=clamp, figures=shown)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)[:LONGEST]


def _damaged(file: Path) -> UserError:
    return UserError("What these weights say about themselves is damaged.", path=file)
