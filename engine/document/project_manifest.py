"""The manifest of a project file: what is in it, as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from engine.document.damage import DamagedProjectError
from engine.document.enhancement import Enhancement, EnhancementNote
from engine.errors import UserError
from engine.imaging.limits import check_dimensions
from engine.imaging.types import Rect
from engine.settings import CutSettings, EnhancementSettings, from_dict, to_dict

FORMAT = "matte project"
VERSION = 2
"""The newest that is read. A document without an enhancement is written as 1, as ever, so that
older programs read it."""
MANIFEST_ENTRY = "manifest.json"
PLANE_ENTRIES = {name: f"planes/{name}.png" for name in ("strokes", "mask", "trimap", "alpha")}
PLANE_BITS = {"strokes": 8, "mask": 16, "trimap": 8, "alpha": 16}

CHANGE_ENTRY = "planes/change.png"

T = TypeVar("T")


@dataclass(frozen=True)
class SourceRecord:
    """How a project file remembers its photograph.

    Attributes:
        name: its file name.
        sha256: hash of its bytes in hexadecimal.
        path: its absolute path, empty if it has none.
        relative: its path from the project's folder with forward slashes, empty if there is none.
        entry: the name under which the project file carries it, empty if it is linked.
    """

    name: str = ""
    sha256: str = ""
    path: str = ""
    relative: str = ""
    entry: str = ""


@dataclass(frozen=True)
class EnhancementRecord:
    """How a project file remembers an enhancement, besides `CHANGE_ENTRY`.

    Attributes:
        rect: the part of the photograph that changes.
        reach: what the largest code stands for.
        note: how it was found.
    """

    rect: Rect
    reach: float
    note: EnhancementNote

    @classmethod
    def of(cls, enhancement: Enhancement) -> EnhancementRecord:
        return cls(enhancement.rect, enhancement.reach, enhancement.note)


@dataclass(frozen=True)
class Manifest:
    """What a project file says about itself.

    Attributes:
        size: (height, width) of the photograph and of every plane.
        source: where the photograph is.
        settings: the user's choices.
        planes: names of the planes that it holds.
        alpha_stale: where guidance has changed since the matte was solved, or None.
        enhancement: how the photograph was enhanced, or None.
    """

    size: tuple[int, int]
    source: SourceRecord
    settings: CutSettings = field(default_factory=CutSettings)
    planes: tuple[str, ...] = ()
    alpha_stale: Rect | None = None
    enhancement: EnhancementRecord | None = None


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as JSON text for people who look inside."""
    enhancement = manifest.enhancement
    settings = to_dict(manifest.settings)
    if manifest.settings.enhance == EnhancementSettings():
        del settings["enhance"]
    values = {
        "format": FORMAT,
        "version": 1 if enhancement is None and "enhance" not in settings else VERSION,
        "size": manifest.size,
        "source": to_dict(manifest.source),
        "settings": settings,
        "planes": {name: PLANE_ENTRIES[name] for name in manifest.planes},
        "alpha_stale": manifest.alpha_stale,
    }
    if enhancement is not None:
        values["enhancement"] = {
            "entry": CHANGE_ENTRY,
            "rect": enhancement.rect,
            "reach": enhancement.reach,
            "note": to_dict(enhancement.note),
        }
    return json.dumps(values, indent=2, ensure_ascii=False).encode()


def decode_manifest(data: bytes, *, path: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        DamagedProjectError: if it is damaged.
        UserError: for one of a newer version, or of a picture too large to open.
    """
    values = _table(_parsed(data), "manifest")
    _check_version(values, path)
    size = _integers(values.get("size"), 2, "size")
    check_dimensions(path, *size)
    stale = values.get("alpha_stale")
    return Manifest(
        size=(size[0], size[1]),
        source=_source(values.get("source")),
        settings=_settings(values.get("settings"), path),
        planes=_planes(values.get("planes")),
        alpha_stale=None if stale is None else _rect(stale, size),
        enhancement=_enhancement(values.get("enhancement"), size, path),
    )


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DamagedProjectError("its manifest is not JSON") from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _check_version(values: dict[str, Any], path: Path) -> None:
    if values.get("format") != FORMAT:
        raise DamagedProjectError("its manifest is of another format")
    version = _typed(values.get("version"), int, "version")
    if version > VERSION:
        raise UserError(
            f"This project was saved by a newer version of the program (format {version}, "
            f"this one reads up to {VERSION}).",
            remedy="Update the program to open it.",
            path=path,
        )
    if version < 1:
        raise DamagedProjectError("its manifest has no valid version")


def _source(value: Any) -> SourceRecord:
    values = _table(value, "source")
    names = ("name", "sha256", "path", "relative", "entry")
    record = SourceRecord(*(_typed(values.get(name, ""), str, name) for name in names))
    if len(record.sha256) != 64:
        raise DamagedProjectError("the hash of its photograph is missing")
    return record


def _settings(value: Any, path: Path) -> CutSettings:
    return _known(CutSettings, value, "settings", path)


def _known(kind: type[T], value: Any, name: str, path: Path) -> T:
    try:
        return from_dict(kind, _table(value, name))
    except UserError as error:
        raise UserError(
            f"The project's settings cannot be used: {error.problem}",
            remedy="Use another copy of the project file, or update the program.",
            path=path,
        ) from error


def _enhancement(value: Any, size: list[int], path: Path) -> EnhancementRecord | None:
    if value is None:
        return None
    values = _table(value, "enhancement")
    rect = Rect(*_integers(values.get("rect"), 4, "rect"))
    reach = _typed(values.get("reach"), float, "reach")
    if rect.empty or rect.intersected(Rect(0, 0, size[0], size[1])) != rect:
        raise DamagedProjectError("its enhancement lies outside of the photograph")
    if not 0 < reach < math.inf:
        raise DamagedProjectError("its enhancement has no size")
    note = _known(EnhancementNote, values.get("note"), "note", path)
    if not (note.most > 0 and note.mean > 0):
        raise DamagedProjectError("its enhancement has no bounds")
    return EnhancementRecord(rect, reach, note)


def _planes(value: Any) -> tuple[str, ...]:
    entries = _table(value, "planes")
    if any(PLANE_ENTRIES.get(name) != entry for name, entry in entries.items()):
        raise DamagedProjectError("it lists planes that it cannot have")
    if "strokes" not in entries:
        raise DamagedProjectError("its strokes are missing")
    return tuple(entries)


def _rect(value: Any, size: list[int]) -> Rect | None:
    rect = Rect(*_integers(value, 4, "alpha_stale")).intersected(Rect(0, 0, size[0], size[1]))
    return None if rect.empty else rect


def _integers(value: Any, count: int, name: str) -> list[int]:
    items = _typed(value, list, name)
    if len(items) != count:
        raise DamagedProjectError(f"{name!r} in its manifest has {len(items)} values, not {count}")
    return [_typed(item, int, name) for item in items]


def _table(value: Any, name: str) -> dict[str, Any]:
    return _typed(value, dict, name)


def _typed(value: Any, kind: type[T], name: str) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise DamagedProjectError(f"{name!r} in its manifest is not what it should be")
    return value
