"""The dialog for our own faults: what happened, the details, and where the log is."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from matteapp.language import _
from matteapp.log import log_file


class ErrorDialog(QDialog):
    """Shows a traceback in a form one can pass on; the work is still there behind it."""

    def __init__(self, details: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Something went wrong"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(_("Details"))
        self.details.setToolTip(_("What went wrong, for those who mend it."))
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text = QLabel(
            _(
                "This is a fault of the program, not yours. Your work is still open; "
                "the details are in the log as well:\n{file}"
            ).format(file=log_file())
        )
        text.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 14)
        whole.setSpacing(12)
        whole.addWidget(text)
        whole.addWidget(self.details, 1)
        whole.addLayout(self._buttons())
        self.resize(680, 420)

    def _buttons(self) -> QHBoxLayout:
        copy = QPushButton(_("Copy details"))
        copy.setToolTip(_("Copy the details, to pass them on."))
        folder = QPushButton(_("Open the log's folder"))
        folder.setToolTip(_("Open the folder with the log file."))
        close = QPushButton(_("Go on"))
        close.setDefault(True)
        copy.clicked.connect(self._copy)
        folder.clicked.connect(show_log_folder)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addWidget(folder)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())


def show_log_folder() -> None:
    """Open the folder with the log in the system's file browser."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))
