"""Everything the window says, found in the source; `python -m tests.shown_words` tells translators.

Words are found where code looks them up (`_("…")`, `ngettext("…", "…", …)`), and in the tables
whose rows become controls. Run, it brings the catalogues up to date: new words come without a
translation, old ones go, and what is translated is compiled.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from engine import naming, output_presets, presets, product_table
from engine.compositing import views
from engine.imaging import colour_spaces
from engine.matting import methods
from engine.models.registry import MODELS
from matteapp import (
    actions,
    guidance_edits,
    language,
    menus,
    settings,
    shortcuts,
    steps,
    tooloptions,
    tour,
    viewbar,
    welcome,
)
from matteapp.batch import model as batch_model
from matteapp.batch import review
from matteapp.canvas import easel
from matteapp.dialogs import export_products, file_choice, keys, models, portraits, preferences
from matteapp.panels import (
    background_tables,
    enhance,
    enhance_words,
    preset_row,
    step_words,
    subject,
    tables,
)
from matteapp.tools import options

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "languages"
LOOKS_UP = {"_": 1, "ngettext": 2}
"""Functions that look words up, and how many of their arguments are words."""
Words = tuple[str, ...]
"""A text, or one and many."""
_WRITTEN = datetime(2026, 11, 22, tzinfo=timezone.utc)


def shown() -> dict[Words, str]:
    """Everything the window says, and the file it is from."""
    found: dict[Words, str] = {}
    for path in sorted((ROOT / "matteapp").rglob("*.py")):
        for words in looked_up(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(words, path.relative_to(ROOT).as_posix())
    for place, texts in listed():
        for text in texts:
            if re.search("[A-Za-z]", text):
                found.setdefault((text,), place)
    return found


def looked_up(tree: ast.AST) -> Iterator[Words]:
    """Words within calls of `LOOKS_UP`, and titles and tips of fields that are made in code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in LOOKS_UP:
            words = tuple(_constants(node.args[: LOOKS_UP[node.func.id]]))
            if len(words) == LOOKS_UP[node.func.id]:
                yield words
        elif node.func.id == "FieldSpec":
            yield from ((text,) for text in _constants((node.args[1], node.args[3])))


