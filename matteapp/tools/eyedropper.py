"""The eyedropper: a colour of the photograph for the background, or to be taken out."""

from __future__ import annotations

from matteapp.tools.brush import BrushOptions
from matteapp.tools.tool import CursorName, Easel, Pointer


class Eyedropper:
    """Shows the colour below it while pressed and takes it when released."""

    cursor: CursorName = "dropper"

    def __init__(self, options: BrushOptions) -> None:
        self._options = options
        self._pressed = False

    def radius(self, pointer: Pointer) -> float | None:
        return None

    def press(self, easel: Easel, pointer: Pointer) -> None:
        self._pressed = True
        self._pick(easel, pointer, ends=False)

    def move(self, easel: Easel, pointer: Pointer) -> None:
        if self._pressed:
            self._pick(easel, pointer, ends=False)

    def release(self, easel: Easel, pointer: Pointer) -> None:
        if self._pressed:
            self._pressed = False
            self._pick(easel, pointer, ends=True)

    def cancel(self, easel: Easel) -> None:
        self._pressed = False
        easel.drop_pick()

    def forget(self) -> None:
        self._pressed = False

    def _pick(self, easel: Easel, pointer: Pointer, *, ends: bool) -> None:
        side, target = int(self._options.chosen("sample")), str(self._options.chosen("target"))
        easel.pick((pointer.row, pointer.col), side=side, target=target, ends=ends)
