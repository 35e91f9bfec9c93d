"""The language the window speaks: chosen, or the system's; and a whole window in German."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QSettings

from matteapp import language
from matteapp.language import LANGUAGES, SYSTEM, _, decimal, ngettext, speak, within
from matteapp.settings import LANGUAGE, SETTINGS
from tests.shown_words import ROOT


@pytest.fixture(autouse=True)
def in_english_again(qapp) -> Iterator[None]:
    yield
    speak(qapp, SYSTEM)


def test_english_needs_no_catalogue(qapp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "files", None)  # reading one would fail
    speak(qapp, "en")
    assert _("Export…") == "Export…"
    assert ngettext("{count} step", "{count} steps", 2) == "{count} steps"


def test_german_is_spoken_once_it_is_chosen(qapp) -> None:
    speak(qapp, "de")
    assert _("Export…") == "Exportieren…"
    assert ngettext("{count} step", "{count} steps", 1) == "{count} Schritt"
    assert ngettext("{count} step", "{count} steps", 3) == "{count} Schritte"
    assert _("") == ""
    assert _("What nobody translates") == "What nobody translates"


def test_qt_speaks_along(qapp) -> None:
    def word() -> str:
        return str(qapp.translate("QPlatformTheme", "Cancel"))

    assert word() == "Cancel"
    speak(qapp, "de")
    assert word() == "Abbrechen"
    speak(qapp, "en")
    assert word() == "Cancel"


def test_numbers_are_written_as_the_language_does(qapp) -> None:
    speak(qapp, "de")
    assert decimal(1234.56, 1) == "1234,6"
    assert QLocale().toString(0.5, "f", 1) == "0,5"
    speak(qapp, "en")
    assert decimal(1234.56, 1) == "1234.6"


def test_titles_within_sentences_keep_their_capitals_in_german(qapp) -> None:
    assert within("Clean black") == "clean black"
    speak(qapp, "de")
    assert within("Kante") == "Kante"


def test_every_language_can_be_chosen(store: QSettings) -> None:
    kind = SETTINGS[LANGUAGE].kind
    assert [value for value, _title in kind.options] == [SYSTEM, *LANGUAGES]


@pytest.mark.parametrize(
    ("spoken", "said"),
    [("de_DE.UTF-8", "Exportieren…"), ("en_GB.UTF-8", "Export…"), ("C", "Export…")],
)
def test_the_system_decides_until_somebody_chooses(spoken: str, said: str) -> None:
    code = (
        "import sys; from PySide6.QtCore import QCoreApplication as App;"
        "from matteapp.language import SYSTEM, _, speak;"
        "speak(App([]), SYSTEM); sys.stdout.buffer.write(_('Export…').encode())"
    )
    system = {"LANG": spoken, "LC_ALL": spoken, "PYTHONPATH": str(ROOT)}
    plain = {name: value for name, value in os.environ.items() if name != "LANGUAGE"}
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env={**plain, **system},
        capture_output=True,
        check=True,
    )
    assert ran.stdout.decode() == said
