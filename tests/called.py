"""The programs, called in this process as people call them."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def exit_code(main: Callable[[list[str]], object], *arguments: object) -> int:
    """Call a program with these arguments; how it ended."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)
