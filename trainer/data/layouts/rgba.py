"""The row of the layout `rgba`; its reader and writer are `trainer.data.rgba_set`."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UserError
from trainer.data.folders import PhotographFiles
from trainer.data.generated import manifests, read_manifest
from trainer.data.layouts.check import report
from trainer.data.layouts.parts import Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Finding, Split, one_form
from trainer.data.names import Selection
from trainer.data.rgba_set import picture_path, rgba_photographs


def _check(root: Path) -> list[Finding]:
    path = manifests(root)[0]
    if not path.is_file():
        return [report(0, path, [path], name="manifest", good=False)]
    try:
        rows = read_manifest(root)
    except UserError as error:
        return [Finding("manifest", str(error), good=False)]
    paths = [picture_path(root, row.name) for row in rows]
    missing = [path for path in paths if not path.is_file()]
    return [report(len(rows), path, missing, name="manifest", good=False)]


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
