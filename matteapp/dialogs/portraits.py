"""The dialog of portraits that a network draws: which one, how it looks, how many to save."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.jobs.portraits import PortraitChoice
from matteapp.canvas.picture import checkerboard
from matteapp.icons import name_control
from matteapp.language import _
from matteapp.panels.fields import Field, make_field
from matteapp.panels.kinds import FieldSpec, Number, OneOf
from matteapp.panels.tables import Choices

MOST_AT_ONCE = 10_000
LARGEST_SEED = 2**31 - 1
SIDE = 288
NONE_HERE = (
    "No network that draws portraits with mattes is installed.\n\n"
    "Train one with 'matte-train run stylemattegan' and 'matte-train export', or take an RGBA "
    "StyleGAN3 of yours, and import it in the Enhance panel or with 'matte models add'."
)


class Preview(QWidget):
    """A picture over a checkerboard, as large as fits.

    Attributes:
        picture: what is shown, or None.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.picture: QImage | None = None
        self._checks: QBrush = checkerboard()
        self.setAccessibleName(title)
        self.setFixedSize(SIDE, SIDE)

    def show_picture(self, picture: QImage | None) -> None:
        self.picture = picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._checks)
        if self.picture is not None:
            smooth = self.picture.width() > SIDE
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(QRectF(self.rect()), self.picture)
        painter.end()


class PortraitDialog(QDialog):
    """Says what is wanted; who draws and saves is told by its signals.

    Signals:
        wanted(object): show this `PortraitChoice`.
        save_asked(object, int): save this one and so many in all, of seeds that follow.
        open_asked(object): save this one and open it.
    """

    wanted = Signal(object)
    save_asked = Signal(object, int)
    open_asked = Signal(object)

    def __init__(self, generators: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Generate portraits"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.portrait, self.matte = Preview(_("Portrait")), Preview(_("Its matte"))
        self.note = QLabel(_(NONE_HERE) if not generators else "")
        self.note.setWordWrap(True)
        self.fields: dict[str, Field] = {}
        self.seed, self.count = _number(0, LARGEST_SEED), _number(1, MOST_AT_ONCE)
        self.another = QToolButton()
        self.save, self.open_it = QPushButton(_("Save…")), QPushButton(_("Save and open…"))
        self._values: dict[str, object] = {"psi": 0.7}
        if generators:
            self._values["generator"] = generators[0][0]
        self._place(generators)
        self._connect()

    @property
    def chosen(self) -> PortraitChoice:
        """The portrait that is wanted."""
        psi = float(str(self._values["psi"]))
        return PortraitChoice(str(self._values["generator"]), self.seed.value(), psi)

    def ask(self) -> None:
        """Ask for the portrait that is chosen, if one can be drawn."""
        if "generator" in self._values:
            self.wanted.emit(self.chosen)

    def show_portrait(self, portrait: QImage, matte: QImage) -> None:
        """Show what was drawn."""
        self.portrait.show_picture(portrait)
        self.matte.show_picture(matte)
        side = portrait.width()
        self.note.setText(_("{width} × {height} pixels").format(width=side, height=side))
        self._let_save(True)

    def show_problem(self, text: str) -> None:
        """Say why nothing can be shown."""
        self.portrait.show_picture(None)
        self.matte.show_picture(None)
        self.note.setText(text)
        self._let_save(False)

    def _place(self, generators: Choices) -> None:
        pictures = QHBoxLayout()
        pictures.addWidget(self.portrait)
        pictures.addWidget(self.matte)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(12)
        whole.addLayout(pictures)
        whole.addWidget(self.note)
        if generators:
            for row in _rows(generators):
                self.fields[row.path] = field = make_field(row)
                field.show_value(self._values[row.path])
                whole.addWidget(field)
            whole.addLayout(self._seed_row())
        whole.addStretch(1)
        whole.addLayout(self._buttons())
        self._let_save(False)

    def _seed_row(self) -> QHBoxLayout:
        self.seed.setAccessibleName(_("Seed"))
        self.seed.setToolTip(_("The same seed gives the same portrait again."))
        self.count.setAccessibleName(_("How many to save"))
        self.count.setToolTip(
            _("So many portraits are saved, of this seed and the ones that follow.")
        )
        name_control(
            self.another,
            icon_name="dice-five",
            title=_("Another portrait"),
            tip=_("Take the next seed."),
        )
        row = QHBoxLayout()
        row.addWidget(QLabel(_("Seed")))
        row.addWidget(self.seed)
        row.addWidget(self.another)
        row.addStretch(1)
        row.addWidget(QLabel(_("How many")))
        row.addWidget(self.count)
        return row

    def _buttons(self) -> QHBoxLayout:
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        self.save.setToolTip(_("Save as pictures with transparency: the matte is their alpha."))
        self.open_it.setToolTip(_("Save one, and open it as a photograph."))
        self.save.setProperty("loud", True)
        self.save.setDefault(True)
        row = QHBoxLayout()
        row.addWidget(close)
        row.addStretch(1)
        row.addWidget(self.open_it)
        row.addWidget(self.save)
        return row

    def _connect(self) -> None:
        for path, field in self.fields.items():
            field.edited.connect(lambda value, _ends, path=path: self._on_edited(path, value))
        self.seed.valueChanged.connect(lambda _: self.ask())
        self.another.clicked.connect(self.seed.stepUp)
        self.save.clicked.connect(lambda: self.save_asked.emit(self.chosen, self.count.value()))
        self.open_it.clicked.connect(lambda: self.open_asked.emit(self.chosen))

    def _on_edited(self, path: str, value: object) -> None:
        self._values[path] = value
        self.fields[path].show_value(value)
        self.ask()

    def _let_save(self, on: bool) -> None:
        for button in (self.save, self.open_it):
            button.setEnabled(on)


def _rows(generators: Choices) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("generator", "Generator", OneOf(generators), "The network that draws."),
        FieldSpec(
            "psi",
            "Variety (ψ)",
            Number(-100, 100, 1, "%", scale=100),
            "0 draws the mean portrait, 100 % all there is; below 0 the opposite of each.",
        ),
    )


def _number(low: int, high: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setKeyboardTracking(False)
    return box
