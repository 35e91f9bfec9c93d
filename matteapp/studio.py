"""The composition root: makes everything behind a window, and connects it."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from engine.device import solver_cores
from engine.jobs.preparing import prepare_cut
from engine.jobs.worker import Job, JobEvent, Worker
from engine.presets import Presets
from engine.settings import CutSettings
from matteapp.autosave import Autosave, recovery_folder
from matteapp.backdrop import Backdrop
from matteapp.backdrop_drag import BackdropDrag
from matteapp.batch.door import BatchDoor
from matteapp.boxes import Boxes
from matteapp.bridge import Bridge
from matteapp.canvas.canvas import Canvas
from matteapp.commands import Commands
from matteapp.dragging import Dragging
from matteapp.effects import Effects
from matteapp.enhancing import Enhancing
from matteapp.errors_ui import ErrorDesk
from matteapp.exports import Exports
from matteapp.files import Files
from matteapp.generating import Generating
from matteapp.gesture import SettingEdits
from matteapp.guidance_edits import GuidanceEdits
from matteapp.language import _, speak, within
from matteapp.live import Live
from matteapp.looks import Looks
from matteapp.main_window import MainWindow
from matteapp.networks import Networks
from matteapp.pictures import Pictures
from matteapp.preferences import Preferences
from matteapp.presetting import Presetting
from matteapp.recent import RecentFiles
from matteapp.recovering import Recovering
from matteapp.remedies import Remedies
from matteapp.restart import Restart
from matteapp.reveal import reveal_document
from matteapp.session import Session
from matteapp.settings import AUTOSAVE, LANGUAGE, TEXT_PERCENT, UNDO_MEMORY, Settings
from matteapp.showing import Showing
from matteapp.text_size import GrowDialogs, grow, set_text_size
from matteapp.tools.table import BRUSHES
from matteapp.viewing import Viewing

if TYPE_CHECKING:
    from engine.document.state import DocumentState
    from matteapp.batch.room import BatchRoom

_IDLE = 600
"""Milliseconds after which a window without a photograph loads what the first one needs."""
_LONGEST_IMPORT = 10.0
"""Seconds."""

_log = logging.getLogger(__name__)


class Studio(QObject):
    """One window with everything behind it."""

    def __init__(
        self, app: QApplication, *, store: QSettings | None = None, recovery: Path | None = None
    ) -> None:
        super().__init__()
        self._app = app
        self._recovery_folder = recovery or recovery_folder()
        self.settings = Settings(store or QSettings("matteapp", "matteapp"))
        speak(app, self.settings.text(LANGUAGE))
        set_text_size(app, self.settings.number(TEXT_PERCENT))  # what is made now has it at once
        self.recent = RecentFiles(self.settings.store)
        self.session = Session(budget_bytes=self.settings.number(UNDO_MEMORY) * 2**20)
        self.bridge = Bridge()
        self._renderer = Worker("render", on_event=_note_render_event)
        self._toolbench = Worker("tools", on_event=_note_render_event)
        self.canvas = Canvas(self._renderer, tools=self._toolbench)
        self.window = MainWindow(self.canvas)
        GrowDialogs(self.window)
        self._make_parts()
        self._connect_window()
        self._connect_tools()
        self._connect_jobs()
        self._show_start()

    def start(self, files: Sequence[Path] = ()) -> None:
        """Show the window; then open the files, or offer what can be recovered."""
        self.window.show()
        QTimer.singleShot(0, partial(self._after_shown, list(files)))

    def close(self) -> None:
        """End all threads; unsaved work is let go of."""
        self.canvas.stop()
        self.autosave.close()
        self.batch.close()
        self.pictures.close()
        self.bridge.close()
        self.dragging.close()
        self._toolbench.close(timeout=5.0)
        self._renderer.close(timeout=5.0)
        self.settings.store.sync()

    # -- making

    def _make_parts(self) -> None:
        window, session, bridge = self.window, self.session, self.bridge
        self.desk = ErrorDesk(window.bar, window)
        self.live = Live(session, bridge)
        self.autosave = Autosave(
            session,
            self._recovery_folder,
            bridge.worker,
            delay=self.settings.number(AUTOSAVE) * 1000,
        )
        self.recovering = Recovering(session, self.autosave, window.bar, self.desk)
        self.files = Files(session, bridge, self.recent, self.desk, window.bar, window)
        self.exports = Exports(session, bridge, self.live, window.bar, window, files=self.files)
        self.dragging = Dragging(session, self.live, bridge, window.drag_out, window.bar)
        self.batch = BatchDoor(
            self._furnish_batch,
            actions=window.actions_by_name,
            open_paths=self.files.open_paths,
            store=self.settings.store,
        )
        self.backdrop = Backdrop(bridge, self.desk, self.canvas.set_backdrop)
        self.setting_edits = SettingEdits(session)
        self.backdrop_drag = BackdropDrag(session, self.setting_edits, window.bar)
        self.guidance = GuidanceEdits(
            session, bridge, window.bar, window, take_tool=self._take_tool
        )
        self.enhancing = Enhancing(
            session,
            bridge,
            window.panels.enhance,
            self.setting_edits,
            actions=window.actions_by_name,
            bar=window.bar,
            desk=self.desk,
            window=window,
        )
        self.generating = Generating(
            bridge,
            open_paths=self.files.open_paths,
            desk=self.desk,
            bar=window.bar,
            window=window,
        )
        self.presetting = Presetting(
            session,
            window.panels.presets,
            presets=Presets(),
            settings=self.settings,
            bar=window.bar,
            desk=self.desk,
        )
        self.files.prepared = self.presetting.for_new
        self.viewing = Viewing(self.canvas, window.top, window.actions_by_name, self.settings)
        self.networks = Networks(bridge, self.enhancing, desk=self.desk, window=window)
        self.networks.changed.connect(window.panels.show_networks)
        self.preferences = Preferences(window, self.settings, networks=self.networks)
        self.commands = Commands(
            window,
            session,
            files=self.files,
            exports=self.exports,
            dragging=self.dragging,
            live=self.live,
            guidance=self.guidance,
            enhancing=self.enhancing,
            generating=self.generating,
            preferences=self.preferences,
            batch=self.batch,
            viewing=self.viewing,
        )
        self.looks = Looks(self.canvas, show_view=self.commands.show_view)
        self.pictures = Pictures(
            session, self.live, window.film, show_recent=window.show_recent_picture
        )
        self.boxes = Boxes(window, self.commands, self.guidance, self.enhancing)
        self.remedies = Remedies(
            session,
            self.guidance,
            bar=window.bar,
            desk=self.desk,
            draw_box=partial(self._take_tool, "box"),
        )
        self.effects = Effects(
            self._app,
            self.settings,
            session,
            window,
            bridge=bridge,
            live=self.live,
            desk=self.desk,
        )
        self.restart = Restart(window, self.settings, self.files)
        self.showing = Showing(  # last: the live matte has to hear of a change before it does
            session, self.live, window, self.files, looks=self.looks, backdrop=self.backdrop
        )

    def _furnish_batch(self) -> BatchRoom:
        # Reading and writing pictures loads libraries that the window has to be up before.
        from matteapp.batch.room import BatchRoom

        return BatchRoom(
            self.window,
            self.session,
            self.bridge,
            self.files,
            desk=self.desk,
            store=self.settings.store,
            previews=self._recovery_folder.parent / "batch",
        )

    def _connect_window(self) -> None:
        window = self.window
        window.dropped.connect(self.batch.take_dropped)
        window.close_asked.connect(self._on_close_asked)
        window.top.zoom_asked.connect(self.canvas.zoom_to)
        self.canvas.zoom_changed.connect(window.top.show_zoom)
        window.panels.edited.connect(self._on_setting_edited)
        window.panels.reset_asked.connect(self._on_reset_asked)
        window.panels.subject.source_asked.connect(self.guidance.take_source)
        self._connect_history()
        self.recent.changed.connect(self._show_recent)
        window.film.chosen.connect(self.session.show)
        window.film.close_asked.connect(self.files.close)
        window.film.moved.connect(self.session.move)
        window.film.reveal_asked.connect(lambda one: reveal_document(self.session, window.bar, one))

    def _connect_history(self) -> None:
        history, session = self.window.panels.history, self.session
        history.step_chosen.connect(session.jump_to)
        history.snapshot_asked.connect(session.take_snapshot)
        history.snapshot_chosen.connect(session.go_to_snapshot)
        history.snapshot_renamed.connect(session.rename_snapshot)
        history.snapshot_dropped.connect(session.drop_snapshot)

    def _connect_tools(self) -> None:
        easel, guidance = self.canvas.easel, self.guidance
        easel.stroke_finished.connect(guidance.paint)
        easel.clicked.connect(guidance.click_person)
        easel.divided.connect(guidance.divide_persons)
        easel.marked.connect(guidance.take_marks)
        easel.picked.connect(guidance.take_colour)
        easel.behind_moved.connect(self.backdrop_drag.move)

    def _connect_jobs(self) -> None:
        for shown in (self.window.panels.jobs, self.window.status):
            self.bridge.started.connect(shown.on_started)
            self.bridge.progressed.connect(shown.on_progressed)
            self.bridge.ended.connect(shown.on_ended)
        self.bridge.submitted.connect(self.window.panels.jobs.on_submitted)
        self.window.panels.jobs.cancel_asked.connect(self.bridge.cancel)
        self.window.status.cancel_asked.connect(self.bridge.cancel)
        self.bridge.broke.connect(self._on_broke)
        self.live.failed.connect(self.remedies.report)
        self.live.doubted.connect(self.remedies.doubt)
        self.live.paused_changed.connect(self.window.status.show_paused)
        pausing = self.window.actions_by_name["run.pause"]
        self.window.status.paused.clicked.connect(pausing.trigger)
        self.enhancing.taken.connect(lambda: self.commands.show_view("enhanced"))
        self.showing.opened.connect(self._on_opened)

    def _show_start(self) -> None:
        """What there is to see before anything is done."""
        self.effects.start()
        self._show_recent()
        self._take_tool(BRUSHES[0])
        self.commands.show_view(self.viewing.kept_view)
        told = _("CPU — Mattes and colours are solved on the processor ({cores} cores).")
        self.window.status.show_device(told.format(cores=solver_cores()))
        self.window.panels.show_state(None, has_strokes=False)

    def _after_shown(self, files: list[Path]) -> None:
        QTimer.singleShot(0 if files else _IDLE, self._prepare)
        self._show_recent()
        if files:
            self.files.open_paths(files)
        else:
            self._offer()

    def _offer(self) -> None:
        """Offer what could be lost first, then a batch; the tour waits for another start."""
        offers = (self.recovering.offer(self._recovery_folder), self.batch.offer())
        if not any(offers):
            self.preferences.tour.offer()

    def _prepare(self) -> None:
        """Load what the first cut needs while the user looks for a photograph."""
        preparing = prepare_cut(CutSettings(), compute=self.bridge.compute)
        # Who does not leave by `matteapp.leaving` waits: to end in the midst of it may crash.
        atexit.register(preparing.join, _LONGEST_IMPORT)

    # -- what happens

    def _on_opened(self, state: DocumentState | None) -> None:
        if state is not None:
            self.guidance.offer_alpha(state)
        self.enhancing.show_orders()

    def _on_setting_edited(self, path: str, value: object, ends: bool, title: str) -> None:
        if path.startswith("edge."):
            self.live.drag_edges(not ends)
        self.setting_edits.edit(path, value, ends, title=title)

    def _on_reset_asked(self, part: str) -> None:
        title = within(_(self.window.panels.settings[part].spec.title))
        self.setting_edits.reset(part, title=_("Reset {title}").format(title=title))

    def _on_close_asked(self) -> None:
        self.files.leave(self.window.let_close)

    def _on_broke(self, job: Job, error: Exception) -> None:
        self.desk.report(error)

    def _take_tool(self, name: str) -> None:
        self.commands.take_tool(name)

    def _show_recent(self) -> None:
        paths = self.recent.paths()
        self.window.show_recent(paths, lambda path: self.files.open_paths([path]))
        grow(self.window.welcome)
        if self.window.isVisible():  # before that, the window comes first
            self.pictures.follow_recent(paths)


def _note_render_event(event: JobEvent) -> None:
    """Tiles come to the canvas by their own way; what fails there belongs into the log."""
    error = getattr(event, "error", None)
    if error is not None:
        _log.error("drawing the view failed", exc_info=error)
