"""Names of files from a template, such as `{name}_{product}`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.errors import UserError

TEMPLATE = "{name}_{product}"
FIELDS: Mapping[str, str] = {
    "name": "the photograph's name",
    "product": "what the file is, such as cutout or on_white",
    "view": "the same in words, such as Cut-out or On white",
    "size": "width and height, such as 1200x1600",
    "date": "the day, such as 2026-11-22",
    "counter": "a number, such as 001",
}
"""What can stand between braces, and what comes in its place."""

_FORBIDDEN = '\\/:*?"<>|'
_FIELD = re.compile(r"\{([^{}]*)\}")
_LONGEST = 180


@dataclass(frozen=True)
class Named:
    """What is known about a photograph's files before they have names.

    Attributes:
        name: the photograph's, without suffix.
        size: (height, width) of the files, None if nobody looked.
        day: of the export.
        counter: the photograph's number, from 1 on.
    """

    name: str
    size: tuple[int, int] | None = None
    day: date | None = None
    counter: int = 1


def fields_of(template: str) -> set[str]:
    """The fields that a template has."""
    return set(_FIELD.findall(template))


def check_template(template: str) -> None:
    """Refuse a template that gives no names of files.

    Raises:
        UserError: that says what is wrong with it.
    """
    for field in _FIELD.findall(template):
        if field not in FIELDS:
            close = difflib.get_close_matches(field, FIELDS, n=1)
            meant = f" Did you mean {{{close[0]}}}?" if close else ""
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise UserError(f"There is no field {{{field}}}.{meant}", remedy=f"Known: {known}.")
    letters = _FIELD.sub("", template)
    if "{" in letters or "}" in letters:
        raise UserError("A brace in the name has no other.", remedy="Write fields as {name}.")
    if not template.strip() or any(one in _FORBIDDEN or ord(one) < 32 for one in letters):
        raise UserError(f"A file's name is not empty and has none of {' '.join(_FORBIDDEN)}.")
    if template != template.strip() or template.startswith(".") or template.endswith("."):
        raise UserError("A file's name does not begin or end with a dot or a space.")
    if len(template) > _LONGEST:
        raise UserError("The name is too long.", remedy=f"Take at most {_LONGEST} letters.")


def filled(template: str, about: Named, *, product: str, view: str) -> str:
    """The name of one file, without suffix.

    Args:
        template: one that `check_template` passes.
        about: the photograph.
        product: what the file is, as a word.
        view: what it is, for people.

    Raises:
        UserError: as `check_template`, or for a size that is not known here.
    """
    check_template(template)
    if about.size is None and "size" in fields_of(template):
        raise UserError("The size is not known here.", remedy="Leave {size} out of the name.")
    height, width = about.size or (0, 0)
    values = {
        "name": about.name,
        "product": product,
        "view": view,
        "size": f"{width}x{height}",
        "date": (about.day or date.today()).isoformat(),
        "counter": f"{about.counter:03d}",
    }
    return _FIELD.sub(lambda found: values[found[1]], template)
