"""The export dialog: which files of the cut, how, where, and what they are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.delivery import Delivery
from engine.errors import UserError
from engine.imaging.write import WRITERS
from engine.naming import Named, fields_of
from engine.output_presets import Output, OutputPresets
from engine.product_table import CUTS, EVERY, check_targets, product_paths
from matteapp.dialogs.export_form import DeliveryForm
from matteapp.dialogs.export_name import NameField
from matteapp.dialogs.export_presets import ExportPresetRow
from matteapp.dialogs.export_products import ProductBoxes
from matteapp.dialogs.page import Page, Sheet
from matteapp.language import _
from matteapp.words import describe

_MOST = 10_000


@dataclass(frozen=True)
class ExportChoice:
    """What people chose.

    Attributes:
        targets: product name to file.
        output: the same for any photograph.
        opens: open the files as documents once they are written.
    """

    targets: dict[str, Path]
    output: Output
    opens: bool = False

    @property
    def delivery(self) -> Delivery:
        """How the files are written."""
        return self.output.delivery


@dataclass(frozen=True)
class Exportable:
    """What there is to export.

    Attributes:
        stem: the photograph's name.
        folder: where the files go, until people choose another.
        size: (height, width) of the photograph.
        transparent: there is no background to composite on.
        has_mask: the cut has a coarse mask.
        enhanced: the photograph was enhanced.
    """

    stem: str
    folder: Path
    size: tuple[int, int]
    transparent: bool
    has_mask: bool
    enhanced: bool

    def impossible(self, name: str, format_name: str) -> str:
        """Why a product can't be had, or nothing."""
        row = EVERY[name]
        writer = WRITERS[row.format_for(format_name)]
        if row.needs_background and self.transparent:
            return _("needs a background: choose one in the Background panel")
        if row.needs_alpha and not (writer.alpha or writer.layers):
            return _("{format} has no transparency").format(format=writer.title)
        if name not in CUTS and not self.enhanced:
            return _("not enhanced: see the Enhance panel")
        if name == "mask" and not self.has_mask:
            return _("this cut has no mask")
        return ""


