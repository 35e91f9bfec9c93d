"""How each document was looked at: kept when it is left, taken up when it is shown again."""

from __future__ import annotations

from collections.abc import Callable

from matteapp.canvas.canvas import Canvas
from matteapp.canvas.viewport import Viewport
from matteapp.documents import Document, Look


class Looks:
    """Moves view, zoom and place between the canvas and the documents.

    Args:
        show_view: shows a view by its name.
    """

    def __init__(self, canvas: Canvas, *, show_view: Callable[[str], None]) -> None:
        self._canvas = canvas
        self._show_view = show_view

    def keep(self, document: Document) -> None:
        """A document is about to be left."""
        viewport = self._canvas.viewport
        if viewport is None:
            return
        whole = viewport == viewport.fitted()
        scale = None if whole else viewport.scale
        document.look = Look(self._canvas.view, scale, viewport.to_image(*viewport.middle))

    def take_up(self, document: Document | None) -> None:
        """A document is shown: the way it was left, or else all of it in the present view."""
        self._canvas.fit()
        look = None if document is None else document.look
        if look is None:
            return
        self._show_view(look.view)
        if look.scale is not None:
            self._canvas.zoom_to(look.scale)
            self._centre(self._canvas.viewport, look.middle)

    def _centre(self, viewport: Viewport | None, middle: tuple[float, float]) -> None:
        if viewport is not None:
            there, here = viewport.to_device(*middle), viewport.middle
            self._canvas.pan(here[0] - there[0], here[1] - there[1])
