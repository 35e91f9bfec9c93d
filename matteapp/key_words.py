"""Texts that name keys: whichever the actions have now."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtGui import QAction, QKeySequence

_KEY = re.compile(r"<([a-z_.]+)>")


def with_keys(text: str, actions: Mapping[str, QAction]) -> str:
    """A text, already translated, in which "<tool.refine>" stands for that action's key."""

    def named(found: re.Match[str]) -> str:
        return _key(actions[found[1]]) if found[1] in actions else found[0]

    return _KEY.sub(named, text)


def keys_in(text: str) -> list[str]:
    """The actions whose keys a text names."""
    return _KEY.findall(text)


def _key(action: QAction) -> str:
    """The first key as this system shows it, else what the action is called."""
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return key or f"“{action.iconText()}”"
