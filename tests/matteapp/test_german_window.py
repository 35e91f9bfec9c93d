"""A whole window in German: whatever it shows, nothing of it is still English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import NullTranslations

import pytest
from PySide6.QtCore import QModelIndex, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTreeView,
    QWidget,
)

from matteapp import language
from matteapp.actions import ACTIONS
from matteapp.dialogs.error import ErrorDialog
from matteapp.language import SYSTEM, speak
from matteapp.settings import LANGUAGE
from matteapp.tools.table import TOOLS
from matteapp.tour import STEPS
from tests.shown_words import ROOT, read_catalogue

OPENED_BY = (
    "edit.settings", "edit.keys", "edit.models", "help.keys", "help.about", "file.generate",
)  # fmt: skip


class _Missed(NullTranslations):
    """Notes what no catalogue has; windows that other tests left behind speak as they did."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.older = set(QApplication.topLevelWidgets())

    def gettext(self, message: str) -> str:
        self.texts.add(message)
        return message


@pytest.fixture
def missed(qapp, store: QSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Missed]:
    """From here on German is spoken; gives what was looked up in vain."""
    notes, read = _Missed(), language._catalogue

    def reading(code: str) -> NullTranslations:
        words = read(code)
        words.add_fallback(notes)
        return words

    monkeypatch.setattr(language, "_catalogue", reading)
    store.setValue(LANGUAGE, "de")
    yield notes
    speak(qapp, SYSTEM)


def _english() -> set[str]:
    """Words of the catalogue that German has others for, as they stand on buttons."""
    rows = [row for row in read_catalogue("de") if row.id]
    told = {_plain(text) for row in rows for text in _all(row.string)}
    return {_plain(text) for row in rows for text in _all(row.id) if "{" not in text} - told


def _all(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("….")


def _shown(older: set[QWidget]) -> set[str]:
    """All words in all windows but these, in sight or not."""
    windows = set(QApplication.topLevelWidgets()) - older
    widgets = {one for window in windows for one in (window, *window.findChildren(QWidget))}
    actions = {one for window in windows for one in window.findChildren(QAction)}
    found = {text for widget in widgets for text in _of_widget(widget)}
    for action in actions:
        found |= {action.text(), action.iconText(), action.toolTip(), action.statusTip()}
    return {line for text in found for line in _parts(text)}


def _parts(text: str) -> Iterator[str]:
    """The text, and it without the key at its end."""
    yield _plain(text)
    yield _plain(text.partition("  (")[0])


def _of_widget(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.accessibleName(), widget.windowTitle())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QMenu):
        yield widget.title()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QAbstractSpinBox):
        yield widget.property("prefix") or ""
        yield widget.property("suffix") or ""
    if isinstance(widget, QComboBox):
        for row in range(widget.count()):
            yield from (widget.itemText(row), widget.itemData(row, _TIP) or "")
    if isinstance(widget, QAbstractItemView):
        yield from _of_items(widget, QModelIndex())


_TIP = Qt.ItemDataRole.ToolTipRole


def _of_items(view: QAbstractItemView, parent: QModelIndex) -> Iterator[str]:
    model = view.model()
    if model is None:
        return
    for column in range(2 if isinstance(view, QTreeView) else 1):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(model.rowCount(parent)):
            index = model.index(row, column, parent)
            yield from (str(index.data() or ""), str(index.data(_TIP) or ""))
            if column == 0:
                yield from _of_items(view, index)


def _own_literals() -> set[str]:
    trees = (ast.parse(path.read_text("utf-8")) for path in (ROOT / "matteapp").rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"[A-Z][a-z]+$|.*[A-Za-z]{2}.* ", node.value)
    }


def test_nothing_in_sight_is_english(missed, studio, grey_document, qtbot) -> None:
    english, window = _english(), studio.window
    assert "Open a photograph or a project" in english

    def check(where: str) -> None:
        assert sorted(_shown(missed.older) & english) == [], where

    check("first page")
    studio.session.open_state(grey_document)
    studio.session.take_snapshot()
    for name in TOOLS:
        studio.commands.take_tool(name)
    check("work")
    for name in OPENED_BY:
        studio.commands.table[name]()
        check(name)
        _close_others(window)
    studio.exports.ask()
    check("export")
    _close_others(window)
    ErrorDialog("what went wrong", parent=window).open()
    check("error")
    _close_others(window)
    studio.preferences.tour.start()
    for _step in STEPS:
        check("tour")
        studio.preferences.tour.bubble.go_on.click()
    window.actions_by_name["file.batch"].trigger()
    check("batch")
    assert sorted(missed.texts & _own_literals()) == []


def _close_others(window: QWidget) -> None:
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible():
            other.close()
    QApplication.sendPostedEvents(None, 0)


def test_menus_and_keys_work_in_german(missed, studio, grey_document) -> None:
    studio.session.open_state(grey_document)
    titles = [action.text() for action in studio.window.menuBar().actions()]
    assert titles == ["&Datei", "&Bearbeiten", "&Matte", "&Ansicht", "&Werkzeuge", "&Hilfe"]
    action = studio.window.actions_by_name["edit.undo"]
    assert action.text() == "&Rückgängig"
    assert [key.toString() for key in action.shortcuts()] == list(ACTIONS["edit.undo"].keys)


def test_steps_are_named_in_german(missed, studio, grey_document) -> None:
    studio.session.open_state(grey_document)
    field = studio.window.panels.settings["edge"].fields["edge.smooth"]
    field.edited.emit(3.0, True)
    assert studio.session.history.labels[-1] == "Kante: Abrunden"


def test_another_language_is_offered_to_start_again_for(studio, store: QSettings) -> None:
    bar = studio.window.bar
    studio.settings.set_value(LANGUAGE, "en")
    assert not bar.isVisible()
    studio.settings.set_value(LANGUAGE, "de")
    assert bar.isVisible()
    assert bar.action.text() == "Start again"
    assert not studio.restart.wanted
    bar.action.click()
    assert studio.restart.wanted
    assert not studio.window.isVisible()
    assert store.value(LANGUAGE) == "de"
