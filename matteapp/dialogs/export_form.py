"""How files are exported: format, depth, quality, size, colours, and what is said about them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from engine.delivery import LARGEST, Delivery
from engine.imaging.colour_spaces import PHOTOGRAPH, PROFILE_SUFFIXES, SPACES, space_title
from engine.imaging.write import WRITERS
from matteapp.language import _
from matteapp.words import describe

LABEL = 48
"""Pixels that the titles of the first column have at least."""
_LOSSY = ("jpeg", "webp")
_OWN_FILE = "file"


class DeliveryForm(QWidget):
    """Shows a `Delivery` and a format, and tells when people choose another.

    Args:
        across: how many controls stand side by side.

    Signals:
        changed(): people chose something else.
    """

    changed = Signal()

    def __init__(self, *, across: int = 1) -> None:
        super().__init__()
        self.format, self.bits, self.colours = QComboBox(), QComboBox(), QComboBox()
        self.quality, self.scale = QSpinBox(), QSpinBox()
        self.metadata = QCheckBox(_("Keep EXIF and XMP"))
        self._space = PHOTOGRAPH
        self._fill()
        self._name()
        self._place(across)
        self.format.currentIndexChanged.connect(self._on_format)
        self.bits.activated.connect(self.changed)
        self.scale.valueChanged.connect(self.changed)
        self.quality.valueChanged.connect(self.changed)
        self.colours.activated.connect(self._on_colours)
        self.metadata.toggled.connect(self.changed)
        self.show_delivery("png", Delivery())

    @property
    def format_name(self) -> str:
        """The key of `WRITERS` that is chosen."""
        return str(self.format.currentData())

    def delivery(self) -> Delivery:
        """What is chosen."""
        return Delivery(
            self.bits.currentData(),
            self.quality.value(),
            self.scale.value() / 100,
            self._space,
            metadata=self.metadata.isChecked(),
        )

    def show_delivery(self, format_name: str, how: Delivery) -> None:
        """Show these, without telling."""
        shown = (self.format, self.bits, self.quality, self.scale, self.colours, self.metadata)
        blocked = [QSignalBlocker(one) for one in shown]
        self.format.setCurrentIndex(self.format.findData(format_name))
        self._offer_depths(how.bits)
        self.quality.setValue(how.quality)
        self.scale.setValue(round(how.scale * 100))
        self.metadata.setChecked(how.metadata)
        self.take_space(how.colour_space)
        del blocked
        self._show_quality()

    def take_space(self, space: str) -> None:
        """Show a colour space; one of a file is offered from now on."""
        if self.colours.findData(space) < 0:
            self.colours.insertItem(self.colours.count() - 1, _(space_title(space)), space)
        self._space = space
        self.colours.setCurrentIndex(self.colours.findData(space))

    def _fill(self) -> None:
        for name, writer in WRITERS.items():
            self.format.addItem(writer.title, name)
        for space in (PHOTOGRAPH, *SPACES):
            self.colours.addItem(_(space_title(space)), space)
        self.colours.addItem(_("ICC file…"), _OWN_FILE)
        self.quality.setRange(1, 100)
        self.scale.setRange(1, round(100 * LARGEST))
        self.scale.setSuffix(" %")
        for box in (self.quality, self.scale):
            box.lineEdit().setTextMargins(6, 0, 6, 0)

    def _name(self) -> None:
        describe(
            {
                self.format: (
                    _("Format"),
                    _("The kind of file; what it cannot hold is saved as another."),
                ),
                self.bits: (_("Bits a channel"), _("Depth of the files, where the format has it.")),
                self.scale: (_("Size"), _("Size of the files relative to the photograph.")),
                self.colours: (
                    _("Colours"),
                    _(
                        "Colour space that the files are converted to; its profile goes into them. "
                        "EXR is linear whatever is chosen."
                    ),
                ),
                self.metadata: (
                    _("Keep EXIF and XMP"),
                    _("Else what the photograph says of camera, place and people is left out."),
                ),
            }
        )
        self.quality.setAccessibleName(_("Quality"))

    def _place(self, across: int) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(10 if across == 1 else 8)
        rows = {
            _("Format"): self.format,
            _("Bits a channel"): self.bits,
            _("Quality"): self.quality,
            _("Size"): self.scale,
            _("Colours"): self.colours,
            _("Metadata"): self.metadata,
        }
        for index, (title, control) in enumerate(rows.items()):
            row, column = divmod(index, across)
            label = QLabel(title)
            label.setBuddy(control)
            label.setIndent(14 if column else 0)
            label.setMinimumWidth(0 if column else LABEL)
            grid.addWidget(label, row, 2 * column)
            grid.addWidget(control, row, 2 * column + 1)
        for column in range(across):
            grid.setColumnStretch(2 * column + 1, 1)

    def _on_format(self) -> None:
        self._offer_depths(self.bits.currentData())
        self._show_quality()
        self.changed.emit()

    def _offer_depths(self, chosen: int | None) -> None:
        with QSignalBlocker(self.bits):
            self.bits.clear()
            self.bits.addItem(_("As the photograph"), None)
            for value in WRITERS[self.format_name].bits:
                self.bits.addItem(f"{value}", value)
            self.bits.setCurrentIndex(max(self.bits.findData(chosen), 0))

    def _show_quality(self) -> None:
        lossy = self.format_name in _LOSSY
        self.quality.setEnabled(lossy)
        self.quality.setToolTip(
            _("How close the files come to the picture; 100 is closest, and largest.")
            if lossy
            else _("This format keeps every value; no quality to set.")
        )

    def _on_colours(self) -> None:
        if self.colours.currentData() == _OWN_FILE:
            self.take_space(self._space)
            self._ask_profile()
        else:
            self._space = str(self.colours.currentData())
            self.changed.emit()

    def _ask_profile(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in PROFILE_SUFFIXES)
        dialog = QFileDialog(
            self, _("Profile of the files"), filter=f"{_('ICC profiles')} ({patterns})"
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_profile)
        dialog.open()

    def _on_profile(self, name: str) -> None:
        self.take_space(str(Path(name)))
        self.changed.emit()
