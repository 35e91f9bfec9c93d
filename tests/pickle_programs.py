"""Pickles of any content: calls, single instructions, and what torch keeps a storage as."""

from __future__ import annotations

import io
import pickle
import struct

import torch

PROTOCOL = pickle.PROTO + b"\x04"
VAST = 1 << 62


class Does:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def names(module, name):
    """An instruction that names something, though nothing may be called so."""
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()


def text(value):
    return pickle.BINUNICODE + struct.pack("<I", len(value)) + value.encode()


def raw(*steps, end=b"."):
    """A program from instructions as they are."""
    return PROTOCOL + b"".join(steps) + end


def dumped(value, protocol=4):
    return pickle.dumps(value, protocol=protocol)


def touch(mark):
    return f"touch '{mark}'"


def saved(value, *, zipped):
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=zipped)
    return stream.getvalue()


def from_bytes(piece):
    return Does(torch.storage._load_from_bytes, piece)


def storage(*, kind="FloatStorage", count=2, follows=struct.pack("<qff", 2, 1.0, 2.0), view=b"N"):
    """What torch keeps a storage as, with what it says changed."""
    heads = pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2), pickle.dumps({}, 2)
    number = b"\x8a\x08" + struct.pack("<q", count)
    said = (text("storage"), names("torch", kind), text("0"), text("cpu"), number, view)
    said = b"".join((b"\x80\x02(", *said, b"tQ."))
    return b"".join((*heads, said, pickle.dumps(["0"], 2), follows))
