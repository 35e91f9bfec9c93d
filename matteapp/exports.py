"""From the window out: files through the export dialog, and the clipboard."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from matteapp.bridge import Bridge
from matteapp.clipboard import picture_from
from matteapp.errors_ui import MessageBar
from matteapp.files import Files
from matteapp.language import _, ngettext
from matteapp.live import Live
from matteapp.requests import CopyRequest, Exported, ExportRequest
from matteapp.session import Session

if TYPE_CHECKING:
    from engine.delivery import Delivery
    from engine.output_presets import Output
    from matteapp.dialogs.export import ExportChoice


class Exports:
    """Saves and copies results."""

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        live: Live,
        bar: MessageBar,
        window: QWidget,
        *,
        files: Files,
    ) -> None:
        self._session = session
        self._files = files
        self._last: Output | None = None
        self._bridge = bridge
        self._live = live
        self._bar = bar
        self._window = window
        self._folder: Path | None = None

    def ask(self) -> None:
        """Let people choose what to export."""
        from engine.output_presets import Output, OutputPresets
        from matteapp.dialogs.export import Exportable, ExportDialog

        state = self._session.state
        if state is None:
            return
        what = Exportable(
            stem=Path(state.source.name).stem or "pasted",
            folder=self._folder or self._home(),
            size=state.size,
            transparent=state.settings.background.kind == "transparent",
            enhanced=state.enhancement is not None,
            has_mask=state.mask is not None or state.trimap is None,
        )
        ExportDialog(
            what,
            chosen=self._on_chosen,
            presets=OutputPresets(),
            first=self._last or Output(),
            parent=self._window,
        ).open()

    def export(
        self, targets: dict[str, Path], delivery: Delivery | None = None, *, opens: bool = False
    ) -> None:
        """Cut out with full quality and write these files.

        Args:
            opens: open them as documents then.
        """
        state = self._session.state
        if state is None:
            return
        from engine.delivery import Delivery

        self._folder = next(iter(targets.values())).parent
        self._bridge.start(
            ExportRequest(state, targets, delivery or Delivery(), self._bridge.compute),
            title=_exporting(len(targets)),
            done=partial(self._on_exported, opens),
        )

    def copy(self) -> None:
        """Put the cut-out as it is shown on the clipboard."""
        state = self._live.displayed()
        if state is None or state.alpha is None:
            self._bar.say(_("There is nothing to copy yet: the matte is still to come."))
            return
        self._bridge.start(
            CopyRequest.of(state, state.alpha),
            lane="copy",
            title=_("Copying the cut-out"),
            done=self._on_copied,
        )

    def _home(self) -> Path:
        state = self._session.state
        source = None if state is None else state.source.path
        inside = source is not None and "resources" in source.parts
        return Path.home() if source is None or inside else source.parent

    def _on_chosen(self, choice: ExportChoice) -> None:
        self._last = choice.output
        self.export(choice.targets, choice.delivery, opens=choice.opens)

    def _on_exported(self, opens: bool, exported: Exported) -> None:
        paths = exported.paths
        folder = paths[0].parent
        show = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        done = ngettext(
            "Exported {name} to {folder}.", "Exported {count} files to {folder}.", len(paths)
        ).format(name=paths[0].name, count=len(paths), folder=folder)
        said = " ".join((done, *exported.doubts))
        if opens:
            self._files.open_paths(paths)
        self._bar.say(said, action=_("Show folder"), run=show)

    def _on_copied(self, samples: NDArray[np.uint8]) -> None:
        QGuiApplication.clipboard().setImage(picture_from(samples))
        self._bar.say(_("The cut-out is on the clipboard."))


def _exporting(files: int) -> str:
    title = ngettext("Exporting {count} file", "Exporting {count} files", files)
    return title.format(count=files)
