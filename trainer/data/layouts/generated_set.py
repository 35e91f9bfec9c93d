"""The row of the layout `generated`; its reader and writer are `trainer.data.generated`."""

from __future__ import annotations

from pathlib import Path

from trainer.data.folders import PhotographFiles, SubjectFiles
from trainer.data.generated import (
    generated_photographs,
    generated_subjects,
    missing_files,
)
from trainer.data.layouts.check import manifest_finding
from trainer.data.layouts.parts import Group, Part
from trainer.data.layouts.spec import LayoutSpec
from trainer.data.layouts.split import Finding, Split
from trainer.data.names import Selection
from trainer.data.sample import Split as SplitName

_FORMS = ((Group((Part("image", "image/{name}.png"),)),),)


def _check(root: Path) -> list[Finding]:
    return manifest_finding(root, missing_files)


def _photographs(split: SplitName | None) -> Split:
    def opened(root: Path, selection: Selection) -> PhotographFiles:
        return generated_photographs(root, split=split, selection=selection)

    checked = _check if split is None else None
    return Split("photographs", _FORMS, optional=split is not None, opened=opened, checked=checked)


def _subjects(split: SplitName | None) -> Split:
    def opened(root: Path, selection: Selection) -> SubjectFiles:
        return generated_subjects(root, split=split, selection=selection)

    return Split("subjects", _FORMS, optional=True, opened=opened)


LAYOUT = LayoutSpec(
    name="generated",
    title="A generated set",
    home="matte-train generate",
    licence="that of the model that made it",
    note="image/, alpha/, foreground/ where there are colours, and manifest.jsonl.",
    splits={
        "all": _photographs(None),
        "train": _photographs("train"),
        "validation": _photographs("validation"),
        "subjects": _subjects(None),
        "train_subjects": _subjects("train"),
        "validation_subjects": _subjects("validation"),
    },
)
