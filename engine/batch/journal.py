"""What became of a batch, line by line on disk, so that a crash loses nothing that was done.

The first line tells what the file is, every other one the present state of the order or of a
photograph; the last word about each counts. A line is written at once and with its end, so that one
that was cut off by a crash is known by that, and passed over.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.batch.items import STATES, Item, Stamp, still_holds
from engine.batch.lock import BatchLock
from engine.batch.order import Order, from_order_dict, to_order_dict
from engine.batch.report import FileReport
from engine.errors import UserError
from engine.imaging.atomic import replace_atomically

NAME = ".matte-batch.jsonl"
"""In the folder that the batch is saved to."""
_HEAD = {"matte batch": 1}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """What a journal holds.

    Attributes:
        order: what was ordered last, None if nothing.
        items: the photographs in the order in which they came.
    """

    order: Order | None = None
    items: tuple[Item, ...] = ()


class Journal:
    """Written on a thread of its own: whoever notes something never waits for the disk.

    Args:
        path: the file.
        kept: what it holds; it is written anew with this alone.

    Raises:
        UserError: if it cannot be written, or another program writes it.
    """

    def __init__(self, path: Path, kept: Kept = Kept()) -> None:
        self.path = path
        self.problem = ""
        self._lines: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
        self._lock = BatchLock(path.parent)
        try:
            _write_anew(path, kept)
        except UserError:
            self._lock.close()
            raise
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def note_order(self, order: Order) -> None:
        """This is the order from now on."""
        self._lines.put([_line(order=to_order_dict(order))])

    def note(self, items: Iterable[Item]) -> None:
        """These are as they are now."""
        self._lines.put([_line(item=_plain(item)) for item in items])

    def note_gone(self, sources: Iterable[Path]) -> None:
        """These are not of the batch any more."""
        self._lines.put([_line(gone=str(source)) for source in sources])

    def close(self, *, forget: bool = False) -> None:
        """Write what is noted and end.

        Args:
            forget: nobody will want to read it.
        """
        self._lines.put(None)
        self._thread.join()
        if forget:
            self.path.unlink(missing_ok=True)
        self._lock.close(forget=forget)

    def _write(self) -> None:
        lines = self._lines.get()
        while lines is not None:
            try:
                _append(self.path, lines)
            except OSError as error:
                # The photographs are cut all the same; only a crash would lose what is done.
                self.problem = error.strerror or str(error)
                _log.error("the journal %s cannot be written", self.path, exc_info=error)
            lines = self._lines.get()


def read_journal(path: Path) -> Kept:
    """Read what is kept; nothing if there is no such file.

    Raises:
        UserError: if it cannot be read, or is no journal.
    """
    try:
        text = path.read_text("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        raise UserError(
            f"The journal of this batch cannot be read ({error.strerror}).", path=path
        ) from error
    # Only a line with its end was written whole.
    lines = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    if not lines or _parsed(lines[0], path) != _HEAD:
        raise UserError("This is not the journal of a batch.", path=path)
    return _replayed([_parsed(line, path) for line in lines[1:]], path)


def resumed(kept: Kept, order: Order) -> list[Item]:
    """The photographs of an earlier run: what is done and unchanged is not done again."""
    held = order.fingerprint
    ended = ("done", "doubtful", "failed")
    return [
        replace(item, state="waits", by_hand=False)
        if item.state in ended and not still_holds(item, fingerprint=held)
        else item
        for item in kept.items
    ]


def _replayed(words: list[dict[str, Any]], path: Path) -> Kept:
    order: Order | None = None
    items: dict[Path, Item] = {}
    try:
        for word in words:
            if "order" in word:
                order = from_order_dict(word["order"])
            if "item" in word:
                item = _item(word["item"])
                items[item.source] = item
            if "gone" in word:
                items.pop(Path(word["gone"]), None)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path) from error
    return Kept(order, tuple(items.values()))


def _parsed(line: str, path: Path) -> dict[str, Any]:
    try:
        word = json.loads(line)
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(word, dict):
        raise _damaged(path)
    return word


def _damaged(path: Path) -> UserError:
    return UserError(
        "The journal of this batch is damaged.",
        remedy="Delete it to begin the batch anew; the pictures stay.",
        path=path,
    )


def _line(**word: Any) -> str:
    return json.dumps(word, ensure_ascii=False) + "\n"


def _plain(item: Item) -> dict[str, Any]:
    known = {each.name: getattr(item, each.name) for each in fields(item)}
    report = None if item.report is None else asdict(item.report)
    stamp = None if item.stamp is None else [item.stamp.size, item.stamp.changed]
    return {**known, "source": str(item.source), "report": report, "stamp": stamp}


def _item(values: dict[str, Any]) -> Item:
    """What `_plain` made plain; work that was under way when it ended waits again."""
    report, stamp, state = values["report"], values["stamp"], values["state"]
    if state not in STATES:
        raise ValueError(state)
    return Item(
        Path(values["source"]),
        "waits" if state == "works" else state,
        None if report is None else FileReport(**{**report, "doubts": tuple(report["doubts"])}),
        None if stamp is None else Stamp(*stamp),
        str(values["made_by"]),
        bool(values["marked"]),
        bool(values["by_hand"]),
        # journals of older programs have neither
        int(values.get("number", 0)),
        str(values.get("begun_by", "")),
    )


def _write_anew(path: Path, kept: Kept) -> None:
    words = [json.dumps(_HEAD) + "\n"]
    if kept.order is not None:
        words.append(_line(order=to_order_dict(kept.order)))
    words += [_line(item=_plain(item)) for item in kept.items]
    with replace_atomically(path) as temporary:
        # file names may hold bytes that are no text; they come back as they were
        temporary.write_text("".join(words), "utf-8", errors="surrogateescape")


def _append(path: Path, lines: list[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        os.write(handle, "".join(lines).encode("utf-8", "surrogateescape"))
        os.fsync(handle)
    finally:
        os.close(handle)
