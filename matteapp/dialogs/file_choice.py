"""The control of a setting that is a file of the user's."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QToolButton, QWidget

from matteapp.icons import name_control
from matteapp.language import _
from matteapp.settings import ChosenFile, Settings, SettingSpec

NONE = "None chosen…"


class FileChoice(QWidget):
    """A button with the file's name that asks for another, and one that goes back to none."""

    def __init__(self, spec: SettingSpec, kind: ChosenFile, settings: Settings) -> None:
        super().__init__()
        self._spec, self._kind, self._settings = spec, kind, settings
        self.button, self.cross = QPushButton(), QToolButton()
        self.button.setAccessibleName(_("{title}: choose a file").format(title=_(spec.title)))
        self.button.setAutoDefault(False)
        name_control(
            self.cross, icon_name="x", title=_("{title}: none").format(title=_(spec.title))
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.button, 1)
        row.addWidget(self.cross)
        self.setFocusProxy(self.button)
        self.button.clicked.connect(self._ask)
        self.cross.clicked.connect(lambda: self.choose(""))
        self._show()

    def choose(self, path: str) -> None:
        """Choose a file, or none with ""."""
        self._settings.set_value(self._spec.key, path)
        self._show()

    def _show(self) -> None:
        chosen = self._settings.text(self._spec.key)
        metrics, side = self.button.fontMetrics(), Qt.TextElideMode.ElideMiddle
        name = metrics.elidedText(Path(chosen).name, side, metrics.averageCharWidth() * 18)
        self.button.setText(name or _(NONE))
        self.button.setToolTip(chosen or _("Choose a file.") + " " + _(self._spec.tip))
        self.cross.setEnabled(bool(chosen))

    def _ask(self) -> None:
        dialog = QFileDialog(self, _(self._spec.title), filter=_(self._kind.patterns))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.choose)
        dialog.open()
