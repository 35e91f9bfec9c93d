"""AM-2k: animals with mattes."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split, one_form


def _foregrounds(folder: str) -> Split:
    return Split(
        "subjects",
        one_form(
            Part("foreground", f"train/{folder}/{{name}}.png"),
            Part("alpha", "train/mask/{name}.png"),
        ),
        optional=True,
    )


LAYOUT = LayoutSpec(
    name="am_2k",
    title="AM-2k",
    home="https://github.com/JizhiziLi/GFM",
    licence="MIT, after accepting its agreement",
    folders=("AM-2k", "AM2k", "AM-2K", "AM2K"),
    splits={
        "train": Split(
            "photographs",
            one_form(
                Part("image", "train/original/{name}.jpg"),
                Part("alpha", "train/mask/{name}.png"),
                Part("foreground", "train/fg/{name}.png", optional=True),
                Part("background", "train/bg/{name}.png", optional=True),
            ),
            published=1800,
        ),
        "validation": Split(
            "photographs",
            one_form(
                Part("image", "validation/original/{name}.jpg"),
                Part("alpha", "validation/mask/{name}.png"),
                Part("trimap", "validation/trimap/{name}.png"),
            ),
            published=200,
        ),
        "train_foregrounds": _foregrounds("fg"),
        "train_foregrounds_denoised": _foregrounds("fg_denoise"),
    },
)
