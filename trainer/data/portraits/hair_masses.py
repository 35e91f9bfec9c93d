"""What hairstyles are put together from: how strands run, and the masses under them. Head frame."""

from __future__ import annotations

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
        tail: the bow (start, bend, end) of bound hair that hangs free (a ponytail), or None.
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
    tail: tuple[Triple, Triple, Triple] | None = None
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


def cap(
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


def curtains(
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
