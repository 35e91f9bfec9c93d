"""From the panel of enhancement to the job, and back into the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.document import edits
from engine.document.enhancement import Enhancement
from engine.document.state import DocumentState
from engine.imaging.types import Rect
from engine.jobs.worker import Job
from engine.models.licences import LicenceNotAccepted
from engine.models.manifest import WeightsRow
from engine.settings import EnhancementSettings
from matteapp.bridge import Bridge
from matteapp.dialogs.filters import weights_filter
from matteapp.dialogs.licence import LicenceDialog
from matteapp.documents import Document
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.gesture import SettingEdits
from matteapp.language import _
from matteapp.panels.enhance import EnhancePanel
from matteapp.panels.enhance_choices import kind_of
from matteapp.panels.step_words import step_words
from matteapp.requests import Advice, AdviceRequest, EnhancePortrait, ImportRequest
from matteapp.session import Change, Session

LANE = "enhance"
_OPTIMISING = "Enhancing"
"""The stage in which there is a best so far (`engine.enhance.optimise`)."""


class Enhancing(QObject):
    """Runs one enhancement at a time, aside of everything else.

    Signals:
        box_wanted(bool): the next box that is drawn is the head's.
        taken(): the document has an enhancement now.
        imported(): there are weights that were not there before.
    """

    box_wanted = Signal(bool)
    taken = Signal()
    imported = Signal()

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        panel: EnhancePanel,
        setting_edits: SettingEdits,
        *,
        actions: dict[str, QAction],
        bar: MessageBar,
        desk: ErrorDesk,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._bridge = bridge
        self._panel = panel
        self._edits = setting_edits
        self._actions = actions
        self._bar = bar
        self._desk = desk
        self._window = window
        self._job: int | None = None
        self._document: Document | None = None
        self._keep = Event()
        self._can_keep = self._wants_box = False
        self._advised: EnhancementSettings | None = None
        self._orders: dict[str, Callable[[], None]] = {
            "run": self.run,
            "keep": self.keep,
            "stop": self.stop,
        }
        session.changed.connect(self._on_changed)
        session.closed.connect(self._on_closed)
        bridge.progressed.connect(self._on_progressed)
        panel.asked.connect(lambda order: self._orders[order]())
        panel.box_asked.connect(self.want_box)
        panel.box_cleared.connect(lambda: self._set_box(None))
        panel.import_asked.connect(self.ask_import)
        panel.header.toggled.connect(self._on_unfolded)
        self.show_orders()

    @property
    def wants_box(self) -> bool:
        """Whether the next box that is drawn is the head's."""
        return self._wants_box

    def run(self) -> None:
        """Enhance the photograph."""
        state = self._session.state
        if state is None or self._job is not None:
            return
        self._keep, self._document, self._can_keep = Event(), self._session.document, False
        self._panel.begin()
        self._job = self._bridge.start(
            EnhancePortrait(state, self._keep.is_set, self._bridge.compute),
            lane=LANE,
            aside=True,
            title=_("Enhancing the portrait"),
            done=self._on_done,
            failed=self._on_failed,
            cancelled=self._on_cancelled,
        )
        self.show_orders()

    def keep(self) -> None:
        """End what runs, and keep the best that it has found."""
        self._keep.set()

    def stop(self) -> None:
        """End what runs; nothing changes."""
        if self._job is not None:
            self._bridge.cancel(self._job)

    def remove(self) -> None:
        """Have the photograph alone again."""
        if self._session.state is not None:
            self._session.apply(
                lambda state: edits.set_enhancement(state, None), label=_("Enhancement taken away")
            )

    def want_box(self, wanted: bool) -> None:
        """Whether the next box that is drawn is the head's."""
        if wanted != self._wants_box:
            self._wants_box = wanted
            self._panel.show_armed(wanted)
            self.box_wanted.emit(wanted)

    def take_box(self, rect: Rect) -> None:
        """The head's box was drawn."""
        self.want_box(False)
        self._set_box((int(rect.top), int(rect.left), int(rect.bottom), int(rect.right)))

    def show_orders(self) -> None:
        """Enable what can be done now."""
        state, runs = self._session.state, self._job is not None
        possible = {
            "run": state is not None and not runs,
            "keep": runs and self._can_keep,
            "stop": runs,
            "remove": state is not None and state.enhancement is not None,
        }
        for name, on in possible.items():
            self._actions[f"enhance.{name}"].setEnabled(on)

    def ask_import(self) -> None:
        """Let people choose a file with weights."""
        dialog = QFileDialog(self._window, _("Import a network"), filter=weights_filter())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.bring(Path(name)))
        dialog.open()

    def bring(self, path: Path, *, accepted: bool = False) -> None:
        """Import weights; their licence is shown first if it restricts use."""
        self._bridge.start(
            ImportRequest(path, accepted),
            title=_("Importing {name}").format(name=path.name),
            done=self._on_imported,
            failed=partial(self._on_not_imported, path),
        )

    # -- what came of it

    def _on_progressed(self, job: Job, fraction: float, message: str) -> None:
        if job.id != self._job:
            return
        self._panel.show_progress(fraction, message)
        words = step_words(message)
        if words is not None and words.what == _OPTIMISING and not self._can_keep:
            self._can_keep = True
            self._panel.let_keep(True)
            self.show_orders()

    def _on_done(self, found: Enhancement) -> None:
        asked_for = self._document
        self._end()
        if asked_for is None or asked_for not in self._session.documents:
            return
        self._session.apply(
            lambda now: edits.set_enhancement(now, found), label=_("Enhance"), document=asked_for
        )
        if asked_for is not self._session.document:
            show = partial(self._session.show, asked_for)
            self._bar.say(
                _("{name} is enhanced.").format(name=asked_for.name), action=_("Show it"), run=show
            )
            return
        self.taken.emit()
        if not found.note.complete:
            said = _(
                "The best of {steps} of {wanted} steps is kept. Enhance again to go on from there."
            )
            self._bar.say(said.format(steps=found.note.steps, wanted=found.note.wanted))

    def _on_failed(self, error: Exception) -> None:
        self._end()
        draw = partial(self.want_box, True)
        self._desk.report(error, action=_("Draw the head's box"), run=draw)

    def _on_cancelled(self) -> None:
        self._end()
        self._bar.say(_("The enhancement was stopped; nothing has changed."))

    def _end(self) -> None:
        self._job = self._document = None
        self._panel.end(self._session.state)
        self.show_orders()

    def _on_changed(self, change: Change) -> None:
        self._advise(change.after)
        self.show_orders()

    def _on_closed(self, document: Document) -> None:
        """What is enhanced goes on while another photograph is shown, but not once it is closed."""
        if document is self._document:
            self.stop()

    # -- networks

    def _on_unfolded(self, unfolded: bool) -> None:
        if unfolded:
            self._panel.show_choices()
            self._advised = None
            self._advise(self._session.state)

    def _advise(self, state: DocumentState | None) -> None:
        """Look on the engine thread whether the chosen networks are there."""
        chosen = EnhancementSettings() if state is None else state.settings.enhance
        networks = EnhancementSettings(chosen.generator, chosen.reference, chosen.trimap)
        if not self._panel.unfolded or networks == self._advised:
            return
        self._advised = networks
        self._bridge.start(
            AdviceRequest(networks),
            lane="advice",
            title=_("Looking for networks"),
            done=self._on_advised,
            cancelled=self._on_unadvised,
        )

    def _on_advised(self, advice: Advice) -> None:
        self._panel.show_advice(advice)

    def _on_unadvised(self) -> None:
        """A newer question took its place, and is answered."""

    def _on_imported(self, rows: tuple[WeightsRow, ...]) -> None:
        self._panel.show_choices()
        names = ", ".join(row.model for row in rows)
        self._bar.say(_("Imported {names}.").format(names=names))
        self.imported.emit()
        self._advised = None
        state = self._session.state
        made = [row.model for row in rows if kind_of(row.model, row.network) == "generator"]
        if state is not None and made:
            self._edits.edit("enhance.generator", made[0], True, title=_("Enhance: generator"))
        self._advise(self._session.state)
        if self._session.state is not None:
            self._panel.show_state(self._session.state)

    def _on_not_imported(self, path: Path, error: Exception) -> None:
        if not isinstance(error, LicenceNotAccepted):
            self._desk.report(error)
            return
        LicenceDialog(
            error.licence,
            file=path.name,
            accepted=partial(self.bring, path, accepted=True),
            parent=self._window,
        ).open()

    def _set_box(self, box: tuple[int, int, int, int] | None) -> None:
        self._edits.edit("enhance.box", box, True, title=_("Enhance: the head's box"))
