"""The composition root: makes everything, connects it, and runs it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Thread
from types import TracebackType

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.device import Compute, describe_device
from engine.errors import UserError
from engine.imaging.types import Rect
from engine.jobs.preparing import prepare_cut
from engine.jobs.worker import Job, JobEvent, Worker
from engine.presets import Presets
from engine.settings import CutSettings
from matteapp.autosave import Autosave, recovery_folder
from matteapp.backdrop import Backdrop
from matteapp.backdrop_drag import BackdropDrag
from matteapp.batch.door import BatchDoor
from matteapp.bridge import Bridge
from matteapp.canvas.canvas import Canvas
from matteapp.canvas.display import read_profile
from matteapp.canvas.readout import read_out
from matteapp.commands import Commands
from matteapp.dragging import Dragging
from matteapp.enhancing import Enhancing
from matteapp.errors_ui import ErrorDesk
from matteapp.exports import Exports
from matteapp.files import Files
from matteapp.generating import Generating
from matteapp.gesture import SettingEdits
from matteapp.guidance_edits import GuidanceEdits, is_painted
from matteapp.live import Live
from matteapp.log import start_log
from matteapp.looks import Looks
from matteapp.main_window import MainWindow
from matteapp.networks import Networks
from matteapp.pictures import Pictures
from matteapp.preferences import Preferences
from matteapp.presetting import Presetting
from matteapp.recent import RecentFiles
from matteapp.recovering import Recovering
from matteapp.reveal import reveal_document
from matteapp.session import Change, Session
from matteapp.settings import (
    AUTOSAVE,
    DEVICE,
    DISPLAY,
    PRESSURE,
    RESTING_MEMORY,
    SOFTNESS,
    TEXT_PERCENT,
    THEME,
    UNDO_MEMORY,
    Settings,
)
from matteapp.steps import MASK, StepSpec
from matteapp.text_size import GrowDialogs, grow, set_text_size
from matteapp.theme import colours, put_on
from matteapp.tools.table import BRUSHES
from matteapp.viewing import Viewing

SWITCH_INTERVAL = 0.001
"""Seconds a thread keeps the interpreter: with 5 ms, strokes stutter while the engine solves."""
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
        set_text_size(app, self.settings.number(TEXT_PERCENT))  # what is made now has it at once
        self.recent = RecentFiles(self.settings.store)
        self.session = Session(budget_bytes=self.settings.number(UNDO_MEMORY) * 2**20)
        self._take_resting_memory()
        self.bridge = Bridge()
        self._preparing: Thread | None = None
        self._renderer = Worker("render", on_event=_note_render_event)
        self._toolbench = Worker("tools", on_event=_note_render_event)
        self.canvas = Canvas(self._renderer, tools=self._toolbench)
        self.window = MainWindow(self.canvas)
        GrowDialogs(self.window)
        self._make_parts()
        self._connect_window()
        self._connect_document()
        self._connect_jobs()
        self._show_choices()

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
        if self._preparing is not None:
            self._preparing.join(_LONGEST_IMPORT)  # leaving in the midst of it may crash

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
            window,
            session,
            bridge,
            self.files,
            desk=self.desk,
            store=self.settings.store,
            previews=self._recovery_folder.parent / "batch",
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

    def _connect_window(self) -> None:
        window = self.window
        window.dropped.connect(self.batch.take_dropped)
        window.close_asked.connect(self._on_close_asked)
        window.top.zoom_asked.connect(self.canvas.zoom_to)
        window.panels.edited.connect(self._on_setting_edited)
        window.panels.reset_asked.connect(self._on_reset_asked)
        window.panels.subject.source_asked.connect(self.guidance.take_source)
        self._connect_history()
        window.panels.jobs.cancel_asked.connect(self.bridge.cancel)
        window.status.cancel_asked.connect(self.bridge.cancel)
        self.canvas.cursor_moved.connect(self._on_cursor_moved)
        self.canvas.zoom_changed.connect(window.top.show_zoom)
        self.canvas.easel.stroke_finished.connect(self.guidance.paint)
        self.canvas.easel.box_drawn.connect(self._on_box_drawn)
        self.canvas.easel.clicked.connect(self.guidance.click_person)
        self.canvas.tool_changed.connect(self._on_tool_changed)
        self.enhancing.box_wanted.connect(self._on_box_wanted)
        self.enhancing.taken.connect(lambda: self.commands.show_view("enhanced"))
        self.canvas.easel.divided.connect(self.guidance.divide_persons)
        self.canvas.easel.behind_moved.connect(self.backdrop_drag.move)
        self.canvas.easel.marked.connect(self.guidance.take_marks)
        self.canvas.easel.picked.connect(self.guidance.take_colour)
        self.settings.changed.connect(self._on_setting_changed)
        self.recent.changed.connect(self._show_recent)
        window.film.chosen.connect(self.session.show)
        window.film.close_asked.connect(self.files.close)
        window.film.reveal_asked.connect(lambda one: reveal_document(self.session, window.bar, one))
        self._app.styleHints().colorSchemeChanged.connect(self._show_theme)

    def _connect_history(self) -> None:
        history, session = self.window.panels.history, self.session
        history.step_chosen.connect(session.jump_to)
        history.snapshot_asked.connect(session.take_snapshot)
        history.snapshot_chosen.connect(session.go_to_snapshot)
        history.snapshot_renamed.connect(session.rename_snapshot)
        history.snapshot_dropped.connect(session.drop_snapshot)

    def _connect_document(self) -> None:
        # The live matte hears of a change before this does: it is connected first.
        self.session.changed.connect(self._on_changed)
        self.session.history_changed.connect(self._on_history_changed)
        self.session.dirty_changed.connect(self.window.setWindowModified)
        self.session.leaving.connect(self.looks.keep)
        self.session.documents_changed.connect(self._show_documents)
        self.session.work_changed.connect(self._show_documents)
        self.live.shown_changed.connect(self._on_shown_changed)
        self.live.failed.connect(self._on_step_failed)
        self.live.doubted.connect(self._on_doubted)

    def _connect_jobs(self) -> None:
        for shown in (self.window.panels.jobs, self.window.status):
            self.bridge.started.connect(shown.on_started)
            self.bridge.progressed.connect(shown.on_progressed)
            self.bridge.ended.connect(shown.on_ended)
        self.bridge.submitted.connect(self.window.panels.jobs.on_submitted)
        self.bridge.broke.connect(self._on_broke)

    def _show_choices(self) -> None:
        self._show_theme()
        self._show_display()
        self._show_recent()
        self._take_tool(BRUSHES[0])
        self.commands.show_view(self.canvas.view)
        self.canvas.brush.pressure = bool(self.settings.value(PRESSURE))
        self.canvas.brush.softens = bool(self.settings.value(SOFTNESS))
        self.bridge.compute = Compute(self.settings.text(DEVICE))
        device = describe_device()
        self.window.status.show_device(f"{device.name.upper()} — {device.why}")
        self.window.panels.show_state(None, has_strokes=False)

    def _after_shown(self, files: list[Path]) -> None:
        QTimer.singleShot(0 if files else _IDLE, self._prepare)
        self._show_recent()
        if files:
            self.files.open_paths(files)
        else:
            self.preferences.tour.offer()
            self.recovering.offer(self._recovery_folder)
            self.batch.offer()

    def _prepare(self) -> None:
        """Load what the first cut needs while the user looks for a photograph."""
        self._preparing = prepare_cut(CutSettings(), compute=self.bridge.compute)

    # -- the document

    def _on_changed(self, change: Change) -> None:
        state = change.after
        opened = change.before is None or state is None or change.before.image is not state.image
        if opened:
            self._show_document()
        self.canvas.show_state(self.live.displayed())
        if opened:
            self.looks.take_up(self.session.document)
            self.window.top.show_zoom(self.canvas.scale)
        self._show_panels()
        self.backdrop.follow(None if state is None else state.settings.background)

    def _on_shown_changed(self) -> None:
        self.canvas.show_state(self.live.displayed())

    def _on_cursor_moved(self, place: tuple[float, float] | None) -> None:
        self.window.status.show_readout(read_out(self.live.displayed(), place))

    def _on_history_changed(self) -> None:
        history, actions = self.session.history, self.window.actions_by_name
        actions["edit.undo"].setEnabled(history.can_undo)
        actions["edit.redo"].setEnabled(history.can_redo)
        self.window.panels.history.show_steps(history.labels, history.index)
        self.window.panels.history.show_snapshots([kept.name for kept in history.snapshots])
        self.window.setWindowModified(self.session.dirty)

    def _show_document(self) -> None:
        state = self.session.state
        if state is not None:
            self.guidance.offer_alpha(state)
        self.window.show_document(self.files.name, open_now=state is not None)
        self.window.status.show_image(None if state is None else state.image)
        self.window.actions_by_name["file.embed"].setChecked(self.files.saving.embed)
        self.enhancing.show_orders()

    def _show_documents(self) -> None:
        session = self.session
        self.window.film.show_documents(session.documents, session.document)
        grow(self.window.film)
        if session.document is not None:
            self.window.name_document(session.document.name)

    def _show_panels(self) -> None:
        state = self.session.state
        painted = state is not None and is_painted(state.strokes)
        self.window.panels.show_state(state, has_strokes=painted)
        box = None if state is None else state.settings.guidance.box
        head = None if state is None else state.settings.enhance.box
        hairy = state is not None and state.settings.trimap.hair
        self.window.actions_by_name["run.hair"].setChecked(hairy)
        self.canvas.show_box(None if box is None else Rect(*box))
        self.canvas.show_box(None if head is None else Rect(*head), of="head")

    def _on_box_wanted(self, wanted: bool) -> None:
        if wanted:
            self.commands.take_tool("box")
            self.window.bar.say("Drag a box around head and hair.")

    def _on_tool_changed(self, name: str) -> None:
        if name != "box":
            self.enhancing.want_box(False)

    def _on_box_drawn(self, rect: Rect) -> None:
        if self.enhancing.wants_box:
            self.enhancing.take_box(rect)
        else:
            self.guidance.draw_box(rect)
        self.commands.take_tool(BRUSHES[0])

    def _on_setting_edited(self, path: str, value: object, ends: bool, title: str) -> None:
        if path.startswith("edge."):
            self.live.drag_edges(not ends)
        self.setting_edits.edit(path, value, ends, title=title)

    def _on_reset_asked(self, part: str) -> None:
        self.setting_edits.reset(part, title=f"Reset {part}")

    # -- jobs and errors

    def _on_step_failed(self, step: StepSpec, error: Exception) -> None:
        state = self.session.state
        painting = state is not None and state.settings.guidance.source == "strokes"
        if painting and isinstance(error, UserError):
            self.window.bar.say(f"{error.problem} {error.remedy}".strip())  # not wrong, just begun
        elif step is MASK and isinstance(error, UserError) and self._looked_in_box():
            run = self.guidance.cut_box_by_colour
            self.desk.report(error, action="Take what stands out in the box", run=run)
        elif step is MASK and isinstance(error, UserError):
            self.desk.report(error, action="Draw a box", run=partial(self._take_tool, "box"))
        else:
            self.desk.report(error)

    def _on_doubted(self, doubts: str) -> None:
        self.window.bar.say(doubts, action="Draw a box", run=partial(self._take_tool, "box"))

    def _looked_in_box(self) -> bool:
        state = self.session.state
        chosen = None if state is None else state.settings.guidance
        return chosen is not None and chosen.box is not None and chosen.source == "automatic"

    def _on_broke(self, job: Job, error: Exception) -> None:
        self.desk.report(error)

    # -- the application

    def _take_tool(self, name: str) -> None:
        self.commands.take_tool(name)

    def _on_close_asked(self) -> None:
        self.files.leave(self.window.let_close)

    def _on_setting_changed(self, key: str, value: object) -> None:
        follow: dict[str, Callable[[], None]] = {
            THEME: self._show_theme,
            TEXT_PERCENT: self._show_theme,
            DISPLAY: self._show_display,
            PRESSURE: lambda: setattr(self.canvas.brush, "pressure", bool(value)),
            SOFTNESS: lambda: setattr(self.canvas.brush, "softens", bool(value)),
            DEVICE: self._take_device,
            RESTING_MEMORY: self._take_resting_memory,
        }
        if key in follow:
            follow[key]()

    def _take_resting_memory(self) -> None:
        self.session.resting_bytes = self.settings.number(RESTING_MEMORY) * 2**20

    def _take_device(self) -> None:
        self.bridge.compute = Compute(self.settings.text(DEVICE))
        self.live.try_again()

    def _show_theme(self) -> None:
        percent = self.settings.number(TEXT_PERCENT)
        name = put_on(self._app, self.settings.text(THEME), percent=percent)
        self.canvas.set_surround(QColor(colours(name)["surround"]))

    def _show_display(self) -> None:
        """Show colours as the display's profile asks for, or say why that can't be."""
        chosen = self.settings.text(DISPLAY)
        try:
            self.canvas.set_display(read_profile(Path(chosen)) if chosen else None)
        except UserError as error:
            self.canvas.set_display(None)
            self.desk.report(error)

    def _show_recent(self) -> None:
        paths = self.recent.paths()
        self.window.show_recent(paths, lambda path: self.files.open_paths([path]))
        grow(self.window.welcome)
        if self.window.isVisible():  # before that, the window comes first
            self.pictures.follow_recent(paths)


def run(files: Sequence[Path]) -> int:
    """Run the application until its window is closed."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    start_log()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("matteapp")
    app.setApplicationDisplayName("Matteapp")
    studio = Studio(app)
    sys.excepthook = partial(_on_uncaught, studio.desk)
    studio.start(files)
    try:
        return app.exec()
    finally:
        studio.close()


def _on_uncaught(
    desk: ErrorDesk,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    desk.report(error)


def _note_render_event(event: JobEvent) -> None:
    """Tiles come to the canvas by their own way; what fails there belongs into the log."""
    error = getattr(event, "error", None)
    if error is not None:
        _log.error("drawing the view failed", exc_info=error)
