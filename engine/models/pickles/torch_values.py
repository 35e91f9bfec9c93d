"""Tensors that PyTorch pickled: their pieces are checked as data, and only then made tensors.

A tensor is a cut from a storage, and a storage within a pickle is a file of `torch.save`'s older
format: five pickles, then lengths and numbers. Those pickles are read inertly too, so that torch
never opens what was not seen to be plain numbers.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.models.pickles.read import read_inert
from engine.models.pickles.records import Calls, Name, Thing, damaged, refused

if TYPE_CHECKING:
    from torch import Tensor

MOST_SIDES = 8
"""Dimensions of a tensor."""
_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MOST_STEPS = 200
_MORE = "A storage of this file holds more than numbers."
_BYTES = {
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "BFloat16Storage": 2,
    "LongStorage": 8,
    "IntStorage": 4,
    "ShortStorage": 2,
    "CharStorage": 1,
    "ByteStorage": 1,
    "BoolStorage": 1,
}


@dataclass(frozen=True, eq=False)
class Storage:
    """Numbers in a row.

    Attributes:
        file: of `torch.save`, seen to hold them and nothing else.
        count: how many.
        width: bytes of each.
    """

    file: memoryview
    count: int
    width: int


@dataclass(frozen=True, eq=False)
class Cut:
    """A tensor of a storage.

    Attributes:
        storage: its numbers.
        first: the place of its first.
        shape: its sizes.
        steps: how far apart neighbours are, for each dimension.
    """

    storage: Storage
    first: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it has."""
        total = 1
        for side in self.shape:
            total *= side
        return total


def tensors_of(cuts: Mapping[str, Cut], most_bytes: int) -> dict[str, Tensor]:
    """Make tensors (imports torch): contiguous, none sharing memory with another.

    Args:
        cuts: name to record.
        most_bytes: they may have together, and their storages as well.

    Raises:
        UserError: if they claim more, or torch finds a storage unsound.
    """
    storages = {id(cut.storage): cut.storage for cut in cuts.values()}
    claimed = sum(cut.count * cut.storage.width for cut in cuts.values())
    held = sum(len(storage.file) for storage in storages.values())
    if max(claimed, held) > most_bytes:
        most = max(claimed, held)
        raise refused(f"The tensors of this file claim {most} bytes, and it has {most_bytes}.")
    return _made(cuts, storages)


def _made(cuts: Mapping[str, Cut], storages: Mapping[int, Storage]) -> dict[str, Tensor]:
    import torch

    with torch.inference_mode(False):
        rows = {key: _row(storage) for key, storage in storages.items()}
        return {
            name: rows[id(cut.storage)]
            .as_strided(cut.shape, cut.steps, cut.first)
            .clone(memory_format=torch.contiguous_format)
            for name, cut in cuts.items()
        }


def _row(storage: Storage) -> Tensor:
    import torch

    with warnings.catch_warnings():
        # torch calls the storages it wrote for years deprecated
        warnings.simplefilter("ignore", UserWarning)
        found = torch.load(io.BytesIO(storage.file), map_location="cpu", weights_only=True)
        row = torch.empty(0, dtype=found.dtype).set_(found)
    if (row.numel(), row.element_size()) != (storage.count, storage.width):
        raise damaged("a storage is not what it says")
    return row


def _storage(arguments: tuple[Any, ...]) -> Storage:
    file = arguments[0] if len(arguments) == 1 else None
    if not isinstance(file, memoryview):
        raise damaged("a storage is not described as it should be")
    (magic, protocol, system, numbers, keys), at = _five(file)
    if (magic, protocol) != (_MAGIC, _PROTOCOL) or not isinstance(system, dict):
        raise refused("A storage of this file is not as PyTorch writes it.")
    if not isinstance(numbers, _Numbers) or keys != [numbers.key]:
        raise refused(_MORE)
    follows = bytes(file[at : at + 8]), len(file) - at - 8
    if follows != (numbers.count.to_bytes(8, "little"), numbers.count * numbers.width):
        raise damaged("a storage is longer or shorter than it says")
    return Storage(file, numbers.count, numbers.width)


def _five(file: memoryview) -> tuple[list[Any], int]:
    """The pickles that a storage's file begins with, and where the numbers begin."""
    at, found = 0, []
    for answer in (None, None, None, _numbers, None):
        value, at = read_inert(
            file, calls=_STORAGES, at=at, persistent=answer, most_steps=_MOST_STEPS
        )
        found.append(value)
    return found, at


@dataclass(frozen=True)
class _Numbers:
    key: str
    count: int
    width: int


def _numbers(arguments: tuple[Any, ...]) -> _Numbers:
    """What a storage's persistent id says."""
    found = arguments[0]
    if not isinstance(found, tuple) or len(found) != 6 or found[0] != "storage" or found[5]:
        raise refused(_MORE)
    kind, key, count = found[1], found[2], found[4]
    width = _BYTES.get(kind.name) if isinstance(kind, Name) and kind.module == "torch" else None
    if width is None or not isinstance(key, str) or not _are_counts((count,)):
        raise refused(_MORE)
    return _Numbers(key, count, width)


def _cut(arguments: tuple[Any, ...]) -> Cut:
    """A tensor from storage, first place, sizes and steps; hooks and the rest are left alone."""
    if len(arguments) < 4 or not isinstance(arguments[0], Storage):
        raise damaged("a tensor is not described as it should be")
    storage, first, shape, steps = arguments[:4]
    if not _are_counts((first,)) or not _are_counts(shape) or not _are_counts(steps):
        raise damaged("a tensor has no sensible shape")
    if len(shape) != len(steps) or len(shape) > MOST_SIDES:
        raise damaged("a tensor has no sensible shape")
    cut = Cut(storage, first, shape, steps)
    last = first + sum((side - 1) * step for side, step in zip(shape, steps, strict=True))
    if cut.count and last >= storage.count:
        raise damaged("a tensor reaches beyond its storage")
    return cut


def _are_counts(values: Any) -> bool:
    return isinstance(values, tuple) and all(type(v) is int and 0 <= v < 1 << 48 for v in values)


def _parameter(arguments: tuple[Any, ...]) -> Cut:
    if not arguments or not isinstance(arguments[0], Cut):
        raise damaged("a parameter is no tensor")
    return arguments[0]


def _device(arguments: tuple[Any, ...]) -> Thing:
    return Thing(Name("torch", "device"), arguments)


_STORAGES: Calls = {}
"""Nothing may be called within a storage."""
TORCH_CALLS: Calls = {
    ("torch.storage", "_load_from_bytes"): _storage,
    ("torch._utils", "_rebuild_tensor_v2"): _cut,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "device"): _device,
}
