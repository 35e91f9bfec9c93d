"""Each hairstyle: the masses under it, and how its strands run over them. Head frame."""

from __future__ import annotations

from collections.abc import Callable

from trainer.data.portraits.hair_masses import Style, cap, curtains
from trainer.data.portraits.solids import Part, ball, rod
from trainer.data.portraits.traits import PortraitTraits


def style_of(traits: PortraitTraits) -> Style:
    """The traits' hairstyle."""
    return STYLE_MAKERS[traits.hairstyle](traits)


def _bald(traits: PortraitTraits) -> Style:
    return Style(strands=0)


def _crop(traits: PortraitTraits) -> Style:
    thick = 0.03 + 0.06 * traits.hair_volume
    return Style(
        cap(traits, thick, low=0.1), 4200, 0.16 + 0.12 * traits.hair_length, 0.010,
        down=0.4, side=0.4, back=0.5, lift=(0.0, 0.05), cling=0.1, wild=0.5, clump=0.2,
    )  # fmt: skip


def _quiff(traits: PortraitTraits) -> Style:
    thick = 0.06 + 0.06 * traits.hair_volume
    top = ball(
        Part.HAIR, (0.05 * traits.parting, -0.92 - 0.08 * traits.hair_volume, 0.22),
        (0.44, 0.22 + 0.08 * traits.hair_volume, 0.45), blend=0.2, pitch=0.25,
    )  # fmt: skip
    over = cap(traits, thick, low=0.05)
    return Style(
        [*over[:1], top, *over[1:]], 3600, 0.42, 0.012, down=-0.35, side=0.35, back=1.0,
        lift=(0.0, 0.06), cling=0.25, wild=0.3, clump=0.4,
    )  # fmt: skip


def _bob(traits: PortraitTraits) -> Style:
    bottom = 0.75 + 0.4 * traits.hair_length
    thick = 0.08 + 0.08 * traits.hair_volume
    over = cap(traits, thick, low=0.5)
    sides = curtains(traits, bottom, 0.5 * thick)
    return Style(
        [over[0], *sides, over[1]], 3800, 1.1 + 0.4 * traits.hair_length, 0.013,
        lift=(0.004, 0.03), wild=0.1, clump=0.45, low=0.3,
    )  # fmt: skip


def _long(traits: PortraitTraits) -> Style:
    bottom = 1.7 + 1.0 * traits.hair_length
    thick = 0.07 + 0.08 * traits.hair_volume
    over = cap(traits, thick, low=0.5)
    sides = curtains(traits, bottom, 0.4 * thick, spread=0.12)
    return Style(
        [over[0], *sides, over[1]], 4200, 1.9 + 0.9 * traits.hair_length, 0.013,
        lift=(0.004, 0.05), wild=0.09, clump=0.5, low=0.9,
    )  # fmt: skip


def _wavy(traits: PortraitTraits) -> Style:
    bottom = 1.3 + 1.0 * traits.hair_length
    thick = 0.12 + 0.1 * traits.hair_volume
    over = cap(traits, thick, low=0.5)
    sides = curtains(traits, bottom, 0.9 * thick, spread=0.18)
    return Style(
        [over[0], *sides, over[1]], 4200, 1.6 + 0.8 * traits.hair_length, 0.013,
        lift=(0.005, 0.08), curl=0.05, turns=4.0, wild=0.16, clump=0.6, low=0.8,
    )  # fmt: skip


def _afro(traits: PortraitTraits) -> Style:
    big = 0.2 + 0.3 * traits.hair_volume
    wide = traits.face_width
    mass = [
        ball(Part.HAIR, (0.0, -0.42, -0.22), (0.74 * wide + big, 0.74 + big, 0.82 + big)),
        ball(Part.HAIR, (0.0, 0.42, 0.9), (0.62 * wide, 1.0, 0.86), blend=0.1, carve=True),
        ball(Part.HAIR, (0.0, 1.5 + 0.2 * big, 0.0), (2.2, 1.0, 2.2), blend=0.2, carve=True),
    ]
    return Style(
        mass, 5200, 0.3, 0.011, down=0.1, side=0.2, back=0.1, lift=(-0.03, 0.13), cling=1.0,
        curl=0.03, turns=3.0, wild=1.3, clump=0.25, low=0.1,
    )  # fmt: skip


def _bun(traits: PortraitTraits) -> Style:
    over = cap(traits, 0.04, low=0.3)
    knot = (0.05 * traits.parting, -1.12, -0.35 - 0.2 * traits.hair_length)
    size = 0.26 + 0.1 * traits.hair_volume
    return Style(
        [*over, ball(Part.HAIR, knot, (size, 0.85 * size, size), blend=0.06)], 3600, 0.9, 0.011,
        down=0.0, side=0.0, back=0.4, tie=knot, bound=0.85, lift=(0.003, 0.02), cling=0.7, wild=0.1,
        clump=0.4, low=0.1,
    )  # fmt: skip


def _fringe(traits: PortraitTraits) -> Style:
    bottom = 0.9 + 1.2 * traits.hair_length
    thick = 0.08 + 0.08 * traits.hair_volume
    over = cap(traits, thick, face=0.3, low=0.5)
    sides = curtains(traits, bottom, 0.5 * thick, spread=0.06)
    front = ball(Part.HAIR, (0.0, -0.44, 0.3), (0.56 * traits.face_width, 0.22, 0.50), blend=0.1)
    return Style(
        [over[0], *sides, over[1], front], 4200, 1.1 + 0.9 * traits.hair_length, 0.013,
        side=0.35, back=-0.15,
        lift=(0.004, 0.03), wild=0.08, clump=0.5, low=0.5, front=-0.2 + 0.1 * traits.parting,
    )  # fmt: skip


