"""How files are exported: format, depth, quality, size, colours, and what is said about them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QSpinBox, QWidget

from engine.delivery import LARGEST, Delivery
from engine.imaging.colour_spaces import PHOTOGRAPH, PROFILE_SUFFIXES, SPACES, space_title
from engine.imaging.write import WRITERS
from matteapp.words import describe

_LOSSY = ("jpeg", "webp")
_OWN_FILE = "file"


class DeliveryForm(QWidget):
    """Shows a `Delivery` and a format, and tells when people choose another.

    Signals:
        changed(): people chose something else.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.format, self.bits, self.colours = QComboBox(), QComboBox(), QComboBox()
        self.quality, self.scale = QSpinBox(), QSpinBox()
        self.metadata = QCheckBox("Keep EXIF and XMP")
        self._space = PHOTOGRAPH
        self._fill()
        self._name()
        self._place()
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
            self.colours.insertItem(self.colours.count() - 1, space_title(space), space)
        self._space = space
        self.colours.setCurrentIndex(self.colours.findData(space))

    def _fill(self) -> None:
        for name, writer in WRITERS.items():
            self.format.addItem(writer.title, name)
        for space in (PHOTOGRAPH, *SPACES):
            self.colours.addItem(space_title(space), space)
        self.colours.addItem("ICC file…", _OWN_FILE)
        self.quality.setRange(1, 100)
        self.scale.setRange(1, round(100 * LARGEST))
        self.scale.setSuffix(" %")
        for box in (self.quality, self.scale):
            box.lineEdit().setTextMargins(6, 0, 6, 0)

    def _name(self) -> None:
        describe(
            {
                self.format: (
                    "Format",
                    "The kind of file; what it cannot hold is saved as another.",
                ),
                self.bits: ("Bits a channel", "Depth of the files, where the format has it."),
                self.scale: ("Size", "Size of the files relative to the photograph."),
                self.colours: (
                    "Colours",
                    "Colour space that the files are converted to; its profile goes into them. "
                    "EXR is linear whatever is chosen.",
                ),
                self.metadata: (
                    "Keep EXIF and XMP",
                    "Else what the photograph says of camera, place and people is left out.",
                ),
            }
        )
        self.quality.setAccessibleName("Quality")

    def _place(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Format", self.format)
        form.addRow("Bits a channel", self.bits)
        form.addRow("Quality", self.quality)
        form.addRow("Size", self.scale)
        form.addRow("Colours", self.colours)
        form.addRow("Metadata", self.metadata)

    def _on_format(self) -> None:
        self._offer_depths(self.bits.currentData())
        self._show_quality()
        self.changed.emit()

    def _offer_depths(self, chosen: int | None) -> None:
        with QSignalBlocker(self.bits):
            self.bits.clear()
            self.bits.addItem("As the photograph", None)
            for value in WRITERS[self.format_name].bits:
                self.bits.addItem(f"{value}", value)
            self.bits.setCurrentIndex(max(self.bits.findData(chosen), 0))

    def _show_quality(self) -> None:
        lossy = self.format_name in _LOSSY
        self.quality.setEnabled(lossy)
        self.quality.setToolTip(
            "How close the files come to the picture; 100 is closest, and largest."
            if lossy
            else "This format keeps every value; no quality to set."
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
        dialog = QFileDialog(self, "Profile of the files", filter=f"ICC profiles ({patterns})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_profile)
        dialog.open()

    def _on_profile(self, name: str) -> None:
        self.take_space(str(Path(name)))
        self.changed.emit()
