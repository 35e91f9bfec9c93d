"""The dialog in which people give actions and tools keys of their choice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.errors import UserError
from matteapp.actions import ACTIONS, plain_title
from matteapp.language import _
from matteapp.menus import MENUS, SUBMENUS
from matteapp.shortcuts import Shortcuts, belongs, defaults, native, portable
from matteapp.words import describe

_NAME = Qt.ItemDataRole.UserRole


class ShortcutsDialog(QDialog):
    """A list of all actions with their keys; below it, what can be changed of the chosen one.

    What is changed here is kept right away, and the menus and tool tips follow.
    """

    def __init__(self, shortcuts: Shortcuts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Change keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shortcuts = shortcuts
        self.search = QLineEdit()
        self.list = QTreeWidget()
        self.title = QLabel()
        self.caps = QHBoxLayout()
        self.press = QKeySequenceEdit()
        self.add, self.take = QPushButton(_("Add")), QPushButton(_("Take it from there"))
        self.reset, self.reset_all = QPushButton(_("Its defaults")), QPushButton(_("All defaults"))
        self.note = QLabel()
        self.items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[QTreeWidgetItem] = []
        self._caps: list[QPushButton] = []
        self._fill()
        self._name_controls()
        self._place()
        self._connect()
        self.choose("file.open")

    @property
    def chosen(self) -> str:
        """The name of the action that is chosen, "" if it is a heading."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, _NAME) or "")

    def choose(self, name: str) -> None:
        """Choose an action by its name."""
        self.list.setCurrentItem(self.items[name])

    def _fill(self) -> None:
        self.list.ensurePolished()  # rows are measured in the style they are shown in
        self.list.setColumnCount(2)
        self.list.setHeaderLabels([_("Action"), _("Keys")])
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setStretchLastSection(False)
        for menu, names in MENUS.items():
            group = QTreeWidgetItem(self.list, [_(menu).replace("&", "")])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._groups.append(group)
            listed = (one for name in names for one in _below(name))
            for name in filter(ACTIONS.__contains__, listed):
                item = QTreeWidgetItem(group, [plain_title(ACTIONS[name]), self._keys(name)])
                item.setData(0, _NAME, name)
                item.setToolTip(0, _(ACTIONS[name].tip))
                self.items[name] = item
        self.list.expandAll()

    def _name_controls(self) -> None:
        self.press.setMaximumSequenceLength(1)
        self.press.setClearButtonEnabled(True)
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(_("Find an action or a key"))
        self.title.setProperty("role", "heading")
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        describe(
            {
                self.search: (
                    _("Find an action or a key"),
                    _("Show only actions with these letters."),
                ),
                self.list: (
                    _("Actions and their keys"),
                    _("Choose the action whose keys you want to set."),
                ),
                self.press: (
                    _("The new key"),
                    _("Click here and press the key that the action shall have."),
                ),
                self.add: (_("Add this key"), _("Give the action this key, besides those it has.")),
                self.take: (
                    _("Take the key from there"),
                    _("The other action loses the key to this one."),
                ),
                self.reset: (_("Its defaults"), _("Give this action the keys it came with.")),
                self.reset_all: (_("All defaults"), _("Give every action the keys it came with.")),
            }
        )

    def _place(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(12)
        whole.addWidget(self.search)
        whole.addWidget(self.list, 1)
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addLayout(self.caps)
        whole.addLayout(top)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.press, 1)
        for button in (self.add, self.take, self.reset):
            row.addWidget(button)
        whole.addLayout(row)
        whole.addWidget(self.note)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        bottom = QHBoxLayout()
        bottom.addWidget(self.reset_all)
        bottom.addStretch(1)
        bottom.addWidget(close)
        whole.addLayout(bottom)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter is a key to press here, not an answer
        self.resize(640, 680)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(self._show_chosen)
        self.press.keySequenceChanged.connect(self._judge)
        self.add.clicked.connect(self._on_add)
        self.take.clicked.connect(self._on_take)
        self.reset.clicked.connect(self._on_reset)
        self.reset_all.clicked.connect(self._shortcuts.reset_all)
        self._shortcuts.changed.connect(self._on_changed)

    def _keys(self, name: str) -> str:
        return "   ".join(map(native, self._shortcuts.keys(name)))

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        for item in self.items.values():
            shown = wanted in item.text(0).lower() or wanted in item.text(1).lower()
            item.setHidden(not shown)
        for group in self._groups:
            below = (item for item in self.items.values() if item.parent() is group)
            group.setHidden(all(item.isHidden() for item in below))

    def _on_changed(self) -> None:
        for name, item in self.items.items():
            item.setText(1, self._keys(name))
        self._show_chosen()

    def _show_chosen(self) -> None:
        name = self.chosen
        self.title.setText(plain_title(ACTIONS[name]) if name else "")
        for cap in self._caps:
            self.caps.removeWidget(cap)
            cap.deleteLater()
        self._caps = [self._cap(name, key) for key in self._shortcuts.keys(name)] if name else []
        for cap in self._caps:
            self.caps.addWidget(cap)
        self.reset.setEnabled(bool(name) and self._shortcuts.is_changed(name))
        self.press.setEnabled(bool(name))
        self.press.clear()
        self._judge()

    def _cap(self, name: str, key: str) -> QPushButton:
        cap = QPushButton(f"{native(key)}  ✕")
        cap.setAutoDefault(False)
        cap.setAccessibleName(_("Take {key} away").format(key=native(key)))
        cap.setToolTip(_("Take {key} away from this action.").format(key=native(key)))
        cap.clicked.connect(partial(self._on_cap, name, key))
        return cap

    def _on_cap(self, name: str, key: str) -> None:
        left = [one for one in self._shortcuts.keys(name) if one != key]
        self._try(lambda: self._shortcuts.rebind(name, left))

    def _judge(self) -> None:
        """Say at once whether the key that was pressed can be had."""
        key, name = self._pressed, self.chosen
        owner = self._shortcuts.owner(key) if key else None
        self.add.setEnabled(bool(key and name) and owner is None)
        self.take.setVisible(owner not in (None, name))
        self.note.setText(_said(key, name, owner))

    @property
    def _pressed(self) -> str:
        return portable(self.press.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _on_add(self) -> None:
        name, key = self.chosen, self._pressed
        self._try(lambda: self._shortcuts.rebind(name, (*self._shortcuts.keys(name), key)))

    def _on_take(self) -> None:
        name, key = self.chosen, self._pressed
        self._try(lambda: self._shortcuts.take(name, key))

    def _on_reset(self) -> None:
        name = self.chosen
        self._try(lambda: self._shortcuts.reset(name))

    def _try(self, change: Callable[[], None]) -> None:
        """Change something; where that can't be, say why."""
        try:
            change()
        except UserError as error:
            self.note.setText(f"{error.problem} {error.remedy}".strip())


def _below(name: str) -> tuple[str, ...]:
    return SUBMENUS[name][1] if name in SUBMENUS else (name,)


def _said(key: str, name: str, owner: str | None) -> str:
    if owner == name and name:
        return _("{key} is a key of this action already.").format(key=native(key))
    if owner is not None:
        return belongs(key, owner)
    came_with = "   ".join(map(native, defaults(name))) if name else ""
    return _("Came with: {keys}").format(keys=came_with) if came_with else _("Came without a key.")
