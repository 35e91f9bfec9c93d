"""StyleGAN3's generator: z → w (mapping) → picture (synthesis), which moves as a whole.

Karras et al., "Alias-Free Generative Adversarial Networks" (2021), configurations T and R.
Parameters and buffers have the names and shapes of the official weights. Its discriminator is
StyleGAN2's.
"""

from __future__ import annotations

from torch import Tensor, nn

from engine.errors import BugError
from engine.models.stylegan2 import Mapping
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.stylegan2_size import Shapes
from engine.models.stylegan2_size import Size as DiscriminatorSize
from engine.models.stylegan3_layers import FourierInput, Layer, placed
from engine.models.stylegan3_size import R, Size, T, generator_size

__all__ = [
    "SMALL",
    "SMALL_DISCRIMINATOR",
    "Generator",
    "R",
    "Size",
    "Synthesis",
    "T",
    "build",
    "build_small",
    "build_small_discriminator",
    "generator_of",
    "generator_size",
    "placed",
]
OUTPUT_SCALE = 0.25
"""Of the last layer's planes: the picture's."""
SMALL = Size(
    resolution=64,
    colours=4,
    latent=128,
    style=128,
    base=1024,
    most=192,
    layers=8,
    margin=4,
)
"""`stylemattegan_small`."""
SMALL_DISCRIMINATOR = DiscriminatorSize(resolution=64, colours=4, base=2048, most=128)


class Generator(nn.Module):
    """Pictures from z.

    Args:
        size: its numbers.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.num_ws = size.num_ws
        self.mapping = Mapping(size)
        self.synthesis = Synthesis(size)

    def forward(
        self,
        z: Tensor,
        *,
        truncation: float = 1.0,
        cutoff: int | None = None,
        track: bool = False,
    ) -> Tensor:
        """N×colours×r×r, about [-1, 1].

        Args:
            z: N×latent, normal.
            truncation: 1 is all the variety, 0 the mean picture.
            cutoff: how many of the first w are truncated; None is all.
            track: see `Synthesis`.
        """
        ws = self.mapping.truncated(self.mapping(z), truncation, cutoff)
        pictures: Tensor = self.synthesis(ws, track=track)
        return pictures


class Synthesis(nn.Module):
    """From w to a picture: waves, and layers that bend and filter them.

    Args:
        size: the generator's.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.input = FourierInput(size)
        for row in size.rows:
            self.add_module(row.name, Layer(row, style=size.style, clamp=size.clamp))

    def forward(self, ws: Tensor, *, track: bool = False) -> Tensor:
        """N×colours×r×r, about [-1, 1].

        Args:
            ws: N×num_ws×style.
            track: whether the layers' running means of magnitudes take these pictures in, as they
                do in training alone.

        Raises:
            BugError: if there are other than num_ws styles.
        """
        if ws.dim() != 3 or ws.shape[1] != self.size.num_ws:
            raise BugError(f"{self.size.num_ws} styles are wanted, not {tuple(ws.shape)}")
        first, *others = ws.unbind(1)
        x = self.input(first)
        for layer, w in zip(self._layers(), others, strict=True):
            x = layer(x, w, track=track)
        return OUTPUT_SCALE * x

    def _layers(self) -> list[Layer]:
        return [layer for layer in self.children() if isinstance(layer, Layer)]


def build() -> Generator:
    """Configuration T at 1024, with random weights."""
    return Generator(T())


def build_small() -> Generator:
    """The generator of pictures with mattes that one processor core can train, random weights."""
    return Generator(SMALL)


def build_small_discriminator() -> Discriminator:
    """Its discriminator, with random weights."""
    return Discriminator(SMALL_DISCRIMINATOR)


def generator_of(shapes: Shapes) -> Generator:
    """The generator, with random weights, that weights of these shapes are for.

    Raises:
        UserError: if they are no such generator's.
    """
    return Generator(generator_size(shapes))
