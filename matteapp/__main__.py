"""`matteapp [FILE…]`: the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

if sys.platform == "win32":
    # On Windows torch's libraries fail to load after Qt's: https://github.com/pytorch/pytorch/issues/166628
    import torch  # noqa: F401


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matteapp", description="Cut people out of photographs.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="photograph or project")
    parser.add_argument("--version", action="version", version=f"matteapp {version('matteapp')}")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; returns the exit code."""
    chosen = _arguments(given)
    try:
        from matteapp.app import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("PySide6", "qtawesome"):
            raise
        sys.stderr.write(f"{error.name} is missing. Install it with: pip install 'matteapp[app]'\n")
        return 1
    return run(chosen.files)


if __name__ == "__main__":
    sys.exit(main())
