"""The kinds of subject that are made, each for training or for validation, never for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from trainer.data.made.braids import braid
from trainer.data.made.hair import Hairdo, head_of_hair
from trainer.data.made.layers import Rgba
from trainer.data.made.pelts import Pelt, pelted
from trainer.data.made.sheets import Sheet, hexagons, ladders, net, rings, squares, veil
from trainer.data.made.solids import crisp, moving, soft
from trainer.data.made.wisps import feathers, lashes, plant, whiskers
from trainer.data.sample import Pixels8, Split

Size = tuple[int, int]
Drawer = Callable[[Size, np.random.Generator, Split, Sequence[Pixels8]], Rgba]
Kind = Literal["strands", "fur", "veil", "net", "soft", "solid"]


@dataclass(frozen=True)
class Family:
    """A kind of subject.

    Attributes:
        name: its key in `FAMILIES`, and `Subject.family`.
        kind: what its edges are.
        split: where it is used.
        draw: makes a premultiplied layer.
        weight: how often it comes, against the others of its split.
    """

    name: str
    kind: Kind
    split: Split
    draw: Drawer
    weight: float = 1.0


def _hair(hairdo: Hairdo) -> Drawer:
    return partial(_draw_hair, hairdo)


def _draw_hair(
    hairdo: Hairdo,
    size: Size,
    rng: np.random.Generator,
    split: Split,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    return head_of_hair(size, rng, hairdo, pictures=pictures)


def _pelt(pelt: Pelt) -> Drawer:
    return partial(_draw_pelt, pelt)


def _draw_pelt(
    pelt: Pelt,
    size: Size,
    rng: np.random.Generator,
    split: Split,
    pictures: Sequence[Pixels8] = (),
) -> Rgba:
    return pelted(size, rng, split, pelt, pictures=pictures)


STRAIGHT = Hairdo((0.7, 1.6), stray=(0.01, 0.08))
WAVY = Hairdo((0.6, 1.4), curl=(0.008, 0.03), period=(0.2, 0.5), wander=(0.01, 0.05))
FRIZZY = Hairdo(
    (0.3, 0.9), lift=(0.6, 1.0), frizz=(0.008, 0.035), stray=(0.1, 0.4), wander=(0.03, 0.08),
    puff=(1.2, 1.6), wind=(0.0, 0.1),
)  # fmt: skip
CROP = Hairdo(
    (0.1, 0.28), lift=(0.4, 0.9), clump=(0.008, 0.018), astray=(0.01, 0.04), stray=(0.0, 0.06),
    puff=(1.02, 1.06), guides=900,
)  # fmt: skip
SPARSE = Hairdo(
    (0.4, 1.5), guides=170, core=False, filled=(0.2, 0.9), clump=(0.02, 0.07), tight=(0.0, 0.7),
    stray=(0.1, 0.4), frizz=(0.004, 0.02), wander=(0.01, 0.05), wind=(0.0, 0.15),
)  # fmt: skip
BLOWN = Hairdo(
    (0.5, 1.4), wind=(0.1, 0.3), weight=(0.03, 0.12), stray=(0.05, 0.25), curl=(0.0, 0.015),
    wander=(0.01, 0.06), filled=(0.8, 2.0),
)  # fmt: skip
BEARD = Hairdo(
    (0.04, 0.4), lift=(0.3, 0.8), clump=(0.006, 0.016), astray=(0.01, 0.05), stray=(0.02, 0.2),
    frizz=(0.003, 0.012), curl=(0.0, 0.012), period=(0.08, 0.2), puff=(1.01, 1.05), guides=500,
    filled=(0.5, 1.6), wander=(0.0, 0.05), tight=(0.0, 0.6), beard=True,
)  # fmt: skip
CURLY = Hairdo(
    (0.4, 0.95), curl=(0.015, 0.035), period=(0.11, 0.2), puff=(1.1, 1.4), clump=(0.006, 0.014),
    tight=(0.2, 0.6), loose=(0.02, 0.08), wander=(0.01, 0.04), guides=520, filled=(1.6, 3.0),
)  # fmt: skip

FUR = Pelt((0.05, 0.2))
SHAGGY = Pelt((0.15, 0.45), outward=(0.1, 0.7), clump=(0.06, 0.2), curl=(0.0, 0.05), steps=18)
FUZZ = Pelt(
    (0.02, 0.08), dense=(0.1, 0.8), frizz=(0.1, 0.3), clump=(0.01, 0.06), tight=(-0.5, 0.3),
    width=(0.3, 0.7), cloth=True, outward=(0.8, 1.2),
)  # fmt: skip
TULLE = Sheet((0.1, 0.35), folds=2.5, weave=0.6)
CHIFFON = Sheet((0.25, 0.6), folds=1.2, weave=0.1)
PLUSH = Pelt(
    (0.04, 0.12), clump=(0.3, 0.6), tight=(-0.3, 0.4), curl=(0.05, 0.2), frizz=(0.05, 0.25),
    outward=(0.7, 1.2), width=(0.4, 1.0), steps=18,
)  # fmt: skip

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("straight", "strands", "train", _hair(STRAIGHT), 3),
        Family("wavy", "strands", "train", _hair(WAVY), 3),
        Family("frizzy", "strands", "train", _hair(FRIZZY), 3),
        Family("crop", "strands", "train", _hair(CROP), 2),
        Family("fur", "fur", "train", _pelt(FUR), 2),
        Family("shaggy", "fur", "train", _pelt(SHAGGY), 1.5),
        Family("fuzz", "fur", "train", _pelt(FUZZ), 1),
        Family("sparse", "strands", "train", _hair(SPARSE), 2.5),
        Family("beard", "strands", "train", _hair(BEARD), 0.7),
        Family("braid", "strands", "train", braid, 0.7),
        Family("whiskers", "fur", "train", whiskers, 1),
        Family("plant", "net", "train", partial(plant, leafy=(0.5, 10), slim=(0.2, 0.6)), 0.7),
        Family("feathers", "fur", "train", feathers, 0.6),
        Family("tulle", "veil", "train", partial(veil, sheet=TULLE), 1),
        Family("net", "net", "train", partial(net, patterns=(squares, hexagons), flowers=0.4), 0.7),
        Family("crisp", "solid", "train", crisp, 1.5),
        Family("soft", "soft", "train", soft, 1.5),
        Family("curly", "strands", "validation", _hair(CURLY), 3),
        Family("blown", "strands", "validation", _hair(BLOWN), 2),
        Family("lashes", "strands", "validation", lashes, 1),
        Family("fern", "net", "validation", partial(plant, leafy=(20, 40), slim=(0.05, 0.15)), 0.7),
        Family("chiffon", "veil", "validation", partial(veil, sheet=CHIFFON), 1),
        Family(
            "crochet", "net", "validation", partial(net, patterns=(rings, ladders), flowers=0), 0.7
        ),
        Family("plush", "fur", "validation", _pelt(PLUSH), 2),
        Family("moving", "soft", "validation", moving, 1),
    )
}
"""Name to family."""
