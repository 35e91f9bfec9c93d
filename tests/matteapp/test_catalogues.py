"""The catalogues of other languages: complete, without leftovers, compiled, and well formed."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest

from matteapp.actions import ACTIONS
from matteapp.language import LANGUAGES
from matteapp.menus import MENUS, SUBMENUS
from tests.shown_words import LOOKS_UP, ROOT, Words, catalogue_file, read_catalogue, shown

TRANSLATED = [code for code in LANGUAGES if code != "en"]
SHOWS = {
    "setText", "setToolTip", "setStatusTip", "setAccessibleName", "setWindowTitle", "setPrefix",
    "setPlaceholderText", "setInformativeText", "QLabel", "QPushButton", "QCheckBox", "QMenu",
    "addAction", "addMenu", "addItem", "addRow", "say", "describe", "name_control", "UserError",
    "setHeaderLabels", "QFileDialog",
}  # fmt: skip
"""What shows the words it is called with."""
_NAMES = {"Matteapp {}", "RGB {}", "{} MP", "{} px", "{} MB"}
"""Texts that are the same in every language; values are `{}`."""
_TAGS = re.compile(r"<[a-z_.]+>")


def _rows(code: str) -> dict[Words, Words]:
    return {_words(row.id): _words(row.string) for row in read_catalogue(code) if row.id}


def _words(text: str | tuple[str, ...] | list[str]) -> Words:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("code", TRANSLATED)
def test_all_that_is_shown_is_translated_and_nothing_is_left_over(code: str) -> None:
    wanted, rows = set(shown()), _rows(code)
    assert sorted(wanted - set(rows)) == [], "run python -m tests.shown_words, and translate"
    assert sorted(set(rows) - wanted) == [], "run python -m tests.shown_words"
    assert [words for words, said in rows.items() if not all(said)] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_compiled_is_what_was_written(code: str) -> None:
    with catalogue_file(code).with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for words, said in _rows(code).items():
        if len(words) == 1:
            assert compiled.gettext(words[0]) == said[0]
        else:
            both = tuple(compiled.ngettext(*words, count) for count in (1, 2))
            assert both == said


@pytest.mark.parametrize("code", TRANSLATED)
def test_values_mnemonics_and_ends_agree(code: str) -> None:
    for words, said in _rows(code).items():
        assert len(said) == len(words), words
        assert _fields(said) <= _fields(words), words
        assert _fields(said[-1:]) == _fields(words[-1:]), words
        for before, after in zip(words, said, strict=True):
            assert _marks(before) == _marks(after), before


def _fields(texts: Words) -> set[str]:
    found = (part for text in texts for part in string.Formatter().parse(text))
    return {f"{name}:{spec}" for _text, name, spec, _turn in found if name is not None}


def _marks(text: str) -> tuple[object, ...]:
    """What must be the same in every language."""
    ends = text.endswith("…"), text.endswith("."), text.count("\n")
    return text.count("&"), *ends, sorted(_TAGS.findall(text))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("menu", [*MENUS, *SUBMENUS])
def test_no_two_entries_of_a_menu_have_one_mnemonic(code: str, menu: str) -> None:
    rows = {} if code == "en" else _rows(code)
    names = MENUS.get(menu) or SUBMENUS[menu][1]
    titles = [title for name in names if (title := _title(name))]
    titles = [rows.get((title,), (title,))[0] for title in titles]
    keys = [title[title.index("&") + 1].lower() for title in titles if "&" in title]
    assert sorted(keys) == sorted(set(keys)), titles


def _title(name: str) -> str:
    if name == "recent":
        return "Open &Recent"
    if name in SUBMENUS:
        return SUBMENUS[name][0]
    return ACTIONS[name].title if name in ACTIONS else ""


def _sources() -> list[Path]:
    return sorted((ROOT / "matteapp").rglob("*.py"))


def test_nothing_is_shown_without_being_looked_up() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {text}"
        for path in _sources()
        for node, text in _bare(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def _bare(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Words that a call of `SHOWS` is given as they stand in the source."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _name(call) in SHOWS:
            for given in (*call.args, *(word.value for word in call.keywords)):
                for node, text in _texts(given):
                    if re.search("[A-Za-z]{2}", text) and " " in text and text not in _NAMES:
                        yield node, text


def _texts(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield node, "".join(map(str, parts))
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (found for part in node.elts for found in _texts(part))
    elif isinstance(node, ast.Dict):
        yield from (found for part in node.values for found in _texts(part))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def test_what_looks_words_up_is_hidden_by_nothing() -> None:
    """`_` is also what people call a value they don't need: not where words are looked up."""
    found = [
        f"{path.relative_to(ROOT)}:{scope.lineno}"
        for path in _sources()
        for scope in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(scope, ast.FunctionDef | ast.Lambda | _COMPREHENSIONS)
        and {"called", "bound"} <= set(_uses(scope))
    ]
    assert found == []


_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def _uses(scope: ast.AST) -> Iterator[str]:
    """Whether `_` is called or bound in a function itself, and not in one that is in it."""
    if isinstance(scope, ast.FunctionDef | ast.Lambda):
        yield from ("bound" for given in ast.walk(scope.args) if _is_argument(given))
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            yield "called"
        if isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store):
            yield "bound"
        if not isinstance(node, ast.FunctionDef | ast.Lambda | _COMPREHENSIONS):
            yield from _uses(node)


def _is_argument(node: ast.AST) -> bool:
    return isinstance(node, ast.arg) and node.arg == "_"


def test_lookups_are_found_in_the_source() -> None:
    """Else the tests above would pass on an empty list."""
    words = set(shown())
    assert len(words) > 900
    assert ("Something went wrong",) in words
    assert ("{count} step", "{count} steps") in words
    assert set(LOOKS_UP) == {"_", "ngettext"}
