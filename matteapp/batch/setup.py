"""What is made of every photograph of a batch, and where it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from engine.batch.order import Order
from engine.imaging.write import WRITERS
from engine.product_table import LAYERED, PICTURES, PRODUCTS
from matteapp.batch.review import worn
from matteapp.words import describe

_LOSSY = ("jpeg", "webp")
_MORE = {**LAYERED, **PICTURES}


class OrderForm(QFrame):
    """Shows an order, and tells of the one that people want instead.

    Signals:
        wanted(Order): people chose something else.
    """

    wanted = Signal(object)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._order: Order | None = None
        self.folder = QLineEdit()
        self.browse = QPushButton("Choose…")
        self.products = {name: QCheckBox(row.title) for name, row in PRODUCTS.items()}
        self.more = QPushButton("Layers and Views")
        self.more_products = {name: QAction(row.title) for name, row in _MORE.items()}
        self.format, self.bits, self.quality = QComboBox(), QComboBox(), QSpinBox()
        self.replaces = QCheckBox("Replace files that are there")
        self.settings = QLabel()
        self.settings.setProperty("role", "muted")
        self.settings.setAccessibleName("Settings of the cut")
        self.take = QPushButton()
        worn(self.take, actions["batch.settings"], "batch.settings")
        self._fill()
        self._place()
        self._connect()
        self.show_order(None)

    def show_order(self, order: Order | None, *, settings: str = "") -> None:
        """Show what is ordered now.

        Args:
            settings: whose settings these are, in words.
        """
        self._order = order
        self.setEnabled(order is not None)
        if order is None:
            return
        shown = (self.format, self.bits, self.quality, self.replaces, *self._ticks.values())
        blocked = [QSignalBlocker(one) for one in shown]
        self.folder.setText(str(order.folder))
        for name, box in self._ticks.items():
            box.setChecked(name in order.products)
        self._count_more()
        self.format.setCurrentIndex(self.format.findData(order.format))
        self.bits.setCurrentIndex(max(self.bits.findData(order.bits), 0))
        self.quality.setValue(order.quality)
        self.quality.setEnabled(order.format in _LOSSY)
        self.replaces.setChecked(order.replace)
        self.settings.setText(settings)
        del blocked

    @property
    def _ticks(self) -> dict[str, QCheckBox | QAction]:
        return {**self.products, **self.more_products}

    def _count_more(self) -> None:
        ticked = sum(one.isChecked() for one in self.more_products.values())
        self.more.setText(f"Layers and Views ({ticked})" if ticked else "Layers and Views")

    def _fill(self) -> None:
        menu = QMenu(self.more)
        for name, action in self.more_products.items():
            action.setCheckable(True)
            action.setToolTip(f"Save {_MORE[name].summary}.")
            menu.addAction(action)
        menu.setToolTipsVisible(True)
        self.more.setMenu(menu)
        for name, writer in WRITERS.items():
            self.format.addItem(writer.title, name)
        for title, value in (("Own depth", None), ("8 bits", 8), ("16 bits", 16)):
            self.bits.addItem(title, value)
        self.quality.setRange(1, 100)
        self.quality.setPrefix("Quality ")
        self.quality.setKeyboardTracking(False)
        describe(
            {
                self.folder: ("Folder to save to", "Where the results are saved."),
                self.browse: (
                    "Choose the folder to save to",
                    "Choose where the results are saved.",
                ),
                self.format: (
                    "Format",
                    "The kind of file; single-channel files may be PNG instead.",
                ),
                self.bits: ("Bits a channel", "Depth of the files; “own” is each photograph's."),
                self.quality: ("Quality", "Of JPEG and WebP; other formats keep every value."),
                self.more: (
                    "Layers and views",
                    "Save files with layers, or views as pictures, too.",
                ),
                self.replaces: (
                    "Replace files that are there",
                    "Else photographs whose files are there and complete are left as they are.",
                ),
            }
        )
        for name, box in self.products.items():
            box.setAccessibleName(PRODUCTS[name].title)
            box.setToolTip(f"Save {PRODUCTS[name].summary}.")

    def _place(self) -> None:
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(QLabel("Save to"))
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        place.addSpacing(12)
        place.addWidget(self.settings)
        place.addWidget(self.take)
        files = QHBoxLayout()
        files.setSpacing(12)
        for box in self.products.values():
            files.addWidget(box)
        files.addWidget(self.more)
        files.addStretch(1)
        form = QHBoxLayout()
        form.setSpacing(8)
        for control in (self.format, self.bits, self.quality, self.replaces):
            form.addWidget(control)
        form.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        for row in (place, files, form):
            whole.addLayout(row)
        self.folder.setMinimumWidth(120)
        self.settings.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self.folder.editingFinished.connect(self._tell)
        self.browse.clicked.connect(self._ask_folder)
        self.format.activated.connect(self._tell)
        self.bits.activated.connect(self._tell)
        self.quality.valueChanged.connect(self._tell)
        self.replaces.toggled.connect(self._tell)
        for box in self._ticks.values():
            box.toggled.connect(self._tell)

    def _tell(self) -> None:
        if self._order is None:
            return
        chosen = replace(
            self._order,
            folder=Path(self.folder.text().strip() or self._order.folder).expanduser().absolute(),
            products=tuple(name for name, box in self._ticks.items() if box.isChecked()),
            format=self.format.currentData(),
            bits=self.bits.currentData(),
            quality=self.quality.value(),
            replace=self.replaces.isChecked(),
        )
        if chosen != self._order:
            self.wanted.emit(chosen)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Folder for the results", self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.fileSelected.connect(lambda _: self._tell())
        dialog.open()
