"""The program ends though a thread works on that nobody can stop."""

from __future__ import annotations

import subprocess
import sys

END = """
import sys, threading
from matteapp.leaving import leave
threading.Thread(target=threading.Event().wait).start()
print("said", end="")
sys.exit(leave(3))
"""


def test_it_waits_for_no_thread_and_loses_no_word() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", END], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "said", "")


def test_without_threads_it_is_left_as_ever() -> None:
    code = "import sys; from matteapp.leaving import leave; sys.exit(leave(0) or 4)"
    ran = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert ran.returncode == 4
