"""The two programs, called as people call them, with data and log folders of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.models.loaded import forget_networks
from tests.called import exit_code


def use_own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Find and write nothing of the user's, and keep no network from other tests."""
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("MATTE_HOME", raising=False)
    forget_networks()


def run(main: Callable[[list[str]], object], *arguments: object) -> None:
    """Call a program that must end well."""
    assert exit_code(main, *arguments) == 0
