"""What an enhancement gives."""

from __future__ import annotations

from dataclasses import dataclass

from engine.enhance.align import Alignment
from engine.enhance.change import Change, ChangeBounds, ChangeSize
from engine.enhance.settings import EnhanceSettings
from engine.imaging.types import Alpha, Image, Pixels, Rgb

Curves = dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Names:
    """Who took part, for reports and metadata.

    Attributes:
        generator: weights of the generator.
        discriminator: its discriminator's; empty without the compositional term.
        trimap: the trimap network's.
        reference: the matting model.
        features: of the perceptual term; empty without it.
        scenery: where backgrounds came from; empty without the compositional term.
        resolution: side of the generator's pictures in pixels.
    """

    generator: str
    discriminator: str
    trimap: str
    reference: str
    features: str
    scenery: str
    resolution: int


@dataclass(frozen=True, eq=False)
class Enhanced:
    """An enhanced portrait.

    Attributes:
        pixels: the whole photograph with the change, H×W×3 at its own depth.
        change: what was found, at strength 1 and without bounds; see `at`.
        size: how much `pixels` differs from the photograph.
        alignment: where the generator's square lies.
        before: the reference model's matte of the original's square, S×S.
        after: of the enhanced photograph's square, S×S.
        entropy_before: of the trimap model, in nats a pixel.
        entropy_after: the same of the enhanced photograph.
        crop: the original's square, S×S×3.
        curves: each weighted term at each step, and their "total".
        inversion: each term's values while the codes were found.
        psnr_w: decibels of the inversion after W+.
        psnr: decibels after N.
        steps: that were made.
        complete: all of them; else it was stopped and this is the best so far.
        refused: terms with a weight that could not be had, and why.
        names: who took part.
        settings: that it was made with.
    """

    pixels: Pixels
    change: Change
    size: ChangeSize
    alignment: Alignment
    before: Alpha
    after: Alpha
    entropy_before: float
    entropy_after: float
    crop: Rgb
    curves: Curves
    inversion: Curves
    psnr_w: float
    psnr: float
    steps: int
    complete: bool
    refused: dict[str, str]
    names: Names
    settings: EnhanceSettings

    def at(
        self, image: Image, strength: float, *, bounds: ChangeBounds | None = None
    ) -> tuple[Pixels, ChangeSize]:
        """The photograph at another strength, in a moment.

        Args:
            image: the photograph that was enhanced.
            strength: 0 to 1.5.
            bounds: other ones than the settings'.
        """
        return strengthened(image, self.change, strength, bounds or self.settings.bounds)

    def report(self) -> dict[str, object]:
        """Names, numbers and reasons, as JSON can hold them."""
        return {
            "generator": self.names.generator,
            "resolution": self.names.resolution,
            "discriminator": self.names.discriminator,
            "trimap": self.names.trimap,
            "reference": self.names.reference,
            "features": self.names.features,
            "backgrounds": self.names.scenery,
            "mode": self.settings.mode,
            "strength": self.settings.strength,
            "found_by": self.alignment.found,
            "steps": self.steps,
            "complete": self.complete,
            "terms": {name: values[-1] for name, values in self.curves.items() if values},
            "refused": dict(self.refused),
            "psnr_w": round(self.psnr_w, 2),
            "psnr": round(self.psnr, 2),
            "entropy_before": self.entropy_before,
            "entropy_after": self.entropy_after,
            "change_most": round(self.size.most, 3),
            "change_mean": round(self.size.mean, 3),
            "change_held_back": round(self.size.held_back, 4),
        }


def strengthened(
    image: Image, change: Change, strength: float, bounds: ChangeBounds
) -> tuple[Pixels, ChangeSize]:
    """A photograph with a change at a strength, and how much it differs then."""
    kept, size = change.bounded(strength, bounds)
    return kept.added_to(image.pixels), size
