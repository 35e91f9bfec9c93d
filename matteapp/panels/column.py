"""The panels at the right, in the order of the work."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.document.state import DocumentState
from engine.errors import UserError
from engine.matting.methods import REFINED, network_methods
from matteapp.language import _, within
from matteapp.panels.background_tables import BACKGROUND, HARMONY
from matteapp.panels.enhance import EnhancePanel
from matteapp.panels.fields import ChoiceField
from matteapp.panels.history import HistoryPanel
from matteapp.panels.jobs import JobsPanel
from matteapp.panels.kinds import OneOf
from matteapp.panels.presets import PresetsPanel
from matteapp.panels.section import Section
from matteapp.panels.setting_panel import SettingPanel
from matteapp.panels.subject import SubjectPanel
from matteapp.panels.tables import (
    EDGE,
    FOREGROUND,
    METHODS,
    TRIMAP,
    Choices,
    matte_panel,
)

WIDTH, SCROLL_BAR = 312, 10

_log = logging.getLogger(__name__)


class PanelColumn(QScrollArea):
    """All panels, scrolled as one.

    Signals:
        edited(str, object, bool, str): path, value, whether the gesture ends, the step's title.
        reset_asked(str): everything of this panel ("edge", "matte") back to its default.
    """

    edited = Signal(str, object, bool, str)
    reset_asked = Signal(str)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("panelScroll")
        self.setAccessibleName(_("Panels"))
        self.subject = SubjectPanel(actions)
        self.presets = PresetsPanel()
        self.history = HistoryPanel()
        self.jobs = JobsPanel()
        specs = (TRIMAP, matte_panel(METHODS, *_networks()), EDGE, FOREGROUND, BACKGROUND, HARMONY)
        self.settings: dict[str, SettingPanel] = {spec.key: SettingPanel(spec) for spec in specs}
        self.enhance = EnhancePanel()
        self.settings[self.enhance.key] = self.enhance
        self._place()
        for panel in self.settings.values():
            panel.name_keys(actions)
            panel.edited.connect(self._on_edited)
            panel.reset_asked.connect(self._on_reset)
        self.subject.reset_asked.connect(self._on_subject_reset)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Top to bottom."""
        return (self.presets, self.subject, *self.settings.values(), self.history, self.jobs)

    def show_state(self, state: DocumentState | None, *, has_strokes: bool) -> None:
        """Show a document's settings, or that there is none."""
        for section in self.sections[:-1]:
            section.body.setEnabled(state is not None)
        if state is not None:
            for panel in self.settings.values():
                panel.show_settings(state.settings)
        self.enhance.show_state(state)
        if state is None:
            return
        self.subject.show_guidance(state.settings.guidance, has_strokes=has_strokes)

    def show_networks(self) -> None:
        """Offer the networks that there are weights for now."""
        for row in matte_panel(METHODS, *_networks()).rows:
            field = self.settings["matte"].fields[row.path]
            assert isinstance(field, ChoiceField)
            assert isinstance(row.kind, OneOf)
            field.show_options(row.kind.options)

    def ask_preset_name(self) -> None:
        """Let people name the settings as they are."""
        self.presets.ask_name()
        self.ensureWidgetVisible(self.presets)

    def _place(self) -> None:
        inner = QWidget()
        inner.setObjectName("panelColumn")
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 8, 8, 8)
        inner.setFixedWidth(WIDTH - SCROLL_BAR)  # so that nothing moves when the bar comes
        column.setSpacing(8)
        for section in self.sections:
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)

    def _on_edited(self, path: str, value: object, ends: bool) -> None:
        titles = {
            row.path: f"{_(panel.spec.title)}: {within(_(row.title))}"
            for panel in self.settings.values()
            for row in panel.spec.rows
        }
        self.edited.emit(path, value, ends, titles[path])

    def _on_reset(self) -> None:
        for key, panel in self.settings.items():
            if panel is self.sender():
                self.reset_asked.emit(key)

    def _on_subject_reset(self) -> None:
        self.subject.source_asked.emit("automatic")


def _networks() -> tuple[Choices, Choices]:
    """The networks there are weights for: as methods, and as what refines other mattes."""
    try:
        found = network_methods().values()
    except UserError as error:
        # The window opens all the same; `matte models list` says it again.
        _log.warning("networks are not offered: %s", error)
        return (), ()
    methods = {row: (row.name, _(row.title), _(row.summary)) for row in found}
    refining = (row for row in methods if row.name != REFINED and not row.automatic)
    return tuple(methods.values()), tuple(methods[row] for row in refining)
