"""The mass of each hairstyle as solids, and how its strands run over it. Head frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from trainer.data.portraits.solids import Part, Solid, Triple, ball, both, rod
from trainer.data.portraits.traits import PortraitTraits


@dataclass(frozen=True)
class Style:
    """A hairstyle, ready to grow.

    Attributes:
        solids: the mass under the strands (hair), or a hat.
        strands: how many are drawn.
        length: of a strand in units.
        width: of a strand at its root in units.
        down: pull of gravity; `side` away from the parting; `back` away from the face.
        side: see `down`.
        back: see `down`.
        tie: where the hair is bound, None if it hangs free; `bound` 0–1 how tightly.
        bound: see `tie`.
        lift: how far strands stand off the mass at root and tip.
        cling: 0–1, how firmly they fall back onto it.
        curl: radius of the curls in units; `turns` of them along a strand.
        turns: see `curl`.
        wild: how much neighbours differ.
        clump: 0–1, how much they hold together at the tips.
        low: y down to which roots are sought on the mass.
        tail: where strands start that do not grow from the mass (a ponytail), or None.
        front: y that strands over the forehead don't fall below.
    """

    solids: list[Solid] = field(default_factory=list)
    strands: int = 2600
    length: float = 0.5
    width: float = 0.012
    down: float = 1.0
    side: float = 0.5
    back: float = 0.3
    tie: Triple | None = None
    bound: float = 0.0
    lift: tuple[float, float] = (0.005, 0.03)
    cling: float = 0.5
    curl: float = 0.0
    turns: float = 0.0
    wild: float = 0.15
    clump: float = 0.3
    low: float = -0.2
    tail: Triple | None = None
    front: float = 9.0

    @property
    def guard(self) -> list[Solid]:
        """What strands must not enter although nothing is there: the face and below it."""
        carved = [s for s in self.solids if s.carve and s.part == Part.HAIR][:1]
        faces = [
            replace(s, part=Part.SKIN, carve=False, radii=(0.96 * a, 0.96 * b, 0.96 * c))
            for s in carved
            for a, b, c in (s.radii,)
        ]
        return [*faces, rod(Part.SKIN, (0.0, 0.3, 0.68), (0.0, 2.6, 0.68), (0.55, 0.55))]


def style_of(traits: PortraitTraits) -> Style:
    """The traits' hairstyle."""
    return STYLE_MAKERS[traits.hairstyle](traits)


def _cap(
    traits: PortraitTraits, thick: float, *, face: float = 0.0, low: float = 0.25
) -> list[Solid]:
    """Hair over the skull with the face left free.

    Args:
        traits: whose.
        thick: of the hair on top.
        face: how far it comes down over the forehead.
        low: y where it ends at the ears and the nape.
    """
    wide, t = traits.face_width, thick
    shift = 0.1 * traits.parting
    recede = 0.12 * (traits.build > 0.5) * traits.age
    return [
        ball(Part.HAIR, (0.0, -0.31, -0.2), (0.735 * wide + 0.7 * t, 0.75 + t, 0.87 + 0.7 * t)),
        ball(
            Part.HAIR, (shift, 0.42 + face - recede, 0.72), (0.66 * wide, 1.0, 0.72),
            blend=0.08, carve=True,
        ),
        ball(Part.HAIR, (0.0, low + 1.0, -0.1), (1.6, 1.0, 1.35), blend=0.12, carve=True),
    ]  # fmt: skip


def _curtains(
    traits: PortraitTraits, bottom: float, thick: float, *, spread: float = 0.0
) -> list[Solid]:
    """Hair that falls on both sides and behind, down to `bottom`."""
    wide = 0.69 * traits.face_width + 0.3 * thick
    return [
        *both(
            rod(
                Part.HAIR, (wide, -0.1, -0.15), (wide + spread, bottom - 0.1, -0.12),
                (0.2, 0.17 + thick), 0.2,
            )
        ),
        ball(
            Part.HAIR, (0.0, 0.5 * bottom - 0.2, -0.52),
            (wide + 0.1, 0.5 * bottom + 0.4, 0.42 + thick), blend=0.2,
        ),
    ]  # fmt: skip


def _bald(traits: PortraitTraits) -> Style:
    return Style(strands=0)


def _crop(traits: PortraitTraits) -> Style:
    thick = 0.03 + 0.06 * traits.hair_volume
    return Style(
        _cap(traits, thick, low=0.1), 4200, 0.16 + 0.12 * traits.hair_length, 0.010,
        down=0.4, side=0.4, back=0.5, lift=(0.0, 0.05), cling=0.1, wild=0.5, clump=0.2,
    )  # fmt: skip


def _quiff(traits: PortraitTraits) -> Style:
    thick = 0.06 + 0.06 * traits.hair_volume
    top = ball(
        Part.HAIR, (0.05 * traits.parting, -0.92 - 0.08 * traits.hair_volume, 0.22),
        (0.44, 0.22 + 0.08 * traits.hair_volume, 0.45), blend=0.2, pitch=0.25,
    )  # fmt: skip
    cap = _cap(traits, thick, low=0.05)
    return Style(
        [*cap[:1], top, *cap[1:]], 3600, 0.42, 0.012, down=-0.35, side=0.35, back=1.0,
        lift=(0.0, 0.06), cling=0.25, wild=0.3, clump=0.4,
    )  # fmt: skip


