"""The keys that people chose for actions; what they did not choose is the table's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QKeySequence

from engine.errors import UserError
from matteapp.actions import ACTIONS, plain_title
from matteapp.language import _
from matteapp.menus import tip_with

_GROUP = "keys"
_BETWEEN = " "  # no key is called so: the bar is "Space"
RESERVED: dict[str, str] = {
    "Space": "Space pans while it is held.",
    "Alt": "Alt is for the opposite brush.",
    "Shift": "Shift is for straight lines.",
    "Ctrl": "Ctrl alone is no key.",
    "Meta": "This key is the system's.",
    "Tab": "Tab goes from control to control.",
    "Shift+Tab": "Shift+Tab goes back from control to control.",
    "Shift+Backtab": "Shift+Tab goes back from control to control.",
    "Return": "Enter presses what has the focus.",
    "Enter": "Enter presses what has the focus.",
}
"""Keys that no action can have, and why."""


class Shortcuts(QObject):
    """Which keys an action has; keeps what differs from the table.

    Args:
        actions: by their names; they have these keys from now on.
        store: where people's choices are kept.

    Signals:
        changed(): some action has other keys.
    """

    changed = Signal()

    def __init__(
        self, actions: Mapping[str, QAction], store: QSettings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._actions, self._store = actions, store
        self._kept = _read(store)
        self._put_on()

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of an action as portable text, such as "Ctrl+Shift+S"."""
        if name in self._kept:
            return self._kept[name]
        chosen = {key for keys in self._kept.values() for key in keys}
        return tuple(key for key in defaults(name) if key not in chosen)

    def is_changed(self, name: str) -> bool:
        """Whether people gave the action other keys than the table does."""
        return self.keys(name) != defaults(name)

    def owner(self, key: str) -> str | None:
        """The action that has this key."""
        wanted = portable(key)
        return next((name for name in ACTIONS if wanted in self.keys(name)), None)

    def rebind(self, name: str, keys: Sequence[str]) -> None:
        """Give an action these keys and no others.

        Raises:
            UserError: if one of them is no key, cannot be had, or another action has it.
        """
        wanted = tuple(dict.fromkeys(map(portable, keys)))
        for key in wanted:
            self._check(key, name)
        self._keep(name, wanted)
        self.changed.emit()

    def take(self, name: str, key: str) -> None:
        """Add a key to an action; the one that has it now loses it.

        Raises:
            UserError: if it is no key, or cannot be had.
        """
        before = self.owner(key)
        _check_free(portable(key))
        if before is not None and before != name:
            self._keep(before, [one for one in self.keys(before) if one != portable(key)])
        self.rebind(name, (*self.keys(name), key))

    def reset(self, name: str) -> None:
        """Give an action the table's keys again.

        Raises:
            UserError: if another action has one of them now.
        """
        self.rebind(name, defaults(name))

    def reset_all(self) -> None:
        """Give every action the table's keys again."""
        self._store.remove(_GROUP)
        self._kept.clear()
        self._put_on()
        self.changed.emit()

    def _check(self, key: str, name: str) -> None:
        _check_free(key)
        owner = self.owner(key)
        if owner not in (None, name):
            raise UserError(belongs(key, str(owner)))

    def _keep(self, name: str, keys: Sequence[str]) -> None:
        place = f"{_GROUP}/{name}"
        if tuple(keys) == defaults(name):
            self._store.remove(place)
            self._kept.pop(name, None)
        else:
            self._store.setValue(place, _BETWEEN.join(keys))
            self._kept[name] = tuple(keys)
        self._put_on()

    def _put_on(self) -> None:
        for name, action in self._actions.items():
            keys = [QKeySequence(key) for key in self.keys(name)]
            if keys != action.shortcuts():
                action.setShortcuts(keys)
                action.setToolTip(tip_with(ACTIONS[name], self.keys(name)))


def belongs(key: str, owner: str) -> str:
    """What is said of a key that an action has already."""
    title = plain_title(ACTIONS[owner])
    return _("{key} belongs to “{action}”.").format(key=native(key), action=title)


def _read(store: QSettings) -> dict[str, tuple[str, ...]]:
    """What was chosen before; of actions that are no more, and keys that are none, nothing."""
    found: dict[str, tuple[str, ...]] = {}
    for name in ACTIONS:
        if store.contains(f"{_GROUP}/{name}"):
            kept = str(store.value(f"{_GROUP}/{name}", "")).split(_BETWEEN)
            found[name] = tuple(key for key in map(portable, kept) if key and key not in RESERVED)
    return found


def defaults(name: str) -> tuple[str, ...]:
    """The table's keys of an action, as portable text."""
    return tuple(portable(key) for key in ACTIONS[name].keys)


def portable(key: str) -> str:
    """A key as every system writes it in files; empty if it is none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def native(key: str) -> str:
    """A key as this system shows it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _check_free(key: str) -> None:
    if not key or ", " in key:
        raise UserError(
            _("This is not a key."), remedy=_("Press one key, with Ctrl, Shift or Alt.")
        )
    if key in RESERVED:
        raise UserError(_(RESERVED[key]), remedy=_("Choose another key."))
