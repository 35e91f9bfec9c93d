"""What people hear when a project file is damaged."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import UserError

# All that zipfile was seen to raise for damaged files.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class DamagedProjectError(ValueError):
    """Something in a project file isn't what it should be; the text says what, in a few words."""


@contextmanager
def damage_in(path: Path) -> Iterator[None]:
    """Turn what reading a damaged project file raises into a `UserError`."""
    try:
        yield
    except MemoryError as error:
        raise UserError(
            "There is not enough memory to open this project.",
            remedy="Close other programs and try again.",
            path=path,
        ) from error
    except _DAMAGE as error:
        raise UserError(
            f"The project file is damaged or not a project file{_because(error)}.",
            remedy="Use another copy of it.",
            path=path,
        ) from error


def _because(error: Exception) -> str:
    return f": {error}" if isinstance(error, DamagedProjectError | zipfile.BadZipFile) else ""
