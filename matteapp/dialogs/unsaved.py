"""The one question before work would be lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from matteapp.icons import icon


class UnsavedDialog(QMessageBox):
    """Save, discard or cancel; calls one of two callables, or nothing for cancel."""

    def __init__(
        self,
        name: str,
        *,
        save: Callable[[], None],
        discard: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unsaved work")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIconPixmap(icon("floppy-disk").pixmap(40, 40))
        self.setText(f"Save the work on “{name}” first?")
        self.setInformativeText("Without saving, your strokes and settings are gone.")
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        self.setDefaultButton(buttons.Save)
        self.button(buttons.Save).setText("Save project")
        self.button(buttons.Discard).setText("Don't save")
        self._answers = {buttons.Save: save, buttons.Discard: discard}
        self.buttonClicked.connect(self._on_clicked)

    def _on_clicked(self, _button: object) -> None:
        answer = self._answers.get(self.standardButton(self.clickedButton()))
        if answer is not None:
            answer()
