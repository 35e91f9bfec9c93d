"""What an inert pickle is made of, and the two ways in which one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.errors import UserError

LONGEST_SHOWN = 80
_READERS = {"engine", "matteapp", "numpy", "torch", "trainer"}
_AGAIN = "Get it again from where it came."
_ASK = "Nothing was run. Ask its maker for the weights as safetensors, or as a state_dict."


@dataclass(frozen=True)
class Name:
    """Something in a module that a pickle names; only the two words are kept."""

    module: str
    name: str

    @property
    def is_foreign_class(self) -> bool:
        """Whether it has a class's name, in a package that is neither ours nor the readers': what
        it would make is as inert a record as any other."""
        foreign = self.module.partition(".")[0] not in _READERS
        return foreign and self.name.isidentifier() and self.name[0].isupper()

    def __str__(self) -> str:
        text = f"{self.module}.{self.name}"
        return "".join(one if one.isprintable() else " " for one in text)[:LONGEST_SHOWN]


@dataclass(eq=False)
class Thing:
    """What an object would be made of.

    Attributes:
        made_of: its class.
        arguments: what the class would be given.
        named: the same by keyword.
        state: what its attributes would be set from; None if nothing.
        entries: what would be appended to it.
        items: what would be put into it by key.
    """

    made_of: Name
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)
    state: Any = None
    entries: list[Any] = field(default_factory=list)
    items: dict[Any, Any] = field(default_factory=dict)


Call: TypeAlias = Callable[[tuple[Any, ...]], Any]
Calls: TypeAlias = Mapping[tuple[str, str], Call]
"""By module and name, our own function that answers for it, given the tuple of arguments."""


def refused(problem: str) -> UserError:
    """The error for a file that asks for what no file should."""
    return UserError(problem, remedy=_ASK)


def damaged(what: str) -> UserError:
    """The error for a file that is not whole."""
    return UserError(f"This is no sound pickle: {what}.", remedy=_AGAIN)
