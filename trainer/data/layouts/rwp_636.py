"""RealWorldPortrait-636 (paper 003): portraits, mattes, and maps of where the detail is."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split, one_form

LAYOUT = LayoutSpec(
    name="rwp_636",
    title="RealWorldPortrait-636",
    home="https://github.com/yucornetto/MGMatting",
    licence="CC BY-NC 2.0",
    folders=("RealWorldPortrait-636",),
    note="Detail is where the detail map is above 0.",
    splits={
        "test": Split(
            "photographs",
            one_form(
                Part("image", "image/{name}.jpg"),
                Part("alpha", "alpha/{name}.png"),
                Part("detail", "detailmap/{name}_cloud_trimap.jpg"),
            ),
            published=636,
        )
    },
)