def _constants(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def listed() -> Iterator[tuple[str, Iterable[str]]]:
    """The words of tables, with the file of each."""
    rows = actions.ACTIONS.values()
    yield "matteapp/actions.py", _of(rows, "title", "tip")
    yield "matteapp/actions.py", _sentences(actions.KEY_NOTES)
    yield "matteapp/menus.py", _sentences([menus.MENUS, menus.SUBMENUS])
    yield "matteapp/tools/options.py", _of(options.OPTIONS.values(), "title", "tip", "kind")
    yield "matteapp/settings.py", _of(settings.SETTINGS.values(), "title", "tip", "kind")
    yield "matteapp/panels/tables.py", _of(_panels(), "title", "untouched", "rows")
    yield "matteapp/tour.py", _of(tour.STEPS, "title", "text")
    yield "matteapp/steps.py", _of(_steps(), "title")
    yield "matteapp/steps.py", (steps._FIRST_TIME, steps._SEVERAL)
    yield "engine/compositing/views.py", _of(views.VIEWS.values(), "title", "strength")
    yield "engine/compositing/views.py", _captions()
    yield "engine/product_table.py", _of(product_table.EVERY.values(), "title", "summary")
    yield "engine/imaging/colour_spaces.py", map(colour_spaces.space_title, _spaces())
    yield "engine/naming.py", naming.FIELDS.values()
    yield "engine/presets.py", (*presets.BUILT_IN, *_of(presets.BUILT_IN.values(), "tip"))
    own = output_presets.BUILT_IN
    yield "engine/output_presets.py", (*own, *_of(own.values(), "tip"))
    yield "engine/models/registry.py", _of(MODELS.values(), "title", "summary")
    yield "engine/matting/methods.py", _of(methods.METHODS.values(), "title", "summary")
    yield "engine/matting/methods.py", _of((methods._refined_row(),), "title", "summary")
    yield "engine/models/weights.py", ("built in",)
    yield "engine/document/history.py", ("Open",)
    yield "matteapp/dialogs/keys.py", _sentences(keys.COLUMNS)
    yield "matteapp/dialogs/models.py", (*models.KINDS.values(), models.NO_WEIGHTS)
    yield "matteapp/dialogs/portraits.py", (portraits.NONE_HERE,)
    yield "matteapp/dialogs/file_choice.py", (file_choice.NONE,)
    yield "matteapp/dialogs/preferences.py", preferences.GROUPS.values()
    yield "matteapp/dialogs/export_products.py", export_products._COMPACT
    yield "matteapp/shortcuts.py", shortcuts.RESERVED.values()
    yield "matteapp/tooloptions.py", ("Size", "Hardness")
    yield "matteapp/tooloptions.py", (tooloptions._SIZE_TIP, tooloptions._HARDNESS_TIP)
    yield "matteapp/viewbar.py", viewbar._SHORT_TITLES.values()
    yield "matteapp/welcome.py", _sentences(welcome._BUTTONS)
    yield "matteapp/canvas/easel.py", (*easel._NAMES.values(), easel._ERASED)
    yield "matteapp/guidance_edits.py", guidance_edits._STROKE_TITLES.values()
    yield "matteapp/panels/subject.py", _sentences(subject._BUTTONS)
    yield "matteapp/panels/subject.py", _every(subject._SOURCES)
    yield "matteapp/panels/enhance.py", _sentences(enhance._BUTTONS)
    yield "matteapp/panels/enhance.py", (enhance._BEFORE_KEEPING, enhance._KEEPING)
    yield "matteapp/panels/enhance_words.py", enhance_words._FOUND_BY.values()
    yield "matteapp/panels/step_words.py", step_words._STAGES.values()
    yield "matteapp/panels/preset_row.py", _sentences(preset_row._BUTTONS)
    yield "matteapp/batch/model.py", batch_model.STATE_WORDS.values()
    yield "matteapp/batch/model.py", (title for title, _states in batch_model.FILTERS.values())
    yield "matteapp/batch/review.py", _sentences(review.GROUNDS)


def _of(rows: Iterable[Any], *names: str) -> Iterator[str]:
    """These attributes of rows, and of what lies in them."""
    for row in rows:
        for name in names:
            yield from _texts_of(getattr(row, name, ""))


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from _of(value, "title", "tip", "kind")
    else:
        yield from _of((value,), "title", "tip", "patterns")
        for option in getattr(value, "options", ()):
            yield from _every(option[1:])


def _every(value: Any) -> Iterator[str]:
    """Every text in a table, but for keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _every(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _every(part)


def _sentences(value: Any) -> Iterator[str]:
    """Texts that begin as a title does; icons and names of actions do not."""
    begun = (*value, *value.values()) if isinstance(value, Mapping) else value
    for part in begun:
        if isinstance(part, str):
            if part.lstrip("&")[:1].isupper():
                yield part
        elif isinstance(part, actions.KeyNote):
            yield part.title
            yield from part.keys
        elif isinstance(part, tuple | list | Mapping):
            yield from _sentences(part)


def _panels() -> Iterator[tables.PanelSpec]:
    yield from (tables.TRIMAP, tables.matte_panel(tables.METHODS), tables.EDGE, tables.FOREGROUND)
    yield from (background_tables.BACKGROUND, background_tables.HARMONY)
    yield tables.enhance_panel((), (), ())


def _steps() -> Iterator[steps.StepSpec]:
    yield from (row for row in vars(steps).values() if isinstance(row, steps.StepSpec))


def _captions() -> Iterator[str]:
    for name, value in vars(views).items():
        if isinstance(value, str) and name.startswith("_") and not name.startswith("__"):
            yield value


def _spaces() -> tuple[str, ...]:
    return (colour_spaces.PHOTOGRAPH, *colour_spaces.SPACES)


def catalogue_file(code: str) -> Path:
    """The source of a language's catalogue; what is compiled of it lies beside it."""
    return FOLDER / code / "LC_MESSAGES" / "matteapp.po"


def read_catalogue(code: str) -> Catalog:
    """What a language's catalogue says."""
    path = catalogue_file(code)
    if not path.is_file():
        return Catalog(code)
    with path.open("rb") as file:
        return read_po(file, code)


def write_catalogue(code: str) -> Catalog:
    """Bring a catalogue up to date with the source, and compile it."""
    before, path = read_catalogue(code), catalogue_file(code)
    after = Catalog(
        code,
        header_comment=f"# What the window says, in {language.LANGUAGES[code]}.",
        project="matteapp",
        version="0",
        msgid_bugs_address="matteapp",
        last_translator="matteapp",
        language_team=language.LANGUAGES[code],
        creation_date=_WRITTEN,
        revision_date=_WRITTEN,
        fuzzy=False,
    )
    for words, place in shown().items():
        text = words if len(words) > 1 else words[0]
        known = before.get(words[0])
        said = known.string if known is not None and type(known.id) is type(text) else ""
        after.add(text, said, locations=[(place, None)])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, after, width=100)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, after)
    return after


if __name__ == "__main__":
    for written in (code for code in language.LANGUAGES if code != "en"):
        missing = [row.id for row in write_catalogue(written) if row.id and not row.string]
        print(f"{written}: {len(missing)} without a translation", *missing, sep="\n  ")  # noqa: T201
