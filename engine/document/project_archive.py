"""Reading a project's zip without trusting it."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO

from engine.document.damage import DamagedProjectError, damage_in
from engine.document.source import unreadable
from engine.errors import UserError

MAX_ENTRIES = 256
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


class Archive:
    """The entries of a project file.

    Nothing is ever unpacked to disk by the names in it; an entry is read only if its declared
    size is allowed, and never further than that.

    Raises:
        UserError: if the file cannot be read, is no zip, or has names or methods that no project
            file has.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            with damage_in(path):
                self._zip = zipfile.ZipFile(self._file)
                self._entries = _checked(self._zip.infolist())
        except UserError:
            self._file.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str, *, most: int) -> bytes:
        """The bytes of an entry.

        Args:
            most: how many there may be.

        Raises:
            UserError: if it is missing, damaged or too large.
        """
        with damage_in(self._path):
            info = self._entries.get(name)
            if info is None:
                raise DamagedProjectError(f"{name} is missing")
            if info.file_size > most:
                raise DamagedProjectError(f"{name} says it has {info.file_size} bytes")
            with self._zip.open(info) as entry:
                # Bounded, since an entry may hold more than its header says.
                data = entry.read(info.file_size)
            if len(data) != info.file_size:
                raise DamagedProjectError(f"{name} ends too early")
            return data


def _checked(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > MAX_ENTRIES:
        raise DamagedProjectError(f"it has {len(entries)} entries")
    for info in entries:
        if _escapes(info.filename):
            raise DamagedProjectError(f"it has an entry named {info.filename!r}")
        if info.compress_type not in _METHODS or info.flag_bits & _ENCRYPTED:
            raise DamagedProjectError(f"{info.filename} is packed in a way that projects aren't")
    table = {info.filename: info for info in entries}
    if len(table) != len(entries):
        raise DamagedProjectError("it has two entries of one name")
    return table


def _escapes(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.startswith("/") or ".." in parts or "\\" in name or ":" in name
