"""P3M-10k: portraits with blurred faces, and two validation sets."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split, one_form


def _validation(folder: str, pictures: str) -> Split:
    home = f"validation/{folder}"
    return Split(
        "photographs",
        one_form(
            Part("image", f"{home}/{pictures}/{{name}}.jpg"),
            Part("alpha", f"{home}/mask/{{name}}.png"),
            Part("trimap", f"{home}/trimap/{{name}}.png"),
        ),
        published=500,
    )


LAYOUT = LayoutSpec(
    name="p3m_10k",
    title="P3M-10k",
    home="https://github.com/JizhiziLi/P3M",
    licence="MIT, after accepting its agreement",
    folders=("P3M-10k",),
    splits={
        "train": Split(
            "photographs",
            one_form(
                Part("image", "train/blurred_image/{name}.jpg"),
                Part("alpha", "train/mask/{name}.png"),
                Part("foreground", "train/fg/{name}.png", optional=True),
                Part("background", "train/bg/{name}.png", optional=True),
            ),
            published=9421,
        ),
        "p3m_500_p": _validation("P3M-500-P", "blurred_image"),
        "p3m_500_np": _validation("P3M-500-NP", "original_image"),
        "train_foregrounds": Split(
            "subjects",
            one_form(
                Part("foreground", "train/fg/{name}.png"), Part("alpha", "train/mask/{name}.png")
            ),
            optional=True,
        ),
    },
)
