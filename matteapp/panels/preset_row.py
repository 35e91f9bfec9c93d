"""A row to choose something kept by name, and to keep, rename and forget what is one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from matteapp.icons import name_control
from matteapp.language import _
from matteapp.panels.fields import CalmCombo

_BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    ("save", "floppy-disk", "Save as {what}", "Keep {kept} under a name."),
    ("rename", "pencil-simple", "Rename {what}", "Give the {what} of yours another name."),
    ("delete", "trash", "Delete {what}", "Forget the {what} of yours."),
)


class PresetRow(QWidget):
    """Shows names it is given, and a line to type a new one.

    Signals:
        chosen(str): people want what has this name.
        save_asked(str): people want to keep what is set under this name.
        rename_asked(str, str): people want another name for one.
        delete_asked(str): people want to be rid of one.
        asked(): the line for a name is shown.

    Args:
        what: one of them for people, such as "preset".
        tip: what choosing one does, in a sentence.
        kept: what is kept under a name, such as "the settings of this cut".
    """

    chosen = Signal(str)
    save_asked = Signal(str)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)
    asked = Signal()

    def __init__(self, what: str, *, tip: str, kept: str) -> None:
        super().__init__()
        self._what = what
        self._kept = kept
        self.combo = CalmCombo()
        self.combo.setAccessibleName(_begun(what))
        self.combo.setToolTip(tip)
        self.buttons = {name: QToolButton() for name, *_ in _BUTTONS}
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name of the {what}").format(what=what))
        self._own: Collection[str] = ()
        self._renamed = ""
        self._arrange()
        self.combo.activated.connect(self._on_activated)
        self.buttons["save"].clicked.connect(self.ask_name)
        self.buttons["rename"].clicked.connect(self._ask_new_name)
        self.buttons["delete"].clicked.connect(self._on_delete)
        self.name.returnPressed.connect(self._on_named)
        self.offer({})

    @property
    def current(self) -> str:
        """The one that is shown as chosen, empty if none is."""
        return str(self.combo.currentData() or "")

    @property
    def title(self) -> str:
        """What the chosen one is called for people, empty if none is chosen."""
        return self.combo.currentText() if self.current else ""

    def offer(self, tips: Mapping[str, str], *, own: Collection[str] = ()) -> None:
        """Offer these names, with what each is good for; the user's own can be changed."""
        self._own = own
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItem(_begun(_("Choose {one}…").format(one=_one(self._what))), "")
            for name, tip in tips.items():
                self.combo.addItem(name if name in own else _(name), name)
                told = _(tip) or _begun(_("{one} of yours.").format(one=_one(self._what)))
                self.combo.setItemData(self.combo.count() - 1, told, Qt.ItemDataRole.ToolTipRole)

    def show_chosen(self, name: str) -> None:
        """Show which one is chosen, without telling."""
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(max(self.combo.findData(name), 0))
        for button in ("rename", "delete"):
            self.buttons[button].setEnabled(name in self._own)

    def ask_name(self) -> None:
        """Let people type a name for what is set."""
        self._ask("", _("Name of the new {what}").format(what=self._what))

    def end_naming(self) -> None:
        """Have the line for names no more."""
        self.name.hide()
        self.combo.setFocus()

    def _ask_new_name(self) -> None:
        self._ask(self.current, _("New name of the {what}").format(what=self._what))

    def _ask(self, renamed: str, hint: str) -> None:
        self._renamed = renamed
        self.asked.emit()
        self.name.setText(renamed)
        self.name.setPlaceholderText(hint)
        self.name.setAccessibleName(hint)
        self.name.show()
        self.name.selectAll()
        self.name.setFocus()

    def _on_named(self) -> None:
        if self._renamed:
            self.rename_asked.emit(self._renamed, self.name.text())
        else:
            self.save_asked.emit(self.name.text())

    def _on_activated(self, index: int) -> None:
        name = str(self.combo.itemData(index))
        self.show_chosen(name)
        if name:
            self.chosen.emit(name)

    def _on_delete(self) -> None:
        self.delete_asked.emit(self.current)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.combo, 1)
        words = {"what": self._what, "kept": self._kept}
        for name, icon_name, title, tip in _BUTTONS:
            button, named = self.buttons[name], _(title).format(**words)
            name_control(button, icon_name=icon_name, title=named, tip=_(tip).format(**words))
            row.addWidget(button)
        self.name.setToolTip(_("Enter keeps it under this name, Esc leaves it."))
        self.name.setMaxLength(60)
        self.name.hide()
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.name)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self.end_naming)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(row)
        whole.addWidget(self.name)


def _one(what: str) -> str:
    """With its article."""
    return (_("an {what}") if what[0] in "aeiou" else _("a {what}")).format(what=what)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
