"""One open photograph in the strip: its picture, to be clicked or taken along, and its name."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QIcon, QImage, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMenu, QToolButton, QVBoxLayout

from matteapp.documents import Document
from matteapp.icons import dress, framed
from matteapp.language import _

PICTURE = QSize(92, 56)
TAB = QSize(112, 88)


class FilmPicture(QToolButton):
    """A button that one can take along the strip; letting go of it is no click then.

    Signals:
        taken_to(QPoint): it is held at this place of the screen.
    """

    taken_to = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("filmPicture")
        self._pressed_at: QPoint | None = None
        self._taken = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._taken = False
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if not self._taken and moved >= QApplication.startDragDistance():
            self._taken = True
            self.setDown(False)  # so that letting go is no click
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._taken:
            self.taken_to.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        self.unsetCursor()
        super().mouseReleaseEvent(event)


class FilmTab(QFrame):
    """One photograph: its picture and name, a dot while it has unsaved work, a cross.

    Signals:
        chosen(): show it.
        close_asked(): close it.
        reveal_asked(): show its file in its folder.
        taken_to(QPoint): it is dragged, and held at this place of the screen.
        shifted(int): put it so many places further right.
    """

    chosen = Signal()
    close_asked = Signal()
    reveal_asked = Signal()
    taken_to = Signal(QPoint)
    shifted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("filmTab")
        self.setFixedSize(TAB)
        self.button = FilmPicture()
        self.button.setCheckable(True)
        self.button.setIconSize(PICTURE)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.button.setFixedSize(TAB)
        self.button.clicked.connect(self.chosen)
        self.button.taken_to.connect(self.taken_to)
        self.dot = QLabel("●", self)
        self.dot.setObjectName("filmDot")
        self.dot.setToolTip(_("It has unsaved work."))
        self.cross = QToolButton(self)
        self.cross.setObjectName("filmCross")
        self.cross.clicked.connect(self.close_asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        dress(self.button, "image")
        dress(self.cross, "x")
        self._told: tuple[object, ...] = ()
        self._has_picture = False

    def show_document(self, document: Document) -> None:
        """Show what a document is called and whether it is saved."""
        name, place = document.name, document.place
        told = (name, place, document.dirty)
        if told == self._told:
            return
        self._told = told
        metrics = self.button.fontMetrics()
        text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, TAB.width() - 14)
        self.button.setText(text.replace("&", "&&"))
        self.button.setAccessibleName(
            _("{name}, unsaved").format(name=name) if document.dirty else name
        )
        self.button.setToolTip(_("Show {name}.").format(name=place or name))
        self.dot.setVisible(document.dirty)
        self.cross.setAccessibleName(_("Close {name}").format(name=name))
        self.cross.setToolTip(_("Close {name}.").format(name=name))

    def show_picture(self, picture: QImage) -> None:
        """Show how it looks."""
        self._has_picture = True
        self.button.setProperty("icon_name", None)  # no icon to be redrawn with the theme
        self.button.setIcon(QIcon(framed(picture, PICTURE)))

    @property
    def has_picture(self) -> bool:
        return self._has_picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.dot.adjustSize()
        self.dot.move(7, 4)
        self.cross.setGeometry(self.width() - 25, 3, 22, 22)
        self.dot.raise_()
        self.cross.raise_()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self.close_asked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, asked in (
            (_("Show"), self.chosen),
            (_("Show in Folder"), self.reveal_asked),
            (_("Move Left"), partial(self.shifted.emit, -1)),
            (_("Move Right"), partial(self.shifted.emit, 1)),
            (_("Close"), self.close_asked),
        ):
            menu.addAction(title).triggered.connect(asked)
        menu.popup(event.globalPos())
