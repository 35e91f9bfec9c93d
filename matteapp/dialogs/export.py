"""The export dialog: which files of the cut, in which format, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.delivery import QUALITY, Delivery
from engine.errors import UserError
from engine.imaging.write import WRITERS
from engine.product_table import EVERY, MATTE_FORMATS, PRODUCTS, check_targets, product_paths

_LOSSY = ("jpeg", "webp")
_FORBIDDEN = '\\/:*?"<>|'

_TIPS = {
    "Format": "The kind of file for all pictures but mattes.",
    "Bits a channel": "How finely colours are graded; 16 keeps more for further work.",
    "Quality": "100 keeps most, smaller numbers make smaller files.",
    "Size": "The files' size relative to the photograph.",
    "Name": "How the names of all files begin.",
    "Folder": "Where the files go.",
}


@dataclass(frozen=True)
class ExportChoice:
    """What people chose.

    Attributes:
        targets: product name to file.
        delivery: how the files are written.
    """

    targets: dict[str, Path]
    delivery: Delivery


class ExportDialog(QDialog):
    """Offers products, format, depth, size and place; says why something is not possible.

    Args:
        stem: how the files' names begin.
        folder: where they go.
        size: (height, width) of the photograph.
        transparent: there is no background to composite on.
        has_mask: the cut has a coarse mask.
        enhanced: the photograph was enhanced.
        chosen: gets the choice when people say "Export".
    """

    def __init__(
        self,
        *,
        stem: str,
        folder: Path,
        size: tuple[int, int],
        transparent: bool,
        has_mask: bool,
        enhanced: bool,
        chosen: Callable[[ExportChoice], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._size = size
        self._transparent = transparent
        self._has_mask = has_mask
        self._enhanced = enhanced
        self._chosen = chosen
        self.products = {name: QCheckBox(row.title) for name, row in EVERY.items()}
        self._notes = {name: QLabel(row.summary) for name, row in EVERY.items()}
        self.format = QComboBox()
        self.bits = QComboBox()
        self.quality = QSpinBox()
        self.scale = QSpinBox()
        self.name = QLineEdit(stem)
        self.folder = QLineEdit(str(folder))
        self.summary = QLabel()
        self.go = QPushButton("Export")
        self._fill()
        self._place()
        self._connect()
        self._update()

    def choice(self) -> ExportChoice:
        """What is chosen now."""
        names = [n for n, box in self.products.items() if box.isChecked() and box.isEnabled()]
        targets = product_paths(
            self.name.text().strip(),
            folder=Path(self.folder.text()).expanduser(),
            products=names,
            format_name=self.format.currentData(),
        )
        bits: int | None = self.bits.currentData()
        how = Delivery(bits, self.quality.value(), self.scale.value() / 100)
        return ExportChoice(targets, how)

    def _fill(self) -> None:
        for name, writer in WRITERS.items():
            self.format.addItem(writer.title, name)
        self.quality.setRange(1, 100)
        self.quality.setValue(QUALITY)
        self.scale.setRange(1, 400)
        self.scale.setValue(100)
        self.scale.setSuffix(" %")
        for box in (self.quality, self.scale):
            box.lineEdit().setTextMargins(6, 0, 6, 0)
        self.products["cutout"].setChecked(True)
        self.summary.setProperty("role", "muted")
        self.summary.setWordWrap(True)
        self.summary.setMinimumHeight(60)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.go.setDefault(True)
        named = {"Format": self.format, "Bits a channel": self.bits, "Quality": self.quality}
        named |= {"Size": self.scale, "Name": self.name, "Folder": self.folder}
        for title, control in named.items():
            control.setAccessibleName(title)
            control.setToolTip(_TIPS[title])
        for name, tick in self.products.items():
            tick.setToolTip(f"Write it: {EVERY[name].summary}.")

    def _place(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(16)
        top = QHBoxLayout()
        top.setSpacing(32)
        top.addLayout(self._product_grid(), 3)
        top.addLayout(self._form(), 2)
        whole.addLayout(top)
        whole.addLayout(self._place_form())
        whole.addWidget(self.summary)
        whole.addLayout(self._buttons())
        self.setMinimumWidth(740)

    def _product_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(1)
        for index, (name, box) in enumerate(self.products.items()):
            self._notes[name].setProperty("role", "muted")
            self._notes[name].setIndent(26)
            self._notes[name].setMinimumWidth(360)
            grid.addWidget(box, 3 * index, 0)
            grid.addWidget(self._notes[name], 3 * index + 1, 0)
            grid.setRowMinimumHeight(3 * index + 2, 6)
        return grid

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Format", self.format)
        form.addRow("Bits a channel", self.bits)
        form.addRow("Quality", self.quality)
        form.addRow("Size", self.scale)
        return form

    def _place_form(self) -> QFormLayout:
        browse = QPushButton("Choose…")
        browse.setAccessibleName("Choose the folder")
        browse.setToolTip("Choose where the files go.")
        browse.clicked.connect(self._ask_folder)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow("Name", self.name)
        form.addRow("Folder", row)
        return form

    def _buttons(self) -> QHBoxLayout:
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        return row

    def _connect(self) -> None:
        for box in self.products.values():
            box.toggled.connect(self._update)
        self.format.currentIndexChanged.connect(self._update)
        self.bits.activated.connect(self._update)
        self.scale.valueChanged.connect(self._update)
        self.name.textChanged.connect(self._update)
        self.folder.textChanged.connect(self._update)
        self.go.clicked.connect(self._on_go)

    def _update(self) -> None:
        self._offer_bits()
        self._offer_products()
        lossy = self.format.currentData() in _LOSSY
        self.quality.setEnabled(lossy)
        self.quality.setToolTip(
            _TIPS["Quality"] if lossy else "This format keeps every value; no quality to set."
        )
        problem = self._problem()
        self.go.setEnabled(not problem)
        self.summary.setText(problem or self._promise())

    def _offer_bits(self) -> None:
        chosen = self.bits.currentData()
        bits = WRITERS[self.format.currentData()].bits
        self.bits.blockSignals(True)
        self.bits.clear()
        self.bits.addItem("As the photograph", None)
        for value in bits:
            self.bits.addItem(f"{value}", value)
        self.bits.setCurrentIndex(max(self.bits.findData(chosen), 0))
        self.bits.blockSignals(False)

    def _offer_products(self) -> None:
        for name, box in self.products.items():
            reason = self._impossible(name)
            box.setEnabled(not reason)
            self._notes[name].setEnabled(not reason)
            self._notes[name].setText(reason or self._summary(name))

    def _impossible(self, name: str) -> str:
        """Why a product can't be had, or nothing."""
        row, writer = EVERY[name], WRITERS[self.format.currentData()]
        if row.needs_background and self._transparent:
            return "needs a background: choose one in the Background panel"
        if row.needs_alpha and not (writer.alpha or writer.layers):
            return f"{writer.title} has no transparency"
        if name not in PRODUCTS and not self._enhanced:
            return "not enhanced: see the Enhance panel"
        if name == "mask" and not self._has_mask:
            return "this cut has no mask"
        return ""

    def _summary(self, name: str) -> str:
        row = EVERY[name]
        if row.grey and self.format.currentData() not in MATTE_FORMATS:
            return f"{row.summary}; always as {MATTE_FORMATS[0].upper()}"
        return row.summary

    def _problem(self) -> str:
        name = self.name.text().strip()
        if not name or any(letter in _FORBIDDEN for letter in name):
            return f"A file's name is not empty and has none of {' '.join(_FORBIDDEN)}."
        if not Path(self.folder.text()).expanduser().is_dir():
            return "This folder does not exist."
        choice = self.choice()
        if not choice.targets:
            return "Choose at least one file to export."
        try:
            check_targets(choice.targets, bits=choice.delivery.bits, transparent=self._transparent)
        except UserError as error:
            return f"{error.problem} {error.remedy}"
        return ""

    def _promise(self) -> str:
        choice = self.choice()
        height, width = choice.delivery.size(self._size)
        names = ", ".join(path.name for path in choice.targets.values())
        there = [path.name for path in choice.targets.values() if path.exists()]
        replaced = f" {len(there)} of them exist and will be replaced." if there else ""
        return f"{width} × {height} pixels: {names}.{replaced}"

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Folder for the files", self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _on_go(self) -> None:
        self._chosen(self.choice())
        self.accept()
