"""The stack and the memory that a pickle's instructions work on."""

from __future__ import annotations

import struct
from typing import Any

from engine.models.pickles.records import Call, Calls, damaged


class Machine:
    """One pickle while it is read.

    Args:
        data: bytes.
        calls: what may be called, and what answers.
        at: where it is read next.
        persistent: what answers for a persistent id; None refuses them.
    """

    def __init__(self, data: memoryview, calls: Calls, at: int, persistent: Call | None) -> None:
        self.data, self.calls, self.at, self.persistent = data, calls, at, persistent
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memory: dict[int, Any] = {}

    def take(self, count: int) -> memoryview:
        """The next bytes."""
        end = self.at + count
        if not self.at <= end <= len(self.data):
            raise damaged("it ends too early")
        piece, self.at = self.data[self.at : end], end
        return piece

    def number(self, form: str) -> Any:
        """The next number, of a `struct` form."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        """Text up to the end of a line."""
        piece = bytes(self.data[self.at : self.at + 1024]).partition(b"\n")
        if not piece[1]:
            raise damaged("a line has no end")
        self.at += len(piece[0]) + 1
        return decoded(piece[0])

    def pop(self) -> Any:
        """Take the last value off the stack."""
        if not self.stack:
            raise damaged("something is missing")
        return self.stack.pop()

    def top(self) -> Any:
        """The last value of the stack, left there."""
        if not self.stack:
            raise damaged("something is missing")
        return self.stack[-1]

    def pop_marked(self) -> list[Any]:
        """Take all values since the last mark off the stack, and the mark."""
        if not self.below:
            raise damaged("something is closed that was never opened")
        marked, self.stack = self.stack, self.below.pop()
        return marked


def decoded(piece: bytes | memoryview) -> str:
    """UTF-8 as text."""
    try:
        return str(piece, "utf-8")
    except UnicodeDecodeError as error:
        raise damaged("a text is no UTF-8") from error
