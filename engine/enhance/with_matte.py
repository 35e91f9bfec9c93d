"""Portraits with their mattes, as a generator of four planes draws them.

Source: paper 000, sections 3.2 and 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.types import Alpha, Rgb
from engine.jobs.context import NOBODY, JobContext
from engine.models.loaded import load_network

if TYPE_CHECKING:
    from engine.models.stylegan3 import Generator

PLANES = 4


@dataclass(frozen=True)
class Placement:
    """Where a portrait is drawn.

    Attributes:
        translation: rows down and columns right, the picture's side is 1.
        degrees: counterclockwise, around the middle, before it is moved.
    """

    translation: tuple[float, float] = (0.0, 0.0)
    degrees: float = 0.0


def open_with_matte(
    name: str, *, compute: Compute = Compute(), ctx: JobContext = NOBODY
) -> Generator:
    """A generator of pictures with mattes, frozen (imports torch).

    Raises:
        UserError: if there is none of this name, or it is no StyleGAN3 of four planes.
    """
    network = load_network(name, kind="generator", compute=compute, ctx=ctx)
    from engine.models.stylegan3 import Generator

    module: Any = network.module
    if not isinstance(module, Generator) or module.size.colours != PLANES:
        raise UserError(
            f"{name} ({network.spec.title}) draws no mattes.",
            remedy="Name a StyleGAN3 of four planes, such as stylemattegan_small.",
        )
    return module


def draw_with_matte(
    generator: Generator, seed: int, *, psi: float = 1.0, place: Placement = Placement()
) -> tuple[Rgb, Alpha]:
    """The portrait of a seed, and its matte.

    The same seed gives the same portrait on the same machine.

    Args:
        generator: of `open_with_matte`.
        seed: of z.
        psi: truncation: 1 is all the variety, 0 the mean portrait, less than 0 the opposite.
        place: where it is drawn.

    Returns:
        S×S×3 and S×S float32 in [0, 1].

    Raises:
        UserError: if the truncation is none.
    """
    import torch

    from engine.imaging.tensors import from_tensor
    from engine.models.stylegan3 import placed

    if not -1 <= psi <= 1:
        raise UserError(f"A truncation of {psi} is not possible.", remedy="Choose -1 to 1.")
    z = torch.randn(1, generator.size.latent, generator=torch.Generator().manual_seed(seed))
    waves = generator.synthesis.input
    usual = waves.transform
    with torch.inference_mode():
        moved = placed(translation=place.translation, degrees=place.degrees)
        try:
            waves.transform = moved.to(usual)
            made = generator(z.to(usual.device), truncation=psi)
        finally:
            waves.transform = usual  # others draw with the same network
        planes = ((made.float() + 1) / 2).clamp(0, 1)
    return from_tensor(planes[:, : PLANES - 1]), from_tensor(planes[:, PLANES - 1 :])
