"""The one question before work would be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from matteapp.icons import icon
from matteapp.language import _, ngettext

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
        self.setWindowTitle(_("Unsaved work"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIconPixmap(icon("floppy-disk").pixmap(40, 40))
        self.setTextFormat(Qt.TextFormat.PlainText)
        several = len(names) > 1
        asked = ngettext(
            "Save the work on “{name}” first?",
            "Save the work on {count} photographs first?",
            len(names),
        )
        self.setText(asked.format(name=names[0], count=len(names)))
        self.setInformativeText(_told(names))
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        self.setDefaultButton(buttons.Save)
        self.button(buttons.Save).setText(_("Save all") if several else _("Save project"))
        self.button(buttons.Discard).setText(_("Discard all") if several else _("Don't save"))
        self._answers = {buttons.Save: save, buttons.Discard: discard}
        self.buttonClicked.connect(self._on_clicked)

    def _on_clicked(self, _button: object) -> None:
        answer = self._answers.get(self.standardButton(self.clickedButton()))
        if answer is not None:
            answer()


def _told(names: Sequence[str]) -> str:
    lost = _("Without saving, your strokes and settings are gone.")
    if len(names) == 1:
        return lost
    lines = [f"•  {name}" for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        lines.append(_("… and {count} more").format(count=len(names) - _MOST_NAMED))
    return "\n".join((*lines, "", lost))
