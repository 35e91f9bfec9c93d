"""What is to be made of every photograph of a batch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.delivery import Delivery
from engine.errors import UserError
from engine.imaging.colour_spaces import PHOTOGRAPH
from engine.imaging.write import WRITERS
from engine.naming import TEMPLATE, Named, fields_of
from engine.output_presets import Output
from engine.product_table import CUTS, check_targets, product_paths
from engine.settings import CutSettings, EnhancementSettings, GuidanceSettings, from_dict, to_dict


@dataclass(frozen=True)
class Order:
    """The same for all photographs.

    Attributes:
        folder: where the products are saved.
        products: keys of `CUTS`.
        format: key of `WRITERS`.
        bits: bits a channel; None takes each photograph's own.
        quality: of JPEG and WebP.
        scale: as in `engine.delivery.Delivery`.
        colour_space: as there.
        metadata: as there.
        template: of the files' names, see `engine.naming`.
        replace: files that are there already and come from elsewhere are replaced; else the
            photograph is left as it is if they are complete.
        settings: of the cut.
    """

    folder: Path
    products: tuple[str, ...] = ("cutout",)
    format: str = "png"
    bits: int | None = None
    quality: int = 92
    scale: float = 1.0
    colour_space: str = PHOTOGRAPH
    metadata: bool = True
    template: str = TEMPLATE
    replace: bool = False
    settings: CutSettings = field(default_factory=CutSettings)

    def targets(
        self, source: Path, *, counter: int = 1, size: tuple[int, int] | None = None
    ) -> dict[str, Path]:
        """Product name to file for a photograph.

        Args:
            counter: its number in the batch.
            size: its (height, width); needed only where `names_size`.
        """
        files = None if size is None else self.delivery.size(size)
        return product_paths(
            source.stem,
            folder=self.folder,
            products=self.products,
            format_name=self.format,
            template=self.template,
            about=Named(source.stem, files, counter=counter),
        )

    @property
    def names_size(self) -> bool:
        """Whether the files' names say how large they are."""
        return "size" in fields_of(self.template)

    @property
    def names_photograph(self) -> bool:
        """Whether the files' names say what they were made of."""
        return "name" in fields_of(self.template)

    @property
    def output(self) -> Output:
        """What is saved of each photograph, for any folder and cut."""
        return Output(self.products, self.format, self.template, self.delivery)

    def saving(self, output: Output) -> Order:
        """This order with other files.

        Raises:
            UserError: if they are of an enhanced photograph, which no batch makes.
        """
        if not set(output.products) <= set(CUTS):
            raise UserError(
                "These files are of an enhanced photograph; a batch enhances none.",
                remedy="Choose others.",
            )
        how = output.delivery
        return replace(
            self,
            products=output.products,
            format=output.format,
            template=output.template,
            bits=how.bits,
            quality=how.quality,
            scale=how.scale,
            colour_space=how.colour_space,
            metadata=how.metadata,
        )

    @property
    def delivery(self) -> Delivery:
        """How the files are written."""
        return Delivery(
            self.bits, self.quality, self.scale, self.colour_space, metadata=self.metadata
        )

    def check(self) -> None:
        """Refuse what can't go well with any photograph.

        Raises:
            UserError: if nothing is to be saved, a format cannot hold a product, the names of the
                files cannot be had, or the weights of a network are missing.
        """
        from engine.jobs.needs import check_networks
        from engine.matting.methods import sees_alone

        if not self.products:
            raise UserError("Nothing is to be saved.", remedy="Choose at least one product.")
        self.delivery.check()
        transparent = self.settings.background.kind == "transparent"
        targets = self.targets(Path("photograph"), size=(1, 1))
        check_targets(targets, bits=self.bits, transparent=transparent)
        check_networks(self.settings)
        if sees_alone(self.settings) and not {"mask", "trimap"}.isdisjoint(self.products):
            raise UserError(
                f"{self.settings.method} makes the matte alone; there is no mask and no trimap.",
                remedy="Leave them out.",
            )

    @property
    def fingerprint(self) -> str:
        """Equal for orders that make the same of a photograph, wherever they save it."""
        made = {**to_order_dict(self), "folder": "", "replace": False}
        text = json.dumps(made, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


_PLAIN = (
    "format", "bits", "quality", "scale", "colour_space", "metadata", "template", "replace",
)  # fmt: skip


def for_many(settings: CutSettings) -> CutSettings:
    """The settings of one photograph as they can be for others.

    Where its subject is, what was painted, and how it was enhanced belong to it alone.
    """
    guidance = GuidanceSettings(finder=settings.guidance.finder)
    return replace(settings, guidance=guidance, enhance=EnhancementSettings())


def to_order_dict(order: Order) -> dict[str, Any]:
    """An order as plain JSON-able types."""
    plain = {name: getattr(order, name) for name in _PLAIN}
    return {
        "folder": str(order.folder),
        "products": list(order.products),
        "settings": to_dict(order.settings),
        **plain,
    }


def from_order_dict(values: Any) -> Order:
    """What `to_order_dict` made plain.

    Raises:
        UserError: if it is something else.
    """
    if not isinstance(values, dict):
        raise UserError("The order of a batch is not a table of names and values.")
    known = set(asdict(Order(Path()))) & set(values)
    given = {name: values[name] for name in known}
    try:
        order = replace(
            Order(Path()),
            **{
                **given,
                "folder": Path(given["folder"]),
                "products": tuple(given["products"]),
                "settings": from_dict(CutSettings, given["settings"]),
            },
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"The order of a batch cannot be understood ({error}).") from error
    if not set(order.products) <= set(CUTS) or order.format not in WRITERS:
        raise UserError("The order of a batch asks for products or formats that are not known.")
    return order
