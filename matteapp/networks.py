"""Shows, checks and removes weights; importing is the enhancement's affair, as it is there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import UserError
from engine.jobs.context import JobContext, SubContext
from engine.models.installed import installed, remove_weights
from engine.models.weights import FoundWeights, verify
from matteapp.bridge import Bridge
from matteapp.dialogs.models import ModelsDialog
from matteapp.enhancing import Enhancing
from matteapp.errors_ui import ErrorDesk
from matteapp.language import _


@dataclass(frozen=True)
class CheckWeights:
    """Compare files with the checksums that are listed for them."""

    files: tuple[FoundWeights, ...]

    def __call__(self, ctx: JobContext) -> dict[str, str]:
        """Each file's path, and what is wrong with it or ""."""
        share = 1 / max(len(self.files), 1)
        return {
            str(found.path): _problem(found, SubContext(ctx, at * share, (at + 1) * share))
            for at, found in enumerate(self.files)
        }


class Networks(QObject):
    """Opens the dialog of networks, and does what is asked for there.

    Signals:
        changed(): there are weights that were not there, or no more.
    """

    changed = Signal()

    def __init__(
        self, bridge: Bridge, enhancing: Enhancing, *, desk: ErrorDesk, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge, self._enhancing = bridge, enhancing
        self._desk, self._window = desk, window
        self._dialog: ModelsDialog | None = None
        enhancing.imported.connect(self._show)
        enhancing.imported.connect(self.changed)

    def ask(self) -> None:
        """Open the dialog, or bring it to the front."""
        if self._dialog is None:
            self._dialog = dialog = ModelsDialog(self._window)
            dialog.import_asked.connect(self._enhancing.ask_import)
            dialog.check_asked.connect(self._check)
            dialog.remove_asked.connect(self._remove)
            dialog.finished.connect(self._on_finished)
        self._show()
        self._dialog.show()
        self._dialog.raise_()

    def _show(self) -> None:
        if self._dialog is None:
            return
        try:
            self._dialog.show_models(installed())
        except UserError as error:
            self._desk.report(error)

    def _check(self) -> None:
        self._bridge.start(
            CheckWeights(tuple(found for model in installed() for found in model.files)),
            title=_("Checking weights"),
            lane="checksums",
            done=self._on_checked,
            cancelled=self._on_unchecked,
        )

    def _on_checked(self, problems: dict[str, str]) -> None:
        if self._dialog is not None:
            self._dialog.show_checked(problems)

    def _on_unchecked(self) -> None:
        """It was stopped, or is done again."""

    def _remove(self, name: str) -> None:
        try:
            gone = remove_weights(name)
        except UserError as error:
            self._desk.report(error)
            return
        self._show()
        self.changed.emit()
        if self._dialog is not None:
            self._dialog.bar.say(_("Deleted {name}.").format(name=gone.name))

    def _on_finished(self) -> None:
        self._dialog = None


def _problem(found: FoundWeights, ctx: SubContext) -> str:
    try:
        verify(found, ctx=ctx)
    except UserError as error:
        return f"{found.row.file}: {error.problem} {error.remedy}".strip()
    return ""
