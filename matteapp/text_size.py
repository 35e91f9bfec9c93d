"""Larger text: the font of the application, and the sizes that were chosen for text at 100 %."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QDialog, QWidget

LEAST, MOST = 100, 200
"""Per cent; 200 is what WCAG 2.1, success criterion 1.4.4, asks for."""
_SHARE_OF_SCREEN = 0.9
_UNBOUND = (1 << 24) - 1  # QWIDGETSIZE_MAX
_FONT, _SIZES, _ICON = "plain_font", "plain_sizes", "plain_icon"
_SELF_SIZED = "measures_itself"

_STYLED = tuple(f"_q_stylesheet_{side}" for side in ("minw", "minh", "maxw", "maxh"))
"""What Qt calls the sizes that a style sheet has set."""

_Sizes = tuple[int, int, int, int]
_percent = LEAST


def set_text_size(app: QApplication, percent: int) -> None:
    """Set the size of all text; windows that are open have to `grow` to it."""
    global _percent
    _percent = percent
    plain = app.property(_FONT)
    if not isinstance(plain, QFont):
        plain = QFont(app.font())
        app.setProperty(_FONT, plain)
    font = QFont(plain)
    font.setPointSizeF(plain.pointSizeF() * percent / 100)
    app.setFont(font)


def text_factor() -> float:
    """How many times as large text is as at 100 %."""
    return _percent / 100


def grow(root: QWidget) -> None:
    """Give fixed and least sizes, and icons, below a widget what the text's size asks for.

    May be called again at any time; sizes that were set since the last call count as those for
    text at 100 %.
    """
    for widget in (root, *root.findChildren(QWidget)):
        if not widget.property(_SELF_SIZED) and not isinstance(widget, QAbstractItemView):
            _grow_sizes(widget)
        if isinstance(widget, QAbstractButton):
            _grow_icon(widget)


def measures_itself(widget: QWidget) -> None:
    """Say that a widget sets its own size by its text; it is left alone."""
    widget.setProperty(_SELF_SIZED, True)


class GrowDialogs(QObject):
    """Lets the dialogs of a window come up in the text's size."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ChildPolished:
            child = event.child()  # type: ignore[attr-defined]
            if isinstance(child, QDialog):
                grow(child)
                _grow_window(child)
                child.installEventFilter(self)  # for the dialogs that it opens
        return False


def _grow_window(dialog: QDialog) -> None:
    """A dialog whose size was chosen gets a larger one, but for the screen."""
    if dialog.testAttribute(Qt.WidgetAttribute.WA_Resized):
        most = dialog.screen().availableSize() * _SHARE_OF_SCREEN
        dialog.resize((dialog.size() * text_factor()).boundedTo(most).expandedTo(dialog.size()))


def _grow_sizes(widget: QWidget) -> None:
    kept = widget.property(_SIZES)
    least, most = widget.minimumSize(), widget.maximumSize()
    now = (least.width(), least.height(), most.width(), most.height())
    plain, shown = kept if kept is not None else (now, now)
    by_layout = widget.isWindow() and widget.layout() is not None  # which grows by itself
    if now != tuple(shown) and not by_layout:  # somebody set them since
        plain = now
    wanted = _scaled(widget, (plain[0], plain[1], plain[2], plain[3]))
    if wanted == now and kept is not None:
        return
    widget.setMaximumSize(wanted[2], wanted[3])
    widget.setMinimumSize(wanted[0], wanted[1])
    widget.setProperty(_SIZES, (tuple(plain), wanted))


def _scaled(widget: QWidget, sizes: _Sizes) -> _Sizes:
    """Sizes for the text as it is now; those that none or the style sheet has set stay."""
    width, height, most_width, most_height = (
        size if size >= _UNBOUND or widget.property(mark) else round(size * text_factor())
        for size, mark in zip(sizes, _STYLED, strict=True)
    )
    return width, height, most_width, most_height


def _grow_icon(button: QAbstractButton) -> None:
    """Icons grow half as much: they are no text, and have to stay beside each other."""
    kept, now = button.property(_ICON), button.iconSize()
    plain = kept if isinstance(kept, QSize) else now
    button.setProperty(_ICON, plain)
    button.setIconSize(plain * (1 + text_factor()) / 2)
