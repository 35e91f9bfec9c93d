"""Layouts for folders of one's own: pictures with mattes, people with labels, composed tests."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split, one_form

_IMAGE, _ALPHA = Part("image", "image/{name}.jpg"), Part("alpha", "alpha/{name}.png")

PLAIN = LayoutSpec(
    name="plain",
    title="A folder with image/ and alpha/",
    home="your own",
    licence="yours to know",
    note="Also trimap/, foreground/, background/ and detail/, where there are.",
    splits={
        "all": Split(
            "photographs",
            one_form(
                _IMAGE,
                _ALPHA,
                Part("trimap", "trimap/{name}.png", optional=True),
                Part("foreground", "foreground/{name}.png", optional=True),
                Part("background", "background/{name}.png", optional=True),
                Part("detail", "detail/{name}.png", optional=True),
            ),
        ),
        "subjects": Split(
            "subjects",
            one_form(Part("foreground", "foreground/{name}.png"), _ALPHA),
            optional=True,
        ),
    },
)
PEOPLE = LayoutSpec(
    name="people",
    title="People with maps of person and hair",
    home="https://github.com/bearpaw/clothing-co-parsing",
    licence="Apache-2.0; where the photographs are from is not stated",
    note="label/ has 0 background, 1 person, 2 hair; mattes are binary, detail is the hair.",
    splits={
        "all": Split("photographs", one_form(_IMAGE, Part("labels", "label/{name}.png"))),
    },
)
COMPOSED = LayoutSpec(
    name="composed",
    title="A composed test set",
    home="matte-train data compose",
    licence="that of the subjects and backgrounds it is made of",
    splits={
        "test": Split(
            "photographs",
            one_form(
                Part("image", "merged/{name}.png"),
                Part("alpha", "alpha_copy/{name}.png"),
                Part("trimap", "trimaps/{name}.png"),
            ),
        )
    },
)
