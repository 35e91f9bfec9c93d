"""The one place that shows what went wrong: a bar over the canvas, or the error dialog."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from engine.errors import UserError
from matteapp.dialogs.error import ErrorDialog
from matteapp.icons import dress, name_control
from matteapp.key_words import with_keys
from matteapp.language import _
from matteapp.text_size import measures_itself

_log = logging.getLogger(__name__)
_MARGIN = 14
_WIDEST = 720


class MessageBar(QFrame):
    """A line over the top of another widget with at most one action; never in the way.

    Args:
        over: the other widget.
        actions: by their names; have the keys that messages name.
    """

    def __init__(self, over: QWidget, *, actions: Mapping[str, QAction] | None = None) -> None:
        super().__init__(over)
        self._over = over
        self._actions = actions or {}
        self.setObjectName("messageBar")
        self._run: Callable[[], object] | None = None
        self.symbol = QToolButton()
        self.symbol.setAccessibleName(_("Kind of message"))
        self.symbol.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.symbol.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = QPushButton()
        self.action.setAccessibleName(_("What to do about it"))
        self.action.setToolTip(_("Do what the message offers."))
        self.cross = QToolButton()
        name_control(self.cross, icon_name="x", title=_("Dismiss the message"))
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self.symbol)
        row.addWidget(self.text, 1)
        row.addWidget(self.action)
        row.addWidget(self.cross)
        self.action.clicked.connect(self._on_action)
        self.cross.clicked.connect(self.hide)
        self._waiting: list[Callable[[], object]] = []
        self._turn: Callable[[], object] | None = None
        self._freed = QTimer(self, singleShot=True, interval=0)
        self._freed.timeout.connect(self._take_next)
        measures_itself(self)
        over.installEventFilter(self)
        self.hide()

    def say(
        self,
        text: str,
        *,
        alarm: bool = False,
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        """Show a message, with one thing to do about it if `action` names one."""
        self._put_off()
        text = with_keys(text, self._actions)
        self.text.setText(text)
        self.setAccessibleName(text)
        self.setProperty("alarm", alarm)
        self.style().polish(self)
        dress(self.symbol, "warning" if alarm else "info")
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self._run = run
        self.show()
        self.raise_()
        self._place()

    def when_free(self, run: Callable[[], object]) -> None:
        """Call `run`, which says something, once no other message is there to be read.

        If another comes before it is answered or dismissed, it is called again after that one.
        """
        self._waiting.append(run)
        self._take_next()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.isHidden():
            self._turn = None
        self._freed.start()  # what the message's action says comes first

    def _take_next(self) -> None:
        while self._waiting and self.isHidden():
            turn = self._waiting.pop(0)
            turn()
            self._turn = turn

    def _put_off(self) -> None:
        if self._turn is not None and not self.isHidden():
            self._waiting.insert(0, self._turn)
        self._turn = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        over = self._over
        width = min(_WIDEST, over.width() - 2 * _MARGIN)
        self.setFixedWidth(max(width, 120))
        height = max(self._row.totalHeightForWidth(self.width()), 40)
        left = (over.width() - self.width()) // 2
        self.setGeometry(left, _MARGIN, self.width(), height)

    def _on_action(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()


class ErrorDesk:
    """Decides how an error is shown: the world's fault in the bar, ours in the dialog."""

    def __init__(self, bar: MessageBar, window: QWidget) -> None:
        self._bar = bar
        self._window = window

    def report(
        self,
        error: BaseException,
        *,
        action: str = "",
        run: Callable[[], None] | None = None,
    ) -> None:
        """Show an error, log what people are spared."""
        if isinstance(error, UserError):
            _log.info("told the user: %s", error, exc_info=error)
            self._bar.say(_sentence(error), alarm=True, action=action, run=run)
            return
        _log.error("unexpected", exc_info=error)
        ErrorDialog("".join(traceback.format_exception(error)), parent=self._window).open()


def _sentence(error: UserError) -> str:
    where = f"{error.path.name}: " if error.path is not None else ""
    return f"{where}{error.problem} {error.remedy}".strip()
