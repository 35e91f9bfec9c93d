"""Ways of exporting that are kept by name: chosen, kept, renamed and forgotten."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent

from engine.errors import UserError
from engine.output_presets import BUILT_IN, Output, OutputPresets
from matteapp.language import _
from matteapp.panels.preset_row import PresetRow


class ExportPresetRow(PresetRow):
    """Offers what is on the shelf.

    Args:
        presets: the shelf.
        current: what is chosen now, to be kept under a name.

    Signals:
        taken(object): people want this `Output`.
        refused(object): why something cannot be done, a `UserError`.
    """

    taken = Signal(object)
    refused = Signal(object)

    def __init__(self, presets: OutputPresets, *, current: Callable[[], Output]) -> None:
        super().__init__(
            _("export preset"),
            tip=_("Choose the files, their format, size and names, as they are kept under a name."),
            kept=_("what is chosen here"),
        )
        self._presets = presets
        self._output = current
        self.chosen.connect(self._take)
        self.save_asked.connect(self._save)
        self.rename_asked.connect(self._rename)
        self.delete_asked.connect(self._delete)
        self._offer()

    def showEvent(self, event: QShowEvent) -> None:
        """Others may have put something on the shelf since."""
        super().showEvent(event)
        self._offer(self.current)

    def _take(self, name: str) -> None:
        self._try(lambda: self.taken.emit(self._presets.named(name)))

    def _save(self, name: str) -> None:
        self._change(lambda: self._presets.put(name, self._output()), chosen=name)

    def _rename(self, name: str, new: str) -> None:
        self._change(lambda: self._presets.rename(name, new), chosen=new)

    def _delete(self, name: str) -> None:
        self._change(lambda: self._presets.delete(name))

    def _change(self, change: Callable[[], None], *, chosen: str = "") -> None:
        if self._try(change):
            self.end_naming()
            self._offer(" ".join(chosen.split()))

    def _try(self, run: Callable[[], None]) -> bool:
        try:
            run()
        except UserError as error:
            self.refused.emit(error)
            return False
        return True

    def _offer(self, chosen: str = "") -> None:
        own: list[str] = []
        try:
            own = list(self._presets.own())
        except UserError as error:
            self.refused.emit(error)
        tips = {name: one.tip for name, one in BUILT_IN.items()} | dict.fromkeys(own, "")
        self.offer(tips, own=own)
        self.show_chosen(chosen)
