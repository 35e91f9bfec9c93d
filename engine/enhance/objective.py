"""Equation 2: what an enhanced portrait should be, as four terms, and where its parts come from.

Source: paper 002, equations 2 to 7. Where the paper writes sums and norms, these are means over
pixels and channels, so that the weights mean the same at every resolution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.enhance.reference import Reference, allowed_terms, threads_kept
from engine.enhance.scenery import MADE, Scenery
from engine.enhance.settings import EnhanceSettings, ForegroundMethod, Term
from engine.errors import BugError
from engine.foreground.blur_fusion import blur_fusion_twice
from engine.foreground.closed_form import closed_form
from engine.foreground.multilevel import multilevel
from engine.imaging.tensors import from_tensor, to_tensor
from engine.imaging.types import Alpha, Rgb
from engine.models.stylegan2_discriminator import Discriminator

Found = TypeVar("Found")
Features: TypeAlias = Callable[[Tensor], Tensor]
"""From N×3×H×W in [0, 1] to N×C×h×w."""
FOREGROUNDS: dict[ForegroundMethod, Callable[[Rgb, Alpha], Rgb]] = {
    "closed_form": closed_form,
    "multilevel": lambda rgb, alpha: multilevel(rgb, alpha)[0],
    "blur_fusion": lambda rgb, alpha: blur_fusion_twice(rgb, alpha)[0],
}
BACKGROUND, UNKNOWN, FOREGROUND = range(3)
"""Of a trimap network's answer."""


def entropy(logits: Tensor) -> Tensor:
    """Equation 3: how unsure a trimap model is, in nats a pixel, 0 to log 3.

    Args:
        logits: N×3×H×W.
    """
    log = F.log_softmax(logits.float(), 1)
    return -(log.exp() * log).sum(1).mean()


def composition(logits: Tensor) -> Tensor:
    """Equation 4: −log D of a composite, in nats.

    Args:
        logits: the discriminator's, N×1; positive means photographed.
    """
    return F.softplus(-logits.float()).mean()


def consistency(found: Tensor, original: Tensor) -> Tensor:
    """Equation 6: mean square of the differences of values in [-1, 1].

    Args:
        found: N×3×H×W in [0, 1].
        original: the same.
    """
    return (2 * (found.float() - original.float())).square().mean()


def perceptual(found: Tensor, original: Tensor) -> Tensor:
    """Equation 7: mean square of the differences of features of any shape."""
    return (found.float() - original.float()).square().mean()


def compose(foreground: Tensor, background: Tensor, alpha: Tensor) -> Tensor:
    """Equation 1, N×3×H×W.

    Args:
        foreground: N×3×H×W, straight.
        background: N×3×H×W.
        alpha: N×1×H×W.
    """
    return alpha * foreground + (1 - alpha) * background


def trimap_of(logits: Tensor) -> Tensor:
    """The likeliest class as N×1×H×W of 0, ½ and 1, without a gradient."""
    return logits.detach().argmax(1, keepdim=True).float() / (FOREGROUND - BACKGROUND)


@dataclass(frozen=True, eq=False)
class Judges:
    """Frozen networks that the terms ask; None where nobody is asked.

    Attributes:
        reference: the matting model that the portrait is enhanced for.
        trimap: from N×3×H×W in [0, 1] to logits N×3×H×W: background, unknown, foreground. It sees
            pictures at the size that it was trained on.
        discriminator: the generator's.
        features: of the perceptual term.
        scenery: draws backgrounds.
    """

    reference: Reference
    trimap: nn.Module
    discriminator: Discriminator | None = None
    features: Features | None = None
    scenery: Scenery = MADE


@dataclass(frozen=True, eq=False)
class Judged:
    """What the networks make of a picture.

    Attributes:
        logits: the trimap network's, 1×3×S×S.
        trimap: 1×1×S×S of 0, ½, 1.
        alpha: the reference model's matte, 1×1×S×S in [0, 1].
    """

    logits: Tensor
    trimap: Tensor
    alpha: Tensor


