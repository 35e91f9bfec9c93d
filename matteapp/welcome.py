"""What the window shows while nothing is open: what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QImage
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from matteapp.actions import ACTIONS
from matteapp.icons import dress, framed, icon
from matteapp.language import _
from matteapp.text_size import measures_itself, text_factor

_BUTTONS = (
    ("file.open", "Open…", True),
    ("file.sample", "Open the sample", False),
    ("file.paste", "Paste", False),
    ("help.tour", "Take the tour", False),
)
_LARGE = 1.3
_RECENT_SHOWN = 5
_RECENT_PICTURE = QSize(116, 78)


class Welcome(QFrame):
    """An invitation to drop a photograph."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAccessibleName(_("Nothing is open"))
        self.card = QFrame()
        self.card.setObjectName("dropCard")
        self.card.setMinimumSize(480, 310)
        measures_itself(self.card)
        self._buttons_row = QGridLayout()
        self._buttons_row.setSpacing(8)
        self._fill_card(actions)
        self.recent = RecentRow()
        outer = QVBoxLayout(self)
        outer.addStretch(3)
        outer.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(24)
        outer.addWidget(self.recent, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(4)

    def show_recent(self, paths: Sequence[Path], open_path: Callable[[Path], None]) -> None:
        """Offer the newest of these files."""
        self.recent.show_paths(paths, open_path)

    def show_recent_picture(self, path: Path, picture: QImage) -> None:
        """Show what a recent file looks like."""
        self.recent.show_picture(path, picture)

    def show_over(self, over: bool) -> None:
        """Show that what is dragged may be dropped."""
        self.card.setProperty("over", over)
        self.card.style().polish(self.card)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_picture()
        if event.type() == QEvent.Type.FontChange:
            self._put_buttons()
        super().changeEvent(event)

    def _draw_picture(self) -> None:
        self.picture.setPixmap(icon("image-square").pixmap(56, 56))

    def _fill_card(self, actions: Mapping[str, QAction]) -> None:
        column = QVBoxLayout(self.card)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(8)
        column.addStretch(1)
        self.picture = QLabel()
        self._draw_picture()
        title = QLabel(_("Drop a photograph here"))
        title.setProperty("role", "title")
        text = QLabel(
            _("The person in it is found and cut out.\nThen paint where it should be better.")
        )
        text.setProperty("role", "muted")
        for label in (self.picture, title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(18)
        column.addLayout(self._buttons_row)
        column.addStretch(1)
        self.buttons = [_button(actions, *row) for row in _BUTTONS]
        self._put_buttons()

    def _put_buttons(self) -> None:
        """Beside each other, or in two rows where the text is large."""
        across = 2 if text_factor() > _LARGE else len(self.buttons)
        for index, button in enumerate(self.buttons):
            self._buttons_row.addWidget(button, index // across, 1 + index % across)
        for column in (0, 1 + len(self.buttons)):
            self._buttons_row.setColumnStretch(column, 1)


class RecentRow(QFrame):
    """The newest files with their pictures; a click opens one."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Recent files"))
        self.buttons: dict[Path, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)

    def show_paths(self, paths: Sequence[Path], open_path: Callable[[Path], None]) -> None:
        """Show the newest of these."""
        newest = list(paths[:_RECENT_SHOWN])
        if newest == list(self.buttons):
            return
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {path: self._made(path, open_path) for path in newest}
        self.setVisible(bool(newest))

    def show_picture(self, path: Path, picture: QImage) -> None:
        """Show what a file looks like."""
        button = self.buttons.get(path)
        if button is not None:
            button.setProperty("icon_name", None)  # no icon to be redrawn with the theme
            button.setIcon(QIcon(framed(picture, _RECENT_PICTURE)))

    def _made(self, path: Path, open_path: Callable[[Path], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName("recentFile")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(_RECENT_PICTURE)
        button.setFixedWidth(_RECENT_PICTURE.width() + 16)
        dress(button, "image")
        elided = button.fontMetrics().elidedText(
            path.name, Qt.TextElideMode.ElideMiddle, _RECENT_PICTURE.width()
        )
        button.setText(elided.replace("&", "&&"))
        button.setAccessibleName(_("Open {name}").format(name=path.name))
        button.setToolTip(_("Open {path}.").format(path=path))
        button.clicked.connect(lambda: open_path(path))
        self._row.addWidget(button)
        return button


def _button(actions: Mapping[str, QAction], name: str, title: str, loud: bool) -> QPushButton:
    button = QPushButton(_(title))
    button.setProperty("loud", loud)
    button.setToolTip(actions[name].toolTip())
    if not loud:
        dress(button, ACTIONS[name].icon)
    button.clicked.connect(actions[name].trigger)
    return button
