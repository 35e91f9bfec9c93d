"""PSD: flat, one layer with a mask, or the subject's layer over the background's.

With 8 bits a channel psd-tools writes the file (`psd_eight`), with 16 it is written here
(`psd_sixteen`); what it holds is the same (`psd_document`).
"""

from __future__ import annotations

from pathlib import Path

from engine.imaging.raster import Raster
from engine.imaging.writers import psd_eight, psd_sixteen
from engine.imaging.writers.psd_document import Document, cut_out, flat, layered

LONGEST = 30000
"""Longest side of a PSD file, in pixels."""
_SAVERS = {8: psd_eight.save, 16: psd_sixteen.save}


def write(path: Path, raster: Raster) -> None:
    """Write a flat file, or with alpha one layer with that as its layer mask.

    Raises:
        OSError: if it can't be written.
    """
    _save(path, flat(raster) if raster.alpha is None else cut_out(raster))


def write_layers(path: Path, background: Raster, subject: Raster, *, masked: bool = True) -> None:
    """Write the subject's layer over the background's; its alpha is its mask or its transparency.

    Raises:
        OSError: if it can't be written.
    """
    _save(path, layered(background, subject, masked=masked))


def _save(path: Path, document: Document) -> None:
    _SAVERS[document.bits](path, document)
