"""Distinctions-646 (paper of HAttMatting): foregrounds and mattes."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import NameList, Split, one_form

BACKGROUNDS = "Test/test_bg_names.txt"
"""Names of the PASCAL VOC pictures behind the test foregrounds, where somebody has them."""


def _split(folder: str, published: int, *, lists: tuple[NameList, ...] = ()) -> Split:
    foreground = Part("foreground", f"{folder}/FG/{{name}}.png")
    alpha = Part("alpha", f"{folder}/GT/{{name}}.png")
    return Split("subjects", one_form(foreground, alpha), lists=lists, published=published)


LAYOUT = LayoutSpec(
    name="distinctions_646",
    title="Distinctions-646",
    home="https://github.com/wukaoliu/CVPR2020-HAttMatting",
    licence="on request from its authors, for research",
    folders=("Distinctions-646",),
    note="No trimaps are published with it. The archive is a RAR file.",
    splits={
        "train": _split("Train", 596),
        "test": _split("Test", 50, lists=(NameList(BACKGROUNDS, optional=True),)),
    },
)
