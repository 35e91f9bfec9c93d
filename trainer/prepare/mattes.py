"""Mattes of whole pictures by any method of the table, with nobody to help."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.device import Compute
from engine.errors import UserError
from engine.guidance.people import People, mask_of, trimap_of
from engine.guidance.trimap import check_solvable
from engine.imaging.types import UNKNOWN, Alpha, Image, Trimap
from engine.jobs.context import NOBODY, JobContext
from engine.matting.conditions import Conditions
from engine.matting.methods import looks_at_mask, method_named, prepare
from engine.matting.solve import solve_alpha
from engine.settings import CutSettings, TrimapSettings


class CannotBeSolved(UserError):
    """A picture of which this method can make no matte, whereas of others it may."""


@dataclass(frozen=True)
class Matter:
    """Makes mattes.

    Attributes:
        method: a name of the table of matting methods, or of a network's weights.
        compute: where networks run.
    """

    method: str
    compute: Compute = field(default_factory=Compute)

    @property
    def alone(self) -> bool:
        """Whether it looks at the picture alone.

        Raises:
            UserError: for an unknown method, or missing weights.
        """
        return method_named(self.method).automatic

    def prepare(self) -> None:
        """Load what it needs.

        Raises:
            UserError: for an unknown method, or if anything it needs is missing.
        """
        prepare(method_named(self.method), Conditions(compute=self.compute))

    def matte(self, image: Image, subjects: People | None, *, ctx: JobContext = NOBODY) -> Alpha:
        """The matte of all subjects, H×W float32 in [0, 1].

        Args:
            image: the picture.
            subjects: who is in it; a method that needs a trimap gets what is not sure of them.
            ctx: progress and cancel.

        Raises:
            CannotBeSolved: if a trimap is needed and can't be drawn.
            UserError: as `engine.matting.solve.solve_alpha`.
            Cancelled: when asked to stop.
        """
        if self.alone:
            whole = np.full(image.size, UNKNOWN, np.uint8)
            return solve_alpha(image, whole, method=self.method, compute=self.compute, ctx=ctx)
        if subjects is None:
            raise CannotBeSolved("Nobody is found, and so no trimap is drawn.")
        return solve_alpha(
            image,
            self._trimap(image, subjects),
            method=self.method,
            mask=mask_of(subjects, image.size) if self._looks_at_mask else None,
            compute=self.compute,
            ctx=ctx,
        )

    @property
    def _looks_at_mask(self) -> bool:
        return looks_at_mask(
            CutSettings(method=self.method, trimap=TrimapSettings(source="finder"))
        )

    @staticmethod
    def _trimap(image: Image, subjects: People) -> Trimap:
        trimap = trimap_of(subjects, image.size)
        try:
            check_solvable(trimap)
        except UserError as error:
            raise CannotBeSolved(error.problem) from error
        return trimap
