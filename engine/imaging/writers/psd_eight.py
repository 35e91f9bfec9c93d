"""PSD with 8 bits a channel, through psd-tools.

psd-tools' document saves a merged picture of its own making, which it composes in float32 with
several times the memory of the file; so the merged picture goes in first, ready made, and the
file is written by the record below the document. 45 megapixels with two layers take 1.6 GB.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.formats.psd_resources import blocks_for
from engine.imaging.types import Metadata
from engine.imaging.writers.psd_document import TOO_LARGE, Document, Layer, Rows, plane

if TYPE_CHECKING:
    from psd_tools import PSDImage
    from psd_tools.psd import PSD
    from psd_tools.psd.image_data import ImageData
    from psd_tools.psd.image_resources import ImageResources
    from psd_tools.psd.layer_and_mask import LayerInfo


def save(path: Path, document: Document) -> None:
    """Write the file.

    Raises:
        OSError: if it can't be written, or is too large for the format.
    """
    record = _record(document)
    try:
        with path.open("wb") as file:
            record.write(file)
    except struct.error as error:  # a length that doesn't fit its 4 bytes
        raise OSError(None, TOO_LARGE) from error


def _record(document: Document) -> PSD:
    from psd_tools import PSDImage
    from psd_tools.constants import ColorMode
    from psd_tools.psd import PSD
    from psd_tools.psd.header import FileHeader

    height, width = document.size
    header = FileHeader(
        channels=len(document.merged),
        height=height,
        width=width,
        depth=document.bits,
        color_mode=ColorMode.GRAYSCALE if document.grey else ColorMode.RGB,
    )
    record = PSD(header=header, image_resources=_resources(document.metadata))
    record.image_data = _merged(document, header)
    whole = PSDImage(record)
    for layer in document.layers:
        _add(whole, document, layer)
    info = record.layer_and_mask_information.layer_info
    if info is not None:
        _set_opacities(info, document)
    if document.transparent and info is not None:
        info.layer_count = -len(document.layers)  # below 0: the fourth channel is transparency
    return record


def _merged(document: Document, header: Any) -> ImageData:
    from psd_tools.constants import Compression
    from psd_tools.psd.image_data import ImageData

    merged = ImageData(compression=Compression.RLE)
    merged.set_data([_whole(document, rows).tobytes() for rows in document.merged], header)
    return merged


def _add(whole: PSDImage, document: Document, layer: Layer) -> None:
    from PIL import Image as Pil

    pixels = plane(layer.raster.samples, document.bits)
    added = whole.create_pixel_layer(Pil.fromarray(_whole(document, pixels, 3)), name=layer.name)
    if layer.mask is not None:
        added.create_mask(Pil.fromarray(_whole(document, layer.mask)))


def _set_opacities(info: LayerInfo, document: Document) -> None:
    """Layers' own transparency; psd-tools makes a mask of it where the file has three channels."""
    height, width = document.size
    for layer, channels in zip(document.layers, info.channel_image_data, strict=True):
        if not layer.masked:
            # The first channel of a layer is its transparency.
            rows = _whole(document, layer.opacity)
            channels[0].set_data(rows.tobytes(), width, height, document.bits)


def _whole(document: Document, rows: Rows, *channels: int) -> NDArray[np.uint8]:
    whole = np.empty((*document.size, *channels), np.uint8)
    for strip in document.strips():
        whole[strip.slices] = rows(strip)
    return whole


def _resources(about: Metadata) -> ImageResources:
    from psd_tools.psd.image_resources import ImageResource, ImageResources

    resources = ImageResources()
    for number, body in blocks_for(about).items():
        resources[number] = ImageResource(key=number, data=body)
    return resources
