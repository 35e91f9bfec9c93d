"""What can be chosen about an enhancement, and the configurations of the paper's tables."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

from engine.enhance.change import ChangeBounds
from engine.errors import UserError

Term = Literal["entropy", "composition", "consistency", "perceptual"]
Codes = Literal["both", "w", "noise"]
ForegroundMethod = Literal["closed_form", "multilevel", "blur_fusion"]
ForegroundAlpha = Literal["enhanced", "true"]
Mode = Literal["change", "plain"]
Optimiser = Literal["adam", "adamw"]

FIDELITY: tuple[Term, ...] = ("consistency", "perceptual")
PUBLISHED_STEPS = 500
LEAST_WORKING = 256
"""Hair is lost on anything smaller, and trimap networks were trained at about this size."""


@dataclass(frozen=True)
class Weights:
    """λ1 to λ4 of equation 2.

    Attributes:
        entropy: of the trimap model's confidence map (equation 3).
        composition: compositional adversarial (equation 4).
        consistency: of the pixels (equation 6).
        perceptual: of the features (equation 7).
    """

    entropy: float = 1.0
    composition: float = 1.0
    consistency: float = 10.0
    perceptual: float = 10.0

    def __post_init__(self) -> None:
        if min(self.as_dict().values()) < 0:
            raise UserError("The weight of a term cannot be negative.")

    def as_dict(self) -> dict[Term, float]:
        """By the term's name."""
        return {row.name: getattr(self, row.name) for row in fields(self)}  # type: ignore[misc]

    def without(self, *terms: Term) -> Weights:
        """The same with some terms at 0."""
        return replace(self, **dict.fromkeys(terms, 0.0))


@dataclass(frozen=True)
class FeatureChoice:
    """By which network's features pictures are compared.

    Attributes:
        name: "vgg16" (conv4_2, from the user's file), or the name of a segmenter's weights, of
            which the deepest layer is taken that VGG's has the scale of (1/8).
        file: of VGG-16, with torchvision's names.
    """

    name: str = "vgg16"
    file: str = ""


@dataclass(frozen=True)
class InversionSettings:
    """How latent codes of a picture are found: w of each layer first, then the noise.

    Attributes:
        w_steps: of W+.
        noise_steps: of N.
        w_rate: Adam's learning rate for W+, at its highest.
        noise_rate: the same for N.
        rise: share of a stage's steps over which the rate rises from 0.
        fall: share over which it falls to 0 at the end, as a cosine.
        jitter: deviation of what is added to w, in deviations of w; it falls to 0 within
            `jitter_until` of the steps.
        jitter_until: share of the steps.
        samples: z that are mapped for the mean w and its deviation.
        pixels: weight of the mean square of differences, of values in [-1, 1].
        perceptual: weight of the features' differences.
        noise_regularisation: weight of the noise's correlation with itself.
        renormalise: make each noise of zero mean and unit deviation after each step.
        seed: of mapped z and of jitter.
    """

    w_steps: int = 1000
    noise_steps: int = 500
    w_rate: float = 0.1
    noise_rate: float = 0.1
    rise: float = 0.05
    fall: float = 0.25
    jitter: float = 0.05
    jitter_until: float = 0.75
    samples: int = 10_000
    pixels: float = 1.0
    perceptual: float = 1.0
    noise_regularisation: float = 0.01
    renormalise: bool = False
    seed: int = 123

    def __post_init__(self) -> None:
        if min(self.w_steps, self.noise_steps) < 0 or self.samples < 2:
            raise UserError("An inversion cannot have a negative number of steps.")


