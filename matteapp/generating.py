"""From the dialog of generated portraits to the jobs that draw and save them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import UserError
from engine.jobs.portraits import (
    Portrait,
    PortraitChoice,
    PortraitRequest,
    SavePortraits,
    drawing_generators,
)
from matteapp.bridge import Bridge
from matteapp.clipboard import picture_from
from matteapp.dialogs.filters import portrait_filter
from matteapp.dialogs.portraits import PortraitDialog
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.language import _, ngettext

LANE = "portrait"
SUFFIX = ".png"


class Generating:
    """Shows the dialog, and runs what it asks for."""

    def __init__(
        self,
        bridge: Bridge,
        *,
        open_paths: Callable[[Sequence[Path]], None],
        desk: ErrorDesk,
        bar: MessageBar,
        window: QWidget,
    ) -> None:
        self._bridge = bridge
        self._open_paths = open_paths
        self._desk = desk
        self._bar = bar
        self._window = window
        self._dialog: PortraitDialog | None = None

    def ask(self) -> None:
        """Show the dialog, with a first portrait."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        try:
            found = drawing_generators()
        except UserError as error:
            self._desk.report(error)
            return
        choices = tuple((name, name, origin) for name, origin in found.items())
        dialog = PortraitDialog(choices, self._window)
        dialog.wanted.connect(self.draw)
        dialog.save_asked.connect(self._ask_where)
        dialog.open_asked.connect(self._ask_file_to_open)
        dialog.finished.connect(self._forget)
        self._dialog = dialog
        dialog.show()
        dialog.ask()

    def draw(self, chosen: PortraitChoice) -> None:
        """Draw a portrait for the dialog; a newer one takes its place."""
        self._bridge.start(
            PortraitRequest(chosen, self._bridge.compute),
            lane=LANE,
            title=_("Drawing a portrait"),
            done=self._on_drawn,
            failed=self._on_not_drawn,
            cancelled=_replaced,
        )

    def save(self, chosen: PortraitChoice, paths: Sequence[Path], *, then_open: bool) -> None:
        """Draw and save portraits of consecutive seeds."""
        title = ngettext("Saving the portrait {name}", "Saving {count} portraits", len(paths))
        self._bridge.start(
            SavePortraits(chosen, tuple(paths), self._bridge.compute),
            aside=True,
            title=title.format(name=paths[0].name, count=len(paths)),
            done=partial(self._on_saved, then_open),
        )

    def _forget(self, _result: int) -> None:
        self._dialog = None

    def _on_drawn(self, drawn: Portrait) -> None:
        if self._dialog is None:
            return
        matte = np.rint(drawn.alpha * 255).astype(np.uint8)
        opaque = np.full_like(matte, 255)
        self._dialog.show_portrait(
            picture_from(np.dstack([drawn.pixels, matte])),
            picture_from(np.dstack([matte, matte, matte, opaque])),
        )

    def _on_not_drawn(self, error: Exception) -> None:
        if self._dialog is not None and isinstance(error, UserError):
            self._dialog.show_problem(f"{error.problem} {error.remedy}".strip())
        else:
            self._desk.report(error)

    def _on_saved(self, then_open: bool, paths: tuple[Path, ...]) -> None:
        if then_open:
            self._open_paths(paths)
        else:
            said = ngettext(
                "Saved {name} in {folder}.", "Saved {count} portraits in {folder}.", len(paths)
            )
            values = {"name": paths[0].name, "count": len(paths), "folder": paths[0].parent}
            self._bar.say(said.format(**values))

    def _ask_where(self, chosen: PortraitChoice, count: int) -> None:
        if count == 1:
            self._ask_file(chosen, then_open=False)
            return
        dialog = QFileDialog(self._dialog, _("Save the portraits in"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_in(Path(name), chosen, count))
        dialog.open()

    def save_in(self, folder: Path, chosen: PortraitChoice, count: int) -> None:
        """Save so many portraits in a folder, each named after its seed."""
        seeds = (replace(chosen, seed=chosen.seed + number) for number in range(count))
        self.save(chosen, [folder / f"{one.stem}{SUFFIX}" for one in seeds], then_open=False)

    def _ask_file_to_open(self, chosen: PortraitChoice) -> None:
        self._ask_file(chosen, then_open=True)

    def _ask_file(self, chosen: PortraitChoice, *, then_open: bool) -> None:
        dialog = QFileDialog(self._dialog, _("Save the portrait"), filter=portrait_filter())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{chosen.stem}{SUFFIX}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(
            lambda name: self.save(chosen, [Path(name)], then_open=then_open)
        )
        dialog.open()


def _replaced() -> None:
    """A newer portrait is drawn instead."""
