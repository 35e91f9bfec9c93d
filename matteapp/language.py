"""In which language the window speaks: its words through gettext, Qt's through Qt's own files.

English is what the source is written in and needs no catalogue. Words are looked up where they are
shown, with `_("…")`; tables are plain English, and what becomes a control of a row looks it up.
"""

from __future__ import annotations

from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

LANGUAGES: dict[str, str] = {"en": "English", "de": "Deutsch"}
"""Code of a language, and what it calls itself."""
SYSTEM = "system"
"""The first language of the system's that is in `LANGUAGES`."""
_KEEPS_CAPITALS = ("de",)
"""Languages in which a title does not lose its capital within a sentence."""
_DOMAIN = "matteapp"


class _Speech:
    """What is spoken now."""

    code = "en"
    words: NullTranslations = NullTranslations()
    of_qt: QTranslator | None = None


def _(text: str) -> str:
    """What is shown for an English text of the window."""
    return _Speech.words.gettext(text) if text else ""  # "" is the catalogue's own heading


def ngettext(one: str, many: str, count: int) -> str:
    """What is shown of a text that depends on a number."""
    return _Speech.words.ngettext(one, many, count)


def within(title: str) -> str:
    """A title, already translated, as it stands within a sentence."""
    return title if _Speech.code in _KEEPS_CAPITALS else title[:1].lower() + title[1:]


def decimal(value: float, digits: int) -> str:
    """A number as the language writes it, with so many digits behind the point."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(value, "f", digits)


def system_language() -> str:
    """The code in `LANGUAGES` of what the system speaks, English if it speaks none of them."""
    spoken = (tag.partition("-")[0] for tag in QLocale.system().uiLanguages())
    return next((code for code in spoken if code in LANGUAGES), "en")


def language_of(chosen: str) -> str:
    """The code in `LANGUAGES` that a choice stands for, `SYSTEM` or a code."""
    return chosen if chosen in LANGUAGES else system_language()


def spoken() -> str:
    """The code of the language that is spoken now."""
    return _Speech.code


def speak(app: QCoreApplication, chosen: str) -> None:
    """Speak a language from now on; widgets that are there already keep their words.

    Args:
        app: gets Qt's own words, such as those of file dialogs.
        chosen: a key of `LANGUAGES`, or `SYSTEM`.
    """
    code = language_of(chosen)
    QLocale.setDefault(QLocale(chosen) if chosen in LANGUAGES else QLocale.system())
    if code != _Speech.code:
        _Speech.code, _Speech.words = code, _catalogue(code)
        _translate_qt(app, code)


def _catalogue(code: str) -> NullTranslations:
    if code == "en":
        return NullTranslations()
    found = files("resources") / "languages" / code / "LC_MESSAGES" / f"{_DOMAIN}.mo"
    with found.open("rb") as file:
        return GNUTranslations(file)


def _translate_qt(app: QCoreApplication, code: str) -> None:
    if _Speech.of_qt is not None:
        app.removeTranslator(_Speech.of_qt)
        _Speech.of_qt = None
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    translator = QTranslator(app)
    if code != "en" and translator.load(f"qtbase_{code}", folder):
        app.installTranslator(translator)
        _Speech.of_qt = translator
