"""Write a file all or nothing, and make the folder for it."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.errors import UserError

_OTHER_PLACE = "Choose another place to save to."
_CHECK_RIGHTS = "Check that you may write there, or choose another place."
_FREE_SPACE = "Free some space or choose another place; nothing was changed."
_REMEDIES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("There is not enough space left to save it.", _FREE_SPACE),
    errno.EDQUOT: ("Your share of the disk is full.", _FREE_SPACE),
    errno.EFBIG: ("The file would be larger than is allowed there.", _FREE_SPACE),
    errno.EACCES: ("You may not write there.", _CHECK_RIGHTS),
    errno.EPERM: ("You may not write there.", _CHECK_RIGHTS),
    errno.EROFS: ("This place can only be read.", _OTHER_PLACE),
    errno.ENOENT: ("The folder to save to does not exist.", _OTHER_PLACE),
    errno.ENOTDIR: ("The folder to save to is a file.", _OTHER_PLACE),
    errno.EISDIR: ("There is a folder of this name.", "Choose another name."),
    errno.ENAMETOOLONG: ("The name is too long.", "Choose a shorter name."),
}


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        UserError: if that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder cannot be made ({error.strerror}).", remedy=_OTHER_PLACE, path=folder
        ) from error


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Hand out a temporary file beside `path` that takes its place when the block ends well.

    The file is flushed to the disk first and keeps the permissions of the one it replaces. If the
    block raises, `path` is as it was and the temporary file is gone.

    Args:
        path: the file to write; its folder must exist. A symbolic link is followed.

    Yields:
        The path to write to: an empty file in the same folder.

    Raises:
        UserError: if the place is missing, full, or may not be written to.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".matte-{secrets.token_hex(6)}.part")
    try:
        _create(target, temporary)
        try:
            yield temporary
            _settle(temporary, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    except OSError as error:
        raise _as_user_error(error, path) from error


@contextmanager
def all_or_none(paths: Sequence[Path]) -> Iterator[None]:
    """Put files back as they were if the block raises, for files that only make sense together.

    Args:
        paths: what the block may replace or make, each by `replace_atomically`.
    """
    with contextlib.ExitStack() as stack:
        for path in paths:
            stack.enter_context(_put_back(path))
        yield


@contextmanager
def _put_back(path: Path) -> Iterator[None]:
    target = Path(os.path.realpath(path))
    kept = target.with_name(f".matte-{secrets.token_hex(6)}.part")
    was_there = target.exists()
    try:
        if was_there:
            _same(target, kept)
        yield
    except BaseException as error:
        if kept.exists():
            kept.replace(target)
        elif not was_there:
            target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _as_user_error(error, path) from error
        raise
    finally:
        kept.unlink(missing_ok=True)


def _same(path: Path, kept: Path) -> None:
    """A second name for a file, or a copy where the file system knows no such names."""
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)


def _create(target: Path, temporary: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    if target.exists():
        temporary.chmod(target.stat().st_mode & 0o7777 | 0o200)


def _settle(temporary: Path, target: Path) -> None:
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    if target.exists():
        temporary.chmod(target.stat().st_mode & 0o7777)
    temporary.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable where folders can be opened (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems don't sync folders
            raise
    finally:
        os.close(handle)


def _as_user_error(error: OSError, path: Path) -> UserError:
    known = _REMEDIES.get(error.errno or 0)
    problem, remedy = known or (f"It can't be saved ({error.strerror or error}).", _OTHER_PLACE)
    return UserError(problem, remedy=remedy, path=path)
