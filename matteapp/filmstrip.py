"""The open photographs below the canvas: pictures to switch by."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from matteapp.documents import Document
from matteapp.film_tab import TAB, FilmTab
from matteapp.icons import name_control
from matteapp.language import _


class Filmstrip(QFrame):
    """All open photographs in a row; hidden while there are less than two.

    Signals:
        chosen(Document): people want to see it.
        close_asked(Document): people want it closed.
        reveal_asked(Document): people want to see its file.
        moved(Document, int): people want it at this place.
    """

    chosen = Signal(object)
    close_asked = Signal(object)
    reveal_asked = Signal(object)
    moved = Signal(object, int)

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
        self._arrange(documents)
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
        tab.taken_to.connect(lambda where: self._on_taken(document, where))
        tab.shifted.connect(lambda by: self._shift(document, by))
        self._tabs[document] = tab
        self._group.addButton(tab.button)
        self._row.insertWidget(self._row.count() - 2, tab)
        return tab

    def _arrange(self, documents: Sequence[Document]) -> None:
        """Put the tabs in this order, which is the one of the Tab key as well."""
        if list(self._tabs) == list(documents):
            return
        self._tabs = {document: self._tabs[document] for document in documents}
        before: QWidget | None = None
        for place, tab in enumerate(self.tabs):
            self._row.insertWidget(place, tab)
            for control in (tab.button, tab.cross):
                if before is not None:
                    QWidget.setTabOrder(before, control)
                before = control
        if before is not None:
            QWidget.setTabOrder(before, self.more)
        self._row.activate()

    def _on_taken(self, document: Document, where: QPoint) -> None:
        """The tab goes along with the pointer; all are as wide, so it can't jump to and fro."""
        tab = self._tabs[document]
        left = self._inside.mapFromGlobal(where).x() - self.tabs[0].x()
        place = left // (TAB.width() + self._row.spacing())
        self.moved.emit(document, max(0, min(place, len(self._tabs) - 1)))
        self.area.ensureWidgetVisible(tab, 8, 0)

    def _shift(self, document: Document, by: int) -> None:
        self.moved.emit(document, list(self._tabs).index(document) + by)

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
        self._inside = QWidget()
        self._inside.setObjectName("filmRow")
        self._row = QHBoxLayout(self._inside)
        self._row.setContentsMargins(6, 3, 6, 3)
        self._row.setSpacing(4)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.area.setWidget(self._inside)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)
        self.setFixedHeight(TAB.height() + 18)


class _Roll(QScrollArea):
    """A row that a wheel moves sideways."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turned.x() or turned.y()))
        event.accept()
