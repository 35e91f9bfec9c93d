"""A tour of two minutes: a bubble goes from control to control and says what each is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QWidget

from matteapp.bubble import Bubble, Ring
from matteapp.key_words import with_keys
from matteapp.language import _
from matteapp.main_window import MainWindow
from matteapp.panels.section import Section
from matteapp.settings import Settings

_SEEN = "tour/seen"


@dataclass(frozen=True)
class TourStep:
    """A stop of the tour.

    Attributes:
        title: of the bubble.
        text: a few sentences; "<tool.refine>" stands for the key that this action has now.
        target: the control it points at.
        runs: an action that shows what is meant, "" for none.
    """

    title: str
    text: str
    target: Callable[[MainWindow], QWidget]
    runs: str = ""


STEPS: tuple[TourStep, ...] = (
    TourStep(
        "The photograph",
        "The person in it is found and cut out by itself, down to the hair. Space and drag moves "
        "it, Ctrl and the wheel zooms, <view.fit> shows the whole.",
        lambda window: window.stage,
    ),
    TourStep(
        "Look at it in many ways",
        "Composite shows the result; Overlay what is cut away; Alpha the matte itself. "
        "<view.next> goes to the next one, and <peek.input> shows the photograph while held.",
        lambda window: window.top.view_bar.views,
        "view.overlay",
    ),
    TourStep(
        "Paint where it should be better",
        "<tool.foreground> paints what belongs to the person, <tool.background> what does not; "
        "Alt swaps the two. A rough stroke is enough: the edge is solved again at once.",
        lambda window: window.tools.buttons["foreground"],
        "tool.foreground",
    ),
    TourStep(
        "The brush",
        "What the tool in your hand can do stands up here. <brush.smaller> and <brush.larger> "
        "make the brush smaller and larger.",
        lambda window: window.top.brush,
    ),
    TourStep(
        "Hair",
        "Sweep along hair and fur with this brush (<tool.refine>): there the matte is solved "
        "strand by strand. The one below it (<tool.restore>) gives the automatic result back.",
        lambda window: window.tools.buttons["refine"],
        "tool.refine",
    ),
    TourStep(
        "The panels, in the order of the work",
        "Who is cut out is decided here. Below follow trimap, matte, edge and colours; what you "
        "changed is marked, and an arrow sets a panel back.",
        lambda window: window.panels.subject,
    ),
    TourStep(
        "A new background",
        "A colour, a gradient, your own picture, or the photograph blurred: choose it here.",
        lambda window: window.panels.settings["background"],
        "view.composite",
    ),
    TourStep(
        "Nothing is lost",
        "Every step can be undone with <edit.undo>, and a click on a line goes back to it. Your "
        "work is kept for you if the program should ever end.",
        lambda window: window.panels.history,
    ),
    TourStep(
        "Take it with you",
        "Saves the cut-out with transparency, the matte, or layers for an editor. "
        "All keys are on <help.keys>; this tour is in the Help menu.",
        lambda window: window.export,
    ),
)


class Tour(QObject):
    """Leads through `STEPS` on whatever photograph is open, or else on the sample.

    Args:
        window: whose controls are shown.
        settings: remember that the tour was offered.
    """

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._store = window, settings.store
        self._at = 0
        self.ring, self.bubble = Ring(window), Bubble(window)
        self.bubble.went.connect(self._on_went)
        self.bubble.left.connect(self.end)

    @property
    def running(self) -> bool:
        return self.bubble.isVisible()

    @property
    def step(self) -> TourStep:
        """The stop that is shown."""
        return STEPS[self._at]

    def offer(self) -> None:
        """On the first start ever, ask in the bar whether a tour is welcome."""
        if self._store.value(_SEEN) is None:
            self._store.setValue(_SEEN, 1)
            text = _("New here? A tour of two minutes shows how a portrait is cut out.")
            self._window.bar.say(text, action=_("Take the tour"), run=self.start)

    def start(self) -> None:
        """Begin; the sample is opened if nothing is."""
        self._store.setValue(_SEEN, 1)
        if self._window.stage.currentWidget() is self._window.welcome:
            self._window.actions_by_name["file.sample"].trigger()
        self._window.installEventFilter(self)
        self._show(0)

    def end(self) -> None:
        """Leave it where it is."""
        self._window.removeEventFilter(self)
        self.bubble.hide()
        self.ring.hide()
        self._window.canvas.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            QTimer.singleShot(0, self, self._place)
        return False

    def text_of(self, step: TourStep) -> str:
        """A stop's text with the keys that people have now."""
        return with_keys(_(step.text), self._window.actions_by_name)

    def _on_went(self, by: int) -> None:
        if self._at + by >= len(STEPS):
            self.end()
        else:
            self._show(max(self._at + by, 0))

    def _show(self, at: int) -> None:
        self._at = at
        step = self.step
        action = self._window.actions_by_name.get(step.runs)
        if action is not None and action.isEnabled():
            action.trigger()
        self._bring_in_sight(step.target(self._window))
        self.bubble.show_step(_(step.title), self.text_of(step), at=at, of=len(STEPS))
        self._place()
        QTimer.singleShot(0, self, self._place)  # once what was unfolded has its size

    def _bring_in_sight(self, target: QWidget) -> None:
        if isinstance(target, Section):
            target.header.setChecked(True)
            self._window.panels.ensureWidgetVisible(target)

    def _place(self) -> None:
        if not self.running:
            return
        target = self.step.target(self._window)
        if isinstance(target, Section):
            self._window.panels.ensureWidgetVisible(target)
        corner = target.mapTo(self._window, target.rect().topLeft())
        around = QRect(corner, target.size())
        if self._window.panels.isAncestorOf(target):  # as much of it as is not scrolled away
            panels = self._window.panels
            around &= QRect(panels.mapTo(self._window, panels.rect().topLeft()), panels.size())
        self.ring.surround(around)
        self.bubble.stand_by(around)
