"""The one place that writes what a cut is saved as; `engine.product_table` says what there is.

The window's export and the command line both come here, so that they give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from engine.compositing.blend import composite
from engine.compositing.harmony import Dressed
from engine.compositing.put_on import on_nothing, put_on
from engine.delivery import QUALITY, Delivery, deliver, space_for
from engine.errors import UserError
from engine.imaging.colour_spaces import in_space
from engine.imaging.digital_source import ENHANCED as ENHANCED_SOURCE
from engine.imaging.digital_source import Marked, marked
from engine.imaging.read import read_image
from engine.imaging.types import Alpha, Image, Pixels
from engine.imaging.write import write_layers, write_matte, writer_for
from engine.jobs.context import NOBODY, JobContext
from engine.jobs.requests import CutRequest, CutResult
from engine.pictures import draw_picture
from engine.product_table import (
    CUTS,
    MATTE_FORMATS,
    PICTURES,
    PRODUCTS,
    ProductSpec,
    check_targets,
    depth_for,
    product_paths,
)
from engine.scaling import scaled_cut
from engine.settings import BackgroundSettings, HarmonySettings

__all__ = [
    "CUTS",
    "MATTE_FORMATS",
    "PRODUCTS",
    "QUALITY",
    "Delivery",
    "ProductSpec",
    "check_targets",
    "is_transparent",
    "product_paths",
    "write_composite",
    "write_products",
]


@dataclass(frozen=True)
class _Order:
    """Everything a product is made of."""

    request: CutRequest
    result: CutResult
    delivery: Delivery

    @property
    def image(self) -> Image:
        return self.request.image

    @property
    def harmony(self) -> HarmonySettings:
        return self.request.settings.harmony

    def depth(self, path: Path) -> int:
        """Bits a channel of a file."""
        return depth_for(path, self.image, bits=self.delivery.bits)

    def about(self, path: Path) -> Marked:
        """What a file in colour says about its picture; enhanced colours say that they are."""
        metadata = self.delivery.about(self.image.metadata)
        if self.request.coloured_by is None:
            return Marked(metadata)
        return marked(metadata, ENHANCED_SOURCE, path=path)

    def save(self, path: Path, colours: Pixels, alpha: Alpha | None = None) -> tuple[str, ...]:
        """Write a picture that the photograph's profile describes."""
        about = self.about(path)
        deliver(path, colours, alpha, metadata=about.metadata, image=self.image, how=self.delivery)
        return about.doubts


def write_products(
    request: CutRequest,
    result: CutResult,
    *,
    targets: Mapping[str, Path],
    delivery: Delivery = Delivery(),
    ctx: JobContext = NOBODY,
) -> tuple[str, ...]:
    """Write what a cut gave; each file appears whole or not at all.

    Args:
        request: what was cut, with all its settings.
        result: what came of it.
        targets: product name (a key of `CUTS`) to file; the format goes by the file's suffix.
        delivery: how the files are written.
        ctx: progress and cancel, between files.

    Returns:
        Sentences for people, if a file could not hold what the photograph's said of it.

    Raises:
        UserError: for a format that cannot hold the product, or a file that cannot be written.
    """
    check_targets(targets, bits=delivery.bits, transparent=is_transparent(request))
    delivery.check()
    size = delivery.size(request.image.size)
    order = _Order(*scaled_cut(request, result, size), delivery)
    doubts: list[str] = []
    for number, (name, path) in enumerate(targets.items()):
        ctx.check()
        ctx.progress(number / len(targets), f"Writing {path.name}")
        doubts += _WRITE[name](order, path)
    ctx.progress(1.0)
    return tuple(dict.fromkeys(doubts))


def is_transparent(request: CutRequest) -> bool:
    """Whether the cut is put on nothing."""
    return request.settings.background.kind == "transparent"


def _write_cutout(order: _Order, path: Path) -> tuple[str, ...]:
    """The subject on nothing; where a format has layers, over the background as a layer."""
    if writer_for(path).layers:
        return _write_layers(order, path)
    colours, cover = order.result.foreground, order.result.alpha
    if is_transparent(order.request):
        colours, cover = on_nothing(order.harmony, order.image, foreground=colours, alpha=cover)
    return order.save(path, colours, cover)


def _write_layers(order: _Order, path: Path, *, masked: bool = True) -> tuple[str, ...]:
    """The subject as a layer over what is behind it, or over the photograph."""
    about, result = order.about(path), order.result
    bits = order.depth(path)
    put = _put(
        order.request.settings.background,
        order.harmony,
        order.image,
        result.foreground,
        result.alpha,
    )
    behind = order.image.pixels if put is None else put.behind
    subject = result.foreground if put is None else put.colours
    space = space_for(path, order.delivery)
    below, _ = in_space(behind, about.metadata, space, bits=bits)
    above, told = in_space(subject, about.metadata, space, bits=bits)
    write_layers(
        path,
        background=below,
        foreground=above,
        alpha=result.alpha,
        bits=bits,
        metadata=told,
        masked=masked,
    )
    return about.doubts


def _write_layer(order: _Order, path: Path) -> tuple[str, ...]:
    return _write_layers(order, path, masked=False)


def _write_masked(order: _Order, path: Path) -> tuple[str, ...]:
    """The photograph as it is, with the matte as its layer mask."""
    image, how = order.image, order.delivery
    about = how.about(image.metadata)
    deliver(path, image.pixels, order.result.alpha, metadata=about, image=image, how=how)
    return ()


def _write_view(view: str, order: _Order, path: Path) -> tuple[str, ...]:
    colours, cover = draw_picture(view, order.request, order.result)
    delivery = replace(order.delivery, bits=min(writer_for(path).bits))
    return replace(order, delivery=delivery).save(path, colours, cover)


def write_composite(
    path: Path,
    image: Image,
    *,
    foreground: Pixels,
    alpha: Alpha,
    background: BackgroundSettings,
    harmony: HarmonySettings = HarmonySettings(),
    delivery: Delivery = Delivery(),
) -> None:
    """Write a subject on a background.

    Args:
        path: the file; the format goes by its suffix.
        image: gives the frame, the depth, the metadata, and what to blur.
        foreground: H×W×3, straight.
        alpha: H×W float32.
        background: what it is put on; a file in it is read here.
        harmony: how the two are made to belong together.
        delivery: how the file is written; all that is given has its size already.

    Raises:
        UserError: for a transparent background, or a file that cannot be read or written.
    """
    put = _put(background, harmony, image, foreground, alpha)
    if put is None:
        raise UserError("There is no background to composite on.", remedy="Choose one.")
    linear = background.linear_light
    blended = composite(put.colours, alpha, put.behind, linear_light=linear)
    about = delivery.about(image.metadata)
    deliver(path, blended, metadata=about, image=image, how=delivery)


def _write_composite(order: _Order, path: Path) -> tuple[str, ...]:
    about = order.about(path)
    write_composite(
        path,
        replace(order.image, metadata=about.metadata),
        foreground=order.result.foreground,
        alpha=order.result.alpha,
        background=order.request.settings.background,
        harmony=order.harmony,
        delivery=replace(order.delivery, metadata=True),
    )
    return about.doubts


def _write_foreground(order: _Order, path: Path) -> tuple[str, ...]:
    return order.save(path, order.result.foreground)


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
    "masked": _write_masked,
    "layer": _write_layer,
    "layers": _write_layers,
    **{name: partial(_write_view, row.view) for name, row in PICTURES.items()},
}
