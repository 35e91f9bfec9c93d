"""What people do about the subject: strokes, a box, a file, or starting over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.document import edits
from engine.document.planes import Plane
from engine.document.state import DocumentState
from engine.imaging.types import (
    STROKE_BACKGROUND,
    STROKE_FOREGROUND,
    STROKE_UNKNOWN,
    Rect,
)
from engine.setting_paths import with_value
from engine.settings import GuidanceSettings
from matteapp.bridge import Bridge
from matteapp.canvas.bench import Marks
from matteapp.canvas.hud import Line
from matteapp.canvas.strokes import REFINE, RESTORE, Stroke
from matteapp.dialogs.filters import picture_filter
from matteapp.errors_ui import MessageBar
from matteapp.language import _
from matteapp.live import FOUND
from matteapp.requests import Guide, GuideRequest
from matteapp.session import Session

_STROKE_TITLES = {
    STROKE_BACKGROUND: "Background stroke",
    STROKE_UNKNOWN: "Unknown stroke",
    STROKE_FOREGROUND: "Foreground stroke",
    edits.ERASE: "Eraser",
    REFINE: "Refine edge",
    RESTORE: "Restore",
}
Sweep = Callable[[DocumentState, Rect, Any], DocumentState]
_SWEEPS: dict[int, Sweep] = {REFINE: edits.refine, RESTORE: edits.restore}
"""Strokes that mean something else than their label where they went."""
_COLOURED = {
    "background.colour": ("colour", "gradient", "image"),
    "background.colour_end": ("gradient",),
}
"""Kinds of background that show a colour; the first of each is taken where none does."""


class GuidanceEdits:
    """Turns strokes, boxes and files into edits of the session's document."""

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        bar: MessageBar,
        window: QWidget,
        *,
        take_tool: Callable[[str], None],
    ) -> None:
        self._session = session
        self._bridge = bridge
        self._bar = bar
        self._window = window
        self._sources: dict[str, Callable[[], None]] = {
            "automatic": self.find_subject,
            "box": partial(take_tool, "box"),
            "paint": self.paint_only,
            "mask": partial(self._ask_file, "mask"),
            "trimap": partial(self._ask_file, "trimap"),
            "clear": self.clear_strokes,
        }

    def take_source(self, source: str) -> None:
        """Do what the subject panel's button says."""
        if self._session.state is not None:
            self._sources[source]()

    def paint(self, stroke: Stroke) -> None:
        """A brush was lifted."""
        if self._session.state is None:
            return
        label = stroke.label or int(stroke.labels.max())
        sweep = _SWEEPS.get(label)

        def edit(state: DocumentState) -> DocumentState:
            if sweep is not None:
                return sweep(state, stroke.rect, stroke.labels == label)
            return edits.paint(state, stroke.rect, stroke.labels)

        title = stroke.title or _(_STROKE_TITLES.get(label, "Stroke"))
        self._session.apply(edit, label=title, rect=stroke.rect)

    def take_marks(self, marks: Marks) -> None:
        """A tool has labelled an area."""
        state = self._session.state
        if state is not None and state.strokes is marks.before:
            self._session.apply(
                lambda now: edits.set_strokes(now, marks.after), label=marks.title, rect=marks.rect
            )

    def take_colour(self, rgb: tuple[float, float, float], target: str) -> None:
        """A colour was picked for a setting, such as "background.colour"."""
        state = self._session.state
        if state is None:
            return
        picked = tuple(round(value, 4) for value in rgb)
        settings = with_value(state.settings, target, picked)
        shows = _COLOURED.get(target, ())
        if shows and settings.background.kind not in shows:
            settings = with_value(settings, "background.kind", shows[0])
        if target == "foreground.despill_colour" and not settings.foreground.despill:
            settings = with_value(settings, "foreground.despill", 1.0)
        self._session.apply(lambda now: edits.set_settings(now, settings), label=_("Pick a colour"))

    def draw_box(self, rect: Rect) -> None:
        """The people inside this box are the subject."""
        box = (int(rect.top), int(rect.left), int(rect.bottom), int(rect.right))
        self._set(GuidanceSettings(box=box), _("Box around the subject"))

    def cut_box_by_colour(self) -> None:
        """Whatever stands out inside the box is the subject, a person or not."""
        state = self._session.state
        if state is not None and state.settings.guidance.box is not None:
            chosen = GuidanceSettings("grabcut", state.settings.guidance.box)
            self._set(chosen, _("What stands out in the box"))

    def click_person(self, row: float, col: float) -> None:
        """Whoever is there is left out, or comes back."""
        state = self._with_persons()
        if state is None or state.mask is None:  # they are just being looked for
            return
        chosen = state.settings.guidance
        there = Rect(int(row), int(col), int(row) + 1, int(col) + 1)
        keep = not bool(state.mask.read(there)[0, 0] > 0.5)
        place = row / state.size[0], col / state.size[1]
        clicked = replace(chosen, clicks=(*chosen.clicks, (*place, keep)))
        self._set(clicked, _("Keep a person") if keep else _("Leave a person out"))

    def divide_persons(self, line: Line) -> None:
        """Who is on one side of this line is not who is on the other."""
        state = self._with_persons()
        if state is None:
            return
        (row, col), (last_row, last_col) = line
        height, width = state.size
        cut = row / height, col / width, last_row / height, last_col / width
        chosen = state.settings.guidance
        self._set(replace(chosen, cuts=(*chosen.cuts, cut)), _("Divide persons"))

    def _with_persons(self) -> DocumentState | None:
        """The document, if persons are told apart in it; else it is said why not."""
        state = self._session.state
        if state is None:
            return None
        chosen = state.settings.guidance
        if chosen.source == "automatic" and chosen.finder:
            return state
        self._bar.say(
            _("Persons are told apart where they are found automatically."),
            action=_("Find the subject"),
            run=self.find_subject,
        )
        return None

    def find_subject(self) -> None:
        """The subject is to be found automatically."""
        self._set(GuidanceSettings(), _("Find the subject"))

    def paint_only(self) -> None:
        """Only the strokes say what is known."""
        self._set(GuidanceSettings("strokes"), _("Paint only"))
        text = _(
            "Paint some of what stays in green (<tool.foreground>) and some of what goes in red "
            "(<tool.background>)."
        )
        self._bar.say(text)

    def refine_hair(self, wanted: bool) -> None:
        """Look for hair around the subject's edge, or no longer."""
        state = self._session.state
        if state is None:
            return
        if state.mask is None and state.settings.guidance.source not in FOUND:
            self._bar.say(
                _("Hair is looked for around a mask, and there is none."),
                action=_("Find the subject"),
                run=self.find_subject,
            )
        settings = with_value(state.settings, "trimap.hair", wanted)
        title = _("Refine hair") if wanted else _("Leave hair as it was")
        self._session.apply(lambda now: edits.set_settings(now, settings), label=title)

    def clear_strokes(self) -> None:
        """No strokes any more."""
        if self._session.state is not None:
            self._session.apply(edits.clear_strokes, label=_("Clear strokes"))

    def offer_alpha(self, state: DocumentState) -> None:
        """Offer the alpha channel that the photograph came with as the mask."""
        if state.image.alpha is not None and state.mask is None:
            self._bar.say(
                _("This picture has an alpha channel of its own."),
                action=_("Use it as the mask"),
                run=partial(self._use_alpha, state),
            )

    def _use_alpha(self, offered_for: DocumentState) -> None:
        state = self._session.state
        if state is not None and state.image is offered_for.image:
            guide = Guide(mask=state.image.alpha)
            self._session.apply(partial(_with_guide, guide), label=_("Mask from its alpha"))

    def load(self, kind: Literal["mask", "trimap"], path: Path) -> None:
        """Use a mask or a trimap from a file."""
        state = self._session.state
        if state is None:
            return
        self._bridge.start(
            GuideRequest(kind, path, state.size),
            lane="guide",
            title=_("Reading {name}").format(name=path.name),
            done=partial(self._on_guide, state, path.name),
        )

    def _on_guide(self, asked_for: DocumentState, name: str, guide: Guide) -> None:
        state = self._session.state
        if state is None or state.image is not asked_for.image:
            return
        self._session.apply(
            partial(_with_guide, guide), label=_("Guidance from {name}").format(name=name)
        )
        if guide.snapped:
            self._bar.say(
                _("{name}: {count} pixels were moved to black, grey or white.").format(
                    name=name, count=guide.snapped
                )
            )

    def _set(self, guidance: GuidanceSettings, label: str) -> None:
        if self._session.state is not None:
            self._session.apply(partial(_with_guidance, guidance), label=label)

    def _ask_file(self, kind: Literal["mask", "trimap"]) -> None:
        dialog = QFileDialog(
            self._window,
            _("Choose a mask") if kind == "mask" else _("Choose a trimap"),
            filter=picture_filter(),
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.load(kind, Path(name)))
        dialog.open()


def _with_guidance(guidance: GuidanceSettings, state: DocumentState) -> DocumentState:
    """Another source of the mask; the matte stays in sight until there is a new one."""
    settings = replace(state.settings, guidance=guidance)
    changed = edits.set_mask(edits.set_settings(state, settings), None)
    return edits.set_trimap(changed, None) if guidance.source == "strokes" else changed


def _with_guide(guide: Guide, state: DocumentState) -> DocumentState:
    settings = replace(state.settings, guidance=GuidanceSettings("file"))
    changed = edits.set_mask(edits.set_settings(state, settings), guide.mask)
    return changed if guide.trimap is None else edits.set_trimap(changed, guide.trimap)


def is_painted(strokes: Plane) -> bool:
    """Whether there is any stroke; tiles without one are shared, so that this costs little."""
    return not strokes.changed_rect(Plane.full(strokes.size, 0, strokes.dtype)).empty
