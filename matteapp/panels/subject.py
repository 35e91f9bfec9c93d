"""Where the coarse mask comes from: found by itself, boxed, painted or a file of the user's."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from engine.settings import GuidanceSettings
from matteapp.icons import dress
from matteapp.key_words import keys_in, with_keys
from matteapp.language import _
from matteapp.panels.section import Section

_BUTTONS: tuple[tuple[str, str, str, str], ...] = (
    ("automatic", "Find subject", "magic-wand", "Find the subject without any help."),
    ("box", "Draw a box", "bounding-box", "Drag a box around the subject (<tool.box>)."),
    ("paint", "Paint only", "paint-brush", "Start from strokes alone: green keeps, red cuts."),
    ("mask", "Mask…", "selection-foreground", "Use a mask of your own: grey, or an alpha channel."),
    ("trimap", "Trimap…", "selection-all", "Use a trimap of your own: black, grey and white."),
    ("clear", "Clear strokes", "eraser", "Take all strokes away; undo brings them back."),
)
_CLICK = "Click on somebody with the person tool (<tool.person>) to leave them out."
_SOURCES: dict[str, tuple[str, str]] = {
    "automatic": ("automatic", f"People are found by themselves. {_CLICK}"),
    "boxed": ("in a box", f"The people inside the box are the subject. {_CLICK}"),
    "grabcut": ("by colour", "The subject is what stands out inside the box."),
    "file": ("from a file", "The mask or trimap is a file of yours."),
    "strokes": ("painted", "Only what you paint is known."),
}
_NAMED = {
    name
    for text in (*(row[-1] for row in _SOURCES.values()), *(row[-1] for row in _BUTTONS))
    for name in keys_in(text)
}
"""Actions whose keys are named."""


class SubjectPanel(Section):
    """Shows the source of the mask and offers the others.

    Args:
        actions: by their names; have the keys that texts name.

    Signals:
        source_asked(str): "automatic", "box", "paint", "mask", "trimap"; "clear" for no strokes.
    """

    source_asked = Signal(str)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__("subject", _("Subject"))
        self._actions = actions
        self._sentence = ""
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setProperty("role", "muted")
        self.rows.addWidget(self.text)
        self.buttons: dict[str, QPushButton] = {}
        self.rows.addWidget(self._button_grid())
        self.show_guidance(GuidanceSettings(), has_strokes=False)
        for name in _NAMED:
            actions[name].changed.connect(self._name_keys)
        self._name_keys()

    def show_guidance(self, guidance: GuidanceSettings, *, has_strokes: bool) -> None:
        boxed = guidance.source == "automatic" and guidance.box is not None
        chip, sentence = _SOURCES["boxed" if boxed else guidance.source]
        painted = " " + _("Your strokes are on top, and win.") if has_strokes else ""
        self._sentence = _(sentence) + (painted if guidance.source != "strokes" else "")
        self._name_keys()
        changed = guidance != GuidanceSettings()
        word = _(chip)
        if has_strokes and not changed:
            word = _("{source} + strokes").format(source=word)
        self.say(word, changed=changed)
        self.buttons["clear"].setEnabled(has_strokes)

    def _name_keys(self) -> None:
        self.text.setText(with_keys(self._sentence, self._actions))
        for key, _title, _icon, tip in _BUTTONS:
            self.buttons[key].setToolTip(with_keys(_(tip), self._actions))

    def _button_grid(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for index, (key, title, icon_name, _tip) in enumerate(_BUTTONS):
            button = QPushButton(_(title))
            dress(button, icon_name)
            button.clicked.connect(lambda _=False, key=key: self.source_asked.emit(key))
            grid.addWidget(button, index // 2, index % 2)
            self.buttons[key] = button
        return holder
