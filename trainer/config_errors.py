"""Mistakes in a config, in words."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def describe(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """A line for each mistake: where, what, and for an unknown key the nearest known one."""
    lines = [_line(details, model) for details in error.errors(include_url=False)]
    return list(dict.fromkeys(lines))  # a value with alternatives is told once for each


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint to go behind "there is no NAME", or nothing if no name is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


def _line(details: Any, model: type[BaseModel]) -> str:
    place = [str(part) for part in details["loc"]]
    if details["type"] == "extra_forbidden":
        known = _keys(model, place[:-1])
        hint = nearest(place[-1], known) or f"; known are {', '.join(sorted(known))}"
        return f"{'.'.join(place)}: there is no such key{hint}"
    if details["type"] == "missing":
        return f"{'.'.join(place)}: it is missing"
    return f"{'.'.join(_real(model, place))}: {details['msg']} (it is {details['input']!r})"


def _keys(model: type[BaseModel], place: list[str]) -> list[str]:
    """The keys of the block at `place`."""
    inner: type[BaseModel] | None = model
    for part in place:
        if inner is not None and part in inner.model_fields:
            inner = _block(inner.model_fields[part].annotation)
    return list(inner.model_fields) if inner is not None else []


def _block(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `Block`, `Block | None` or `list[Block]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_block(inner) for inner in get_args(annotation))
    return next((block for block in found if block is not None), None)


def _real(model: type[BaseModel], place: list[str]) -> list[str]:
    """Without what pydantic appends for the alternatives of a value."""
    inner: type[BaseModel] | None = model
    for count, part in enumerate(place):
        if inner is None or part not in inner.model_fields:
            return place[:count]
        inner = _block(inner.model_fields[part].annotation)
    return place
