"""What the user can choose about the application: one table, from which the dialog is built."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QSettings, Signal

from matteapp.language import LANGUAGES, SYSTEM
from matteapp.text_size import LEAST, MOST

SettingValue = bool | int | str


@dataclass(frozen=True)
class Choice:
    """One of some named values: (value, title) each."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Whole:
    """A whole number between two others."""

    low: int
    high: int
    step: int = 1
    unit: str = ""


@dataclass(frozen=True)
class YesNo:
    """On or off."""


@dataclass(frozen=True)
class ChosenFile:
    """A file of the user's, or none: its path or "".

    Attributes:
        patterns: of the names it may have, as file dialogs write them.
    """

    patterns: str


@dataclass(frozen=True)
class SettingSpec:
    """A row of the table.

    Attributes:
        key: its name in the settings file, "group/name".
        title: what the dialog calls it.
        kind: which values it can have.
        default: its value until the user chooses.
        tip: what it does, in a sentence.
    """

    key: str
    title: str
    kind: Choice | Whole | YesNo | ChosenFile
    default: SettingValue
    tip: str


THEME, PALETTE, UNDO_MEMORY, AUTOSAVE, PRESSURE, DEVICE = (
    "look/theme",
    "look/palette",
    "memory/undo_megabytes",
    "files/autosave_seconds",
    "tools/tablet_pressure",
    "engine/device",
)
SOFTNESS = "tools/tablet_softness"
TEXT_PERCENT = "look/text_percent"
LANGUAGE = "look/language"
DISPLAY = "look/display_profile"
REMEMBER = "files/remember_settings"
RESTING_MEMORY = "memory/resting_megabytes"

SETTINGS: dict[str, SettingSpec] = {
    row.key: row
    for row in (
        SettingSpec(
            THEME,
            "Theme",
            Choice((("system", "As the system"), ("dark", "Dark"), ("light", "Light"))),
            "dark",
            "A dark, neutral surround shows the photograph's colours best.",
        ),
        SettingSpec(
            LANGUAGE,
            "Language",
            Choice(((SYSTEM, "As the system"), *LANGUAGES.items())),
            SYSTEM,
            "The language of the window. Counts from the next start.",
        ),
        SettingSpec(
            TEXT_PERCENT,
            "Size of text",
            Whole(LEAST, MOST, 10, "%"),
            100,
            "Makes all text, and what holds it, larger; the photograph keeps its size.",
        ),
        SettingSpec(
            DISPLAY,
            "Colour profile of the display",
            ChosenFile("Colour profiles (*.icc *.icm)"),
            "",
            "Shows photographs in their true colours on a display that was measured; without one, "
            "their numbers are shown as they are. Files that you export stay the same.",
        ),
        SettingSpec(
            PALETTE,
            "Colours of keep, cut and unknown",
            Choice((("standard", "Green, red, blue"), ("colour_safe", "Safe for colour-blind"))),
            "standard",
            "The second set can be told apart without telling red from green.",
        ),
        SettingSpec(
            UNDO_MEMORY,
            "Memory for undo",
            Whole(64, 16384, 64, "MB"),
            1024,
            "When it is full, the oldest steps are forgotten first. Counts from the next start.",
        ),
        SettingSpec(
            RESTING_MEMORY,
            "Memory for photographs not shown",
            Whole(0, 65536, 256, "MB"),
            2048,
            "Beyond it they let go of what can be computed or read again; never of your work.",
        ),
        SettingSpec(
            AUTOSAVE,
            "Save for recovery after",
            Whole(1, 600, 1, "s"),
            5,
            "A copy for recovery is written this long after a change. Counts from the next start.",
        ),
        SettingSpec(
            PRESSURE,
            "Tablet pressure sets the brush size",
            YesNo(),
            True,
            "With a pen, press harder for a wider stroke.",
        ),
        SettingSpec(
            SOFTNESS,
            "Tablet pressure sets the brush hardness",
            YesNo(),
            False,
            "With a pen, a light touch leaves more of the brush's rim unknown, to be solved.",
        ),
        SettingSpec(
            REMEMBER,
            "Remember settings for the next photograph",
            YesNo(),
            False,
            "A new photograph starts with the settings of the last one, and finds its own subject.",
        ),
        SettingSpec(
            DEVICE,
            "Device for networks",
            Choice(
                (
                    ("auto", "Automatic"),
                    ("cpu", "CPU"),
                    ("cuda", "NVIDIA GPU (CUDA)"),
                    ("mps", "Apple GPU (MPS)"),
                )
            ),
            "auto",
            "The classical methods always run on the CPU; networks use this device.",
        ),
    )
}


class Settings(QObject):
    """The user's choices, kept by the system.

    Signals:
        changed(str, object): a key has a new value.
    """

    changed = Signal(str, object)

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    @property
    def store(self) -> QSettings:
        return self._store

    def value(self, key: str) -> SettingValue:
        """The value of a row; what is stored but can't be is taken as not chosen."""
        spec = SETTINGS[key]
        read = self._store.value(key, spec.default)
        return _understood(spec, read)

    def number(self, key: str) -> int:
        return int(self.value(key))

    def text(self, key: str) -> str:
        return str(self.value(key))

    def set_value(self, key: str, value: SettingValue) -> None:
        if value != self.value(key):
            self._store.setValue(key, value)
            self.changed.emit(key, value)

    def reset(self) -> None:
        for key, spec in SETTINGS.items():
            self.set_value(key, spec.default)


def _understood(spec: SettingSpec, read: object) -> SettingValue:
    """The stored value in its own type: an ini file gives text back for everything."""
    kind = spec.kind
    if isinstance(kind, YesNo):
        return read if isinstance(read, bool) else str(read).lower() in ("true", "1")
    if isinstance(kind, ChosenFile):
        return str(read)
    if isinstance(kind, Choice):
        known = {value for value, _ in kind.options}
        return str(read) if str(read) in known else spec.default
    try:
        number = int(str(read))
    except ValueError:
        return spec.default
    return min(max(number, kind.low), kind.high)
