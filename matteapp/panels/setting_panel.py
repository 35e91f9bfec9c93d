"""A panel that edits a part of the cut's settings, built from its table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine.setting_paths import value_at
from engine.settings import CutSettings
from matteapp.key_words import keys_in, with_keys
from matteapp.language import _
from matteapp.panels.fields import Field, make_field
from matteapp.panels.kinds import FieldSpec
from matteapp.panels.section import Section
from matteapp.panels.tables import PanelSpec

DEFAULTS = CutSettings()


class SettingPanel(Section):
    """Shows the settings it is given; holds none of its own.

    Signals:
        edited(str, object, bool): path, new value, whether the gesture ends with it.
    """

    edited = Signal(str, object, bool)

    def __init__(self, spec: PanelSpec) -> None:
        super().__init__(spec.key, _(spec.title), is_open=spec.open)
        self.spec = spec
        self.fields: dict[str, Field] = {row.path: make_field(row) for row in spec.rows}
        for path, field in self.fields.items():
            field.edited.connect(partial(self.edited.emit, path))
            self.rows.addWidget(field)
        self.show_settings(DEFAULTS)

    def name_keys(self, actions: Mapping[str, QAction]) -> None:
        """Let tips name the keys that these actions have, now and whenever they change."""
        for field in self.fields.values():
            tell = partial(_name_keys, field, actions)
            for name in keys_in(field.spec.tip):
                actions[name].changed.connect(tell)
                tell()

    def add(self, widget: QWidget) -> None:
        """Put something below the rows."""
        self.rows.addWidget(widget)

    def show_settings(self, settings: CutSettings) -> None:
        """Show these values, and which of them were changed by hand."""
        changed = 0
        for path, field in self.fields.items():
            value = value_at(settings, path)
            differs = value != value_at(DEFAULTS, path)
            field.show_value(value)
            field.mark_changed(differs)
            field.setVisible(_applies(field.spec, settings))
            changed += differs
        self.say(_("changed by hand") if changed else _(self.spec.untouched), changed=changed > 0)


def _name_keys(field: Field, actions: Mapping[str, QAction]) -> None:
    field.setToolTip(with_keys(_(field.spec.tip), actions))


def _applies(row: FieldSpec, settings: CutSettings) -> bool:
    part = row.path.partition(".")[0]
    return all(value_at(settings, f"{part}.{name}") in values for name, values in row.shown_for)
