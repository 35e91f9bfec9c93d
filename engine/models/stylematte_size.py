"""How large a StyleMatte network is, chosen by a config or read off a checkpoint's tensors.

Source: "Adversarially-Guided Portrait Matting" (section 3.1) and the released weights. The paper
names Swin-V2 for the encoder, the released weights have Swin-T of the first version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Literal

from engine.errors import UserError
from engine.models.stylematte_names import arranged

Encoder = Literal["swin", "swinv2"]
Upsampling = Literal["bilinear", "guided", "fast_guided"]
Head = Literal["pyramid", "last"]

ATTENTION_HEADS = 8
"""Of each layer of the pixel decoder."""
GROUPS = 32
"""Groups of channels that the pixel decoder normalises together."""
MARK = "upsampling."
"""Begins the name of an empty tensor that says which upsampling weights were trained with; the
released weights have none."""

_BLOCKS = "pixel_decoder.encoder.encoder.layers.{}.blocks.{}."
_PATCHES = "pixel_decoder.encoder.embeddings.patch_embeddings.projection.weight"
_LEVELS = "pixel_decoder.decoder.level_embed"
_LAYER = "pixel_decoder.decoder.encoder.layers.{}.fc1.weight"
_FUSION = "fpn.conv_fusion.0.weight"
_SCALE = "attention.self.logit_scale"
_TABLE = "attention.self.relative_position_bias_table"


@dataclass(frozen=True)
class Architecture:
    """What a config or a checkpoint chooses.

    Attributes:
        encoder: of which version the Swin transformer is.
        embed: channels of the encoder's first stage; each later one has twice as many.
        depths: blocks of the encoder's four stages.
        heads: attention heads of these.
        window: side of the encoder's windows in its own pixels.
        features: channels of the pixel decoder and of all that follows; 64, 96, 128 and so on.
        decoder_layers: layers of deformable attention.
        feed_forward: their inner width.
        upsampling: from a quarter of the size to all of it (`engine.models.guided_upsampling`).
        head: what the matte is made from: the pyramid of the four outputs of the pixel decoder, or
            the last of them alone (section 4.5).

    Raises:
        UserError: if such a network cannot be.
    """

    encoder: Encoder = "swin"
    embed: int = 96
    depths: tuple[int, ...] = (2, 2, 6, 2)
    heads: tuple[int, ...] = (3, 6, 12, 24)
    window: int = 7
    features: int = 256
    decoder_layers: int = 6
    feed_forward: int = 1024
    upsampling: Upsampling = "guided"
    head: Head = "pyramid"

    def __post_init__(self) -> None:
        for wrong, problem in (
            (len(self.depths) != 4 or len(self.heads) != 4, "The encoder has four stages."),
            (
                # a group of one channel has nothing to normalise over where a level is one pixel
                self.features % GROUPS or self.features < 2 * GROUPS,
                f"The features must be a multiple of {GROUPS} above {GROUPS}.",
            ),
            (
                any(width % heads for width, heads in zip(self.widths, self.heads, strict=False)),
                "The heads of a stage must divide its channels.",
            ),
        ):
            if wrong:
                raise UserError(f"There is no StyleMatte of this size. {problem}")

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the encoder's stages."""
        return tuple(self.embed * 2**stage for stage in range(len(self.depths)))


RELEASED = Architecture(upsampling="fast_guided")
"""Of the released weights: 34.9 million parameters."""
PAPER = Architecture(encoder="swinv2", window=8)
"""What the paper says; the window is that of the published Swin-V2-T."""
SMALL = Architecture(
    embed=32,
    depths=(2, 2, 2, 2),
    heads=(2, 4, 8, 16),
    window=6,
    features=64,
    decoder_layers=2,
    feed_forward=128,
)
"""For processors, all of it trained from nothing."""

Shapes = Mapping[str, tuple[int, ...]]


def architecture_of(shapes: Shapes) -> Architecture:
    """Which network weights are for.

    Nothing in weights shows the windows of a Swin-V2: they are taken to be the paper's.

    Args:
        shapes: of the tensors, by their stored names or those of any version of transformers.

    Raises:
        UserError: if they are for no network of this kind.
    """
    shapes = {arranged(name): shape for name, shape in shapes.items()}
    blocks = _blocks(shapes)
    if not (blocks and blocks[0] and {_PATCHES, _LEVELS} <= shapes.keys()):
        raise UserError("These are no weights of a StyleMatte network.")
    firsts = [_BLOCKS.format(stage, 0) for stage in range(len(blocks))]
    second = firsts[0] + _SCALE in shapes
    tables = [shapes.get(first + (_SCALE if second else _TABLE), (1, 1)) for first in firsts]
    layers = _count(shapes, _LAYER)
    return Architecture(
        encoder="swinv2" if second else "swin",
        embed=shapes[_PATCHES][0],
        depths=blocks,
        heads=tuple(table[0] if second else table[-1] for table in tables),
        window=PAPER.window if second else (isqrt(tables[0][0]) + 1) // 2,
        features=shapes[_LEVELS][-1],
        decoder_layers=layers,
        feed_forward=shapes[_LAYER.format(0)][0] if layers else 0,
        upsampling=_upsampling(shapes),
        head="pyramid" if _FUSION in shapes else "last",
    )


def _blocks(shapes: Shapes) -> tuple[int, ...]:
    counts = []
    for stage in range(4):
        norm = _BLOCKS.format(stage, "{}") + "layernorm_before.weight"
        counts.append(_count(shapes, norm))
    return tuple(counts)


def _count(shapes: Shapes, name: str) -> int:
    """How many layers there are whose names differ in their number."""
    count = 0
    while name.format(count) in shapes:
        count += 1
    return count


def _upsampling(shapes: Shapes) -> Upsampling:
    known: tuple[Upsampling, ...] = ("bilinear", "guided")
    return next((kind for kind in known if MARK + kind in shapes), RELEASED.upsampling)
