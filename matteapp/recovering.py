"""Offers at start what a window that was killed has left behind."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from matteapp.autosave import Autosave, Recovery, recoverable
from matteapp.bridge import Bridge
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.requests import Opened, OpenRequest
from matteapp.session import Session


class Recovering:
    """Finds recoverable work and opens it when people say so."""

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        autosave: Autosave,
        bar: MessageBar,
        desk: ErrorDesk,
    ) -> None:
        self._session = session
        self._bridge = bridge
        self._autosave = autosave
        self._bar = bar
        self._desk = desk

    def offer(self, folder: Path) -> None:
        """Offer the newest work found in the recovery folder, if there is any."""
        found = recoverable(folder)
        if not found:
            return
        newest = found[0]
        when = datetime.fromtimestamp(newest.saved_at).strftime("%d %B, %H:%M")
        self._bar.say(
            f"Unsaved work on “{newest.name or 'a photograph'}” of {when} was kept.",
            action="Recover",
            run=partial(self.recover, newest),
        )

    def recover(self, recovery: Recovery) -> None:
        """Open what was kept; it counts as unsaved until it is saved."""
        self._bridge.start(
            OpenRequest(recovery.path),
            lane="open",
            title=f"Recovering {recovery.name}",
            done=partial(self._on_opened, recovery),
            failed=self._desk.report,
        )

    def _on_opened(self, recovery: Recovery, opened: Opened) -> None:
        self._session.open_state(opened.state, path=recovery.project_path, dirty=True)
        self._autosave.take_over(recovery)
        self._bar.say("Your work is back. Save it to keep it.")
