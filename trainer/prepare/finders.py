"""Who finds the subjects of a picture: a segmentation network, or annotations that come with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.device import Compute
from engine.errors import UserError
from engine.guidance.grabcut import NO_SUBJECT
from engine.guidance.people import NOBODY_AREA, People, people_seen
from engine.guidance.persons import LEAST
from engine.imaging.types import Image
from engine.models.loaded import LoadedNetwork, load_network
from trainer.prepare.annotations import Annotations
from trainer.prepare.domains import Domain


@dataclass(frozen=True, eq=False)
class Found:
    """The subjects of a picture.

    Attributes:
        subjects: where they are.
        count: how many there are.
    """

    subjects: People
    count: int


class Finder(Protocol):
    """Finds the subjects of one domain."""

    def find(self, image: Image, path: Path) -> Found | None:
        """Those of a picture, which is read from `path`; None if there are none."""


@dataclass(frozen=True, eq=False)
class NetworkFinder:
    """A segmentation network looks; subjects are told apart at gaps and narrow necks."""

    network: LoadedNetwork

    def find(self, image: Image, path: Path) -> Found | None:
        """See `Finder.find`."""
        try:
            subjects = people_seen(self.network, image)
        except UserError as error:
            if error.problem != NO_SUBJECT:
                raise
            return None
        return Found(subjects, subjects.count)


@dataclass(frozen=True, eq=False)
class AnnotatedFinder:
    """Annotations say; what is tiny beside the largest does not count, a crowd is two at least."""

    annotations: Annotations

    def find(self, image: Image, path: Path) -> Found | None:
        """See `Finder.find`."""
        instances = self.annotations.instances(path)
        largest = max((int(mask.sum()) for mask, _ in instances), default=0)
        kept = [(mask, crowd) for mask, crowd in instances if mask.sum() > LEAST * largest]
        if not kept or largest < NOBODY_AREA * kept[0][0].size:
            return None
        parts = np.zeros(kept[0][0].shape, np.int32)
        for number, (mask, _) in enumerate(kept, start=1):
            parts[mask] = number
        count = sum(2 if crowd else 1 for _, crowd in kept)
        return Found(People((parts > 0).astype(np.float32), parts), count)


def open_finder(
    domain: Domain,
    *,
    segmenter: str = "",
    annotations: Path | None = None,
    compute: Compute = Compute(),
) -> Finder:
    """Whoever is to find the subjects of a domain.

    Args:
        domain: of what.
        segmenter: name of a segmentation network's weights, or a file of DeepLabV3's published
            ones; empty takes the domain's own.
        annotations: a file in COCO's format, in place of a network.
        compute: where a network runs.

    Raises:
        UserError: if nobody is named, or what is named is not there.
    """
    if annotations is not None and segmenter:
        raise UserError("Either annotations or a segmenter say where subjects are, not both.")
    if annotations is not None:
        return AnnotatedFinder(Annotations(annotations, domain.coco))
    name = segmenter or domain.segmenter
    if not name:
        raise UserError(
            f"No network here finds the subjects of {domain.name!r}.",
            remedy="Bring one with --segmenter FILE (deeplabv3_resnet50_coco-cd0a2569.pth), or "
            "outlines with --annotations FILE (JSON in COCO's format).",
        )
    if Path(name).expanduser().is_file():
        from trainer.prepare.deeplab import open_deeplab

        return NetworkFinder(open_deeplab(Path(name).expanduser(), domain.voc, compute=compute))
    return NetworkFinder(load_network(name, kind="segmentation", compute=compute))
