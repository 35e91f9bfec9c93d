"""The main window: places things, and knows nothing of what they do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
    QImage,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from matteapp.actions import ACTIONS
from matteapp.canvas.canvas import Canvas
from matteapp.dragging import DragHandle
from matteapp.errors_ui import MessageBar
from matteapp.filmstrip import Filmstrip
from matteapp.language import _
from matteapp.menus import fill_menus, make_actions
from matteapp.panels.column import SCROLL_BAR, PanelColumn
from matteapp.status import StatusLine
from matteapp.text_size import measures_itself
from matteapp.toolstrip import ToolStrip
from matteapp.topbar import TopBar
from matteapp.welcome import Welcome

TITLE = "Matteapp"


class MainWindow(QMainWindow):
    """The canvas with everything around it.

    Signals:
        dropped(object): files (a list of paths) were dropped on the window.
        close_asked(): people want to leave; the window stays until `let_close`.
    """

    dropped = Signal(object)
    close_asked = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.actions_by_name = make_actions(self)
        self.addActions(list(self.actions_by_name.values()))
        self.canvas = canvas
        self.welcome = Welcome(self.actions_by_name)
        self.tools = ToolStrip(self.actions_by_name)
        self.top = TopBar(self.actions_by_name, canvas.brush)
        self.panels = PanelColumn(self.actions_by_name)
        self.export = QPushButton(_("Export…"))
        self.drag_out = DragHandle()
        self.side = QWidget()
        self.status = StatusLine()
        self.film = Filmstrip(self.actions_by_name["file.open"])
        self.stage = QStackedWidget()
        self.stage.addWidget(self.welcome)
        self.stage.addWidget(canvas)
        self.stage.currentChanged.connect(self._on_page_changed)
        self._batch: QWidget | None = None
        self.drop_hint = QLabel(_("Drop to open"), self.stage)
        self.drop_hint.setObjectName("dropHint")
        self.drop_hint.hide()
        self.bar = MessageBar(self.stage, actions=self.actions_by_name)
        self.recent_menu = QMenu(_("Open &Recent"), self)
        fill_menus(self.menuBar(), self.actions_by_name, recent=self.recent_menu)
        self._may_close = self._asking = False
        self._place()
        self.setAcceptDrops(True)
        self.resize(QSize(1440, 900))
        self.show_document("", open_now=False)

    def show_document(self, name: str, *, open_now: bool) -> None:
        """Show the canvas under this name, or what to do when nothing is open."""
        self.stage.setCurrentWidget(self.canvas if open_now else self.welcome)
        self.setWindowTitle(TITLE)
        if open_now:
            self.name_document(name)
        self.top.set_working(open_now)
        self.export.setEnabled(open_now)
        self.drag_out.setEnabled(open_now)
        for action_name, action in self.actions_by_name.items():
            if ACTIONS[action_name].needs_document:
                action.setEnabled(open_now)
        if open_now:
            self.canvas.setFocus()

    def add_batch(self, page: QWidget) -> None:
        """Have a page for a batch."""
        self._batch = page
        self.stage.addWidget(page)

    def show_batch(self, on: bool) -> None:
        """Show the batch's page, or what is open again."""
        open_now = self.export.isEnabled()
        behind = self.canvas if open_now else self.welcome
        self.stage.setCurrentWidget(self._batch if on and self._batch is not None else behind)

    def _on_page_changed(self) -> None:
        """Let keys and controls of the canvas rest while another page hides it."""
        on = self.stage.currentWidget() is self.canvas
        self.top.set_working(on)
        batch = self._batch is not None and self.stage.currentWidget() is self._batch
        for about_one in (self.tools, self.side):  # photograph; and the batch needs room
            about_one.setVisible(not batch)
        for name, action in self.actions_by_name.items():
            if ACTIONS[name].needs_canvas:
                action.setEnabled(on)

    def name_document(self, name: str) -> None:
        """Show what the open document is called now."""
        self.setWindowTitle(f"{name}[*] – {TITLE}")

    def show_recent(self, paths: list[Path], open_path: Callable[[Path], None]) -> None:
        """Fill the menu of recent files, and their row on the welcome page."""
        self.welcome.show_recent(paths, open_path)
        self.recent_menu.clear()
        self.recent_menu.setEnabled(bool(paths))
        for path in paths:
            action = self.recent_menu.addAction(path.name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: open_path(path))
        self.recent_menu.setToolTipsVisible(True)

    def show_recent_picture(self, path: Path, picture: QImage) -> None:
        """Show what a recent file looks like."""
        self.welcome.show_recent_picture(path, picture)
        for action in self.recent_menu.actions():
            if action.toolTip() == str(path):
                action.setIcon(QIcon(QPixmap.fromImage(picture)))

    def let_close(self) -> None:
        """Close for good: nothing is unsaved any more."""
        self._may_close = True
        if not self._asking:  # within the close event it is enough to say so
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close:
            self._asking = True
            self.close_asked.emit()
            self._asking = False
        event.setAccepted(self._may_close)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over(False)
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _show_over(self, over: bool) -> None:
        """Show that what is dragged may be dropped here."""
        self.welcome.show_over(over)
        self.drop_hint.setVisible(over and self.stage.currentWidget() is self.canvas)
        self.drop_hint.adjustSize()
        self.drop_hint.move(self.stage.rect().center() - self.drop_hint.rect().center())

    def _right_side(self) -> QWidget:
        """The panels, and below them, where the work ends, the way out."""
        self.export.setProperty("loud", True)
        self.export.setToolTip(_(ACTIONS["file.export"].tip))
        self.export.clicked.connect(self.actions_by_name["file.export"].trigger)
        holder = QHBoxLayout()
        holder.setContentsMargins(8, 6, 8 + SCROLL_BAR, 6)
        holder.setSpacing(6)
        holder.addWidget(self.export, 1)
        holder.addWidget(self.drag_out)
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.panels, 1)
        column.addLayout(holder)
        return self.side

    def _place(self) -> None:
        work = QHBoxLayout()
        work.setSpacing(0)
        work.addWidget(self.tools)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.stage, 1)
        middle.addWidget(self.film)
        work.addLayout(middle, 1)
        work.addWidget(self._right_side())
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addLayout(work, 1)
        column.addWidget(self.status)
        self.setCentralWidget(central)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.stage.setFrameShape(QFrame.Shape.NoFrame)
        self.stage.setMinimumSize(360, 280)
        measures_itself(self.stage)
