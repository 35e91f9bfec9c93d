"""The row of the layout `rgba`; its reader and writer are `trainer.data.rgba_set`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer.data.folders import PhotographFiles
from trainer.data.generated import Row
from trainer.data.layouts.check import manifest_finding
from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Finding, Split, one_form
from trainer.data.names import Selection
from trainer.data.rgba_set import picture_path, rgba_photographs


def _missing(root: Path, rows: Sequence[Row]) -> list[Path]:
    paths = [picture_path(root, row.name) for row in rows]
    return [path for path in paths if not path.is_file()]


def _check(root: Path) -> list[Finding]:
    return manifest_finding(root, _missing)


def _opened(root: Path, selection: Selection) -> PhotographFiles:
    return rgba_photographs(root, selection=selection)


LAYOUT = LayoutSpec(
    name="rgba",
    title="A set of pictures with mattes in one file",
    home="matte-train prepare rgba",
    licence="that of the pictures, and of the model that made the mattes",
    note="NAME.png with four channels, the colours whole; and manifest.jsonl.",
    splits={
        "all": Split(
            "photographs", one_form(Part("cutout", "{name}.png")), opened=_opened, checked=_check
        )
    },
)