@dataclass(frozen=True)
class EnhanceSettings:
    """How a portrait is enhanced.

    Attributes:
        weights: of the terms.
        steps: of gradient descent.
        rate: Adam's learning rate.
        decay: of the codes, towards 0.
        optimiser: "adam" decays by a term in the gradient, as the paper's does; "adamw" apart.
        codes: which of them change.
        mode: "change": what comes back, and what every term judges, is the original plus
            G(w, n) - G(w0, n0); "plain": G(w, n) itself, as in the paper.
        foreground_method: by which F is found for the composition.
        foreground_every: steps between one F and the next.
        foreground_alpha: with which matte F is found: the enhanced one, or the true one.
        features: of the perceptual term.
        inversion: of the original.
        bounds: of the change.
        strength: 0 to 1.5.
        seed: of the backgrounds.
        working: side at which trimap and matte are judged; 0 is the generator's, at least
            `LEAST_WORKING`. A smaller generator's change is enlarged to it.
        kept_every: steps after which what was done so far is kept for a later go.
    """

    weights: Weights = Weights()
    steps: int = PUBLISHED_STEPS
    rate: float = 1e-4
    decay: float = 5e-4
    optimiser: Optimiser = "adam"
    codes: Codes = "both"
    mode: Mode = "change"
    foreground_method: ForegroundMethod = "multilevel"
    foreground_every: int = 10
    foreground_alpha: ForegroundAlpha = "enhanced"
    features: FeatureChoice = FeatureChoice("person_small")
    inversion: InversionSettings = InversionSettings()
    bounds: ChangeBounds = field(default_factory=ChangeBounds)
    strength: float = 1.0
    seed: int = 0
    working: int = 0
    kept_every: int = 50

    def __post_init__(self) -> None:
        if self.steps < 1 or self.foreground_every < 1 or self.kept_every < 1 or self.rate <= 0:
            raise UserError("Steps, the steps between two foregrounds and the rate are above 0.")

    def working_side(self, resolution: int) -> int:
        """The side at which pictures are judged, for a generator of this resolution."""
        return self.working or max(resolution, LEAST_WORKING)


@dataclass(frozen=True)
class ModelChoice:
    """Weights by name (`matte models list`).

    Attributes:
        generator: StyleGAN2's.
        discriminator: empty is the generator's name with `_discriminator`.
        trimap: of a trimap network.
        reference: the matting model that the portrait is enhanced for: a network, a method, or the
            path of an ONNX file or a TorchScript program.
        backgrounds: a folder of photographs for composites; None makes them.
        trusted: the user has said that this TorchScript program may run.
    """

    generator: str = "portrait_small"
    discriminator: str = ""
    trimap: str = "trimap_small"
    reference: str = "prn_small"
    backgrounds: Path | None = None
    trusted: bool = False

    @property
    def critic(self) -> str:
        """The discriminator's name."""
        return self.discriminator or f"{self.generator}_discriminator"


DEFAULT = EnhanceSettings()
"""What runs out of the box: the change alone comes back, multi-level foreground every ten steps,
and our segmenter's encoder in place of VGG-16."""
PAPER = EnhanceSettings(
    mode="plain",
    foreground_method="closed_form",
    foreground_every=1,
    features=FeatureChoice("vgg16"),
    inversion=InversionSettings(w_steps=5000, noise_steps=3000, w_rate=0.01, noise_rate=0.01),
    bounds=ChangeBounds(most=255.0, mean=255.0),
)
"""As published; the inversion is Image2StyleGAN++'s, W+ first, then N."""
CONFIGURATIONS: dict[str, EnhanceSettings] = {"default": DEFAULT, "paper": PAPER}


def ablations(base: EnhanceSettings) -> dict[str, EnhanceSettings]:
    """The variants of Tables III and IV, by name; the last is the complete method.

    Args:
        base: what they differ from: `PAPER`, `DEFAULT`, or another.
    """
    weights = base.weights
    terms: tuple[Term, ...] = ("entropy", "composition", "consistency", "perceptual")
    return {
        "w_only": replace(base, codes="w"),
        "noise_only": replace(base, codes="noise"),
        **{f"without_{term}": replace(base, weights=weights.without(term)) for term in terms},
        "weights_1": replace(base, weights=Weights(1, 1, 1, 1)),
        "weights_2": replace(base, weights=Weights(5, 5, 10, 10)),
        "foreground_multilevel": replace(base, foreground_method="multilevel"),
        "foreground_blur_fusion": replace(base, foreground_method="blur_fusion"),
        "foreground_true_alpha": replace(base, foreground_alpha="true"),
        "complete": base,
    }


def for_generation(base: EnhanceSettings) -> EnhanceSettings:
    """Without the two terms that hold the original, as for new portraits (section III-C)."""
    return replace(base, weights=base.weights.without(*FIDELITY))
