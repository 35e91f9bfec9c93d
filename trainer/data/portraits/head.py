"""The head without its hair: skull, face, ears and neck as solids.

Head frame: the eyes' middle is at the origin, the chin near y = 1, the crown near y = -1; x to the
viewer's right, y down, z out of the face.
"""

from __future__ import annotations

import numpy as np

from trainer.data.portraits.flow_kernels import meet
from trainer.data.portraits.solids import Array, Frame, Part, Solid, ball, both, rod, rotation
from trainer.data.portraits.traits import PortraitTraits

PIVOT = (0.0, 0.75, -0.25)
"""Where the head turns on the neck."""


def head_frame(traits: PortraitTraits) -> Frame:
    """The pose of the head."""
    turn = rotation(yaw=traits.yaw, pitch=traits.pitch, roll=traits.roll)
    return Frame(turn, np.array(PIVOT), np.zeros(3))


def body_frame(traits: PortraitTraits) -> Frame:
    """The pose of neck and shoulders, in which the head frame of an unturned head is the same."""
    turn = rotation(yaw=traits.body_yaw, roll=0.25 * traits.roll)
    return Frame(turn, np.array((0.0, 1.4, -0.3)), np.zeros(3))


def eye_place(traits: PortraitTraits) -> tuple[float, float]:
    """How far an eye is from the middle (x), and half its width."""
    return 0.29 * traits.eye_gap * traits.face_width, 0.145 * traits.eye_size


def mouth_height(traits: PortraitTraits) -> float:
    """y of the line between the lips."""
    return 0.40 * traits.nose_length + 0.235


def head_solids(traits: PortraitTraits) -> list[Solid]:
    """Skull, jaw, cheeks, brow, nose, lips and ears."""
    return [*_skull(traits), *_features(traits), *_nose(traits), *_lips(traits), *_ears(traits)]


def skull_solids(traits: PortraitTraits) -> list[Solid]:
    """The coarse head alone, which hair runs over."""
    return [*_skull(traits), *_features(traits)[:2]]


def neck_solids(traits: PortraitTraits, head: Frame, body: Frame) -> list[Solid]:
    """The neck, from where the head is to where the body is, in the body's frame."""
    top = body.from_camera(head.to_camera(np.array((0.0, 0.5, -0.28))))
    girth = 0.37 + 0.12 * traits.build
    start = (float(top[0]), float(top[1]), float(top[2]))
    solids = [rod(Part.SKIN, start, (0.0, 1.75, -0.38), (girth, girth + 0.06), 0.12)]
    for side in (1.0, -1.0):
        tip = body.from_camera(head.to_camera(np.array((0.42 * side, 0.55, -0.25))))
        low = (0.11 * side, 1.66, 0.03)
        solids.append(
            rod(Part.SKIN, (float(tip[0]), float(tip[1]), float(tip[2])), low, (0.07, 0.06))
        )
    return solids


def torso_solids(traits: PortraitTraits, part: Part, *, thicker: float = 0.0) -> list[Solid]:
    """Shoulders, chest and arms in the body's frame, `thicker` by so many units for clothes."""
    wide = 0.9 + 0.22 * traits.build
    t = thicker
    return [
        ball(part, (0.0, 2.85, -0.3), (1.12 * wide + t, 1.45 + t, 0.66 + t), blend=0.2),
        ball(part, (0.0, 4.9, -0.3), (1.1 * wide + t, 2.2 + t, 0.7 + t), blend=0.4),
        *both(
            rod(part, (0.2, 1.4, -0.42), (1.05 * wide, 1.85, -0.42), (0.27 + t, 0.3 + t), 0.3),
        ),
        *both(
            rod(part, (1.3 * wide, 2.1, -0.38), (1.6 * wide, 5.0, -0.25), (0.4 + t, 0.42 + t), 0.3)
        ),
        *both(rod(part, (0.15, 1.82, 0.12), (1.1 * wide, 1.85, -0.15), (0.04 + t, 0.05 + t), 0.25)),
    ]


def _skull(traits: PortraitTraits) -> list[Solid]:
    wide, jaw = traits.face_width, traits.jaw_width * (0.94 + 0.12 * traits.build)
    chin = 0.86 * traits.chin
    return [
        ball(Part.SKIN, (0.0, -0.27, -0.16), (0.72 * wide, 0.75, 0.86)),
        ball(Part.SKIN, (0.0, 0.12, 0.12), (0.62 * wide, 0.80, 0.60), blend=0.15),
        *both(
            rod(
                Part.SKIN,
                (0.45 * jaw, 0.42, 0.0),
                (0.13 * jaw, chin - 0.02, 0.44),
                (0.2, 0.13),
                0.2,
            )
        ),
        ball(Part.SKIN, (0.0, chin, 0.5), (0.2 * jaw, 0.14, 0.15), blend=0.18),
    ]


