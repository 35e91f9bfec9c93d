"""Portrait Matting (Shen et al. 2016): the archive's names are not known for sure, so patterns."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split, one_form


def _split(folder: str, published: int) -> Split:
    image = Part("image", f"{folder}/{{name}}.png")
    alpha = Part("alpha", f"{folder}/{{name}}_matte.png")
    return Split("photographs", one_form(image, alpha), published=published)


LAYOUT = LayoutSpec(
    name="shen",
    title="Portrait Matting (Shen 2016)",
    home="http://www.cse.cuhk.edu.hk/leojia/projects/automatting/",
    licence="research only, no redistribution",
    patterned=True,
    note='Where names differ, say so beside its path: image = "{name}.jpg", alpha = "…".',
    splits={"train": _split("training", 1700), "test": _split("testing", 300)},
)
