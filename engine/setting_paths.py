"""Single values of settings by their path: "edge.smooth", "background.offset.0"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

S = TypeVar("S")


def value_at(settings: Any, path: str) -> Any:
    """The value at a path: names of fields, and places in tuples, with dots between."""
    found = settings
    for name in path.split("."):
        found = found[int(name)] if name.isdigit() else getattr(found, name)
    return found


def with_value(settings: S, path: str, value: Any) -> S:
    """The settings with one value replaced."""
    name, _, rest = path.partition(".")
    if rest:
        value = with_value(value_at(settings, name), rest, value)
    if isinstance(settings, tuple):
        changed: Any = (*settings[: int(name)], value, *settings[int(name) + 1 :])
        return changed
    return replace(settings, **{name: value})  # type: ignore[type-var]
