"""How the program ends while threads are still at work."""

from __future__ import annotations

import logging
import os
import sys
import threading


def leave(code: int) -> int:
    """Leave with this exit code, at once if a thread works on that nobody can stop.

    A library that is being loaded on a thread (torch takes seconds) crashes when the interpreter
    is taken down around it. So the process ends here, with all that was said written out.

    Returns:
        The code, where everything has ended.
    """
    if threading.active_count() > 1:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
