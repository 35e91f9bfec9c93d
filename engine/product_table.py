"""The kinds of files that are made of a photograph: their names, and which formats hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError
from engine.imaging.types import Image
from engine.imaging.write import WRITERS, writer_for

MATTE_FORMATS = ("png", "tiff")
"""What single-channel products can be; with any other format they are the first of these."""


@dataclass(frozen=True)
class ProductSpec:
    """One kind of file that is made of a photograph.

    Attributes:
        suffix: goes between the photograph's stem and the file's extension.
        title: for menus and lists.
        summary: one line for people.
        grey: a single channel, as opposed to colour.
        needs_alpha: the format must hold transparency or layers.
        needs_background: the background must not be transparent.
    """

    suffix: str
    title: str
    summary: str
    grey: bool = False
    needs_alpha: bool = False
    needs_background: bool = False


PRODUCTS: dict[str, ProductSpec] = {
    "cutout": ProductSpec(
        "_cutout",
        "Cut-out",
        "the subject on transparency; in PSD and EXR as layers",
        needs_alpha=True,
    ),
    "alpha": ProductSpec("_alpha", "Alpha matte", "the matte in grey", grey=True),
    "trimap": ProductSpec("_trimap", "Trimap", "black, grey (unknown) and white", grey=True),
    "mask": ProductSpec("_mask", "Mask", "the coarse mask in grey", grey=True),
    "foreground": ProductSpec("_foreground", "Foreground", "the subject's own colours, opaque"),
    "composite": ProductSpec(
        "_composite",
        "Composite",
        "the subject on the new background",
        needs_background=True,
    ),
}
"""What a cut gives."""
ENHANCED: dict[str, ProductSpec] = {
    "enhanced": ProductSpec("_enhanced", "Enhanced photograph", "the photograph with its change"),
    "change": ProductSpec(
        "_change", "Change map", "how much each pixel changed, in grey", grey=True
    ),
    "alpha": PRODUCTS["alpha"],
    "cutout": PRODUCTS["cutout"],
}
"""What an enhancement gives; its matte is of the enhanced photograph."""
EVERY: dict[str, ProductSpec] = {**PRODUCTS, **ENHANCED}


def check_targets(
    targets: Mapping[str, Path], *, bits: int | None = None, transparent: bool = False
) -> None:
    """Refuse what no file could hold, before anything is computed.

    Args:
        targets: product name to file.
        bits: bits a channel, or None.
        transparent: the background is transparent, so there is nothing to composite on.

    Raises:
        UserError: that names the product, the format, and what to do.
    """
    for name, path in targets.items():
        product, writer = EVERY[name], writer_for(path)
        if product.needs_background and transparent:
            raise UserError(
                f"A {product.title.lower()} needs something to be put on.",
                remedy="Choose a background.",
            )
        if product.needs_alpha and not (writer.alpha or writer.layers):
            raise UserError(
                f"{writer.title} cannot hold a {product.title.lower()}: it has no transparency.",
                remedy="Choose PNG, or save the composite.",
                path=path,
            )
        if product.grey and writer.suffix not in _matte_suffixes():
            raise UserError(
                f"A {product.title.lower()} is not saved as {writer.title}.",
                remedy="Choose PNG or TIFF.",
                path=path,
            )
        if bits is not None and bits > max(writer.bits):
            raise UserError(
                f"{writer.title} does not hold {bits} bits a channel.",
                remedy=f"It holds {' or '.join(map(str, writer.bits))}.",
                path=path,
            )


def _matte_suffixes() -> list[str]:
    return [WRITERS[name].suffix for name in MATTE_FORMATS]


def product_paths(
    stem: str, *, folder: Path, products: Sequence[str], format_name: str = "png"
) -> dict[str, Path]:
    """Where the products of one photograph go.

    Args:
        stem: the photograph's file name without suffix.
        folder: where they all go.
        products: keys of `EVERY`.
        format_name: key of `WRITERS` for the products in colour; single-channel products take it
            too if it is one of `MATTE_FORMATS`, and PNG otherwise.

    Returns:
        Product name to path, such as `cutout` to `folder/stem_cutout.png`.
    """
    grey = format_name if format_name in MATTE_FORMATS else MATTE_FORMATS[0]
    suffixes = {True: WRITERS[grey].suffix, False: WRITERS[format_name].suffix}
    rows = {name: EVERY[name] for name in products}
    return {name: folder / f"{stem}{row.suffix}{suffixes[row.grey]}" for name, row in rows.items()}


def depth_for(path: Path, image: Image, *, bits: int | None = None) -> int:
    """Bits a channel of a file: those asked for, or the photograph's own, or the next less."""
    if bits is not None:
        return bits
    held = writer_for(path).bits
    return max((b for b in held if b <= image.bits), default=min(held))
