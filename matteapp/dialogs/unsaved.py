"""The one question before work would be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from matteapp.icons import icon

_MOST_NAMED = 12


class UnsavedDialog(QMessageBox):
    """Save, discard or cancel; calls one of two callables, or nothing for cancel.

    Args:
        names: of the documents with unsaved work.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        save: Callable[[], None],
        discard: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unsaved work")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIconPixmap(icon("floppy-disk").pixmap(40, 40))
        self.setTextFormat(Qt.TextFormat.PlainText)
        several = len(names) > 1
        if several:
            self.setText(f"Save the work on {len(names)} photographs first?")
        else:
            self.setText(f"Save the work on “{names[0]}” first?")
        self.setInformativeText(_told(names))
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        self.setDefaultButton(buttons.Save)
        self.button(buttons.Save).setText("Save all" if several else "Save project")
        self.button(buttons.Discard).setText("Discard all" if several else "Don't save")
        self._answers = {buttons.Save: save, buttons.Discard: discard}
        self.buttonClicked.connect(self._on_clicked)

    def _on_clicked(self, _button: object) -> None:
        answer = self._answers.get(self.standardButton(self.clickedButton()))
        if answer is not None:
            answer()


def _told(names: Sequence[str]) -> str:
    lost = "Without saving, your strokes and settings are gone."
    if len(names) == 1:
        return lost
    lines = [f"•  {name}" for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        lines.append(f"… and {len(names) - _MOST_NAMED} more")
    return "\n".join((*lines, "", lost))
