"""One photograph of a batch: read, cut, written; by the same request that the window makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.batch.preview import write_preview
from engine.batch.report import Outcome
from engine.batch.written import complete
from engine.delivery import Delivery
from engine.device import Compute
from engine.imaging.read import read_image
from engine.imaging.types import Image
from engine.jobs.context import JobContext, SubContext
from engine.jobs.requests import CutRequest, CutResult
from engine.products import write_products
from engine.settings import CutSettings

READ, SOLVED = 0.03, 0.92
"""Shares of a job's time after which the photograph is read and the matte is there."""


@dataclass(frozen=True)
class CutFile:
    """Make the files of a photograph.

    Attributes:
        source: the photograph.
        targets: product name to file.
        settings: of the cut.
        delivery: how the files are written.
        keep: leave the photograph if its files are there and complete.
        preview: a small picture of the result to write as well, or None.
        compute: where networks run.
        image: the photograph, if it was read already.
    """

    source: Path
    targets: Mapping[str, Path]
    settings: CutSettings
    delivery: Delivery = field(default_factory=Delivery)
    keep: bool = False
    preview: Path | None = None
    compute: Compute = field(default_factory=Compute)
    image: Image | None = None

    def __call__(self, ctx: JobContext) -> Outcome:
        if self.keep and complete(self.targets):
            return Outcome(self.targets, skipped=True)
        ctx.progress(0.0, "Reading")
        image = self.image or read_image(self.source)
        ctx.check()
        request = CutRequest(image, self.settings, compute=self.compute)
        result = write_cut(request, targets=self.targets, delivery=self.delivery, ctx=ctx)
        if self.preview is not None:
            write_preview(self.preview, result.foreground, result.alpha)
        return Outcome(self.targets, doubts=result.doubts)


def write_cut(
    request: CutRequest,
    *,
    targets: Mapping[str, Path],
    delivery: Delivery,
    ctx: JobContext,
) -> CutResult:
    """Cut a photograph that was read, and write its products.

    Args:
        request: the cut.
        targets: product name to file.
        delivery: how the files are written.
        ctx: progress from `READ` on, and cancel.

    Raises:
        UserError: as the cut and as `engine.products.write_products`.
    """
    result = request(SubContext(ctx, READ, SOLVED))
    write_products(
        request,
        result,
        targets=targets,
        delivery=delivery,
        ctx=SubContext(ctx, SOLVED, 1.0),
    )
    return result
