"""Presets in the window: chosen, kept, renamed, forgotten; and the last photograph's settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from engine.document import edits
from engine.document.state import DocumentState
from engine.errors import UserError
from engine.presets import BUILT_IN, Presets, recalled, remembered
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.language import _
from matteapp.panels.presets import PresetsPanel
from matteapp.session import Change, Session
from matteapp.settings import REMEMBER, Settings

_LAST = "cut/last"


class Presetting(QObject):
    """Connects the panel of presets with what is kept and with the document.

    Args:
        session: whose document gets the settings.
        panel: where people choose.
        presets: what there is.
        settings: whether the last photograph's settings are for the next one, too.
        bar: says what was done.
        desk: says what went wrong.
    """

    def __init__(
        self,
        session: Session,
        panel: PresetsPanel,
        *,
        presets: Presets,
        settings: Settings,
        bar: MessageBar,
        desk: ErrorDesk,
    ) -> None:
        super().__init__(panel)
        self._session = session
        self._panel = panel
        self._presets = presets
        self._settings = settings
        self._bar = bar
        self._desk = desk
        panel.chosen.connect(self.choose)
        panel.save_asked.connect(self.save)
        panel.rename_asked.connect(self.rename)
        panel.delete_asked.connect(self.delete)
        session.changed.connect(self._on_changed)
        self._show()

    def choose(self, name: str) -> None:
        """Take a preset's settings, as one step."""
        self._try(lambda: self._take(name))

    def save(self, name: str) -> None:
        """Keep the document's settings under a name."""
        state = self._session.state
        if state is not None:
            self._change(lambda: self._presets.save(name, state.settings), chosen=name)

    def rename(self, name: str, new: str) -> None:
        """Give a preset another name."""
        self._change(lambda: self._presets.rename(name, new), chosen=new)

    def delete(self, name: str) -> None:
        """Forget a preset; the bar offers it back."""
        kept = self._presets.own().get(name)
        if kept is not None and self._change(lambda: self._presets.delete(name)):
            again = lambda: self._change(  # noqa: E731
                lambda: self._presets.save(name, kept.settings), chosen=name
            )
            self._bar.say(
                _("The preset “{name}” is deleted.").format(name=name),
                action=_("Bring it back"),
                run=again,
            )

    def for_new(self, state: DocumentState) -> DocumentState:
        """A photograph just opened, with the last one's settings if people want that."""
        text = str(self._settings.store.value(_LAST, "") or "")
        if not self._settings.value(REMEMBER) or not text:
            return state
        try:
            last = recalled(text)
        except UserError as error:
            self._desk.report(error)
            return state
        return replace(state, settings=last.on(state.settings))

    def _take(self, name: str) -> None:
        preset = self._presets.named(name)
        self._session.apply(
            lambda state: edits.set_settings(state, preset.on(state.settings)),
            label=_("Preset: {name}").format(name=name),
        )

    def _change(self, change: Callable[[], None], *, chosen: str = "") -> bool:
        if not self._try(change):
            return False
        self._panel.end_naming()
        self._show(" ".join(chosen.split()))
        return True

    def _try(self, run: Callable[[], None]) -> bool:
        try:
            run()
        except UserError as error:
            self._desk.report(error)
            return False
        return True

    def _show(self, chosen: str = "") -> None:
        try:
            there = self._presets.all()
        except UserError as error:
            self._desk.report(error)
            there = dict(BUILT_IN)
        self._panel.show_presets(there, chosen=chosen)

    def _on_changed(self, change: Change) -> None:
        state = change.after
        if state is None:
            return
        if change.before is None or change.before.settings is not state.settings:
            self._panel.show_settings(state.settings)
            self._settings.store.setValue(_LAST, remembered(state.settings))
