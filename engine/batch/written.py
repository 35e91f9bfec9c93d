"""Whether what was to be written is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.errors import UserError
from engine.imaging.read import read_image


def complete(targets: Mapping[str, Path]) -> bool:
    """Whether all files are there and can be read to their end."""
    return all(_readable(path) for path in targets.values())


def _readable(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        read_image(path)
    except UserError:
        return False
    return True
