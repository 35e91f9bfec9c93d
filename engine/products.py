"""The one place that writes what a cut is saved as; `engine.product_table` says what there is.

The window's export and the command line both come here, so that they give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.compositing.blend import composite
from engine.compositing.harmony import Dressed
from engine.compositing.put_on import on_nothing, put_on
from engine.enhance.change import Change
from engine.errors import UserError
from engine.imaging.digital_source import ENHANCED as ENHANCED_SOURCE
from engine.imaging.digital_source import Marked, marked
from engine.imaging.read import read_image
from engine.imaging.types import Alpha, Image, Pixels
from engine.imaging.write import write_layers, write_matte, write_picture, writer_for
from engine.jobs.context import NOBODY, JobContext
from engine.jobs.requests import CutRequest, CutResult
from engine.product_table import (
    MATTE_FORMATS,
    PRODUCTS,
    ProductSpec,
    check_targets,
    depth_for,
    product_paths,
)
from engine.settings import BackgroundSettings, HarmonySettings

__all__ = [
    "MATTE_FORMATS",
    "PRODUCTS",
    "QUALITY",
    "ProductSpec",
    "check_targets",
    "is_transparent",
    "product_paths",
    "write_change",
    "write_composite",
    "write_enhanced",
    "write_products",
]

QUALITY = 92


@dataclass(frozen=True)
class _Order:
    """Everything a product is made of."""

    request: CutRequest
    result: CutResult
    bits: int | None
    quality: int

    @property
    def image(self) -> Image:
        return self.request.image

    @property
    def harmony(self) -> HarmonySettings:
        return self.request.settings.harmony

    def depth(self, path: Path) -> int:
        """Bits a channel of a file."""
        return depth_for(path, self.image, bits=self.bits)

    def about(self, path: Path) -> Marked:
        """What a file in colour says about its picture; enhanced colours say that they are."""
        metadata = self.image.metadata
        if self.request.coloured_by is None:
            return Marked(metadata)
        return marked(metadata, ENHANCED_SOURCE, path=path)


def write_products(
    request: CutRequest,
    result: CutResult,
    *,
    targets: Mapping[str, Path],
    bits: int | None = None,
    quality: int = QUALITY,
    ctx: JobContext = NOBODY,
) -> tuple[str, ...]:
    """Write what a cut gave; each file appears whole or not at all.

    Args:
        request: what was cut, with all its settings.
        result: what came of it.
        targets: product name (a key of `PRODUCTS`) to file; the format goes by the file's suffix.
        bits: bits a channel; None takes the photograph's depth where the format holds it.
        quality: 1 to 100, for JPEG and WebP.
        ctx: progress and cancel, between files.

    Returns:
        Sentences for people, if a file could not hold what the photograph's said of it.

    Raises:
        UserError: for a format that cannot hold the product, or a file that cannot be written.
    """
    check_targets(targets, bits=bits, transparent=is_transparent(request))
    order = _Order(request, result, bits, quality)
    doubts: list[str] = []
    for number, (name, path) in enumerate(targets.items()):
        ctx.check()
        ctx.progress(number / len(targets), f"Writing {path.name}")
        doubts += _WRITE[name](order, path)
    ctx.progress(1.0)
    return tuple(dict.fromkeys(doubts))


def write_enhanced(
    path: Path,
    image: Image,
    pixels: Pixels,
    *,
    bits: int | None = None,
    quality: int = QUALITY,
) -> tuple[str, ...]:
    """Write an enhanced photograph, which says in its XMP that it is one.

    Args:
        path: the file; the format goes by its suffix.
        image: the photograph; gives the depth, the metadata and, where the format holds it, the
            transparency.
        pixels: H×W×3, enhanced.
        bits: as for `write_products`.
        quality: as for `write_products`.

    Returns:
        Sentences for people, if something of the photograph's XMP is lost.

    Raises:
        UserError: if it cannot be written.
    """
    about = marked(image.metadata, ENHANCED_SOURCE, path=path)
    write_picture(
        path,
        pixels,
        alpha=image.alpha if writer_for(path).alpha else None,
        bits=depth_for(path, image, bits=bits),
        metadata=about.metadata,
        quality=quality,
    )
    return about.doubts


def write_change(path: Path, size: tuple[int, int], change: Change) -> None:
    """Write a picture of a change: black where there is none, white from 8 grey levels on.

    Args:
        path: the file.
        size: (height, width) of the photograph.
        change: as it was added to it.

    Raises:
        UserError: if it cannot be written.
    """
    whole = np.zeros(size, np.float32)
    whole[change.rect.slices] = change.map()
    write_matte(path, whole)


def is_transparent(request: CutRequest) -> bool:
    """Whether the cut is put on nothing."""
    return request.settings.background.kind == "transparent"


def _write_cutout(order: _Order, path: Path) -> tuple[str, ...]:
    """The subject on nothing; where a format has layers, over the background as a layer."""
    about = order.about(path)
    bits = order.depth(path)
    foreground, alpha = order.result.foreground, order.result.alpha
    if not writer_for(path).layers:
        colours, cover = foreground, alpha
        if is_transparent(order.request):
            colours, cover = on_nothing(
                order.harmony, order.image, foreground=foreground, alpha=alpha
            )
        write_picture(
            path,
            colours,
            alpha=cover,
            bits=bits,
            metadata=about.metadata,
            quality=order.quality,
        )
        return about.doubts
    put = _put(order.request.settings.background, order.harmony, order.image, foreground, alpha)
    write_layers(
        path,
        background=order.image.pixels if put is None else put.behind,
        foreground=foreground if put is None else put.colours,
        alpha=alpha,
        bits=bits,
        metadata=about.metadata,
    )
    return about.doubts


def write_composite(
    path: Path,
    image: Image,
    *,
    foreground: Pixels,
    alpha: Alpha,
    background: BackgroundSettings,
    harmony: HarmonySettings = HarmonySettings(),
    bits: int | None = None,
    quality: int = QUALITY,
) -> None:
    """Write a subject on a background.

    Args:
        path: the file; the format goes by its suffix.
        image: gives the frame, the depth, the metadata, and what to blur.
        foreground: H×W×3, straight.
        alpha: H×W float32.
        background: what it is put on; a file in it is read here.
        harmony: how the two are made to belong together.
        bits: as for `write_products`.
        quality: as for `write_products`.

    Raises:
        UserError: for a transparent background, or a file that cannot be read or written.
    """
    put = _put(background, harmony, image, foreground, alpha)
    if put is None:
        raise UserError("There is no background to composite on.", remedy="Choose one.")
    linear = background.linear_light
    blended = composite(put.colours, alpha, put.behind, linear_light=linear)
    bits = depth_for(path, image, bits=bits)
    write_picture(path, blended, bits=bits, metadata=image.metadata, quality=quality)


def _write_composite(order: _Order, path: Path) -> tuple[str, ...]:
    about = order.about(path)
    write_composite(
        path,
        replace(order.image, metadata=about.metadata),
        foreground=order.result.foreground,
        alpha=order.result.alpha,
        background=order.request.settings.background,
        harmony=order.harmony,
        bits=order.bits,
        quality=order.quality,
    )
    return about.doubts


def _write_foreground(order: _Order, path: Path) -> tuple[str, ...]:
    about = order.about(path)
    bits, quality = order.depth(path), order.quality
    write_picture(
        path, order.result.foreground, bits=bits, metadata=about.metadata, quality=quality
    )
    return about.doubts


def _write_alpha(order: _Order, path: Path) -> tuple[str, ...]:
    write_matte(path, order.result.alpha, bits=order.depth(path))
    return ()


def _write_mask(order: _Order, path: Path) -> tuple[str, ...]:
    if order.result.mask is None:
        raise UserError(
            "This cut was made from a trimap and has no mask.", remedy="Leave the mask out."
        )
    write_matte(path, order.result.mask, bits=order.depth(path))
    return ()


def _write_trimap(order: _Order, path: Path) -> tuple[str, ...]:
    write_matte(path, order.result.trimap)
    return ()


def _put(
    background: BackgroundSettings,
    harmony: HarmonySettings,
    image: Image,
    foreground: Pixels,
    alpha: Alpha,
) -> Dressed | None:
    """The subject's colours and what is behind it, made to belong together; None on nothing."""
    backdrop = read_image(Path(background.path)) if background.kind == "image" else None
    return put_on(background, harmony, image, foreground=foreground, alpha=alpha, backdrop=backdrop)


_WRITE: dict[str, Callable[[_Order, Path], tuple[str, ...]]] = {
    "cutout": _write_cutout,
    "alpha": _write_alpha,
    "trimap": _write_trimap,
    "mask": _write_mask,
    "foreground": _write_foreground,
    "composite": _write_composite,
}
