"""A panel's frame: a heading that folds it, a word on its state, and a way back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from matteapp.icons import dress, name_control
from matteapp.language import _

_CARET = {True: "caret-down", False: "caret-right"}


class Section(QFrame):
    """A panel that folds.

    Signals:
        reset_asked(): people want the panel's defaults back.
    """

    reset_asked = Signal()

    def __init__(self, key: str, title: str, *, is_open: bool = True) -> None:
        super().__init__()
        self.key = key
        self.setObjectName("section")
        self.setAccessibleName(_("{title} panel").format(title=title))
        self.header = QToolButton()
        self.chip = QLabel()
        self.reset = QToolButton()
        self.body = QWidget()
        self.rows = QVBoxLayout(self.body)
        self._dress(title)
        self._place()
        self.header.toggled.connect(self._on_toggled)
        self.reset.clicked.connect(self.reset_asked)
        self.header.setChecked(is_open)
        self._on_toggled(is_open)

    @property
    def unfolded(self) -> bool:
        return self.header.isChecked()

    def say(self, text: str, *, changed: bool = False) -> None:
        """The word beside the heading; `changed` also offers the way back."""
        self.chip.setText(text)
        self.chip.setProperty("changed", changed)
        self.chip.style().polish(self.chip)
        self.reset.setEnabled(changed)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.setVisible(changed)

    def _dress(self, title: str) -> None:
        self.header.setObjectName("sectionHeader")
        self.header.setText(title)
        self.header.setAccessibleName(_("{title}: fold or unfold").format(title=title))
        self.header.setToolTip(_("Fold or unfold the panel {title}.").format(title=title))
        self.header.setCheckable(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.chip.setProperty("role", "chip")
        name_control(
            self.reset,
            icon_name="arrow-counter-clockwise",
            title=_("Reset {title}").format(title=title),
            tip=_("{title}: back to the defaults").format(title=title),
        )
        self.reset.setVisible(False)

    def _place(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 6, 0)
        top.setSpacing(4)
        top.addWidget(self.header, 1)
        top.addWidget(self.chip)
        top.addWidget(self.reset)
        self.rows.setContentsMargins(14, 2, 12, 12)
        self.rows.setSpacing(6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 2, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.body)

    def _on_toggled(self, on: bool) -> None:
        self.body.setVisible(on)
        dress(self.header, _CARET[on], plain=True)
