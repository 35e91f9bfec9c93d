"""A strict look at a safetensors file before anything else touches it.

Format: eight bytes with the header's length (little-endian), a JSON object, the tensors' bytes.
Source: https://github.com/huggingface/safetensors (format section of its README).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import UserError

MAX_HEADER = 100_000_000
"""Bytes; the limit of the format itself."""
BITS: dict[str, int] = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "U16": 16,
    "I16": 16,
    "F16": 16,
    "BF16": 16,
    "U32": 32,
    "I32": 32,
    "F32": 32,
    "U64": 64,
    "I64": 64,
    "F64": 64,
}
"""Bits an element, by the names the format has for types."""
_AGAIN = "Get the file again from where it came."


@dataclass(frozen=True)
class TensorInfo:
    """One tensor of the file.

    Attributes:
        dtype: a key of `BITS`.
        shape: its sizes.
        start: where its bytes begin behind the header.
        end: where they end.
    """

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


def read_header(path: Path) -> dict[str, TensorInfo]:
    """Read and check a header: every tensor well-formed, end to end, the file neither too short
    nor too long.

    Returns:
        Name to tensor, in the order of their bytes.

    Raises:
        UserError: that says what is wrong.
    """
    text, behind = _text(path)
    header = _parsed(text, path)
    _notes(header, path)
    tensors = _tensors(header, path)
    _check_layout(tensors, behind, path)
    return tensors


def read_notes(path: Path) -> dict[str, str]:
    """What its maker noted in a file's header, name to text.

    Raises:
        UserError: that says what is wrong with the header.
    """
    return _notes(_parsed(_text(path)[0], path), path)


def _text(path: Path) -> tuple[bytes, int]:
    """The header, and how many bytes are behind it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if size < 8 or not 2 <= length <= min(MAX_HEADER, size - 8):
                raise _broken(path, "its header has no sensible length")
            return stream.read(length), size - 8 - length
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", path=path) from error


def _parsed(text: bytes, path: Path) -> dict[str, Any]:
    if not text.startswith(b"{"):
        raise _broken(path, "its header is no JSON object")
    try:
        parsed = json.loads(text.decode("utf-8"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _broken(path, "its header is no valid JSON") from error
    if not isinstance(parsed, dict):
        raise _broken(path, "its header is no JSON object")
    return parsed


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _notes(header: dict[str, Any], path: Path) -> dict[str, str]:
    """Take the notes out of a header."""
    notes: Any = header.pop("__metadata__", {})
    if not isinstance(notes, dict) or not all(isinstance(v, str) for v in notes.values()):
        raise _broken(path, "its notes are not text")
    return notes


def _tensors(header: dict[str, Any], path: Path) -> dict[str, TensorInfo]:
    if not header:
        raise _broken(path, "it holds no tensors")
    found = {name: _tensor(name, values, path) for name, values in header.items()}
    return dict(sorted(found.items(), key=lambda item: (item[1].start, item[1].end)))


def _tensor(name: str, values: Any, path: Path) -> TensorInfo:
    if not isinstance(values, dict) or set(values) != {"dtype", "shape", "data_offsets"}:
        raise _broken(path, f"tensor {name!r} is not described as the format wants")
    dtype, shape, offsets = values["dtype"], values["shape"], values["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise _broken(path, f"tensor {name!r} has the unknown type {dtype!r}")
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2:
        raise _broken(path, f"tensor {name!r} has no sensible shape or place")
    info = TensorInfo(dtype, tuple(shape), offsets[0], offsets[1])
    if (info.end - info.start) * 8 != math.prod(info.shape) * BITS[dtype]:
        raise _broken(path, f"tensor {name!r} has another size than its shape")
    return info


def _are_counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and v >= 0 for v in values)


def _check_layout(tensors: dict[str, TensorInfo], size: int, path: Path) -> None:
    at = 0
    for name, info in tensors.items():
        if info.start != at:
            raise _broken(path, f"tensor {name!r} overlaps another or leaves a gap")
        at = info.end
    if at != size:
        raise _broken(path, f"its tensors need {at} bytes and there are {size}")


def _broken(path: Path, what: str) -> UserError:
    return UserError(f"This is no sound safetensors file: {what}.", remedy=_AGAIN, path=path)
