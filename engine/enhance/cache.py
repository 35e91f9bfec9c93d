"""What was computed long and can be used again: inversions and half-done work, on the disk."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.imaging.atomic import make_folder, replace_atomically
from engine.imaging.types import Rgb

_log = logging.getLogger(__name__)
MOST_BYTES = 2 << 30
SUFFIX = ".safetensors"


def cache_folder() -> Path:
    """Where results are kept between sessions."""
    from platformdirs import user_cache_path

    return user_cache_path("matteapp", appauthor=False) / "enhance"


def key_of(*parts: Any, pixels: Rgb | None = None) -> str:
    """A name for what was computed from these.

    Args:
        parts: anything whose `repr` says all: frozen dataclasses, texts, numbers.
        pixels: the crop that it was computed from; its bytes count.
    """
    digest = hashlib.sha256(repr(parts).encode())
    if pixels is not None:
        digest.update(repr(pixels.shape).encode() + pixels.tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Cache:
    """Named tensors in one folder, the oldest deleted where they become too many.

    Attributes:
        folder: made when something is kept; None is the user's.
        most: bytes that all files together may have.
    """

    folder: Path | None = None
    most: int = MOST_BYTES

    def path(self, key: str) -> Path:
        """The file of a key."""
        return (self.folder or cache_folder()) / f"{key}{SUFFIX}"

    def get(self, key: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Tensors and notes that were kept, or None; a damaged file is deleted and said so."""
        from safetensors import SafetensorError, safe_open

        path = self.path(key)
        try:
            with safe_open(path, framework="pt", device="cpu") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                notes = json.loads((file.metadata() or {}).get("notes", "{}"))
            path.touch()
        except FileNotFoundError:
            return None
        except (OSError, SafetensorError, ValueError) as error:
            _log.warning("what was kept in %s cannot be used (%s); computing it again", path, error)
            path.unlink(missing_ok=True)
            return None
        return tensors, notes

    def put(self, key: str, tensors: Mapping[str, Any], notes: Mapping[str, Any]) -> None:
        """Keep tensors, all or nothing; delete the oldest others where there are too many.

        Args:
            key: see `key_of`.
            tensors: name to `torch.Tensor`.
            notes: what JSON can hold.

        Raises:
            UserError: if it cannot be written.
        """
        from safetensors.torch import save_file

        path = self.path(key)
        make_folder(path.parent)
        apart = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        with replace_atomically(path) as temporary:
            save_file(apart, temporary, {"notes": json.dumps(dict(notes))})
        self._shorten(keep=path)

    def drop(self, key: str) -> None:
        """Forget one."""
        self.path(key).unlink(missing_ok=True)

    def _shorten(self, *, keep: Path) -> None:
        files = [(path, path.stat()) for path in keep.parent.glob(f"*{SUFFIX}")]
        total = sum(stat.st_size for _, stat in files)
        for path, stat in sorted(files, key=lambda file: file[1].st_mtime):
            if total > self.most and path != keep:
                path.unlink(missing_ok=True)
                total -= stat.st_size
