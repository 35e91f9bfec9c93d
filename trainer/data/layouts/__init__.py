"""The layouts of data sets on disk: one table."""

from __future__ import annotations

from trainer.data.layouts import (
    am_2k,
    composition_1k,
    distinctions_646,
    generated_set,
    p3m_10k,
    photomatte85,
    rgba,
    rwp_636,
    shen,
)
from trainer.data.layouts.backgrounds import BACKGROUNDS, BG_20K, COCO, VOC
from trainer.data.layouts.faces import AFHQ, FACES, FFHQ
from trainer.data.layouts.own_folders import COMPOSED, PEOPLE, PLAIN
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Finding, Holds, Split

__all__ = ["LAYOUTS", "Finding", "Holds", "LayoutSpec", "Split"]

LAYOUTS: dict[str, LayoutSpec] = {
    spec.name: spec
    for spec in (
        composition_1k.LAYOUT,
        distinctions_646.LAYOUT,
        photomatte85.LAYOUT,
        p3m_10k.LAYOUT,
        am_2k.LAYOUT,
        rwp_636.LAYOUT,
        shen.LAYOUT,
        BG_20K,
        COCO,
        VOC,
        FFHQ,
        AFHQ,
        FACES,
        PEOPLE,
        PLAIN,
        BACKGROUNDS,
        generated_set.LAYOUT,
        rgba.LAYOUT,
        COMPOSED,
    )
}
"""Name to layout."""
