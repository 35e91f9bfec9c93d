"""A file's bytes on their way to a decoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """What every decoder takes.

    Attributes:
        path: where the bytes are from, for messages and for libraries that open files themselves.
        data: the whole file.
    """

    path: Path
    data: bytes
