"""The files a cut is saved as: one table, and the one place that writes them.

The window's export and the command line both come here, so that they give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.compositing.backgrounds import render_background
from engine.compositing.blend import composite
from engine.errors import UserError
from engine.imaging.read import read_image
from engine.imaging.types import Alpha, Image, Pixels
from engine.imaging.write import (
    WRITERS,
    Writer,
    write_layers,
    write_matte,
    write_picture,
    writer_for,
)
from engine.jobs.context import NOBODY, JobContext
from engine.jobs.requests import CutRequest, CutResult
from engine.settings import BackgroundSettings

MATTE_FORMATS = ("png", "tiff")
"""What single-channel products can be; with any other format they are the first of these."""
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

    def depth(self, path: Path) -> int:
        """Bits a channel of a file."""
        return _depth(self.bits, self.image, writer_for(path))


@dataclass(frozen=True)
class ProductSpec:
    """One kind of file that a cut gives.

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
    write: Callable[[_Order, Path], None]
    grey: bool = False
    needs_alpha: bool = False
    needs_background: bool = False


def write_products(
    request: CutRequest,
    result: CutResult,
    *,
    targets: Mapping[str, Path],
    bits: int | None = None,
    quality: int = QUALITY,
    ctx: JobContext = NOBODY,
) -> None:
    """Write what a cut gave; each file appears whole or not at all.

    Args:
        request: what was cut, with all its settings.
        result: what came of it.
        targets: product name (a key of `PRODUCTS`) to file; the format goes by the file's suffix.
        bits: bits a channel; None takes the photograph's depth where the format holds it.
        quality: 1 to 100, for JPEG and WebP.
        ctx: progress and cancel, between files.

    Raises:
        UserError: for a format that cannot hold the product, or a file that cannot be written.
    """
    check_targets(targets, bits=bits, transparent=is_transparent(request))
    order = _Order(request, result, bits, quality)
    for number, (name, path) in enumerate(targets.items()):
        ctx.check()
        ctx.progress(number / len(targets), f"Writing {path.name}")
        PRODUCTS[name].write(order, path)
    ctx.progress(1.0)


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
        product, writer = PRODUCTS[name], writer_for(path)
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


def is_transparent(request: CutRequest) -> bool:
    """Whether the cut is put on nothing."""
    return request.settings.background.kind == "transparent"


def _matte_suffixes() -> list[str]:
    return [WRITERS[name].suffix for name in MATTE_FORMATS]


def product_paths(
    stem: str, *, folder: Path, products: Sequence[str], format_name: str = "png"
) -> dict[str, Path]:
    """Where the products of one photograph go.

    Args:
        stem: the photograph's file name without suffix.
        folder: where they all go.
        products: keys of `PRODUCTS`.
        format_name: key of `WRITERS` for the products in colour; single-channel products take it
            too if it is one of `MATTE_FORMATS`, and PNG otherwise.

    Returns:
        Product name to path, such as `cutout` to `folder/stem_cutout.png`.
    """
    grey = format_name if format_name in MATTE_FORMATS else MATTE_FORMATS[0]
    suffixes = {True: WRITERS[grey].suffix, False: WRITERS[format_name].suffix}
    rows = {name: PRODUCTS[name] for name in products}
    return {name: folder / f"{stem}{row.suffix}{suffixes[row.grey]}" for name, row in rows.items()}


def _write_cutout(order: _Order, path: Path) -> None:
    """The subject on nothing; where a format has layers, over the background as a layer."""
    writer = writer_for(path)
    bits = order.depth(path)
    if not writer.layers:
        write_picture(
            path,
            order.result.foreground,
            alpha=order.result.alpha,
            bits=bits,
            metadata=order.image.metadata,
            quality=order.quality,
        )
        return
    background = _render(order.request.settings.background, order.image)
    write_layers(
        path,
        background=order.image.pixels if background is None else background,
        foreground=order.result.foreground,
        alpha=order.result.alpha,
        bits=bits,
        metadata=order.image.metadata,
    )


def write_composite(
    path: Path,
    image: Image,
    *,
    foreground: Pixels,
    alpha: Alpha,
    background: BackgroundSettings,
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
        bits: as for `write_products`.
        quality: as for `write_products`.

    Raises:
        UserError: for a transparent background, or a file that cannot be read or written.
    """
    under = _render(background, image)
    if under is None:
        raise UserError("There is no background to composite on.", remedy="Choose one.")
    blended = composite(foreground, alpha, under, linear_light=background.linear_light)
    bits = _depth(bits, image, writer_for(path))
    write_picture(path, blended, bits=bits, metadata=image.metadata, quality=quality)


def _write_composite(order: _Order, path: Path) -> None:
    write_composite(
        path,
        order.image,
        foreground=order.result.foreground,
        alpha=order.result.alpha,
        background=order.request.settings.background,
        bits=order.bits,
        quality=order.quality,
    )


def _write_foreground(order: _Order, path: Path) -> None:
    metadata = order.image.metadata
    bits, quality = order.depth(path), order.quality
    write_picture(path, order.result.foreground, bits=bits, metadata=metadata, quality=quality)


def _write_alpha(order: _Order, path: Path) -> None:
    write_matte(path, order.result.alpha, bits=order.depth(path))


def _write_mask(order: _Order, path: Path) -> None:
    if order.result.mask is None:
        raise UserError(
            "This cut was made from a trimap and has no mask.", remedy="Leave the mask out."
        )
    write_matte(path, order.result.mask, bits=order.depth(path))


def _write_trimap(order: _Order, path: Path) -> None:
    write_matte(path, order.result.trimap)


def _render(settings: BackgroundSettings, image: Image) -> Pixels | None:
    backdrop = read_image(Path(settings.path)) if settings.kind == "image" else None
    return render_background(settings, image, backdrop=backdrop)


def _depth(bits: int | None, image: Image, writer: Writer) -> int:
    """The bits asked for, or the photograph's own if the format has them, or the next less."""
    if bits is not None:
        return bits
    return max((b for b in writer.bits if b <= image.bits), default=min(writer.bits))


PRODUCTS: dict[str, ProductSpec] = {
    "cutout": ProductSpec(
        "_cutout",
        "Cut-out",
        "the subject on transparency; in PSD and EXR as layers",
        _write_cutout,
        needs_alpha=True,
    ),
    "alpha": ProductSpec("_alpha", "Alpha matte", "the matte in grey", _write_alpha, grey=True),
    "trimap": ProductSpec(
        "_trimap", "Trimap", "black, grey (unknown) and white", _write_trimap, grey=True
    ),
    "mask": ProductSpec("_mask", "Mask", "the coarse mask in grey", _write_mask, grey=True),
    "foreground": ProductSpec(
        "_foreground", "Foreground", "the subject's own colours, opaque", _write_foreground
    ),
    "composite": ProductSpec(
        "_composite",
        "Composite",
        "the subject on the new background",
        _write_composite,
        needs_background=True,
    ),
}