def _bob(traits: PortraitTraits) -> Style:
    bottom = 0.75 + 0.4 * traits.hair_length
    thick = 0.08 + 0.08 * traits.hair_volume
    cap = _cap(traits, thick, low=0.5)
    sides = _curtains(traits, bottom, 0.5 * thick)
    return Style(
        [cap[0], *sides, cap[1]], 3800, 1.1 + 0.4 * traits.hair_length, 0.013,
        lift=(0.004, 0.03), wild=0.1, clump=0.45, low=0.3,
    )  # fmt: skip


def _long(traits: PortraitTraits) -> Style:
    bottom = 1.7 + 1.0 * traits.hair_length
    thick = 0.07 + 0.08 * traits.hair_volume
    cap = _cap(traits, thick, low=0.5)
    sides = _curtains(traits, bottom, 0.4 * thick, spread=0.12)
    return Style(
        [cap[0], *sides, cap[1]], 4200, 1.9 + 0.9 * traits.hair_length, 0.013,
        lift=(0.004, 0.05), wild=0.09, clump=0.5, low=0.9,
    )  # fmt: skip


def _wavy(traits: PortraitTraits) -> Style:
    bottom = 1.3 + 1.0 * traits.hair_length
    thick = 0.12 + 0.1 * traits.hair_volume
    cap = _cap(traits, thick, low=0.5)
    sides = _curtains(traits, bottom, 0.9 * thick, spread=0.18)
    return Style(
        [cap[0], *sides, cap[1]], 4200, 1.6 + 0.8 * traits.hair_length, 0.013,
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
    cap = _cap(traits, 0.04, low=0.3)
    knot = (0.05 * traits.parting, -1.12, -0.35 - 0.2 * traits.hair_length)
    size = 0.26 + 0.1 * traits.hair_volume
    return Style(
        [*cap, ball(Part.HAIR, knot, (size, 0.85 * size, size), blend=0.06)], 3600, 0.9, 0.011,
        down=0.0, side=0.0, back=0.4, tie=knot, bound=0.85, lift=(0.003, 0.02), cling=0.7, wild=0.1,
        clump=0.4, low=0.1,
    )  # fmt: skip


def _fringe(traits: PortraitTraits) -> Style:
    bottom = 0.9 + 1.2 * traits.hair_length
    thick = 0.08 + 0.08 * traits.hair_volume
    cap = _cap(traits, thick, face=0.3, low=0.5)
    sides = _curtains(traits, bottom, 0.5 * thick, spread=0.06)
    front = ball(Part.HAIR, (0.0, -0.44, 0.3), (0.56 * traits.face_width, 0.22, 0.50), blend=0.1)
    return Style(
        [cap[0], *sides, cap[1], front], 4200, 1.1 + 0.9 * traits.hair_length, 0.013,
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
    under = _cap(traits, 0.035, low=0.28)
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
    cap = _cap(traits, 0.03, low=0.5)
    sides = _curtains(traits, bottom, 0.03)
    return Style(
        [cap[0], *sides, cap[1], *hat],
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
    cap = _cap(traits, thick, low=0.12)
    return Style(
        [*cap[:1], sweep, *cap[1:]], 3800, 0.5, 0.012, down=0.35, side=1.3, back=0.4,
        lift=(0.0, 0.04), cling=0.5, wild=0.2, clump=0.4,
    )  # fmt: skip


def _curly(traits: PortraitTraits) -> Style:
    bottom = 0.7 + 0.9 * traits.hair_length
    thick = 0.18 + 0.14 * traits.hair_volume
    cap = _cap(traits, thick, low=0.5)
    sides = _curtains(traits, bottom, thick, spread=0.2)
    return Style(
        [cap[0], *sides, cap[1]], 4600, 0.9 + 0.4 * traits.hair_length, 0.012,
        lift=(0.0, 0.12), curl=0.065, turns=6.0, wild=0.4, clump=0.75, low=0.6,
    )  # fmt: skip


def _ponytail(traits: PortraitTraits) -> Style:
    cap = _cap(traits, 0.04, low=0.3)
    side = 1.0 if traits.parting > 0 else -1.0
    knot = (0.1 * side, -0.62, -1.02)
    end = (0.78 * side, 1.1 + 0.7 * traits.hair_length, -0.75)
    middle = (0.62 * side, -0.2, -1.15)
    tail = [
        rod(Part.HAIR, knot, middle, (0.12, 0.16), 0.1),
        rod(Part.HAIR, middle, end, (0.17, 0.05), 0.12),
    ]
    return Style(
        [*cap, *tail], 3800, 1.0, 0.011, down=0.0, side=0.0, back=0.5, tie=knot, bound=0.85,
        lift=(0.003, 0.02), cling=0.7, wild=0.1, clump=0.4, low=0.1, tail=middle,
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
