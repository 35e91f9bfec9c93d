"""PhotoMatte85: people in the studio, as RGBA files or split into colours and mattes."""

from __future__ import annotations

from trainer.data.layouts.parts import Group, Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split

LAYOUT = LayoutSpec(
    name="photomatte85",
    title="PhotoMatte85",
    home="https://grail.cs.washington.edu/projects/background-matting-v2/",
    licence="see its home page",
    folders=("PhotoMatte85",),
    note="Flat RGBA files, or split into fgr/ and pha/ as Background Matting V2 has it.",
    splits={
        "test": Split(
            "subjects",
            forms=(
                (Group((Part("foreground", "fgr/{name}.png"), Part("alpha", "pha/{name}.png"))),),
                (Group((Part("cutout", "{name}.png"),)),),
            ),
            published=85,
        )
    },
)
