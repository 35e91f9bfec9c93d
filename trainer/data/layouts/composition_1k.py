"""Adobe Composition-1k (Deep Image Matting): foregrounds and the name lists of its test set."""

from __future__ import annotations

from trainer.data.layouts.parts import Group, Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import NameList, Split, one_form

TRAIN, TEST = "Training_set", "Test_set/Adobe-licensed images"
BACKGROUNDS = "Test_set/test_bg_names.txt"
"""Names of PASCAL VOC pictures, twenty a test foreground, in their order."""
COPIES = 20


def _pair(folder: str) -> Group:
    foreground, alpha = f"{folder}/fg/{{name}}.jpg", f"{folder}/alpha/{{name}}.jpg"
    return Group((Part("foreground", foreground), Part("alpha", alpha)))


LAYOUT = LayoutSpec(
    name="composition_1k",
    title="Adobe Composition-1k",
    home="https://sites.google.com/view/deepimagematting",
    licence="on request from its authors, for research",
    folders=("Combined_Dataset", "Adobe_Deep_Matting_Dataset/Combined_Dataset"),
    note="Training foregrounds may also lie merged in Training_set/fg and Training_set/alpha.",
    splits={
        "train": Split(
            "subjects",
            forms=(
                (_pair(f"{TRAIN}/Adobe-licensed images"), _pair(f"{TRAIN}/Other")),
                (_pair(TRAIN),),
            ),
            lists=(NameList(f"{TRAIN}/training_fg_names.txt", orders=True, optional=True),),
            published=431,
        ),
        "test": Split(
            "subjects",
            forms=one_form(
                Part("foreground", f"{TEST}/fg/{{name}}.png"),
                Part("alpha", f"{TEST}/alpha/{{name}}.png"),
                Part("trimap", f"{TEST}/trimaps/{{name}}.png", copies=COPIES),
            ),
            lists=(
                NameList("Test_set/test_fg_names.txt", orders=True),
                NameList(BACKGROUNDS),
            ),
            published=50,
        ),
    },
)
