"""A licence that restricts use is shown before weights are taken in."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.models.licences import Licence
from matteapp.language import _


class LicenceDialog(QDialog):
    """Says what the licence asks, a sentence each; accept or decline.

    Args:
        licence: what is shown.
        file: the name of the file that it is for.
        accepted: called when people accept it.
    """

    def __init__(
        self,
        licence: Licence,
        *,
        file: str,
        accepted: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Licence of these weights"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.accepted.connect(accepted)
        self.name = QLabel(licence.name)
        self.name.setProperty("role", "heading")
        self.words = QLabel(_words(licence, file))
        self.link = QLabel(
            _("Read it: {link}").format(link=f'<a href="{licence.url}">{licence.url}</a>')
        )
        self.link.setOpenExternalLinks(True)
        self.link.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.link.setAccessibleName(_("The licence's text"))
        self.decline = QPushButton(_("Decline"))
        self.agree = QPushButton(_("Accept"))
        self.decline.setToolTip(_("The file is not imported."))
        self.agree.setToolTip(_("Import the file; the day of your acceptance is noted beside it."))
        self._place()

    def _place(self) -> None:
        for label in (self.name, self.words, self.link):
            label.setWordWrap(True)
        self.decline.setDefault(True)
        self.decline.clicked.connect(self.reject)
        self.agree.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.decline)
        row.addWidget(self.agree)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(14)
        for widget in (self.name, self.words, self.link):
            whole.addWidget(widget)
        whole.addStretch(1)
        whole.addLayout(row)
        self.setMinimumWidth(560)


def _words(licence: Licence, file: str) -> str:
    points = "\n".join(f"•  {one}" for one in licence.words)
    return _("{file} comes under this licence.").format(file=file) + f" {licence.whose}\n\n{points}"