def _features(traits: PortraitTraits) -> list[Solid]:
    wide, (eye_x, eye_w) = traits.face_width, eye_place(traits)
    ridge = 0.05 + 0.05 * traits.build
    cheek = 0.21 * traits.cheeks
    return [
        *both(ball(Part.SKIN, (0.36 * wide, 0.27, 0.42), (cheek + 0.02, cheek, 0.2), blend=0.2)),
        *both(ball(Part.SKIN, (0.27 * wide, 0.55, 0.33), (cheek, 0.26, 0.22), blend=0.2)),
        *both(
            rod(Part.SKIN, (0.07, -0.17, 0.66), (0.42 * wide, -0.17, 0.5), (ridge, ridge), 0.14),
        ),
        *both(
            ball(Part.SKIN, (eye_x, 0.0, 0.78), (1.25 * eye_w, 0.11, 0.17), blend=0.13, carve=True)
        ),
        *both(ball(Part.SKIN, (eye_x, 0.0, 0.46), (1.15 * eye_w, 0.135, 0.165), blend=0.04)),
    ]


def _nose(traits: PortraitTraits) -> list[Solid]:
    width, low = traits.nose_width * (0.94 + 0.12 * traits.build), 0.40 * traits.nose_length
    out = 0.75 + 0.09 * traits.nose_length
    bridge = 0.05 * traits.nose_bridge
    wing = (0.105 * width, low - 0.02, out - 0.1)
    return [
        rod(
            Part.SKIN,
            (0.0, -0.1, 0.64 + 0.4 * bridge),
            (0.0, low - 0.07, out - 0.02),
            (bridge, 0.068 * width),
            0.09,
        ),
        ball(Part.SKIN, (0.0, low - 0.045, out), (0.088 * width, 0.075, 0.085), blend=0.05),
        *both(
            ball(Part.SKIN, wing, (0.05, 0.052, 0.085), blend=0.08)
        ),
        *both(
            ball(
                Part.SKIN, (0.05 * width, low + 0.04, out - 0.03), (0.028, 0.02, 0.045),
                blend=0.03, carve=True,
            )
        ),
    ]  # fmt: skip


def _lips(traits: PortraitTraits) -> list[Solid]:
    y, full, wide = mouth_height(traits), traits.lips, 0.28 * traits.mouth_width
    return [
        ball(Part.SKIN, (0.0, y, 0.52), (0.27, 0.22, 0.2), blend=0.14),
        *both(
            rod(
                Part.SKIN, (0.03, y - 0.032 * full, 0.70), (0.8 * wide, y, 0.62),
                (0.034 * full, 0.01), 0.04,
            )
        ),
        rod(
            Part.SKIN, (-0.07, y + 0.045 * full, 0.69), (0.07, y + 0.045 * full, 0.69),
            (0.042 * full, 0.042 * full), 0.05,
        ),
        ball(Part.SKIN, (0.0, y + 0.01, 0.77), (0.95 * wide, 0.008, 0.07), blend=0.03, carve=True),
    ]  # fmt: skip


def _ears(traits: PortraitTraits) -> list[Solid]:
    x = 0.70 * traits.face_width
    return [
        *both(ball(Part.SKIN, (x, 0.13, -0.1), (0.075, 0.24, 0.15), blend=0.06, roll=0.18)),
        *both(
            ball(Part.SKIN, (x + 0.075, 0.12, -0.03), (0.035, 0.13, 0.07), blend=0.05, carve=True)
        ),
    ]  # fmt: skip


def surface(head: Frame, rows: Array, points: Array) -> Array:
    """Camera places where the face is met from straight ahead at (x, y) of the head frame.

    Args:
        head: the head's pose.
        rows: solids of the skin.
        points: M×2 head-frame x and y.

    Returns:
        M×3; not finite where there is no face.
    """
    starts = head.to_camera(np.column_stack([points, np.full(len(points), 1.6)]))
    ahead = np.repeat(head.turn(np.array([[0.0, 0.0, -1.0]])), len(points), axis=0)
    far = meet(rows, np.ascontiguousarray(starts), ahead, 2.5)
    return np.asarray(starts + far[:, None] * ahead)
