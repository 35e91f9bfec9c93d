"""Numbers that NumPy pickled, read without NumPy's own unpickling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from engine.models.pickles.records import Calls, Name, Thing, damaged, refused

_NUMBER = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248])")
_DTYPE = Name("numpy", "dtype")
_ARRAY = Name("numpy", "ndarray")


@dataclass(frozen=True, eq=False)
class Scalar:
    """One NumPy number.

    Attributes:
        kind: record of its `numpy.dtype`.
        piece: its bytes.
    """

    kind: Any
    piece: memoryview


def number_of(value: Any) -> Any:
    """A NumPy scalar as a Python number; anything else as it is."""
    if not isinstance(value, Scalar):
        return value
    import numpy as np

    code = np.dtype(_code(value.kind))
    if len(value.piece) != code.itemsize:
        raise damaged("a number has the wrong length")
    return np.frombuffer(value.piece, code)[0].item()


def _code(kind: Any) -> str:
    """The NumPy name of a type of number, with its byte order."""
    if not isinstance(kind, Thing) or kind.made_of != _DTYPE:
        raise damaged("a number has no type")
    code = kind.arguments[0] if kind.arguments else None
    if not isinstance(code, str) or not _NUMBER.fullmatch(code):
        raise refused("This file holds NumPy values that are not numbers.")
    order = kind.state[1] if isinstance(kind.state, tuple) and len(kind.state) > 1 else "="
    return (order if order in ("<", ">") else "=") + code.lstrip("<>|=")


def _dtype(arguments: tuple[Any, ...]) -> Thing:
    made = Thing(_DTYPE, arguments)
    _code(made)
    return made


def _scalar(arguments: tuple[Any, ...]) -> Scalar:
    if len(arguments) != 2 or not isinstance(arguments[1], memoryview):
        raise refused("This file holds NumPy values that are not numbers.")
    return Scalar(*arguments)


def _array(arguments: tuple[Any, ...]) -> Thing:
    """Arrays are never looked at: no tensor is kept as one."""
    if arguments[:1] != (_ARRAY,):
        raise refused("This file wants to make a NumPy array in a strange way.")
    return Thing(_ARRAY, arguments)


NUMPY_CALLS: Calls = {
    ("numpy", "dtype"): _dtype,
    **{
        (f"numpy.{core}.multiarray", name): answer
        for core in ("core", "_core")
        for name, answer in {"scalar": _scalar, "_reconstruct": _array}.items()
    },
}
