"""Who is in the portrait: every choice as a number or a name, drawn once, rendered at any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.data.sample import Split

HAIRSTYLES: dict[str, Split] = {
    "bald": "train",
    "crop": "train",
    "quiff": "train",
    "bob": "train",
    "long_straight": "train",
    "wavy": "train",
    "afro": "train",
    "bun": "train",
    "fringe": "train",
    "beanie": "train",
    "side_part": "validation",
    "curly": "validation",
    "ponytail": "validation",
    "brimmed_hat": "validation",
    "headscarf": "validation",
}
GARMENTS: dict[str, Split] = {
    "t_shirt": "train",
    "shirt": "train",
    "jacket": "train",
    "straps": "train",
    "jumper": "train",
    "v_neck": "validation",
    "hoodie": "validation",
    "roll_neck": "validation",
}
PATTERNS = ("plain", "plain", "plain", "stripes", "checks", "dots", "mottled")
BEARDS = ("none", "stubble", "full", "goatee")
GLASSES = ("none", "round", "square")
SCARCE_HAIR = ("bald", "crop", "quiff", "side_part", "beanie", "brimmed_hat", "afro", "curly")
"""Styles that bearded faces wear here; a beard under a bob reads as a mistake."""


def families(table: dict[str, Split], split: Split) -> tuple[str, ...]:
    """Names of a table that belong to a split."""
    return tuple(name for name, belongs in table.items() if belongs == split)


@dataclass(frozen=True)
class PortraitTraits:
    """One made person, photographed once. Lengths are in half heads; angles in radians.

    Attributes:
        hairstyle: a key of HAIRSTYLES.
        garment: a key of GARMENTS.
        seed: of the fine detail (each strand, freckle, fold), the same at every size.
        melanin: 0 (fair) – 1 (deep brown), skin.
        warmth: -1 (rosy) – 1 (golden), skin.
        age: 0–1: wrinkles, grey, skin texture.
        freckles: 0–1.
        build: 0 (slender) – 1 (heavy): brow, jaw, nose, neck and shoulders.
        face_width: 0.9–1.1; `jaw_width` 0.82–1.15; `chin` 0.9–1.12 its length; `cheeks` 0.7–1.25.
        jaw_width: see `face_width`.
        chin: see `face_width`.
        cheeks: see `face_width`.
        nose_length: 0.85–1.2; `nose_width` 0.75–1.35; `nose_bridge` 0.7–1.3.
        nose_width: see `nose_length`.
        nose_bridge: see `nose_length`.
        lips: 0.6–1.45 fullness; `mouth_width` 0.8–1.2; `smile` -0.3–1; `lipstick` 0–1.
        mouth_width: see `lips`.
        smile: see `lips`.
        lipstick: see `lips`.
        eye_size: 0.88–1.15; `eye_gap` 0.92–1.08; `eye_tilt` -0.08–0.16; `eye_open` 0.62–1.1.
        eye_gap: see `eye_size`.
        eye_tilt: see `eye_size`.
        eye_open: see `eye_size`.
        iris: 0 (brown) – 1 (blue-grey), through hazel and green.
        brows: 0.55–1.5 thickness; `brow_arch` 0–1.
        brow_arch: see `brows`.
        yaw: ±0.6; `pitch` ±0.22; `roll` ±0.2; `body_yaw` ±0.45.
        pitch: see `yaw`.
        roll: see `yaw`.
        body_yaw: see `yaw`.
        gaze: where the eyes look (x, y), each ±1.
        hair_dark: 0 (blond) – 1 (black); `hair_red` 0–1; `grey` 0–1.
        hair_red: see `hair_dark`.
        grey: see `hair_dark`.
        hair_length: 0–1 within the style; `hair_volume` 0–1; `parting` -1–1.
        hair_volume: see `hair_length`.
        parting: see `hair_length`.
        beard: one of BEARDS.
        glasses: one of GLASSES.
        cloth: sRGB in [0, 1]; `accent` of patterns, collars and hats.
        accent: see `cloth`.
        pattern: one of PATTERNS.
        light_side: azimuth of the key light, ±1.25; `light_height` 0–1; `hardness` 0–1.
        light_height: see `light_side`.
        hardness: see `light_side`.
        light_warmth: -1–1; `rim` 0–1 strength of a light from behind; `exposure` 0.8–1.2.
        rim: see `light_warmth`.
        exposure: see `light_warmth`.
        span: 3.0–4.6, what the short side of the frame holds.
        place: where the head's middle sits from the frame's (x, y), in units.
    """

    hairstyle: str
    garment: str
    seed: int
    melanin: float
    warmth: float
    age: float
    freckles: float
    build: float
    face_width: float
    jaw_width: float
    chin: float
    cheeks: float
    nose_length: float
    nose_width: float
    nose_bridge: float
    lips: float
    mouth_width: float
    smile: float
    lipstick: float
    eye_size: float
    eye_gap: float
    eye_tilt: float
    eye_open: float
    iris: float
    brows: float
    brow_arch: float
    yaw: float
    pitch: float
    roll: float
    body_yaw: float
    gaze: tuple[float, float]
    hair_dark: float
    hair_red: float
    grey: float
    hair_length: float
    hair_volume: float
    parting: float
    beard: str
    glasses: str
    cloth: tuple[float, float, float]
    accent: tuple[float, float, float]
    pattern: str
    light_side: float
    light_height: float
    hardness: float
    light_warmth: float
    rim: float
    exposure: float
    span: float
    place: tuple[float, float]

    def detail(self, *purpose: int) -> np.random.Generator:
        """The generator of one kind of fine detail."""
        return np.random.default_rng([self.seed, *purpose])


RANGES: dict[str, tuple[float, float]] = {
    "melanin": (0.0, 1.0),
    "warmth": (-1.0, 1.0),
    "build": (0.0, 1.0),
    "face_width": (0.9, 1.1),
    "jaw_width": (0.82, 1.15),
    "chin": (0.9, 1.12),
    "cheeks": (0.7, 1.25),
    "nose_length": (0.85, 1.2),
    "nose_width": (0.75, 1.35),
    "nose_bridge": (0.7, 1.3),
    "lips": (0.6, 1.45),
    "mouth_width": (0.8, 1.2),
    "smile": (-0.3, 1.0),
    "eye_size": (0.88, 1.15),
    "eye_gap": (0.92, 1.08),
    "eye_tilt": (-0.08, 0.16),
    "eye_open": (0.62, 1.1),
    "iris": (0.0, 1.0),
    "brows": (0.55, 1.5),
    "brow_arch": (0.0, 1.0),
    "body_yaw": (-0.45, 0.45),
    "hair_dark": (0.0, 1.0),
    "hair_length": (0.0, 1.0),
    "hair_volume": (0.0, 1.0),
    "parting": (-1.0, 1.0),
    "light_side": (-1.25, 1.25),
    "light_height": (0.0, 1.0),
    "hardness": (0.0, 1.0),
    "light_warmth": (-1.0, 1.0),
    "exposure": (0.8, 1.2),
    "span": (3.0, 4.6),
}
"""Traits that are drawn uniformly; `sample_traits` says how the others are."""


def sample_traits(
    rng: np.random.Generator,
    split: Split,
    *,
    hairstyle: str | None = None,
    garment: str | None = None,
) -> PortraitTraits:
    """Draw a person; hairstyle and garment come from the split's families unless they are given."""
    style = hairstyle or str(rng.choice(families(HAIRSTYLES, split)))
    dress = garment or str(rng.choice(families(GARMENTS, split)))
    drawn = {name: float(rng.uniform(*limits)) for name, limits in RANGES.items()}
    drawn["hair_dark"] = max(drawn["hair_dark"], min(1.0, 1.3 * drawn["melanin"]))
    drawn["iris"] *= 1.0 - 0.9 * drawn["melanin"]
    age = float(rng.beta(1.2, 2.0))
    return PortraitTraits(
        hairstyle=style,
        garment=dress,
        seed=int(rng.integers(2**31)),
        age=age,
        freckles=_sometimes(rng, 0.35) * (1.0 - drawn["melanin"]),
        lipstick=_sometimes(rng, 0.35) * (drawn["build"] < 0.5),
        yaw=_bell(rng, 0.28, 0.6),
        pitch=_bell(rng, 0.09, 0.22),
        roll=_bell(rng, 0.07, 0.2),
        gaze=(_bell(rng, 0.35, 1.0), _bell(rng, 0.2, 1.0)),
        hair_red=_sometimes(rng, 0.3) * (1.0 - drawn["melanin"]),
        grey=_sometimes(rng, min(1.0, age * age * 1.4)),
        beard=_beard(rng, style, drawn["build"]),
        glasses=str(rng.choice(GLASSES, p=(0.76, 0.12, 0.12))),
        cloth=_cloth_colour(rng),
        accent=_cloth_colour(rng),
        pattern=str(rng.choice(PATTERNS)),
        rim=_sometimes(rng, 0.45),
        place=(_bell(rng, 0.12, 0.35), float(rng.uniform(-0.3, 0.1))),
        **drawn,
    )


def _bell(rng: np.random.Generator, spread: float, most: float) -> float:
    return float(np.clip(rng.normal(0.0, spread), -most, most))


def _sometimes(rng: np.random.Generator, chance: float) -> float:
    strength = rng.uniform(0.25, 1.0)
    return float(strength) if rng.random() < chance else 0.0


def _beard(rng: np.random.Generator, style: str, build: float) -> str:
    wears = style in SCARCE_HAIR and rng.random() < max(0.0, 1.6 * build - 0.5)
    return str(rng.choice(BEARDS[1:])) if wears else "none"


def _cloth_colour(rng: np.random.Generator) -> tuple[float, float, float]:
    """Mostly muted, as clothes are; any hue."""
    light, colourful = rng.uniform(0.12, 0.92), rng.beta(1.2, 2.2) * 0.75
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (rng.random() + np.arange(3) / 3))
    mixed = light * (1.0 - colourful + colourful * wheel)
    return float(mixed[0]), float(mixed[1]), float(mixed[2])
