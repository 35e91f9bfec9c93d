"""What each action does: one table from the action's name to a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox

from engine.compositing.views import VIEWS
from matteapp.batch.door import BatchDoor
from matteapp.canvas.wipe import STEP
from matteapp.dialogs.error import show_log_folder
from matteapp.dragging import Dragging
from matteapp.enhancing import Enhancing
from matteapp.exports import Exports
from matteapp.files import Files
from matteapp.generating import Generating
from matteapp.guidance_edits import GuidanceEdits
from matteapp.language import _
from matteapp.live import Live
from matteapp.main_window import MainWindow
from matteapp.preferences import Preferences
from matteapp.reveal import reveal_document
from matteapp.session import Session
from matteapp.tools.table import BRUSHES, TOOLS
from matteapp.viewing import Viewing


class Commands:
    """Connects the window's actions to what they do."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        *,
        files: Files,
        exports: Exports,
        dragging: Dragging,
        live: Live,
        guidance: GuidanceEdits,
        enhancing: Enhancing,
        generating: Generating,
        preferences: Preferences,
        batch: BatchDoor,
        viewing: Viewing,
    ) -> None:
        self._window = window
        self._live = live
        self._last_brush = BRUSHES[0]
        canvas, brush = window.canvas, window.canvas.brush
        self.table: Mapping[str, Callable[[], object]] = {
            "file.open": files.ask_open,
            "file.sample": files.open_sample,
            "file.paste": files.paste,
            "file.generate": generating.ask,
            "file.next": partial(session.show_next, 1),
            "file.previous": partial(session.show_next, -1),
            "file.move_left": partial(session.shift, -1),
            "file.move_right": partial(session.shift, 1),
            "file.reveal": partial(reveal_document, session, window.bar),
            "file.save": files.saving.save,
            "file.save_as": files.saving.ask_save,
            "file.save_all": files.saving.save_all,
            "file.embed": lambda: setattr(
                files.saving, "embed", self._action("file.embed").isChecked()
            ),
            "file.export": exports.ask,
            "file.close": files.close,
            "file.quit": window.close,
            "edit.undo": session.undo,
            "edit.redo": session.redo,
            "edit.snapshot": session.take_snapshot,
            "edit.copy": exports.copy,
            "edit.copy_file": dragging.copy_file,
            "edit.clear": guidance.clear_strokes,
            "run.again": live.solve_again,
            "run.all": live.run_all,
            "run.hair": lambda: guidance.refine_hair(self._action("run.hair").isChecked()),
            "run.pause": lambda: live.pause(self._action("run.pause").isChecked()),
            "run.stop": self._stop,
            "preset.save": window.panels.ask_preset_name,
            "view.fit": canvas.fit,
            "view.actual": partial(canvas.zoom_to, 1.0),
            "view.next": partial(self._cycle_views, 1),
            "view.previous": partial(self._cycle_views, -1),
            "wipe.left": partial(canvas.move_wipe, -STEP),
            "wipe.right": partial(canvas.move_wipe, STEP),
            "enhance.run": enhancing.run,
            "enhance.keep": enhancing.keep,
            "enhance.stop": enhancing.stop,
            "enhance.remove": enhancing.remove,
            "enhance.import": enhancing.ask_import,
            "tool.last": self._take_last_brush,
            "brush.smaller": brush.smaller,
            "brush.larger": brush.larger,
            "brush.softer": brush.softer,
            "brush.harder": brush.harder,
            "help.log": show_log_folder,
            "help.about": self._show_about,
            **preferences.table,
            **batch.table,
            **viewing.table,
            **{f"view.{name}": partial(self.show_view, name) for name in VIEWS},
            **{f"tool.{name}": partial(self.take_tool, name) for name in TOOLS},
        }
        for name, run in self.table.items():
            self._action(name).triggered.connect(lambda _=False, run=run: run())

    def show_view(self, name: str) -> None:
        """Show a view and check its action."""
        self._window.canvas.set_view(name)
        self._action(f"view.{name}").setChecked(True)

    def take_tool(self, name: str) -> None:
        """Take a tool, check its action and show its options."""
        if name in BRUSHES:
            self._last_brush = name
        self._window.canvas.set_tool(name)
        self._window.top.show_tool(name)
        self._action(f"tool.{name}").setChecked(True)

    def _action(self, name: str) -> QAction:
        return self._window.actions_by_name[name]

    def _take_last_brush(self) -> None:
        self.take_tool(self._last_brush)

    def _cycle_views(self, by: int) -> None:
        names = list(VIEWS)
        self.show_view(names[(names.index(self._window.canvas.view) + by) % len(names)])

    def _stop(self) -> None:
        self._window.bar.hide()
        self._live.stop()

    def _show_about(self) -> None:
        box = QMessageBox(self._window)
        box.setWindowTitle(_("About"))
        box.setText(f"Matteapp {version('matteapp')}")
        box.setInformativeText(_("Cuts people out of photographs, down to the hair."))
        box.open()
