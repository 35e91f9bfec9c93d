"""Offers at start what a window that was killed has left behind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale

from engine.errors import UserError
from matteapp.autosave import Autosave, Recovery, recoverable
from matteapp.documents import Document
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.language import _, ngettext
from matteapp.session import Session


class Recovering:
    """Finds recoverable work and opens all of it when people say so."""

    def __init__(
        self, session: Session, autosave: Autosave, bar: MessageBar, desk: ErrorDesk
    ) -> None:
        self._session = session
        self._autosave = autosave
        self._bar = bar
        self._desk = desk

    def offer(self, folder: Path) -> bool:
        """Offer the work found in the recovery folder; False if there is none."""
        found = recoverable(folder)
        if not found:
            return False
        self._bar.when_free(partial(self._say, found))
        return True

    def _say(self, found: Sequence[Recovery]) -> None:
        when = QDateTime.fromSecsSinceEpoch(int(found[0].saved_at))
        self._bar.say(
            _("Unsaved work on {what} of {when} was kept.").format(
                what=_named(found), when=QLocale().toString(when, _("d MMMM, HH:mm"))
            ),
            action=_("Recover"),
            run=partial(self.recover, found),
        )

    def recover(self, found: Sequence[Recovery]) -> None:
        """Open what was kept in the order it was in, the newest in sight; all counts as unsaved."""
        in_order = sorted(found, key=lambda recovery: recovery.place)
        taken = {recovery: self._taken(recovery) for recovery in in_order}
        shown = next((taken[recovery] for recovery in found if taken[recovery]), None)
        if shown is not None:
            self._session.show(shown)

    def _taken(self, recovery: Recovery) -> Document | None:
        document = self._session.add(recovery=recovery)
        try:
            # At once, not when it is read: until then another window could take it as well.
            self._autosave.take_over(recovery, document)
        except UserError as error:
            self._session.close_state(document)
            self._desk.report(error)
            return None
        return document


def _named(found: Sequence[Recovery]) -> str:
    name = found[0].name or _("a photograph")
    named = ngettext("“{name}”", "{count} photographs", len(found))
    return named.format(name=name, count=len(found))
