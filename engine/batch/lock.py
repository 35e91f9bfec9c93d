"""One program at a time works on the batch of a folder."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import UserError

NAME = ".matte-batch.lock"
"""Beside the journal."""


class BatchLock:
    """Held from the beginning on; the system lets go of it if the program dies.

    Args:
        folder: what the batch is saved to.

    Raises:
        UserError: if another program holds it, or the folder cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        # Whoever closes a batch need not be on the thread that began it.
        self._lock = FileLock(folder / NAME, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise UserError(
                "Another program works on the batch of this folder.",
                remedy="End it there first, or save to another folder.",
                path=folder,
            ) from error
        except OSError as error:
            raise UserError(
                f"The batch cannot be kept there ({error.strerror or error}).",
                remedy="Save to another folder.",
                path=folder,
            ) from error

    def close(self, *, forget: bool = False) -> None:
        """Let others have it.

        Args:
            forget: there is no batch in the folder any more.
        """
        if forget and self._lock.is_locked:
            # While it is held: who waits for this file sees that it is gone, and makes another.
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()
