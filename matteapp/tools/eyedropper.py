"""The eyedropper: a colour of the photograph for the background, or to be taken out."""

from __future__ import annotations

from matteapp.tools.brush import BrushOptions
from matteapp.tools.drag import Drag
from matteapp.tools.tool import CursorName, Easel, Pointer


class Eyedropper(Drag):
    """Shows the colour below it while pressed and takes it when released."""

    cursor: CursorName = "dropper"

    def __init__(self, options: BrushOptions) -> None:
        super().__init__()
        self._options = options

    def press(self, easel: Easel, pointer: Pointer) -> None:
        super().press(easel, pointer)
        self.show(easel, pointer, pointer)

    def show(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        self._pick(easel, end, ends=False)

    def hide(self, easel: Easel) -> None:
        easel.drop_pick()

    def end(self, easel: Easel, start: Pointer, end: Pointer) -> None:
        self._pick(easel, end, ends=True)

    def _pick(self, easel: Easel, pointer: Pointer, *, ends: bool) -> None:
        side, target = int(self._options.chosen("sample")), str(self._options.chosen("target"))
        easel.pick((pointer.row, pointer.col), side=side, target=target, ends=ends)
