"""The open photographs below the canvas: pictures to switch by."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QIcon,
    QImage,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from matteapp.documents import Document
from matteapp.icons import dress, framed, name_control
from matteapp.language import _

PICTURE = QSize(92, 56)
_TAB = QSize(112, 88)


class FilmTab(QFrame):
    """One photograph: its picture and name, a dot while it has unsaved work, a cross.

    Signals:
        chosen(): show it.
        close_asked(): close it.
        reveal_asked(): show its file in its folder.
    """

    chosen = Signal()
    close_asked = Signal()
    reveal_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("filmTab")
        self.setFixedSize(_TAB)
        self.button = QToolButton()
        self.button.setObjectName("filmPicture")
        self.button.setCheckable(True)
        self.button.setIconSize(PICTURE)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.button.setFixedSize(_TAB)
        self.button.clicked.connect(self.chosen)
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
        text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _TAB.width() - 14)
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
            (_("Close"), self.close_asked),
        ):
            menu.addAction(title).triggered.connect(asked)
        menu.popup(event.globalPos())


class Filmstrip(QFrame):
    """All open photographs in a row; hidden while there are less than two.

    Signals:
        chosen(Document): people want to see it.
        close_asked(Document): people want it closed.
        reveal_asked(Document): people want to see its file.
    """

    chosen = Signal(object)
    close_asked = Signal(object)
    reveal_asked = Signal(object)

    def __init__(self, open_action: QAction) -> None:
        super().__init__()
        self.setObjectName("filmstrip")
        self.setAccessibleName(_("Open photographs"))
        self._tabs: dict[Document, FilmTab] = {}
        self._shown: Document | None = None
        self._group = QButtonGroup(self)
        self.more = QToolButton()
        name_control(
            self.more, icon_name="plus", title=_("Open more"), tip=_("Open more photographs.")
        )
        self.more.clicked.connect(open_action.trigger)
        self.area = _Roll()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._place()
        self.hide()

    @property
    def tabs(self) -> tuple[FilmTab, ...]:
        """From left to right."""
        return tuple(self._tabs.values())

    def tab(self, document: Document) -> FilmTab | None:
        """The tab of a document."""
        return self._tabs.get(document)

    def show_documents(self, documents: Sequence[Document], shown: Document | None) -> None:
        """Show these, in this order; `shown` is the one on the canvas."""
        for gone in [one for one in self._tabs if one not in documents]:
            self._drop(gone)
        for document in documents:
            tab = self._tabs.get(document) or self._add(document)
            tab.show_document(document)
        if shown in self._tabs:
            self._tabs[shown].button.setChecked(True)
        self.setVisible(len(documents) > 1)
        if shown is not self._shown and shown in self._tabs:
            self.area.ensureWidgetVisible(self._tabs[shown], 8, 0)
        self._shown = shown

    def _add(self, document: Document) -> FilmTab:
        tab = FilmTab()
        tab.chosen.connect(lambda: self._on_chosen(document))
        tab.close_asked.connect(lambda: self.close_asked.emit(document))
        tab.reveal_asked.connect(lambda: self.reveal_asked.emit(document))
        self._tabs[document] = tab
        self._group.addButton(tab.button)
        self._row.insertWidget(self._row.count() - 2, tab)
        return tab

    def _drop(self, document: Document) -> None:
        tab = self._tabs.pop(document)
        self._group.removeButton(tab.button)
        self._row.removeWidget(tab)
        tab.hide()
        tab.deleteLater()

    def _on_chosen(self, document: Document) -> None:
        self.chosen.emit(document)
        # Until it is read, the one before is on the canvas, and checked.
        if self._shown in self._tabs and self._shown is not document:
            self._tabs[self._shown].button.setChecked(True)

    def _place(self) -> None:
        inside = QWidget()
        inside.setObjectName("filmRow")
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(6, 3, 6, 3)
        self._row.setSpacing(4)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.area.setWidget(inside)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)
        self.setFixedHeight(_TAB.height() + 18)


class _Roll(QScrollArea):
    """A row that a wheel moves sideways."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turned.x() or turned.y()))
        event.accept()
