"""Read a pickle as data alone: nothing it names is imported, and nothing of it is called.

A pickle is a program for a small machine with a stack and a memory. This one knows the instructions
that today's picklers write for protocols 2 to 5; whatever names or makes an object becomes an inert
record, and what would be a call is answered by a table of the caller's own functions or refused.

Source: the descriptions in https://docs.python.org/3/library/pickletools.html.
"""

from __future__ import annotations

import pickle
from typing import Any

from engine.models.pickles.machine import Machine
from engine.models.pickles.records import Call, Calls, refused
from engine.models.pickles.steps import STEPS

MOST_STEPS = 500_000
"""Instructions; files of the kinds we read have some tens of thousands."""
_SAID = {
    pickle.INST[0]: "INST",
    pickle.OBJ[0]: "OBJ",
    pickle.EXT1[0]: "EXT1",
    pickle.EXT2[0]: "EXT2",
    pickle.EXT4[0]: "EXT4",
    pickle.PERSID[0]: "PERSID",
    pickle.NEXT_BUFFER[0]: "NEXT_BUFFER",
}


def read_inert(
    data: memoryview,
    *,
    calls: Calls,
    at: int = 0,
    persistent: Call | None = None,
    most_steps: int = MOST_STEPS,
) -> tuple[Any, int]:
    """Read one pickle.

    Args:
        data: bytes, in which it begins at `at`.
        calls: what may be called, and what answers.
        at: its first byte.
        persistent: what answers for a persistent id; None refuses them.
        most_steps: instructions that it may have.

    Returns:
        Plain Python values (numbers, str, memoryview for bytes, tuple, list, dict, set), `Name`s,
        `Thing`s and what `calls` answered; and the position behind the pickle.

    Raises:
        UserError: if it is damaged, larger or deeper than any file of use, or wants anything run.
    """
    machine = Machine(data, calls, at, persistent)
    for _ in range(most_steps):
        code = machine.take(1)[0]
        if code == pickle.STOP[0]:
            return machine.pop(), machine.at
        step = STEPS.get(code)
        if step is None:
            said = _SAID.get(code, f"0x{code:02x}")
            raise refused(f"This file holds an instruction ({said}) that no weights need.")
        step(machine)
    raise refused(f"This file has more than {most_steps} instructions.")
