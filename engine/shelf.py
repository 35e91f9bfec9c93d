"""Things kept by name in a file of the user's, beside those that come along."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from engine.errors import UserError
from engine.imaging.atomic import make_folder, replace_atomically

T = TypeVar("T")
_LONGEST = 60


class Shelf(Generic[T]):
    """Named things of one kind.

    Args:
        path: the JSON file with the user's own.
        built_in: what comes along; nobody can change or delete it.
        what: one of them for people, such as "preset".
        dumped: as plain JSON-able types.
        parsed: what `dumped` made plain; raises ValueError, TypeError or UserError for anything
            else.
    """

    def __init__(
        self,
        path: Path,
        built_in: Mapping[str, T],
        *,
        what: str,
        dumped: Callable[[T], Any],
        parsed: Callable[[Any], T],
    ) -> None:
        self.path = path
        self.built_in = built_in
        self._what = what
        self._dumped = dumped
        self._parsed = parsed

    def own(self) -> dict[str, T]:
        """The user's, by name.

        Raises:
            UserError: if their file cannot be read or is not one.
        """
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UserError(
                f"The {self._what}s cannot be read ({error.strerror}).", path=self.path
            ) from error
        return self._understood(text)

    def all(self) -> dict[str, T]:
        """The built-in ones, then the user's.

        Raises:
            UserError: as `own`.
        """
        return {**self.built_in, **dict(sorted(self.own().items()))}

    def named(self, name: str) -> T:
        """The one of a name; case does not matter.

        Raises:
            UserError: if there is none, or as `own`.
        """
        there, typed = self.all(), name.strip().casefold()
        for known, one in there.items():
            if known.casefold() == typed:
                return one
        close = difflib.get_close_matches(name, there, n=1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        raise UserError(
            f"There is no {self._what} {name!r}.{meant}", remedy=f"Known: {', '.join(there)}."
        )

    def put(self, name: str, one: T) -> None:
        """Keep this under a name, in place of what had it.

        Raises:
            UserError: for a name that cannot be used, or if it cannot be written.
        """
        self._write({**self.own(), self._usable(name): one})

    def rename(self, name: str, new: str) -> None:
        """Give one of the user's another name.

        Raises:
            UserError: for a name that is not there, is taken, or cannot be used; or as `put`.
        """
        own, new = self.own(), self._usable(new)
        if new == name:
            return
        if new in own:
            raise UserError(
                f"There is a {self._what} {new!r} already.", remedy="Take another name."
            )
        self._write({new if each == name else each: one for each, one in own.items()})

    def delete(self, name: str) -> None:
        """Forget one of the user's; nothing happens if it is not there.

        Raises:
            UserError: if that cannot be written.
        """
        own = self.own()
        if own.pop(name, None) is not None:
            self._write(own)

    def _usable(self, name: str) -> str:
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST:
            raise UserError(
                f"A {self._what} needs a name.", remedy=f"Type one of at most {_LONGEST} letters."
            )
        if name.casefold() in {each.casefold() for each in self.built_in}:
            raise UserError(
                f"{name!r} is the name of a {self._what} that comes along.",
                remedy="Take another name.",
            )
        return name

    def _write(self, things: Mapping[str, T]) -> None:
        written = {name: self._dumped(one) for name, one in things.items()}
        make_folder(self.path.parent)
        with replace_atomically(self.path) as temporary:
            temporary.write_text(json.dumps(written, indent=1, ensure_ascii=False), "utf-8")

    def _understood(self, text: str) -> dict[str, T]:
        try:
            return {str(name): self._parsed(value) for name, value in json.loads(text).items()}
        except (ValueError, AttributeError, TypeError, UserError) as error:
            raise UserError(
                f"This file of {self._what}s cannot be understood: {error}",
                remedy=f"Mend it, or move it away; the {self._what}s that come along are there "
                "without it.",
                path=self.path,
            ) from error
