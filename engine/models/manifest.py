"""The list beside a folder of weights: which file it is, whose, and its checksum."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.imaging.atomic import replace_atomically

MANIFEST = "manifest.json"
VERSION = 1
MAX_BYTES = 4 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class WeightsRow:
    """One weights file.

    Attributes:
        file: its name in the manifest's folder.
        model: the name it is used by: a network of the table, or one the user gave.
        sha256: 64 hexadecimal digits.
        licence: in words or as an SPDX name.
        origin: where it comes from.
        bytes: its size.
        accepted: the day on which the user accepted a licence that restricts use, as 2020-12-31.
        clamp: what the network keeps its activations within, which its weights cannot show; 0 is
            no limit.
        network: the row of `engine.models.registry.MODELS` that builds it; "" if that is `model`.
        recipe: of the trainer, if it was trained by it; so are the following.
        config: of the recipe, its name.
        commit: of the trainer's code, with "+" if files of it were changed.
        data: what it was trained on, in words.
        figures: of its last validation, name to value.
    """

    file: str
    model: str
    sha256: str
    licence: str
    origin: str
    bytes: int
    accepted: str = ""
    clamp: float = 0.0
    network: str = ""
    recipe: str = ""
    config: str = ""
    commit: str = ""
    data: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name(self.model)
        if not _NAME.fullmatch(Path(self.file).stem) or Path(self.file).name != self.file:
            raise UserError(f"{self.file!r} cannot be the name of a weights file.")
        if not _SHA256.fullmatch(self.sha256):
            raise UserError(f"The checksum of {self.file} is not a SHA-256.")
        if self.bytes < 0:
            raise UserError(f"The size of {self.file} is negative.")
        if not 0 <= self.clamp < math.inf:
            raise UserError(f"The clamp of {self.file} is no number from 0.")


def check_name(model: str) -> None:
    """Raise `UserError` unless this can be the name of a model, and of its file."""
    if not _NAME.fullmatch(model):
        raise UserError(
            f"{model!r} cannot be the name of a model.",
            remedy="Use letters, digits, '.', '-' and '_', at most 64.",
        )


def read_manifest(folder: Path) -> tuple[WeightsRow, ...]:
    """The rows of a folder's manifest; none if there is no manifest.

    Raises:
        UserError: if it is damaged or from a newer version.
    """
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError("This is too large for a list of weights.", path=path)
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            f"The list of weights cannot be read ({error}).",
            remedy="Move it away and add the weights again.",
            path=path,
        ) from error
    return _rows(content, path)


def write_manifest(folder: Path, rows: Sequence[WeightsRow]) -> None:
    """Replace a folder's manifest; the old one stays whole until the new one is."""
    content = {"version": VERSION, "weights": [_as_json(row) for row in rows]}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    with replace_atomically(folder / MANIFEST) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _rows(content: Any, path: Path) -> tuple[WeightsRow, ...]:
    version = content.get("version") if isinstance(content, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise UserError(
            "The list of weights is from a newer version.", remedy="Update this one.", path=path
        )
    listed = content.get("weights") if version == VERSION else None
    if not isinstance(listed, list):
        raise UserError("This is not a list of weights.", path=path)
    return tuple(_row(row, path) for row in listed)


def _as_json(row: WeightsRow) -> dict[str, Any]:
    """Without what may be left out and is empty."""
    return {name: value for name, value in asdict(row).items() if name in _NEEDED or value}


def _row(values: Any, path: Path) -> WeightsRow:
    kinds = _KINDS if isinstance(values, dict) else {}
    given = {name: values[name] for name in kinds if name in values}
    if not set(given) >= _NEEDED or not all(_fits(given[name], kinds[name]) for name in given):
        raise UserError(
            "A row of the list of weights lacks something, or holds something strange.",
            remedy=f"Each needs {', '.join(sorted(_NEEDED))}.",
            path=path,
        )
    try:
        return WeightsRow(**given)
    except UserError as error:
        raise UserError(error.problem, remedy=error.remedy, path=path) from error


def _fits(value: Any, kind: type) -> bool:
    if kind is dict:
        return isinstance(value, dict) and all(isinstance(v, int | float) for v in value.values())
    return isinstance(value, int | float if kind is float else kind)


_NEEDED = {f.name for f in fields(WeightsRow) if f.default is f.default_factory is MISSING}
_KINDS: dict[str, type] = {f.name: str for f in fields(WeightsRow)} | {
    "bytes": int,
    "clamp": float,
    "figures": dict,
}
