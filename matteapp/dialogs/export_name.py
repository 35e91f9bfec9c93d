"""What exported files are called: a line with fields in braces, and a menu to put them in."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from engine.naming import FIELDS, TEMPLATE
from matteapp.language import _
from matteapp.words import describe


class NameField(QWidget):
    """A template of names; see `engine.naming`."""

    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit(TEMPLATE)
        self.insert = QPushButton(_("Insert"))
        fields = QMenu(self.insert)
        for field, title in FIELDS.items():
            act = fields.addAction(f"{{{field}}}    {_(title)}")
            act.triggered.connect(partial(self._insert, field))
        self.insert.setMenu(fields)
        describe(
            {
                self.line: (_("Name"), _("Names of the files; fields in braces are filled in.")),
                self.insert: (
                    _("Insert a field"),
                    _("Put a field into the name, which is filled in."),
                ),
            }
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.insert)

    def _insert(self, field: str) -> None:
        self.line.insert(f"{{{field}}}")
        self.line.setFocus()
