"""Training samples of a trimap network: whole portraits, and the three classes of their mattes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.imaging.types import Alpha
from trainer.config import Block
from trainer.data.compose import compose
from trainer.data.guidance import SURE
from trainer.data.made import MadeMattes
from trainer.data.morphology import dilated, eroded
from trainer.data.people_samples import Drawn
from trainer.data.people_scenes import PeopleScenes
from trainer.data.sample import Backgrounds, Photograph, Split
from trainer.data.sources import MADE, pictures_of

Classes = NDArray[np.int64]
"""H×W: 0 background, 1 unknown, 2 foreground."""
HARD = 0.5
"""Share of a matte's outline that passes from 0 to 1 at once, from which it is a label's."""


class Truth(Block):
    """How a matte becomes three classes: 0 is background, 1 foreground, all between is unknown.

    Source: Cai et al., "Disentangled Image Matting" (AdaMatting, 2019), whose rule paper 002 takes
    (section III-C); it grows nothing, that is `widths` of 1.

    Attributes:
        sure: alpha at most this is background, and at least one minus this foreground.
        widths: ellipses in pixels by which the unknown grows, smallest and largest: into the
            foreground by one, into the background by another.
        label_margin: how far around a label's outline the truth is not known, as a share of a
            sample's short side: a label doesn't say where hair is soft.
    """

    sure: float = SURE
    widths: tuple[int, int] = (1, 1)
    label_margin: float = 0.03


class Mattes(Block):
    """Made mattes of any thing among the people.

    Attributes:
        share: of all samples.
        families: of them; empty takes all.
        side: in pixels.
        backgrounds: data set with pictures of nobody, or "made".
    """

    share: float = 0.0
    families: tuple[str, ...] = ()
    side: int = 288
    backgrounds: str = MADE


class TrimapScenes:
    """People, and made mattes now and then; an endless collection of photographs.

    Args:
        people: of one split.
        mattes: how many are made mattes, and which.
        split: of these.

    Raises:
        UserError: if the data set with backgrounds is not there.
    """

    def __init__(self, people: PeopleScenes, mattes: Mattes, split: Split) -> None:
        self._people, self._mattes = people, mattes
        self._made = MadeMattes(split, (mattes.side, mattes.side), mattes.families or None)
        self._behind: Backgrounds = pictures_of(mattes.backgrounds, split)

    def scene(self, rng: np.random.Generator) -> Photograph:
        """A photograph with its matte; all of it comes from `rng`."""
        if rng.random() >= self._mattes.share:
            return self._people.scene(rng)
        subject = self._made.subject(int(rng.integers(len(self._made))), rng)
        number = int(rng.integers(len(self._behind)))
        return compose(subject, self._behind.background(number, subject.size, rng), rng)


@dataclass(frozen=True)
class TrimapSamples:
    """Framed photographs with three classes; implements `trainer.phase.Samples`.

    Attributes:
        drawn: a framed photograph by its number, such as `PeopleSamples.drawn`.
        truth: how the classes come from the matte.
        seed: of how far the unknown grows, with the sample's number.
    """

    drawn: Callable[[int], Drawn]
    truth: Truth
    seed: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image` 3×H×W in [0, 1], `truth` 1×H×W int64, `known` 1×H×W 0 or 1."""
        drawn = self.drawn(index)
        alpha = drawn.alpha
        widths = np.random.default_rng([self.seed, index, 2]).integers(
            self.truth.widths[0], self.truth.widths[1] + 1, 2
        )
        classes = classes_of(alpha, (int(widths[0]), int(widths[1])), sure=self.truth.sure)
        known = known_of(drawn.photograph, alpha, self.truth)
        return {
            "image": drawn.image,
            "truth": torch.from_numpy(classes[None]),
            "known": torch.from_numpy(known[None].astype(np.float32)),
        }


def classes_of(alpha: Alpha, widths: tuple[int, int], *, sure: float = SURE) -> Classes:
    """The class of each pixel of a matte.

    Args:
        alpha: H×W float32 in [0, 1].
        widths: of the ellipses in pixels by which the unknown grows into foreground and background.
        sure: see `Truth`.
    """
    opaque, empty = alpha >= 1 - sure, alpha <= sure
    foreground = eroded(opaque.astype(np.uint8), widths[0])
    background = eroded(empty.astype(np.uint8), widths[1])
    return np.asarray(1 + foreground.astype(np.int64) - background)


def known_of(photograph: Photograph, alpha: Alpha, truth: Truth) -> NDArray[np.bool_]:
    """Where a sample's truth can be believed, H×W.

    Args:
        photograph: that the sample was framed from.
        alpha: of the sample, H×W.
        truth: settings.
    """
    if not is_label(photograph.alpha):
        return np.ones(alpha.shape, bool)
    # parts so thin that the sample's pixels show half of them have no outline, but are soft
    near = _soft(alpha) | _outline(alpha)
    width = 2 * round(truth.label_margin * min(alpha.shape)) + 1
    return np.asarray(dilated(near.astype(np.uint8), width) == 0)


def is_label(alpha: Alpha) -> bool:
    """Whether a matte is none, but a label that knows no softness."""
    outline = _outline(alpha)
    if not outline.any():
        return False
    hard = dilated(_soft(alpha).astype(np.uint8), 3) == 0
    return bool(hard[outline].mean() > HARD)


def _soft(alpha: Alpha) -> NDArray[np.bool_]:
    return (alpha > SURE) & (alpha < 1 - SURE)


def _outline(alpha: Alpha) -> NDArray[np.bool_]:
    """Pixels on either side of the line between more and less than half."""
    inside = (alpha > 0.5).astype(np.uint8)
    return np.asarray(dilated(inside, 3) != eroded(inside, 3))
