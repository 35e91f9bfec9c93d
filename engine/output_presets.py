"""Named ways of saving a cut: which files, in which format, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.delivery import Delivery
from engine.errors import UserError
from engine.imaging.write import WRITERS
from engine.naming import TEMPLATE, check_template
from engine.presets import presets_folder
from engine.product_table import EVERY
from engine.settings import from_dict, to_dict
from engine.shelf import Shelf

_FILE = "exports.json"


@dataclass(frozen=True)
class Output:
    """What is saved of a photograph.

    Attributes:
        products: keys of `engine.product_table.EVERY`.
        format: key of `WRITERS` for the products that can be saved so.
        template: of the files' names, see `engine.naming`.
        delivery: how the files are written.
        tip: what it is good for, in a sentence.
    """

    products: tuple[str, ...] = ("cutout",)
    format: str = "png"
    template: str = TEMPLATE
    delivery: Delivery = field(default_factory=Delivery)
    tip: str = ""


BUILT_IN: Mapping[str, Output] = {
    "Web": Output(
        format="webp",
        delivery=Delivery(quality=90, colour_space="srgb", metadata=False),
        tip="The cut-out as a small file in sRGB that says nothing of camera and place.",
    ),
    "Print": Output(
        ("cutout", "alpha"),
        "tiff",
        delivery=Delivery(bits=16, colour_space="adobe_rgb"),
        tip="Cut-out and matte with 16 bits, in Adobe RGB.",
    ),
    "Photoshop": Output(("layers",), "psd", tip="Layers with a mask that can be painted on."),
    "Compositing": Output(
        ("cutout", "alpha"), "exr", tip="Linear, premultiplied layers, and the matte as PNG."
    ),
    "Finished picture": Output(
        ("composite",),
        "jpeg",
        delivery=Delivery(colour_space="srgb"),
        tip="The subject on its background, as everybody can show it.",
    ),
    "For review": Output(
        ("on_black", "on_white", "on_grey", "overlay"),
        "jpeg",
        "{name} - {view}",
        Delivery(quality=85, scale=0.5, colour_space="srgb", metadata=False),
        "Several views at half the size, to be looked through.",
    ),
}
"""What comes along; nobody can change or delete it."""


class OutputPresets(Shelf[Output]):
    """All export presets there are.

    Args:
        folder: where the user's own are kept; None for the usual place.
    """

    def __init__(self, folder: Path | None = None) -> None:
        path = (presets_folder() if folder is None else folder) / _FILE
        super().__init__(path, BUILT_IN, what="export preset", dumped=_dumped, parsed=_output)


def _dumped(output: Output) -> dict[str, Any]:
    """Only what differs from the defaults, so that later versions may add to them."""
    return _differing(to_dict(output), to_dict(Output()))


def _differing(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            value = _differing(value, defaults[name])
        if value not in (defaults[name], {}):
            changed[name] = value
    return changed


def _output(value: Any) -> Output:
    output = from_dict(Output, value)
    if not set(output.products) <= set(EVERY) or output.format not in WRITERS:
        raise UserError("it asks for files or formats that are not known")
    check_template(output.template)
    return output
