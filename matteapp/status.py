"""The line at the bottom: what is open, where it is computed, what runs, where the cursor is."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QColorSpace
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from engine.imaging.types import Image
from engine.jobs.worker import Job
from matteapp.elided import Elided
from matteapp.icons import dress, name_control
from matteapp.language import _, decimal
from matteapp.panels.step_words import short

_QUIET_LANES = ("autosave", "advice")


class StatusLine(QFrame):
    """Shows facts; holds none.

    Signals:
        cancel_asked(int): people want the job with this id stopped.
    """

    cancel_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self._job: Job | None = None
        self.facts = Elided()
        self.facts.setAccessibleName(_("Photograph"))
        self.device = Elided()
        self.device.setAccessibleName(_("Device"))
        self.device.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.readout = QLabel()
        self.readout.setAccessibleName(_("Pixel under the cursor"))
        self.readout.setToolTip(_("Place, colour, matte and subject's colour under the cursor."))
        self.readout.setMinimumWidth(110)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.paused = QToolButton()
        self.paused.setText(_("Live solve is paused"))
        self.paused.setToolTip(_("Strokes and settings wait to be solved; click to go on."))
        self.paused.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        dress(self.paused, "pause")
        self.paused.hide()
        self.running = Elided()
        self.running.setObjectName("running")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName(_("Progress"))
        self.cross = QToolButton()
        name_control(self.cross, icon_name="x", title=_("Stop what runs (Esc)"))
        self.cross.clicked.connect(self._on_cross)
        self._place()
        self._show_running(False)

    def show_image(self, image: Image | None) -> None:
        text = "" if image is None else describe(image)
        self.facts.setText(text)
        self.facts.setToolTip(text)

    def show_device(self, text: str) -> None:
        self.device.setText(text)
        self.device.setToolTip(text)

    def show_readout(self, text: str) -> None:
        """What is under the cursor, in words."""
        self.readout.setText(text)

    def show_paused(self, on: bool) -> None:
        """Say whether nothing is solved for now, and offer to go on."""
        self.paused.setVisible(on)

    def on_started(self, job: Job) -> None:
        if (job.lane or "").partition(" ")[0] in _QUIET_LANES:
            return
        self._job = job
        self.bar.setValue(0)
        self.running.setText(f"{job.title}…")
        self._show_running(True)

    def on_progressed(self, job: Job, fraction: float, message: str) -> None:
        if self._job is None or job.id != self._job.id:
            return
        self.bar.setValue(round(fraction * 1000))
        if message:
            self.running.setText(short(message))
            self.running.setToolTip(message)

    def on_ended(self, job: Job, how: str) -> None:
        if self._job is not None and job.id == self._job.id:
            self._job = None
            self._show_running(False)

    def _place(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 4)
        row.setSpacing(16)
        row.addWidget(self.facts)
        row.addWidget(self.device, 1)  # least in need of room: it is the same all day
        row.addWidget(self.paused)
        row.addWidget(self.running)
        row.addWidget(self.bar)
        row.addWidget(self.cross)
        row.addWidget(self.readout)
        self.setFixedHeight(34)

    def _show_running(self, on: bool) -> None:
        shown: tuple[QWidget, ...] = (self.running, self.bar, self.cross)
        for widget in shown:
            widget.setVisible(on)

    def _on_cross(self) -> None:
        if self._job is not None:
            self.cancel_asked.emit(self._job.id)


def describe(image: Image) -> str:
    """Size, depth and profile in words."""
    height, width = image.size
    megapixels = height * width / 1e6
    parts = (
        f"{width} × {height}",
        f"{decimal(megapixels, 1)} MP",
        _("{bits}-bit").format(bits=image.bits),
        profile_name(image.metadata.icc),
    )
    return "  ·  ".join(parts)


def profile_name(icc: bytes | None) -> str:
    """What a colour profile calls itself."""
    if icc is None:
        return "sRGB"
    space = QColorSpace.fromIccProfile(QByteArray(icc))
    return space.description() or _("own colour profile")