class Objective:
    """The weighted terms of one portrait.

    Args:
        judges: who is asked.
        settings: weights and foreground.
        original: 1×3×S×S in [0, 1]; None if there is none, as for generated portraits.
        true_alpha: 1×1×S×S, for the foreground if the settings want it.

    Attributes:
        terms: names of those that count.
        refused: why others that have a weight don't, by name.
        foreground: F as it was found last, 1×3×S×S; part of what has to be kept to go on later.

    Raises:
        UserError: if no term is left that improves mattes, or a network is missing.
    """

    def __init__(
        self,
        judges: Judges,
        settings: EnhanceSettings,
        *,
        original: Tensor | None,
        true_alpha: Tensor | None = None,
    ) -> None:
        self.judges, self.settings = judges, settings
        self.original, self._true_alpha = original, true_alpha
        self.foreground: Tensor | None = None
        weights = settings.weights.as_dict()
        wanted = {name: weight for name, weight in weights.items() if weight > 0}
        allowed, why = allowed_terms(judges.reference)
        self._weights = {name: weight for name, weight in wanted.items() if name in allowed}
        self.terms: tuple[Term, ...] = tuple(self._weights)
        self.refused = {name: why for name in wanted if name not in allowed}
        self._check()
        self._seen: Tensor | None = None
        if "perceptual" in self.terms and original is not None and judges.features is not None:
            with torch.no_grad():
                self._seen = judges.features(original)

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return next(self.judges.trimap.parameters()).device

    def __call__(self, picture: Tensor, step: int) -> dict[str, Tensor]:
        """The weighted terms by name, scalars with gradients to the picture.

        Args:
            picture: 1×3×S×S in [0, 1].
            step: its number; says when F is found again and which background is drawn.
        """
        terms: dict[Term, Callable[[], Tensor]] = {}
        if {"entropy", "composition"} & set(self.terms):
            logits = self.logits(picture)
            terms["entropy"] = lambda: entropy(logits)
            terms["composition"] = lambda: self._composition(picture, logits, step)
        terms["consistency"] = lambda: consistency(picture, _there(self.original))
        terms["perceptual"] = lambda: perceptual(self._looked(picture), _there(self._seen))
        return {name: weight * terms[name]() for name, weight in self._weights.items()}

    def judged(self, picture: Tensor) -> Judged:
        """What trimap and matte of a picture are, without gradients."""
        with torch.no_grad():
            logits = self.logits(picture)
            trimap = trimap_of(logits)
            return Judged(logits, trimap, self.judges.reference.alpha(picture, trimap))

    def logits(self, picture: Tensor) -> Tensor:
        """The trimap network's answer at the picture's size, 1×3×S×S."""
        network, size = self.judges.trimap, picture.shape[-2:]
        seen = _resized(picture, _own_size(network, size))
        return F.interpolate(network(seen), size=size, mode="bilinear", align_corners=False)

    def _composition(self, picture: Tensor, logits: Tensor, step: int) -> Tensor:
        alpha = self.judges.reference.alpha(picture, trimap_of(logits))
        if self.foreground is None or step % self.settings.foreground_every == 0:
            self.foreground = self._foreground(picture, alpha)
        rng = np.random.default_rng((self.settings.seed, step))
        size = picture.shape[-2], picture.shape[-1]
        background = to_tensor(self.judges.scenery.draw(rng, size)).to(picture)
        made = compose(self.foreground, background, alpha)
        critic = _there(self.judges.discriminator)
        side = critic.size.resolution
        return composition(critic(2 * _resized(made, (side, side)) - 1))

    def _foreground(self, picture: Tensor, alpha: Tensor) -> Tensor:
        """F by the method of the settings: a constant, nothing flows through it."""
        true = self.settings.foreground_alpha == "true"
        matte = from_tensor(_there(self._true_alpha) if true else alpha).clip(0, 1)
        rgb = np.ascontiguousarray(from_tensor(picture).clip(0, 1))
        with threads_kept():
            found = FOREGROUNDS[self.settings.foreground_method](rgb, np.ascontiguousarray(matte))
        return to_tensor(np.ascontiguousarray(found, np.float32)).to(picture)

    def _looked(self, picture: Tensor) -> Tensor:
        return _there(self.judges.features)(picture)

    def _check(self) -> None:
        """Raise unless everything that the terms need is there."""
        needs: dict[Term, object] = {
            "composition": self.judges.discriminator,
            "consistency": self.original,
            "perceptual": None if self.original is None else self.judges.features,
        }
        for name in self.terms:
            if name in needs and needs[name] is None:
                raise BugError(f"the {name} term was not given what it needs")
        if self.settings.foreground_alpha == "true" and self._true_alpha is None:
            raise BugError("a foreground by the true matte was wanted, and there is none")


def _own_size(network: nn.Module, size: tuple[int, ...]) -> tuple[int, int]:
    """The size at which a network was trained to see pictures like this, in its multiples."""
    multiple = int(getattr(network, "size_multiple", 1))
    area = float(getattr(network, "area", size[0] * size[1]))
    scale = (area / (size[0] * size[1])) ** 0.5
    rows, cols = (max(1, round(side * scale / multiple)) * multiple for side in size)
    return rows, cols


def _resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Averaged over areas, or interpolated where it grows."""
    if picture.shape[-2:] == size:
        return picture
    if size[0] <= picture.shape[-2]:
        return F.interpolate(picture, size=size, mode="area")
    return F.interpolate(picture, size=size, mode="bilinear", align_corners=False)


def _there(given: Found | None) -> Found:
    if given is None:
        raise BugError("a term asked for what it was not given")
    return given
