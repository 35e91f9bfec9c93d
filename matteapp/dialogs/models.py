"""The dialog of networks: what each is good for, whose its weights are, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.models.installed import USER, Installed
from engine.models.weights import FoundWeights
from matteapp.dialogs.page import Page
from matteapp.errors_ui import MessageBar
from matteapp.language import _, decimal, ngettext
from matteapp.words import describe

_NAME = Qt.ItemDataRole.UserRole
KINDS = {
    "segmentation": "Find people",
    "proposal": "Draw trimaps of masks",
    "trimap": "Draw trimaps of photographs",
    "matting": "Solve mattes",
    "foreground": "Clean colours",
    "generator": "Draw portraits",
    "discriminator": "Judge portraits",
    "": "Other weights",
}
"""Kinds of networks, and what they are for."""
NO_WEIGHTS = "no weights"


class ModelsDialog(QDialog):
    """Lists networks; stays open beside the work.

    Signals:
        import_asked(): people want to add a file.
        check_asked(): people want every file checked.
        remove_asked(str): people said that weights of theirs may go.
    """

    import_asked = Signal()
    check_asked = Signal()
    remove_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._models: dict[str, Installed] = {}
        self._checked: dict[str, str] = {}
        self.items: dict[str, QTreeWidgetItem] = {}
        self.list = QTreeWidget()
        self.words = QLabel()
        self.bring, self.check = QPushButton(_("Import…")), QPushButton(_("Check all"))
        self.remove = QPushButton(_("Remove…"))
        self._name_controls()
        self._place()
        self.bar = MessageBar(self.list)
        self.list.currentItemChanged.connect(self._show_chosen)
        self.bring.clicked.connect(self.import_asked)
        self.check.clicked.connect(self.check_asked)
        self.remove.clicked.connect(self._ask_remove)

    @property
    def chosen(self) -> str:
        """The name of the model that is chosen, "" if none is."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, _NAME) or "")

    def choose(self, name: str) -> None:
        """Choose a model by its name."""
        self.list.setCurrentItem(self.items[name])

    def show_models(self, models: Sequence[Installed]) -> None:
        """Show these models; the chosen one stays so if it is among them."""
        chosen = self.chosen
        self._models = {model.name: model for model in models}
        self.list.clear()
        self.items = {}
        for kind, title in KINDS.items():
            listed = [model for model in models if _kind(model) == kind]
            if listed:
                self._add_kind(_(title), listed)
        self.list.expandAll()
        first = next((name for name, model in self._models.items() if model.used), "")
        if chosen in self.items or first in self.items:
            self.choose(chosen if chosen in self.items else first)

    def show_checked(self, problems: Mapping[str, str]) -> None:
        """Show what checking has found: a file's path, and what is wrong with it or ""."""
        self._checked = dict(problems)
        self._show_chosen()
        bad = [problem for problem in problems.values() if problem]
        good = ngettext(
            "The file is the one that was listed.",
            "All {count} files are the ones that were listed.",
            len(problems),
        ).format(count=len(problems))
        self.bar.say(" ".join(bad) or good, alarm=bool(bad))

    def _add_kind(self, title: str, models: Sequence[Installed]) -> None:
        group = QTreeWidgetItem(self.list, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        for model in models:
            item = QTreeWidgetItem(group, [_title(model), _state(model), _size(model.used)])
            item.setData(0, _NAME, model.name)
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.items[model.name] = item

    def _name_controls(self) -> None:
        self.list.ensurePolished()  # rows are measured in the style they are shown in
        self.list.setColumnCount(3)
        self.list.setHeaderLabels([_("Network"), _("Weights"), _("Size")])
        modes = QHeaderView.ResizeMode
        for column, mode in enumerate((modes.Stretch, *(modes.ResizeToContents,) * 2)):
            self.list.header().setSectionResizeMode(column, mode)
        self.list.header().setStretchLastSection(False)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        describe(
            {
                self.list: (_("Networks"), _("Choose a network to read about it.")),
                self.words: (
                    _("About the network"),
                    _("What the network is good for, and whose it is."),
                ),
                self.bring: (
                    _("Import weights"),
                    _("Add a weights file, after its licence is shown."),
                ),
                self.check: (
                    _("Check all weights"),
                    _("Compare every file with the checksum listed."),
                ),
                self.remove: (
                    _("Remove these weights"),
                    _("Delete this file; only those that you added."),
                ),
            }
        )

    def _place(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(14)
        sides = QSplitter()
        sides.addWidget(self.list)
        self.words.setContentsMargins(12, 4, 4, 4)
        sides.addWidget(Page(self.words, title=_("About the network")))
        sides.setSizes([520, 420])
        sides.setChildrenCollapsible(False)
        whole.addWidget(sides, 1)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        close.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.bring, self.check, self.remove):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        whole.addLayout(row)
        self.resize(980, 640)

    def _show_chosen(self) -> None:
        model = self._models.get(self.chosen)
        self.words.setText("" if model is None else _about(model, self._checked))
        self.remove.setEnabled(model is not None and _own(model) is not None)

    def _ask_remove(self) -> None:
        name = self.chosen
        own = _own(self._models[name])
        if own is not None:
            text = _("Delete {file} ({size})? It can't be undone.")
            text = text.format(file=own.row.file, size=_size(own))
            self.bar.say(text, action=_("Delete"), run=lambda: self.remove_asked.emit(name))


def _kind(model: Installed) -> str:
    return "" if model.network is None else model.network.kind


def _title(model: Installed) -> str:
    return model.name if model.spec is None else _(model.spec.title)


def _own(model: Installed) -> FoundWeights | None:
    return next((found for found in model.files if found.place == USER), None)


def _state(model: Installed) -> str:
    used = model.used
    if used is not None:
        return _("yours") if used.place == USER else _(used.place)
    return _("missing") if model.files else _(NO_WEIGHTS)


def _size(found: FoundWeights | None) -> str:
    return "" if found is None else f"{decimal(found.row.bytes / 1e6, 1)} MB"


def _about(model: Installed, checked: Mapping[str, str]) -> str:
    """All that is known, a paragraph each."""
    spec, said = model.network, [_title(model)]
    if spec is not None:
        takes = ", ".join(sorted(spec.abilities))
        said += [
            _(spec.summary),
            " ".join(
                (
                    _("Called {name}.").format(name=model.name),
                    _("Works with: {inputs}.").format(inputs=takes) if takes else "",
                )
            ).strip(),
        ]
        said += [_("After: {origin}").format(origin=spec.origin)]
    if not model.files and spec is not None:
        missing = _("There are no weights for it here. Licence: {licence}.")
        said += [missing.format(licence=spec.licence)]
    said += [_about_file(found, model, checked) for found in model.files]
    return "\n\n".join(said)


def _about_file(found: FoundWeights, model: Installed, checked: Mapping[str, str]) -> str:
    row = found.row
    lines = [
        f"{found.path}",
        _("This file is used.") if found is model.used else _unused(found),
        _("Size: {size}").format(size=_size(found)),
        _("Licence: {licence}").format(licence=row.licence),
        _("Licence accepted on {day}").format(day=row.accepted) if row.accepted else "",
        _("From: {origin}").format(origin=row.origin) if row.origin else "",
        _("Trained on: {data}").format(data=row.data) if row.data else "",
        f"SHA-256: {row.sha256[:32]}\n{row.sha256[32:]}",
        _verdict(checked.get(str(found.path))),
    ]
    return "\n".join(line for line in lines if line)


def _unused(found: FoundWeights) -> str:
    if not found.path.is_file():
        return _("This file is missing.")
    return _("This file is not used: another one of its name comes first.")


def _verdict(problem: str | None) -> str:
    if problem is None:
        return _("The checksum is compared whenever the file is loaded.")
    return problem or _("Checked: it is the file that was listed.")
