"""The kinds of files that are made of a photograph: their names, and which formats hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import UserError
from engine.imaging.types import Image
from engine.imaging.write import WRITERS, Writer, writer_for
from engine.naming import TEMPLATE, Named, filled

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
        formats: keys of `WRITERS` that hold it, where others don't; with any other it is saved as
            the first of these.
        view: the view of `engine.compositing.views.VIEWS` that it shows; 8 bits a channel.
    """

    suffix: str
    title: str
    summary: str
    grey: bool = False
    needs_alpha: bool = False
    needs_background: bool = False
    formats: tuple[str, ...] = ()
    view: str = ""

    @property
    def word(self) -> str:
        """What it is, in names of files."""
        return self.suffix.removeprefix("_")

    def format_for(self, name: str) -> str:
        """The format it is saved in where people ask for one."""
        return name if not self.formats or name in self.formats else self.formats[0]


def _grey(suffix: str, title: str, summary: str) -> ProductSpec:
    return ProductSpec(suffix, title, summary, grey=True, formats=MATTE_FORMATS)


def _layered(
    suffix: str, title: str, summary: str, *, formats: tuple[str, ...] = ("psd",)
) -> ProductSpec:
    return ProductSpec(suffix, title, summary, needs_alpha=True, formats=formats)


PRODUCTS: dict[str, ProductSpec] = {
    "cutout": ProductSpec(
        "_cutout",
        "Cut-out",
        "the subject on transparency; in PSD and EXR as layers",
        needs_alpha=True,
    ),
    "alpha": _grey("_alpha", "Alpha matte", "the matte in grey"),
    "trimap": _grey("_trimap", "Trimap", "black, grey (unknown) and white"),
    "mask": _grey("_mask", "Mask", "the coarse mask in grey"),
    "foreground": ProductSpec("_foreground", "Foreground", "the subject's own colours, opaque"),
    "composite": ProductSpec(
        "_composite",
        "Composite",
        "the subject on the new background",
        needs_background=True,
    ),
}
"""What a cut gives."""
LAYERED: dict[str, ProductSpec] = {
    "masked": _layered("_masked", "Layer mask", "the photograph, with the matte as its mask"),
    "layer": _layered(
        "_new_layer", "New layer", "the subject on transparency, over what is behind"
    ),
    "layers": _layered(
        "_layers",
        "New layer with mask",
        "the subject with its mask, over what is behind",
        formats=("psd", "exr"),
    ),
}
"""What a cut gives to programs that work in layers."""
PICTURES: dict[str, ProductSpec] = {
    "on_black": ProductSpec("_on_black", "On black", "the subject on black", view="on_black"),
    "on_white": ProductSpec("_on_white", "On white", "the subject on white", view="on_white"),
    "on_grey": ProductSpec("_on_grey", "On grey", "the subject on grey", view="on_grey"),
    "overlay": ProductSpec(
        "_overlay", "Overlay", "the photograph, red where it is cut", view="overlay"
    ),
    "onion": ProductSpec(
        "_onion",
        "Onion skin",
        "the photograph, faded where it is cut",
        needs_alpha=True,
        formats=("png", "tiff", "webp", "exr"),
        view="onion",
    ),
    "ants": ProductSpec("_outline", "Outline", "the photograph with the matte's edge", view="ants"),
    "trimap_view": ProductSpec(
        "_trimap_view", "Trimap view", "the trimap's colours over it", view="trimap"
    ),
    "guidance": ProductSpec(
        "_guidance", "Guidance", "the mask and the strokes over it", view="guidance"
    ),
}
"""Views of a cut as pictures, drawn as they are at first, whatever was chosen for looking at them.

The other views are products of their own.
"""
CUTS: dict[str, ProductSpec] = {**PRODUCTS, **LAYERED, **PICTURES}
"""Everything that can be saved of a cut."""
ENHANCED: dict[str, ProductSpec] = {
    "enhanced": ProductSpec("_enhanced", "Enhanced photograph", "the photograph with its change"),
    "change": _grey("_change", "Change map", "how much each pixel changed, in grey"),
    "alpha": PRODUCTS["alpha"],
    "cutout": PRODUCTS["cutout"],
}
"""What an enhancement gives; its matte is of the enhanced photograph."""
EVERY: dict[str, ProductSpec] = {**CUTS, **ENHANCED}


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
        if product.formats and writer not in _writers(product):
            held = " or ".join(each.title for each in _writers(product))
            raise UserError(
                f"A {product.title.lower()} is not saved as {writer.title}.",
                remedy=f"Choose {held}.",
                path=path,
            )
        if bits is not None and not product.view and bits > max(writer.bits):
            raise UserError(
                f"{writer.title} does not hold {bits} bits a channel.",
                remedy=f"It holds {' or '.join(map(str, writer.bits))}.",
                path=path,
            )


def _writers(product: ProductSpec) -> list[Writer]:
    return [WRITERS[name] for name in product.formats]


def product_paths(
    stem: str,
    *,
    folder: Path,
    products: Sequence[str],
    format_name: str = "png",
    template: str = TEMPLATE,
    about: Named | None = None,
) -> dict[str, Path]:
    """Where the products of one photograph go.

    Args:
        stem: the photograph's file name without suffix.
        folder: where they all go.
        products: keys of `EVERY`.
        format_name: key of `WRITERS` for the products that can be saved so; the others are saved
            as they can.
        template: of the names; see `engine.naming`.
        about: what the template may ask for besides the photograph's name, which is `stem`.

    Returns:
        Product name to path, such as `cutout` to `folder/stem_cutout.png`.

    Raises:
        UserError: for a template that gives no names, or the same name twice.
    """
    known = replace(about or Named(stem), name=stem)
    made: dict[str, Path] = {}
    for name in products:
        row = EVERY[name]
        file = filled(template, known, product=row.word, view=row.title)
        path = folder / f"{file}{WRITERS[row.format_for(format_name)].suffix}"
        if path in made.values():
            raise UserError(
                f"Two files would be called {path.name}.",
                remedy="Put {product} into the name, so that they differ.",
            )
        made[name] = path
    return made


def depth_for(path: Path, image: Image, *, bits: int | None = None) -> int:
    """Bits a channel of a file: those asked for, or the photograph's own, or the next less."""
    if bits is not None:
        return bits
    held = writer_for(path).bits
    return max((b for b in held if b <= image.bits), default=min(held))
