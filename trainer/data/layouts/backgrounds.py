"""Pictures to put subjects on: BG-20k, COCO, PASCAL VOC, and any folder of one's own."""

from __future__ import annotations

from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Split, one_form


def _split(pattern: str, published: int | None = None, *, optional: bool = False) -> Split:
    forms = one_form(Part("image", pattern))
    return Split("backgrounds", forms, published=published, optional=optional)


BG_20K = LayoutSpec(
    name="bg_20k",
    title="BG-20k",
    home="https://github.com/JizhiziLi/GFM",
    licence="MIT, after accepting its agreement",
    folders=("BG-20k", "BG20k", "BG-20K", "BG20K"),
    splits={
        "train": _split("train/{name}.jpg", 15000),
        "testval": _split("testval/{name}.jpg", 5000),
        "train_denoise": _split("train_denoise/{name}.jpg", optional=True),
    },
)
COCO = LayoutSpec(
    name="coco",
    title="COCO",
    home="https://cocodataset.org",
    licence="annotations CC BY 4.0; the photographs under Flickr's terms",
    folders=("COCO", "coco"),
    one_of=True,
    splits={
        "train2014": _split("train2014/{name}.jpg", 82783),
        "train2017": _split("train2017/{name}.jpg", 118287),
        "train_bg": _split("train_bg/{name}.jpg"),
    },
)
VOC = LayoutSpec(
    name="voc",
    title="PASCAL VOC 2012",
    home="http://host.robots.ox.ac.uk/pascal/VOC/voc2012/",
    licence="the photographs under Flickr's terms",
    folders=("VOCdevkit/VOC2012", "VOC2012"),
    splits={"all": _split("JPEGImages/{name}.jpg", 17125)},
)
BACKGROUNDS = LayoutSpec(
    name="backgrounds",
    title="A folder of backgrounds",
    home="your own",
    licence="yours to know",
    splits={"all": _split("{name}.jpg")},
)
