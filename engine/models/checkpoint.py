"""Tensors out of a foreign PyTorch file, without running anything that is in it."""

from __future__ import annotations

import argparse
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.device import is_out_of_memory
from engine.errors import UserError

NESTED_IN = ("params_ema", "state_dict", "model_state_dict", "model", "params", "ema", "net")
"""Names under which checkpoints keep the weights among other things, the wanted ones first."""
MAX_GROWTH = 4
"""Tensors may be this many times as large as the file: some are stored once and used twice."""
_DDP_PREFIX = "module."


def read_tensors(path: Path) -> dict[str, Any]:
    """The tensors of a `.safetensors`, `.pt` or `.pth` file, on the CPU (imports torch).

    Raises:
        UserError: if it is no such file.
    """
    if path.suffix.lower() != ".safetensors":
        return read_checkpoint(path)
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    with torch.inference_mode(False):
        try:
            return dict(load_file(path, device="cpu"))
        except SafetensorError as error:
            raise UserError(f"These are no weights ({error}).", path=path) from error


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read the weights of a `.pt` or `.pth` file: `weights_in` what `open_checkpoint` finds."""
    return weights_in(open_checkpoint(path), path)


def open_checkpoint(path: Path) -> Any:
    """Open a `.pt` or `.pth` file (imports torch).

    Only tensors, plain containers and the options of a command line are unpacked
    (`torch.load(weights_only=True)`); a file that wants anything else is refused and nothing of it
    is run.

    Args:
        path: a file written by `torch.save`.

    Raises:
        UserError: if it is damaged, or holds more than tensors.
    """
    if zipfile.is_zipfile(path):
        _refuse_compressed(path)
    return _load(path)


def weights_in(loaded: Any, path: Path) -> dict[str, Any]:
    """The first table of tensors in an opened file; imports torch.

    The prefix `module.` that training on several devices adds is removed.

    Args:
        loaded: of `open_checkpoint`, or a part of it.
        path: of the file, for its size and for what people read.

    Returns:
        Name to tensor: dense, contiguous, on the CPU, none sharing memory with another.

    Raises:
        UserError: if there is none.
    """
    state = _without_prefix(_state(loaded, path))
    _check_size(state, path)
    return {name: tensor.detach().clone().contiguous() for name, tensor in state.items()}


def _load(path: Path) -> Any:
    import torch

    # An inference tensor could not be differentiated through later.
    with torch.inference_mode(False), warnings.catch_warnings():
        # torch advises its own makers about pickle protocols; what matters here is raised
        warnings.simplefilter("ignore", UserWarning)
        try:
            with torch.serialization.safe_globals([argparse.Namespace]):
                return torch.load(path, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            raise UserError(
                "This file holds more than tensors, and loading it would run code of its maker.",
                remedy="Nothing was run. Ask for the weights as safetensors, or as a state_dict.",
                path=path,
            ) from error
        except Exception as error:
            # torch raises whatever its parsers meet in a damaged file; our own bugs can't hide
            # here, since this is one call.
            if is_out_of_memory(error):
                raise UserError("The file wants more memory than there is.", path=path) from error
            raise UserError(
                f"This is no sound PyTorch file ({type(error).__name__}).",
                remedy="Get it again from where it came.",
                path=path,
            ) from error


def _refuse_compressed(path: Path) -> None:
    """`torch.save` never compresses; whoever did wants it to grow when it is opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError(f"The file is damaged ({error}).", path=path) from error
    grown = sum(entry.file_size for entry in entries) > path.stat().st_size
    if grown or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise UserError(
            "This file is packed in a way that PyTorch does not write.",
            remedy="Nothing was unpacked. Get it again from where it came.",
            path=path,
        )


def _state(loaded: Any, path: Path) -> dict[str, Any]:
    """The first table of tensors: one of the usual places in the file, or the file itself.

    The places come first, since a loss beside them may be a tensor too.
    """
    tables = [loaded]
    if isinstance(loaded, Mapping):
        tables = [*(loaded[name] for name in NESTED_IN if name in loaded), loaded]
    for table in tables:
        tensors = _tensors_of(table)
        if tensors:
            return tensors
    raise UserError(
        "There are no weights in this file.",
        remedy="It must be a table of named tensors (a state_dict).",
        path=path,
    )


def _tensors_of(table: Any) -> dict[str, Any]:
    import torch

    if not isinstance(table, Mapping):
        return {}
    return {
        name: value
        for name, value in table.items()
        if isinstance(name, str) and isinstance(value, torch.Tensor)
    }


def _without_prefix(state: dict[str, Any]) -> dict[str, Any]:
    if not all(name.startswith(_DDP_PREFIX) for name in state):
        return state
    return {name.removeprefix(_DDP_PREFIX): tensor for name, tensor in state.items()}


def _check_size(state: dict[str, Any], path: Path) -> None:
    """A tensor of a few bytes can claim any shape; copying it would fill the memory."""
    import torch

    if any(tensor.layout is not torch.strided or tensor.is_meta for tensor in state.values()):
        raise UserError("There are sparse or empty tensors in this file.", path=path)
    total = sum(tensor.numel() * tensor.element_size() for tensor in state.values())
    if total > MAX_GROWTH * path.stat().st_size:
        raise UserError(
            f"The tensors claim {total} bytes, far more than the file has.",
            remedy="Nothing was unpacked. Get it again from where it came.",
            path=path,
        )
