"""Runs one TorchScript program for another process; started as `python -m`, speaks over pipes.

A message is its length (8 bytes, little endian) and an `.npz` without pickles. In: `op` "forward"
with `picture` and `trimap`, or "backward" with `gradient` (of the last forward). Out: `inputs` once
the program is loaded; `answer` or `gradient`; or `error`, a text.
"""

from __future__ import annotations

import io
import os
import struct
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

_LENGTH = struct.Struct("<Q")
MOST = 1 << 30
"""Bytes of a message."""


def write(stream: BinaryIO, arrays: Mapping[str, Any]) -> None:
    """Send a message."""
    buffer = io.BytesIO()
    named: dict[str, Any] = {name: np.asarray(value) for name, value in arrays.items()}
    np.savez(buffer, **named)
    stream.write(_LENGTH.pack(buffer.tell()))
    stream.write(buffer.getvalue())
    stream.flush()


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message, or None where the other side has ended or sends nonsense."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length) if length <= MOST else b""
    if len(body) != length:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def main(path: str) -> None:
    """Load the program and answer until the other side ends."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the program prints goes to the error stream, not between messages
    try:
        program = _Program(path)
    except Exception as error:  # noqa: BLE001 - told to the other side, which raises it
        write(outgoing, {"error": f"{type(error).__name__}: {error}"})
        return
    write(outgoing, {"inputs": program.inputs})
    while (message := read(incoming)) is not None:
        try:
            answer = program.answer(message)
        except Exception as error:  # noqa: BLE001 - as above
            answer = {"error": f"{type(error).__name__}: {error}"}
        write(outgoing, answer)


class _Program:
    """A loaded program and the graph of its last answer."""

    def __init__(self, path: str) -> None:
        import torch

        self._torch = torch
        self._module = torch.jit.load(path, map_location="cpu").eval()  # type: ignore[no-untyped-call]
        for parameter in self._module.parameters():
            parameter.requires_grad_(False)
        self.inputs = len(self._module.forward.schema.arguments) - 1
        self._picture: Any = None
        self._answer: Any = None

    def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        if str(message["op"]) == "backward":
            gradient = self._torch.from_numpy(message["gradient"])
            (found,) = self._torch.autograd.grad(
                self._answer, self._picture, gradient.reshape(self._answer.shape)
            )
            return {"gradient": found.numpy()}
        self._picture = self._torch.from_numpy(message["picture"]).requires_grad_()
        told = [self._torch.from_numpy(message["trimap"])] if self.inputs > 1 else []
        self._answer = self._module(self._picture, *told)
        return {"answer": self._answer.detach().float().numpy()}


if __name__ == "__main__":
    main(sys.argv[1])
