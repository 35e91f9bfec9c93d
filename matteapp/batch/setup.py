"""What is made of every photograph of a batch, and where it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
)

from engine.batch.order import Order
from engine.errors import UserError
from engine.output_presets import Output, OutputPresets
from engine.product_table import LAYERED, PICTURES, PRODUCTS
from matteapp.batch.review import worn
from matteapp.dialogs.export_form import LABEL, DeliveryForm
from matteapp.dialogs.export_name import NameField
from matteapp.dialogs.export_presets import ExportPresetRow
from matteapp.language import _
from matteapp.words import describe

_ANY = Path("photograph")
_ACROSS = 3
_MORE = {**LAYERED, **PICTURES}


class OrderForm(QFrame):
    """Shows an order, and tells of the one that people want instead.

    Signals:
        wanted(Order): people chose something else.
        refused(UserError): why what they chose cannot be.
    """

    wanted = Signal(object)
    refused = Signal(object)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._order: Order | None = None
        self.folder = QLineEdit()
        self.browse = QPushButton(_("Choose…"))
        self.products = {name: QCheckBox(_(row.title)) for name, row in PRODUCTS.items()}
        self.more = QPushButton(_("Layers and Views"))
        self.more_products = {name: QAction(_(row.title)) for name, row in _MORE.items()}
        self.presets = ExportPresetRow(OutputPresets(), current=self._output)
        self.delivery, self.names = DeliveryForm(across=_ACROSS), NameField()
        self.replaces = QCheckBox(_("Replace files that are there"))
        self.settings = QLabel()
        self.settings.setProperty("role", "muted")
        self.settings.setAccessibleName(_("Settings of the cut"))
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
        shown = (self.replaces, *self._ticks.values())
        blocked = [QSignalBlocker(one) for one in shown]
        self.folder.setText(str(order.folder))
        for name, box in self._ticks.items():
            box.setChecked(name in order.products)
        self._count_more()
        self.delivery.show_delivery(order.format, order.delivery)
        self.names.line.setText(order.template)
        self.replaces.setChecked(order.replace)
        self.settings.setText(settings)
        del blocked

    @property
    def _ticks(self) -> dict[str, QCheckBox | QAction]:
        return {**self.products, **self.more_products}

    def _count_more(self) -> None:
        ticked = sum(one.isChecked() for one in self.more_products.values())
        self.more.setText(
            _("Layers and Views ({count})").format(count=ticked)
            if ticked
            else _("Layers and Views")
        )

    def _fill(self) -> None:
        menu = QMenu(self.more)
        for name, action in self.more_products.items():
            action.setCheckable(True)
            action.setToolTip(_("Save {summary}.").format(summary=_(_MORE[name].summary)))
            menu.addAction(action)
        menu.setToolTipsVisible(True)
        self.more.setMenu(menu)
        for number in (self.delivery.quality, self.delivery.scale):
            number.setKeyboardTracking(False)
        describe(
            {
                self.folder: (_("Folder to save to"), _("Where the results are saved.")),
                self.browse: (
                    _("Choose the folder to save to"),
                    _("Choose where the results are saved."),
                ),
                self.more: (
                    _("Layers and views"),
                    _("Save files with layers, or views as pictures, too."),
                ),
                self.replaces: (
                    _("Replace files that are there"),
                    _("Else photographs whose files are there and complete are left as they are."),
                ),
            }
        )
        for name, box in self.products.items():
            box.setAccessibleName(_(PRODUCTS[name].title))
            box.setToolTip(_("Save {summary}.").format(summary=_(PRODUCTS[name].summary)))

    def _place(self) -> None:
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(_label(_("Save to")))
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
        kept = QHBoxLayout()
        kept.setSpacing(12)
        kept.addWidget(self.presets, 1)
        kept.addWidget(self.replaces)
        named = QHBoxLayout()
        named.setSpacing(8)
        named.addWidget(_label(_("Name")))
        named.addWidget(self.names, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(place)
        whole.addLayout(kept)
        whole.addLayout(files)
        whole.addWidget(self.delivery)
        whole.addLayout(named)
        self.folder.setMinimumWidth(120)
        self.settings.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self.folder.editingFinished.connect(self._tell)
        self.browse.clicked.connect(self._ask_folder)
        self.presets.taken.connect(self._take_output)
        self.presets.refused.connect(self.refused)
        self.delivery.changed.connect(self._tell)
        self.names.line.editingFinished.connect(self._tell)
        self.replaces.toggled.connect(self._tell)
        for box in self._ticks.values():
            box.toggled.connect(self._tell)

    def _output(self) -> Output:
        ticked = tuple(name for name, box in self._ticks.items() if box.isChecked())
        form = self.delivery
        return Output(ticked, form.format_name, self.names.line.text(), form.delivery())

    def _tell(self) -> None:
        self._take_output(self._output())

    def _take_output(self, output: Output) -> None:
        if self._order is None:
            return
        folder = Path(self.folder.text().strip() or self._order.folder).expanduser().absolute()
        try:
            chosen = replace(self._order.saving(output), folder=folder)
            chosen = replace(chosen, replace=self.replaces.isChecked())
            chosen.targets(_ANY, size=(1, 1))
            chosen.delivery.check()
        except UserError as error:
            self.refused.emit(error)
            return
        if chosen != self._order:
            self.wanted.emit(chosen)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, _("Folder for the results"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.fileSelected.connect(lambda _: self._tell())
        dialog.open()


def _label(title: str) -> QLabel:
    """A title as wide as those below it, so that the controls begin in one line."""
    label = QLabel(title)
    label.setMinimumWidth(LABEL)
    return label
