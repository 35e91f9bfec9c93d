"""How interpreter and processors are shared between the window and the threads that compute."""

from __future__ import annotations

import os
import sys
import threading

from engine.jobs.context import JobContext

SWITCH_INTERVAL = 0.0005
"""Seconds that another thread may run Python while the window waits for its turn.

The interpreter's own 5 ms would be paid several times between a pen's move and its paint: Qt hands
each event over separately.
"""
NICENESS = 10


def put_painting_first() -> None:
    """Let the window have the interpreter soon after it asks; called once at the start."""
    sys.setswitchinterval(SWITCH_INTERVAL)


def give_way(ctx: JobContext) -> None:
    """A first request to a worker: its thread, and those it starts, let the window go first.

    Only Linux gives threads a niceness of their own; elsewhere the system knows by itself which
    window is in use, and nothing is done.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nice = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
        os.setpriority(os.PRIO_PROCESS, thread, nice)
