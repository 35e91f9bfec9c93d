"""What became of each photograph: a line for people, a row for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from engine.imaging.atomic import replace_atomically

Status = Literal["done", "skipped", "failed", "cancelled"]


@dataclass(frozen=True)
class Outcome:
    """What a job says about the photograph it worked on.

    Attributes:
        outputs: product name to the file written.
        skipped: everything was there already and complete.
        snapped: trimap pixels that were close to 0, 128 or 255 and were taken for them.
        doubts: sentences about what should be looked at twice.
        remark: a few words for people about what was done.
        enhancement: what an enhancement found, as JSON can hold it.
    """

    outputs: Mapping[str, Path]
    skipped: bool = False
    snapped: int = 0
    doubts: tuple[str, ...] = ()
    remark: str = ""
    enhancement: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class FileReport:
    """A row of the report.

    Attributes:
        input: the photograph.
        status: what became of it.
        seconds: how long that took.
        outputs: product name to file.
        reason: why it failed, or None.
        snapped_trimap_pixels: see `Outcome`.
        doubts: see `Outcome`.
        remark: see `Outcome`.
        enhancement: see `Outcome`.
    """

    input: str
    status: Status
    seconds: float = 0.0
    outputs: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    snapped_trimap_pixels: int = 0
    doubts: tuple[str, ...] = ()
    remark: str = ""
    enhancement: Mapping[str, object] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """What people read."""
        if self.status == "failed":
            return f"failed: {self.reason}"
        if self.status == "cancelled":
            return f"cancelled: {self.input}"
        if self.status == "skipped":
            return f"{self.input}: complete already"
        snapped = self.snapped_trimap_pixels
        note = f", {snapped} trimap pixels snapped" if snapped else ""
        note += f", {self.remark}" if self.remark else ""
        doubts = "".join(f"\n  {doubt}" for doubt in self.doubts)
        return f"{self.input} -> {self._written} ({self.seconds:.1f} s{note}){doubts}"

    @property
    def _written(self) -> str:
        files = list(self.outputs.values())
        return files[0] if len(files) == 1 else f"{len(files)} files in {Path(files[0]).parent}"


def write_report(
    path: Path, command: str, reports: Sequence[FileReport], *, seconds: float
) -> None:
    """Write all rows as JSON.

    Raises:
        UserError: if the file cannot be written.
    """
    content = {
        "version": 1,
        "command": command,
        "seconds": round(seconds, 3),
        "files": [asdict(report) for report in reports],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    with replace_atomically(path) as temporary:
        # file names may hold bytes that are no text; they come back as they were
        temporary.write_text(text, encoding="utf-8", errors="surrogateescape")