def _beanie(traits: PortraitTraits) -> Style:
    wide = traits.face_width
    hat = [
        ball(Part.HAT, (0.0, -0.5, -0.2), (0.80 * wide, 0.72 + 0.15 * traits.hair_volume, 0.92)),
        ball(Part.HAT, (0.0, 0.56, 0.25), (1.9, 1.0, 2.4), blend=0.05, carve=True, pitch=-0.12),
        ball(Part.HAT, (0.0, -0.45, -0.18), (0.83 * wide, 0.17, 0.95), blend=0.03, pitch=-0.12),
    ]
    under = cap(traits, 0.035, low=0.28)
    return Style([*under, *hat], 1800, 0.3, 0.011, wild=0.3, lift=(0.0, 0.05), cling=0.2, low=0.2)


def _brimmed(traits: PortraitTraits) -> Style:
    wide = traits.face_width
    brim = 1.0 + 0.35 * traits.hair_volume
    hat = [
        ball(Part.HAT, (0.0, -0.78, -0.2), (0.74 * wide, 0.62, 0.84)),
        ball(Part.HAT, (0.0, 0.44, -0.2), (1.9, 1.0, 2.4), blend=0.03, carve=True, pitch=-0.1),
        ball(Part.HAT, (0.0, -0.50, -0.18), (brim, 0.05, brim + 0.1), blend=0.06, pitch=-0.1),
    ]
    bottom = 0.4 + 1.5 * traits.hair_length
    over = cap(traits, 0.03, low=0.5)
    sides = curtains(traits, bottom, 0.03)
    return Style(
        [over[0], *sides, over[1], *hat],
        3000,
        0.9 + 0.8 * traits.hair_length,
        0.012,
        wild=0.15,
        low=0.5,
    )


def _side_part(traits: PortraitTraits) -> Style:
    thick = 0.06 + 0.07 * traits.hair_volume
    side = 1.0 if traits.parting > 0 else -1.0
    sweep = ball(
        Part.HAIR, (-0.16 * side, -0.86, 0.2), (0.52, 0.22, 0.52), blend=0.15, roll=-0.2 * side
    )
    over = cap(traits, thick, low=0.12)
    return Style(
        [*over[:1], sweep, *over[1:]], 3800, 0.5, 0.012, down=0.35, side=1.3, back=0.4,
        lift=(0.0, 0.04), cling=0.5, wild=0.2, clump=0.4,
    )  # fmt: skip


def _curly(traits: PortraitTraits) -> Style:
    bottom = 0.7 + 0.9 * traits.hair_length
    thick = 0.18 + 0.14 * traits.hair_volume
    over = cap(traits, thick, low=0.5)
    sides = curtains(traits, bottom, thick, spread=0.2)
    return Style(
        [over[0], *sides, over[1]], 4600, 0.9 + 0.4 * traits.hair_length, 0.012,
        lift=(0.0, 0.12), curl=0.065, turns=6.0, wild=0.4, clump=0.75, low=bottom - 0.1,
    )  # fmt: skip


def _ponytail(traits: PortraitTraits) -> Style:
    over = cap(traits, 0.04, low=0.3)
    side = 1.0 if traits.parting > 0 else -1.0
    knot = (0.1 * side, -0.62, -1.02)
    end = (0.78 * side, 1.1 + 0.7 * traits.hair_length, -0.75)
    middle = (0.62 * side, -0.2, -1.15)
    tail = [
        rod(Part.HAIR, knot, middle, (0.08, 0.10), 0.1),
        rod(Part.HAIR, middle, end, (0.10, 0.02), 0.12),
    ]
    return Style(
        [*over, *tail], 3800, 1.0, 0.011, down=0.0, side=0.0, back=0.5, tie=knot, bound=0.85,
        lift=(0.003, 0.02), cling=0.7, wild=0.1, clump=0.4, low=0.1,
        tail=(knot, (1.15 * side, -0.75, -1.25), end),
    )  # fmt: skip


def _headscarf(traits: PortraitTraits) -> Style:
    wide = traits.face_width
    scarf = [
        ball(Part.HAT, (0.0, -0.26, -0.2), (0.80 * wide, 0.86, 0.96)),
        rod(Part.HAT, (0.0, 0.45, -0.15), (0.0, 1.3, -0.25), (0.72 * wide, 0.66), 0.2),
        rod(Part.HAT, (0.0, 1.45, -0.2), (0.25, 1.95, 0.1), (0.62, 0.45), 0.25),
        ball(Part.HAT, (0.0, 0.22, 0.85), (0.56 * wide, 0.86, 0.62), blend=0.06, carve=True),
    ]
    return Style(scarf, strands=0)


STYLE_MAKERS: dict[str, Callable[[PortraitTraits], Style]] = {
    "bald": _bald,
    "crop": _crop,
    "quiff": _quiff,
    "bob": _bob,
    "long_straight": _long,
    "wavy": _wavy,
    "afro": _afro,
    "bun": _bun,
    "fringe": _fringe,
    "beanie": _beanie,
    "side_part": _side_part,
    "curly": _curly,
    "ponytail": _ponytail,
    "brimmed_hat": _brimmed,
    "headscarf": _headscarf,
}
