"""Training samples of StyleMatte: photographs with mattes, many of them over other backgrounds."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.foreground.multilevel import multilevel
from engine.imaging.types import Alpha
from trainer.data.compose import blended
from trainer.data.matting_samples import picture_tensor, plane_tensor
from trainer.data.portrait_material import Mixed, Piece
from trainer.data.sample import Backgrounds, Photograph, Pixels8
from trainer.data.stylematte_augment import Look, Motion, Planes, blurred, looked, moved
from trainer.distributed import PART

LAYERS = ("foreground", "background")
BEHIND_BLUR = 5
"""Largest side of the squares that backgrounds are blurred by, in the released code."""


@dataclass(frozen=True)
class View:
    """How a part of the training sees its photographs.

    Attributes:
        longest: photographs are reduced until their longer side is at most this, in pixels.
        crop: side of the sample; smaller photographs are continued by their mirror image. 0 is all
            of the photograph but what sides that are multiples leave out.
        layers: samples have `foreground` and `background` too.
    """

    longest: int
    crop: int
    layers: bool


@dataclass(frozen=True)
class StyleMatteSamples:
    """Views of photographs and of subjects over backgrounds; implements `trainer.phase.Samples`.

    Attributes:
        material: subjects and photographs.
        behind: what they get as backgrounds.
        replaced: share of the photographs that get another background.
        views: of each part of the run (`trainer.distributed.PART`).
        motion: settings.
        look: settings.
        multiple: sides of whole photographs are multiples of this.
        seed: of everything random, with the sample's number.
    """

    material: Mixed
    behind: Backgrounds
    replaced: float
    views: tuple[View, ...]
    motion: Motion
    look: Look
    multiple: int
    seed: int

    def sample(self, index: int) -> dict[str, Tensor]:
        """Sample `index`: `image` 3×H×W and `alpha` 1×H×W, and the layers, all in [0, 1].

        Layers compose the photograph as it was before it got another light.

        Raises:
            UserError: if a file of it can't be read.
        """
        part, number = divmod(index, PART)
        view, rng = self.views[part], np.random.default_rng((self.seed, index, 4))
        anew = bool(rng.random() < self.replaced)
        planes = reduced(planes_of(self.material.piece(number, rng)), view.longest)
        planes = separated(planes, anew=anew, layers=view.layers)
        planes = self._framed(moved(planes, rng, settings=self.motion), view, rng)
        if "image" not in planes:
            planes |= self._composed(planes, rng)
        image = looked(_colours(planes["image"]), rng, settings=self.look)
        layers = {name: picture_tensor(_colours(planes[name])) for name in LAYERS if view.layers}
        return {"image": picture_tensor(image), "alpha": plane_tensor(_matte(planes)), **layers}

    def _framed(self, planes: Planes, view: View, rng: np.random.Generator) -> Planes:
        height, width = planes["alpha"].shape
        if view.crop:
            return cropped(planes, (view.crop, view.crop), rng)
        whole = [max(self.multiple, side - side % self.multiple) for side in (height, width)]
        return cropped(planes, (whole[0], whole[1]), rng)

    def _composed(self, planes: Planes, rng: np.random.Generator) -> Planes:
        """A background of the same size, moved and blurred by itself, and the photograph."""
        alpha, number = _matte(planes), int(rng.integers(len(self.behind)))
        size = (alpha.shape[0], alpha.shape[1])
        background = self.behind.background(number, size, rng)
        background = _colours(moved({"behind": background}, rng, settings=self.motion)["behind"])
        if rng.random() < self.look.blur:
            background = blurred(background, rng, BEHIND_BLUR)
        image = blended(_colours(planes["foreground"]), background, alpha)
        return {"image": image, "background": background}


def planes_of(piece: Piece) -> Planes:
    """What is known of a piece: `alpha`, and some of `image`, `foreground` and `background`."""
    layers = {"foreground": piece.foreground, "alpha": piece.alpha}
    if isinstance(piece, Photograph):
        layers |= {"image": piece.image, "background": piece.background}
    return {name: plane for name, plane in layers.items() if plane is not None}


def reduced(planes: Planes, longest: int) -> Planes:
    """The same with no side above `longest` pixels."""
    height, width = planes["alpha"].shape
    scale = longest / max(height, width)
    if scale >= 1:
        return planes
    to = max(1, round(width * scale)), max(1, round(height * scale))
    return {
        name: np.asarray(cv2.resize(np.ascontiguousarray(plane), to, interpolation=cv2.INTER_AREA))
        for name, plane in planes.items()
    }


def separated(planes: Planes, *, anew: bool, layers: bool) -> Planes:
    """Ready to be composed over another background, or a photograph as it is.

    Colours of a photograph's layers that are not known are estimated (Germer et al., "Fast
    Multi-Level Foreground Estimation", as in the paper's section 4.1).

    Args:
        planes: as of `planes_of`.
        anew: a photograph shall get another background.
        layers: both layers are wanted of those that keep theirs.

    Returns:
        `alpha` and `foreground`, or `alpha`, `image` and, if wanted, both layers.
    """
    if "image" not in planes:
        return planes
    wanted = ("foreground",) if anew else LAYERS if layers else ()
    if any(name not in planes for name in wanted):
        found = multilevel(_colours(planes["image"]), _matte(planes))
        bytes_of = (np.rint(colours * 255).astype(np.uint8) for colours in found)
        planes = dict(zip(LAYERS, bytes_of, strict=True)) | planes
    kept = {"alpha", *wanted} | (set() if anew else {"image"})
    return {name: plane for name, plane in planes.items() if name in kept}


def cropped(planes: Planes, size: tuple[int, int], rng: np.random.Generator) -> Planes:
    """A random piece, H×W pixels; what is missing is mirrored evenly around the picture."""
    height, width = planes["alpha"].shape
    missing = [max(0, size[0] - height), max(0, size[1] - width)]
    top = int(rng.integers(height + missing[0] - size[0] + 1))
    left = int(rng.integers(width + missing[1] - size[1] + 1))
    return {
        name: _continued(plane, missing)[top : top + size[0], left : left + size[1]]
        for name, plane in planes.items()
    }


def _continued(plane: NDArray[np.generic], missing: list[int]) -> NDArray[np.generic]:
    if not any(missing):
        return plane
    (above, below), (left, right) = ((one // 2, one - one // 2) for one in missing)
    whole = np.ascontiguousarray(plane)
    return np.asarray(cv2.copyMakeBorder(whole, above, below, left, right, cv2.BORDER_REFLECT_101))


def _colours(plane: NDArray[np.generic]) -> Pixels8:
    return np.ascontiguousarray(plane, np.uint8)


def _matte(planes: Planes) -> Alpha:
    # a mean of ones may come out a little more
    return np.clip(np.ascontiguousarray(planes["alpha"], np.float32), 0, 1)
