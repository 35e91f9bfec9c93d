"""Everything that takes part in the work has a name to speak, a tip to read, and keyboard focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QWidget,
)

from matteapp.errors_ui import ErrorDialog

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
)
ANSWERS = ("Close", "Cancel", "Done", "Next", "OK", "Go on", "Choose…", "Export", "Save", "Skip")
"""Buttons that say it all."""
OPENED_BY = ("edit.settings", "edit.keys", "edit.models", "help.keys", "file.generate")


def _inner(widget: QWidget) -> bool:
    """Whether it is a part that Qt makes of another control, which has the name."""
    if isinstance(widget, QScrollBar | QHeaderView) or widget.objectName().startswith("qt_"):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractSpinBox | QComboBox | QKeySequenceEdit | QLineEdit):
            return True
        parent = parent.parentWidget()
    return False


def _controls(root: QWidget) -> list[QWidget]:
    found = [w for w in root.findChildren(QWidget) if isinstance(w, CONTROLS)]
    return [widget for widget in found if not _inner(widget)]


def _called(widget: QWidget) -> str:
    """What a screen reader says."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def _told(widget: QWidget) -> str:
    """What is shown beside the pointer: the control's own tip, or the one of its row."""
    parent = widget.parentWidget()
    return widget.toolTip() or ("" if parent is None else parent.toolTip())


def _where(widget: QWidget) -> str:
    parents, up = [], widget
    while up is not None:
        parents.append(up.objectName() or type(up).__name__)
        up = up.parentWidget()
    return f"{_called(widget)!r} in {' < '.join(parents[:4])}"


def _unreachable(widget: QWidget) -> bool:
    return not widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def _lacking(root: QWidget) -> str:
    """What is wrong below a widget, a line each."""
    lacks = []
    for widget in _controls(root):
        if not _called(widget):
            lacks.append(f"no name: {_where(widget)}")
        if widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents):
            continue  # it is there to be looked at only
        if not _told(widget) and _called(widget) not in ANSWERS:
            lacks.append(f"no tip: {_where(widget)}")
        if _unreachable(widget):
            lacks.append(f"no focus: {_where(widget)}")
    return "\n".join(lacks)


def test_the_window(studio) -> None:
    assert _lacking(studio.window) == ""
    bars = studio.window.findChildren(QProgressBar)
    assert all(bar.accessibleName() for bar in bars)


@pytest.mark.parametrize("action", OPENED_BY)
def test_dialogs(studio, action, qtbot) -> None:
    studio.window.actions_by_name[action].trigger()
    dialogs = [d for d in studio.window.findChildren(QDialog) if d.isVisible()]
    assert len(dialogs) == 1
    assert _lacking(dialogs[0]) == ""
    assert dialogs[0].windowTitle()


def test_the_export_dialog(studio, grey_document) -> None:
    studio.session.open_state(grey_document)
    studio.window.actions_by_name["file.export"].trigger()
    dialogs = [d for d in studio.window.findChildren(QDialog) if d.isVisible()]
    assert [_lacking(dialog) for dialog in dialogs] == [""]


def test_the_error_dialog(qtbot) -> None:
    dialog = ErrorDialog("Traceback…")
    qtbot.addWidget(dialog)
    assert _lacking(dialog) == ""


def test_the_tour(studio) -> None:
    studio.preferences.tour.start()
    assert _lacking(studio.preferences.tour.bubble) == ""


def test_focus_can_be_seen(studio, qtbot) -> None:
    """Every button in sight looks another way while it has the focus."""
    window = studio.window
    window.activateWindow()
    buttons = [b for b in _controls(window) if isinstance(b, QAbstractButton)]
    shown = [b for b in buttons if b.isVisible() and b.isEnabled()]
    assert len(shown) > 5
    for button in shown:
        button.clearFocus()
        plain = button.grab().toImage()
        button.setFocus(Qt.FocusReason.TabFocusReason)
        assert button.grab().toImage() != plain, _where(button)
