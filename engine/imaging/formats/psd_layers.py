"""PSD files without a merged picture: psd-tools draws their layers.

What it would pass over (shadows, some adjustments) makes the file be refused. Outlines of shapes
need its extra `composite`, which is not asked for.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.imaging.color import ColourModel
from engine.imaging.decoded import Decoded
from engine.imaging.formats.source import Source
from engine.imaging.geometry import strips
from engine.imaging.limits import DamagedError
from engine.imaging.types import from_float

if TYPE_CHECKING:
    from psd_tools import PSDImage
    from psd_tools.api.layers import Layer

MOST_PIXELS = 60_000_000
"""Largest picture, layer or layer mask that is drawn: about 3 GB are needed for it."""
MOST_LAYER_PIXELS = 1_000_000_000
"""Most pixels of all layers and masks together."""
DEEPEST = 16
"""Most groups inside one another; Photoshop makes 10."""
_LONGEST = 30_000
_STRIP_PIXELS = 12_000_000
_MOST_BYTES = 4 << 30
_CHANNELS: dict[ColourModel, int] = {"grey": 1, "rgb": 3, "cmyk": 4}
_DRAWN_EFFECTS = frozenset({"coloroverlay", "gradientoverlay", "patternoverlay", "stroke"})


def draw(source: Source, size: tuple[int, int], *, model: ColourModel, bits: int) -> Decoded:
    """Draw the visible layers on nothing.

    Args:
        source: the file.
        size: (height, width) of the picture.
        model: of the file.
        bits: of the file, 8 or 16.

    Raises:
        UserError: if there are no layers, they are too many or too large, or something in them
            can't be drawn.
        DamagedError: if a layer can't be unpacked.
    """
    from psd_tools import PSDDecompressionWarning, PSDImage

    if max(size) > _LONGEST or size[0] * size[1] > MOST_PIXELS:
        raise refusal(source, "it is too large to be drawn from its layers")
    document = PSDImage.open(io.BytesIO(source.data), max_alloc_bytes=_MOST_BYTES)
    _check(source, document)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PSDDecompressionWarning)  # would go on with black
            return _drawn(document, size, model, np.dtype(np.uint8 if bits == 8 else np.uint16))
    except PSDDecompressionWarning as error:
        raise DamagedError("a layer of it can't be unpacked") from error
    except ImportError as error:
        raise refusal(source, "a shape in it has an outline that can't be drawn here") from error


def refusal(source: Source, trouble: str) -> UserError:
    """What people hear about a file whose layers can't be drawn because of `trouble`."""
    return UserError(
        f"This PSD file has no merged picture, and {trouble}.",
        remedy="Save it again with maximum compatibility switched on.",
        path=source.path,
    )


def _check(source: Source, document: PSDImage) -> None:
    layers = list(document.descendants())
    areas = [area for layer in layers if not layer.is_group() for area in _areas(layer)]
    if not layers:
        raise refusal(source, "it has no layers")
    if sum(areas) > MOST_LAYER_PIXELS or max(areas, default=0) > MOST_PIXELS:
        raise refusal(source, "its layers are too many or too large to be drawn")
    if max(map(_depth, layers)) > DEEPEST:
        raise refusal(source, "its groups lie too deep in one another")
    for layer in layers:
        missing = _not_drawn(layer) if layer.is_visible() else None
        if missing:
            raise refusal(source, f"its layer “{layer.name}” has {missing} that can't be drawn")


def _areas(layer: Layer) -> list[int]:
    """Pixels of a layer and of its mask."""
    mask = layer.mask
    boxes = [layer.size] if mask is None else [layer.size, mask.size]
    return [max(0, width) * max(0, height) for width, height in boxes]


def _depth(layer: Layer) -> int:
    """How many groups a layer is in."""
    depth, group = -1, layer.parent
    while group is not None:
        depth, group = depth + 1, group.parent
    return depth


def _not_drawn(layer: Layer) -> str | None:
    """What of a layer psd-tools would pass over, in words."""
    from psd_tools.api.layers import AdjustmentLayer
    from psd_tools.composite.adjustments import ADJUSTMENT_FUNC
    from psd_tools.constants import BlendMode

    if isinstance(layer, AdjustmentLayer) and layer.kind not in ADJUSTMENT_FUNC:
        return "an adjustment"
    if layer.blend_mode == BlendMode.DISSOLVE:
        return "a blend mode"
    effects = [effect for effect in layer.effects if layer.effects.enabled and effect.enabled]
    names = {effect.name.lower() for effect in effects}
    return "effects" if names - _DRAWN_EFFECTS else None


def _drawn(
    document: PSDImage, size: tuple[int, int], model: ColourModel, dtype: np.dtype[Any]
) -> Decoded:
    """Strip by strip, since drawing takes some 130 bytes a pixel."""
    from psd_tools.composite import composite

    samples = np.empty((*size, _CHANNELS[model]), dtype)
    alpha = np.empty(size, dtype)
    for strip in strips(size, rows=max(1, _STRIP_PIXELS // size[1])):
        box = (strip.left, strip.top, strip.right, strip.bottom)
        colour, _, cover = composite(document, viewport=box)
        samples[strip.slices] = from_float(_as_ink(colour, model), dtype)
        alpha[strip.slices] = from_float(cover[..., 0], dtype)
    if model == "grey":
        samples = samples[..., 0]
    return Decoded(samples, model, "PSD", alpha=alpha)


def _as_ink(colour: NDArray[np.float32], model: ColourModel) -> NDArray[np.float32]:
    """psd-tools gives how much paper shows, and full scale is full ink here."""
    return 1 - colour if model == "cmyk" else colour
