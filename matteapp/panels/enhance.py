"""The panel of enhancement: what with, how it goes, what came of it, and how much of it is used."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.document.state import DocumentState
from matteapp.icons import dress, name_control
from matteapp.language import _
from matteapp.panels.curve import Curve
from matteapp.panels.enhance_choices import OFFERED, offered
from matteapp.panels.enhance_words import as_rich, report_of
from matteapp.panels.fields import ChoiceField
from matteapp.panels.setting_panel import SettingPanel
from matteapp.panels.step_words import step_words
from matteapp.panels.tables import enhance_panel
from matteapp.requests import Advice

_USED = ("enhance.strength", "enhance.matte", "enhance.colours")
"""Rows that are about an enhancement which is there."""
_BEFORE_KEEPING = "Nothing was found yet that could be kept: the face is still being inverted."
_KEEPING = "End here and keep the best that was found so far."
_BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    ("run", "Enhance", "sparkle", "Change the photograph a little, so that its matte gets better."),
    ("keep", "Cancel, keep best", "check", _BEFORE_KEEPING),
    ("stop", "Stop", "stop", "Stop and discard what was found; nothing changes."),
)


class EnhancePanel(SettingPanel):
    """Shows the settings, the job that runs, and what was found.

    Signals:
        asked(str): "run", "keep" or "stop".
        box_asked(bool): people want to draw the head's box, or not any more.
        box_cleared(): the head is to be looked for again.
        import_asked(): people have weights to bring.
    """

    asked = Signal(str)
    box_asked = Signal(bool)
    box_cleared = Signal()
    import_asked = Signal()

    def __init__(self) -> None:
        rows = offered()
        super().__init__(enhance_panel(*(rows[path] for path in OFFERED)))
        self.running = False
        self._stage = ""
        self.box = QPushButton()
        self.clear_box = QToolButton()
        self.buttons = {key: QPushButton(_(title)) for key, title, *_rest in _BUTTONS}
        self.bar = QProgressBar()
        self.note = _label()
        self.curve = Curve(_("Objective"))
        self.report = _label()
        self.advice = _label()
        self.bring = QPushButton(_("Import…"))
        self._dress_controls()
        self._place_controls()
        self.show_state(None)
        self.show_advice(Advice())
        self._show_running()

    def show_choices(self) -> None:
        """Offer what is on this machine now."""
        for path, choices in offered().items():
            field = self.fields[path]
            assert isinstance(field, ChoiceField)
            field.show_options(choices)

    def show_state(self, state: DocumentState | None) -> None:
        """Show what was found for a document."""
        enhancement = None if state is None else state.enhancement
        for path in _USED:
            self.fields[path].setEnabled(enhancement is not None)
        box = None if state is None else state.settings.enhance.box
        self.box.setText(_("Head: looked for") if box is None else _("Head: in your box"))
        self.clear_box.setVisible(box is not None)
        self.report.setVisible(enhancement is not None)
        if enhancement is not None and state is not None:
            self.report.setText(report_of(enhancement.note, state.amount))
        if not self.running:
            self.curve.show_values(() if enhancement is None else enhancement.note.total)
            self.curve.setVisible(bool(self.curve.values))
            self._say_state(state)

    def begin(self) -> None:
        """A job runs from now on."""
        self.running, self._stage = True, ""
        self.bar.setValue(0)
        self.note.setText(_("Waits…"))
        self.curve.show_values(())
        self.say(_("running"))
        self._show_running()

    def show_progress(self, fraction: float, message: str) -> None:
        """How far the job is."""
        self.bar.setValue(round(fraction * 1000))
        words = step_words(message)
        if words is None:
            self.note.setText(message)
            return
        self.note.setText(str(words))
        if words.what != self._stage:
            self._stage = words.what
            self.curve.show_values(())
        if words.total is not None:
            self.curve.add(words.total)

    def let_keep(self, possible: bool) -> None:
        """Whether there is something yet that could be kept."""
        self.buttons["keep"].setEnabled(possible)
        self.buttons["keep"].setToolTip(_(_KEEPING if possible else _BEFORE_KEEPING))

    def end(self, state: DocumentState | None) -> None:
        """The job has ended."""
        self.running = False
        self._show_running()
        self.show_state(state)

    def show_advice(self, advice: Advice) -> None:
        """What is missing, or what would do better."""
        text = advice.missing or advice.better
        self.advice.setText(as_rich(text))
        self.advice.setProperty("role", "" if advice.missing else "muted")
        self.advice.style().polish(self.advice)
        self.advice.setVisible(bool(text))
        self.buttons["run"].setEnabled(not advice.missing)

    def show_armed(self, armed: bool) -> None:
        """Whether the next box that is drawn is the head's."""
        self.box.setChecked(armed)

    def _say_state(self, state: DocumentState | None) -> None:
        if state is None or state.enhancement is None:
            return
        note = state.enhancement.note
        changed = self.reset.isEnabled()
        self.say(
            _("enhanced") if note.complete else _("best of {steps} steps").format(steps=note.steps),
            changed=changed,
        )

    def _show_running(self) -> None:
        for widget in (self.bar, self.note, self.buttons["keep"], self.buttons["stop"]):
            widget.setVisible(self.running)
        self.buttons["run"].setVisible(not self.running)
        self.curve.setVisible(self.running or bool(self.curve.values))
        self.let_keep(False)

    def _dress_controls(self) -> None:
        for key, title, icon_name, tip in _BUTTONS:
            button = self.buttons[key]
            dress(button, icon_name)
            button.setToolTip(_(tip))
            named = "{title}" if key == "run" else _("{title}: enhancement")
            button.setAccessibleName(named.format(title=_(title)))
            button.clicked.connect(lambda _=False, key=key: self.asked.emit(key))
        self.buttons["run"].setProperty("loud", True)
        dress(self.box, "bounding-box")
        self.box.setCheckable(True)
        self.box.setToolTip(
            _("Draw a box around head and hair, if they are not found by themselves.")
        )
        self.box.clicked.connect(self.box_asked)
        name_control(
            self.clear_box,
            icon_name="x",
            title=_("Forget the head's box"),
            tip=_("Look for the head."),
        )
        self.clear_box.clicked.connect(self.box_cleared)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Enhancement: progress"))
        self.note.setAccessibleName(_("Enhancement: step and time left"))
        self.report.setAccessibleName(_("What the enhancement changed"))
        self.advice.setAccessibleName(_("Networks to get"))
        self.advice.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.advice.setOpenExternalLinks(True)
        self.advice.setTextFormat(Qt.TextFormat.RichText)
        dress(self.bring, "download-simple")
        self.bring.setToolTip(_("Add a generator or another network that you have got."))
        self.bring.setAccessibleName(_("Import a network"))
        self.bring.clicked.connect(self.import_asked)

    def _place_controls(self) -> None:
        place = self.rows.indexOf(self.fields[_USED[0]])
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(6)
        column.addLayout(_row(self.box, self.clear_box))
        column.addLayout(_row(*self.buttons.values()))
        for widget in (self.bar, self.note, self.curve):
            column.addWidget(widget)
        self.rows.insertWidget(place, middle)
        below: tuple[QWidget, ...] = (self.report, self.advice, self.bring)
        for under in below:
            self.add(under)


def _label() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    return label


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QToolButton) else 1)
    return row
