"""Cuts and photographs at another size."""

from __future__ import annotations

from dataclasses import replace

from engine.imaging.geometry import resize
from engine.imaging.types import Image
from engine.jobs.requests import CutRequest, CutResult


def scaled_image(image: Image, size: tuple[int, int]) -> Image:
    """A photograph at another (height, width)."""
    if image.size == size:
        return image
    alpha = None if image.alpha is None else resize(image.alpha, size)
    return Image(resize(image.pixels, size), alpha, image.metadata)


def scaled_cut(
    request: CutRequest, result: CutResult, size: tuple[int, int]
) -> tuple[CutRequest, CutResult]:
    """A cut at another (height, width); trimaps and strokes keep their exact values."""
    if request.image.size == size:
        return request, result
    image = scaled_image(request.image, size)
    smaller = replace(
        result,
        mask=None if result.mask is None else resize(result.mask, size),
        trimap=resize(result.trimap, size, how="nearest"),
        alpha=resize(result.alpha, size),
        foreground=resize(result.foreground, size),
    )
    strokes = request.strokes
    bare = replace(
        request,
        image=image,
        mask=None,
        trimap=None,
        strokes=None if strokes is None else resize(strokes, size, how="nearest"),
        solved_on=None,
        coloured_by=None if request.coloured_by is None else image,
    )
    return bare, smaller
