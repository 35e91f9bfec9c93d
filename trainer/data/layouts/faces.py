"""Pictures for generators: FFHQ, AFHQ v2, and any folder of one's own."""

from __future__ import annotations

from trainer.data.layouts.parts import Group, Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split

_SPECIES = ("cat", "dog", "wild")


def _animals(folder: str) -> tuple[Group, ...]:
    return tuple(
        Group((Part("image", f"{folder}/{kind}/{{name}}.png"),), family=kind) for kind in _SPECIES
    )


FFHQ = LayoutSpec(
    name="ffhq",
    title="FFHQ",
    home="https://github.com/NVlabs/ffhq-dataset",
    licence="CC BY-NC-SA 4.0",
    folders=("FFHQ", "ffhq"),
    note="As published, or as StyleGAN's dataset tool leaves it (unpacked).",
    splits={
        "all": Split(
            "pictures",
            forms=(
                (Group((Part("image", "images1024x1024/*/{name}.png"),)),),
                (Group((Part("image", "*/img{name}.png"),)),),
                (Group((Part("image", "images1024x1024/{name}.png"),)),),
            ),
            published=70000,
        )
    },
)
AFHQ = LayoutSpec(
    name="afhq_v2",
    title="AFHQ v2",
    home="https://github.com/clovaai/stargan-v2",
    licence="CC BY-NC 4.0",
    folders=("AFHQv2", "afhq_v2", "afhqv2", "afhq"),
    note="Version 1 calls its second split val.",
    splits={
        "train": Split("pictures", forms=(_animals("train"),)),
        "test": Split("pictures", forms=(_animals("test"), _animals("val"))),
    },
)
FACES = LayoutSpec(
    name="faces",
    title="A folder of pictures of faces",
    home="your own",
    licence="yours to know",
    note="Or folders of them, one below it.",
    splits={
        "all": Split(
            "pictures",
            forms=(
                (Group((Part("image", "{name}.png"),)),),
                (Group((Part("image", "*/{name}.png"),)),),
            ),
        )
    },
)
