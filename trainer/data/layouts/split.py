"""A split of a data set: what it holds, and the ways it may lie on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from trainer.data.folders import SampleFiles
from trainer.data.layouts.parts import Group, Part
from trainer.data.names import Selection

Holds = Literal["subjects", "backgrounds", "photographs", "pictures"]
Form = tuple[Group, ...]


@dataclass(frozen=True)
class Finding:
    """One line of a check.

    Attributes:
        name: split and part.
        value: what was found, for people.
        good: False if something is missing that must be there.
        count: how many files or names.
        missing: exact paths of what is not there.
    """

    name: str
    value: str
    good: bool = True
    count: int = 0
    missing: tuple[Path, ...] = ()


@dataclass(frozen=True)
class NameList:
    """A file with names that belongs to a split.

    Attributes:
        path: below the data set's root.
        orders: whether it says which samples the split has, and their order.
        optional: a data set without it is complete.
    """

    path: str
    orders: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Split:
    """A part of a data set that is opened at once.

    Attributes:
        holds: the protocol its collection implements.
        forms: the ways it may lie on disk, each a tuple of groups; the first one found counts.
        lists: name lists that belong to it.
        published: how many samples it has where it was published, or None.
        optional: a data set without this split is complete.
        opened: opens it in its own way; None reads the groups.
        checked: looks for more than parts and lists, or None.
    """

    holds: Holds
    forms: tuple[Form, ...]
    lists: tuple[NameList, ...] = ()
    published: int | None = None
    optional: bool = False
    opened: Callable[[Path, Selection], SampleFiles] | None = None
    checked: Callable[[Path], list[Finding]] | None = None

    def form(self, root: Path) -> Form:
        """The form found below `root`; the first one if there is none."""
        return next((form for form in self.forms if _starts(form, root)), self.forms[0])

    def with_patterns(self, patterns: Mapping[str, str]) -> Split:
        """The same with other patterns for some roles.

        Args:
            patterns: role to pattern (see `Part`), from the folder in which this split's parts
                lie; from the data set's root if it starts with "/".
        """
        forms = tuple(tuple(_patterned(group, patterns) for group in form) for form in self.forms)
        return replace(self, forms=forms)


def one_form(*parts: Part, family: str = "") -> tuple[Form, ...]:
    """The forms of a split that lies in one way and has one group."""
    return ((Group(parts, family),),)


def _starts(form: Form, root: Path) -> bool:
    return any(group.leading(root) for group in form)


def _patterned(group: Group, patterns: Mapping[str, str]) -> Group:
    def changed(part: Part) -> Part:
        pattern = patterns.get(part.role)
        if pattern is None:
            return part
        home = "" if pattern.startswith("/") else part.pattern.partition("/")[0] + "/"
        return replace(part, pattern=home + pattern.removeprefix("/"))

    return replace(group, parts=tuple(changed(part) for part in group.parts))
