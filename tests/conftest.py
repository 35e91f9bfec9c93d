"""Set up Qt for a machine without a screen before anything imports it; what all tests may use."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.called import exit_code

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # what the window says is the same on every machine
os.environ.pop("LANGUAGE", None)
if "PYTEST_XDIST_WORKER" in os.environ:
    # Processes side by side that each take all cores wait for one another.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs deaf to Ctrl+C, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def matte(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `matte` in this process: exit code, stdout, stderr."""
    from engine.cli import main

    def run(*arguments: object) -> tuple[int, str, str]:
        code = exit_code(main, *arguments)
        told = capfd.readouterr()
        return code, told.out, told.err

    return run