class ExportDialog(QDialog):
    """Offers products, how they are written, names and place; says why something is not possible.

    Args:
        what: there is to export.
        chosen: gets the choice when people say "Export".
        presets: ways of exporting that are kept by name.
        first: what is chosen at first.
    """

    def __init__(
        self,
        what: Exportable,
        *,
        chosen: Callable[[ExportChoice], None],
        presets: OutputPresets,
        first: Output = Output(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._what = what
        self._chosen = chosen
        self.presets = ExportPresetRow(presets, current=self.output)
        self.boxes, self.form = ProductBoxes(), DeliveryForm()
        self.products = self.boxes.boxes
        self.opens = QCheckBox(_("Open as new documents"))
        self._names = NameField()
        self.name, self.fields = self._names.line, self._names.insert
        self.folder = QLineEdit(str(what.folder))
        self.browse = QPushButton(_("Choose…"))
        self.summary = QLabel()
        self.go = QPushButton(_("Export"))
        self._name()
        self._place()
        self._connect()
        self.show_output(first)

    def choice(self) -> ExportChoice:
        """What is chosen now.

        Raises:
            UserError: if the names of the files cannot be had.
        """
        output = self.output()
        about = Named(self._what.stem, output.delivery.size(self._what.size))
        targets = self._targets(about)
        if "counter" in fields_of(self.name.text()):
            for number in range(1, _MOST):
                targets = self._targets(Named(about.name, about.size, counter=number))
                if not any(path.exists() for path in targets.values()):
                    break
        return ExportChoice(targets, output, self.opens.isChecked())

    def output(self) -> Output:
        """What is chosen now, for any photograph."""
        ticked = tuple(name for name, box in self.products.items() if box.isChecked())
        return Output(ticked, self.form.format_name, self.name.text(), self.form.delivery())

    def show_output(self, output: Output) -> None:
        """Choose this."""
        self.boxes.tick(output.products)
        self.form.show_delivery(output.format, output.delivery)
        self.name.setText(output.template)
        self._update()

    def _targets(self, about: Named) -> dict[str, Path]:
        return product_paths(
            about.name,
            folder=Path(self.folder.text()).expanduser(),
            products=self.boxes.chosen,
            format_name=self.form.format_name,
            template=self.name.text(),
            about=about,
        )

    # -- making

    def _name(self) -> None:
        describe(
            {
                self.folder: (_("Folder"), _("Where the files go.")),
                self.browse: (_("Choose the folder"), _("Choose where the files go.")),
                self.opens: (
                    _("Open as new documents"),
                    _("Open the files beside this photograph once they are written."),
                ),
                self.go: (_("Export"), _("Cut out with full quality and write the files.")),
            }
        )
        self.summary.setProperty("role", "muted")
        self.summary.setWordWrap(True)
        self.summary.setMinimumHeight(44)
        self.summary.setContentsMargins(24, 0, 24, 0)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.go.setDefault(True)

    def _place(self) -> None:
        inner = Sheet()
        page = QVBoxLayout(inner)
        page.setContentsMargins(24, 20, 24, 8)
        page.setSpacing(16)
        page.addWidget(self.presets)
        top = QHBoxLayout()
        top.setSpacing(32)
        top.addWidget(self.boxes, 3)
        top.addWidget(self.form, 2, Qt.AlignmentFlag.AlignTop)
        page.addLayout(top)
        page.addWidget(self.boxes.rows)
        page.addLayout(self._place_form())
        page.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.addWidget(Page(inner, title=_("Export")), 1)
        whole.addWidget(self.summary)
        whole.addLayout(self._buttons())
        self.resize(830, 740)

    def _place_form(self) -> QGridLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(self.browse)
        grid = QGridLayout()
        grid.setVerticalSpacing(10)
        grid.setHorizontalSpacing(16)
        for index, (title, buddy) in enumerate(
            ((_("Name"), self.name), (_("Folder"), self.folder))
        ):
            label = QLabel(title)
            label.setBuddy(buddy)
            grid.addWidget(label, index, 0)
        grid.addWidget(self._names, 0, 1)
        grid.addLayout(row, 1, 1)
        return grid

    def _buttons(self) -> QHBoxLayout:
        cancel = QPushButton(_("Cancel"))
        cancel.setToolTip(_("Close without exporting."))
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(self.opens)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        return row

    def _connect(self) -> None:
        self.boxes.changed.connect(self._update)
        self.form.changed.connect(self._update)
        self.name.textChanged.connect(self._update)
        self.folder.textChanged.connect(self._update)
        self.browse.clicked.connect(self._ask_folder)
        self.go.clicked.connect(self._on_go)
        self.presets.taken.connect(self.show_output)
        self.presets.refused.connect(self._say)

    # -- what is possible, and what will be

    def _update(self) -> None:
        self.boxes.offer(self._impossible, self._summary)
        try:
            choice = self._checked()
        except UserError as error:
            self._say(error)
            return
        there = [path.name for path in choice.targets.values() if path.exists()]
        self.go.setEnabled(True)
        self.go.setText(_("Replace and Export") if there else _("Export"))
        self.summary.setText(self._promise(choice, there))

    def _say(self, error: UserError) -> None:
        self.go.setEnabled(False)
        self.summary.setText(f"{error.problem} {error.remedy}".strip())

    def _impossible(self, name: str) -> str:
        return self._what.impossible(name, self.form.format_name)

    def _summary(self, name: str) -> str:
        row, asked = EVERY[name], self.form.format_name
        given = row.format_for(asked)
        summary = _(row.summary)
        if given == asked:
            return summary
        return _("{summary}; as {format}").format(summary=summary, format=WRITERS[given].title)

    def _checked(self) -> ExportChoice:
        """The choice, if it can go well."""
        choice = self.choice()
        if not Path(self.folder.text()).expanduser().is_dir():
            raise UserError(_("This folder does not exist."), remedy=_("Choose another."))
        if not choice.targets:
            raise UserError(_("Choose at least one file to export."))
        choice.delivery.check()
        bits = choice.delivery.bits
        check_targets(choice.targets, bits=bits, transparent=self._what.transparent)
        return choice

    def _promise(self, choice: ExportChoice, there: list[str]) -> str:
        height, width = choice.delivery.size(self._what.size)
        names = ", ".join(path.name for path in choice.targets.values())
        said = _("{width} × {height} pixels: {names}.").format(
            width=width, height=height, names=names
        )
        if there:
            replaced = _("There already, and will be replaced: {names}.")
            said += " " + replaced.format(names=", ".join(there))
        return said

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, _("Folder for the files"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _on_go(self) -> None:
        self._chosen(self.choice())
        self.accept()
