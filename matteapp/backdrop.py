"""The picture behind the subject: read once, when the settings ask for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine.imaging.types import Image
from engine.settings import BackgroundSettings
from matteapp.bridge import Bridge
from matteapp.errors_ui import ErrorDesk
from matteapp.language import _
from matteapp.requests import BackdropRequest


class Backdrop:
    """Follows the background's settings.

    Args:
        show: gets the picture, or None.
    """

    def __init__(
        self, bridge: Bridge, desk: ErrorDesk, show: Callable[[Image | None], None]
    ) -> None:
        self._bridge = bridge
        self._desk = desk
        self._show = show
        self._path = ""

    def follow(self, settings: BackgroundSettings | None) -> None:
        """Read the picture that these settings name, if it is another one now."""
        path = settings.path if settings is not None and settings.kind == "image" else ""
        if path == self._path:
            return
        self._path = path
        self._show(None)
        self._bridge.cancel_lane("backdrop")
        if path:
            self._bridge.start(
                BackdropRequest(Path(path)),
                lane="backdrop",
                title=_("Reading the background"),
                done=partial(self._on_read, path),
            )

    def _on_read(self, path: str, image: Image) -> None:
        if path == self._path:
            self._show(image)
