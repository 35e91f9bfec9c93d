"""What people choose about the views: strengths, colours, gain and gamma, comparison, peeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QAction, QColor

from engine.compositing.view_look import Grade, Look
from engine.compositing.views import VIEWS
from matteapp.actions import COMPARE_MODES, PEEKS
from matteapp.canvas.canvas import Canvas
from matteapp.canvas.panes import CompareMode
from matteapp.language import _
from matteapp.peeking import Peeking
from matteapp.settings import PALETTE, Settings
from matteapp.topbar import TopBar

_STRENGTH, _OVERLAY, _CHOSEN = "views/strength", "views/overlay", "views/chosen"


class Viewing(QObject):
    """Connects the views' controls with the canvas; strengths and colours are kept.

    Args:
        canvas: what shows the views.
        top: has the controls.
        actions: by their names.
        settings: has the palette, and the store that keeps the rest.
    """

    def __init__(
        self, canvas: Canvas, top: TopBar, actions: Mapping[str, QAction], settings: Settings
    ) -> None:
        super().__init__()
        self._canvas, self._top, self._actions = canvas, top, actions
        self._settings = settings
        self._mode: CompareMode = "off"
        self._other = "input"
        self.peeking = Peeking(canvas, actions)
        self.look = _kept(settings)
        self.table: Mapping[str, Callable[[], object]] = {
            "show.band": self._show_band,
            "show.plain": partial(self._set_grade, Grade()),
            **{f"compare.{mode}": partial(self.compare, mode=mode) for mode in COMPARE_MODES},
            **{f"with.{name}": partial(self.compare, other=name) for name in VIEWS},
            **{f"peek.{name}": partial(self.peeking.follow, name) for name in PEEKS},
        }
        canvas.view_changed.connect(self._on_view)
        top.view_bar.strength.strength_edited.connect(self._set_strength)
        top.view_bar.strength.colour_edited.connect(self._set_overlay)
        top.grade.edited.connect(self._set_grade)
        settings.changed.connect(self._on_setting)
        self.compare(mode="off", other="input")
        self._show(self.look)

    @property
    def kept_view(self) -> str:
        """The view that was chosen last, in another window maybe."""
        kept = str(self._settings.store.value(_CHOSEN, ""))
        return kept if kept in VIEWS else self._canvas.view

    def compare(self, *, mode: CompareMode | None = None, other: str | None = None) -> None:
        """Compare in another way, or with another view; to choose a view starts comparing."""
        if other is not None and mode is None and self._mode == "off":
            mode = "wipe"
        self._mode, self._other = mode or self._mode, other or self._other
        self._actions[f"compare.{self._mode}"].setChecked(True)
        self._actions[f"with.{self._other}"].setChecked(True)
        self._canvas.set_compare(self._mode, self._other)
        title = "" if self._mode == "off" else _(VIEWS[self._other].title)
        self._top.view_bar.compare.show_other(title)

    def _on_view(self, view: str) -> None:
        self._settings.store.setValue(_CHOSEN, view)
        self._show_controls(view)

    def _show_band(self) -> None:
        self._canvas.set_band(self._actions["show.band"].isChecked())

    def _set_strength(self, view: str, strength: float) -> None:
        self._settings.store.setValue(f"{_STRENGTH}/{view}", strength)
        self._show(replace(self.look, strengths={**self.look.strengths, view: strength}))

    def _set_overlay(self, colour: tuple[float, float, float]) -> None:
        chosen = QColor.fromRgbF(*colour)
        self._settings.store.setValue(_OVERLAY, chosen.name())
        self._show(replace(self.look, overlay=(chosen.red(), chosen.green(), chosen.blue())))

    def _set_grade(self, grade: Grade) -> None:
        self._show(replace(self.look, grade=grade))

    def _on_setting(self, key: str, value: object) -> None:
        if key == PALETTE:
            self._show(replace(self.look, palette=str(value)))

    def _show(self, look: Look) -> None:
        self.look = look
        self._canvas.set_look(look)
        self._top.grade.show_grade(look.grade)
        self._show_controls(self._canvas.view)

    def _show_controls(self, view: str) -> None:
        self._top.view_bar.strength.show_view(view, self.look)


def _kept(settings: Settings) -> Look:
    """What was chosen before; what can't be read counts as not chosen."""
    store = settings.store
    strengths = {
        view: strength
        for view, spec in VIEWS.items()
        if spec.strength is not None and (strength := _share(store, view)) is not None
    }
    colour = QColor(str(store.value(_OVERLAY, "")))
    overlay = (colour.red(), colour.green(), colour.blue()) if colour.isValid() else None
    return Look(palette=settings.text(PALETTE), overlay=overlay, strengths=strengths)


def _share(store: QSettings, view: str) -> float | None:
    try:
        read = float(str(store.value(f"{_STRENGTH}/{view}", "")))
    except ValueError:
        return None
    return read if 0 <= read <= 1 else None
