"""The head of the person whom the automatic mask found: from the top down to the neck."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.enhance.align import Alignment
from engine.errors import UserError
from engine.guidance.people import PERSON, People

HEAD_TALL = 1.3
"""Height of a head with hair to its width, where no neck can be seen."""
NECK, SHOULDER = 0.85, 1.25
"""A neck is narrower than this share of the head's width, shoulders so much wider than the neck."""
SQUARE, CENTRE = 1.45, 0.56
"""Side of the square to the height of the head, and where in that height its centre lies: the
eyes' and the mouth's place in FFHQ, with room for hair, and for a chin where a collar hides the
neck."""
SMOOTH = 0.02
"""Of the person's height: rows over which widths are averaged."""
LEAST_ROWS = 12

Mask = NDArray[np.bool_]
Runs = NDArray[np.float64]


def from_head(people: People, size: tuple[int, int]) -> Alignment:
    """The square around the head of the largest person.

    Args:
        people: who was found (`engine.guidance.people.find_people`).
        size: height and width of the photograph.

    Raises:
        UserError: if there is too little of a person to tell where the head is.
    """
    mask = _largest(people)
    top, runs = head_runs(mask)
    rows = neck_row(runs)
    middle = float(runs[: max(1, rows)].mean())
    scale = size[0] / mask.shape[0], size[1] / mask.shape[1]
    return Alignment(
        row=(top + CENTRE * rows) * scale[0],
        col=(middle + 0.5) * scale[1],
        side=SQUARE * rows * scale[0],
        found="head",
    )


def head_runs(mask: Mask) -> tuple[int, Runs]:
    """What a person's outline is from the top down.

    Args:
        mask: H×W, True where the person is.

    Returns:
        The first row, and rows×2: the first and the last column of the person in each row from
        there, as far as they are joined with the row above. A raised arm beside does not count.

    Raises:
        UserError: if there are too few rows.
    """
    filled = np.flatnonzero(mask.any(axis=1))
    if len(filled) < LEAST_ROWS:
        raise UserError(
            "There is too little of a person to see where the head is.",
            remedy="Draw a box around the head.",
        )
    found: list[tuple[int, int]] = []
    for line in mask[filled[0] :]:
        run = _joined(line, found[-1] if found else None)
        if run is None:
            break
        found.append(run)
    return int(filled[0]), np.array(found, np.float64)


def neck_row(runs: Runs) -> int:
    """How many rows the head has: down to the neck, or, without one, as heads are wide.

    Args:
        runs: rows×2, see `head_runs`.
    """
    widths = runs[:, 1] - runs[:, 0] + 1
    side = max(1, round(SMOOTH * len(widths))) * 2 + 1
    widths = cv2.blur(widths[:, None], (1, side), borderType=cv2.BORDER_REPLICATE)[:, 0]
    widest = np.maximum.accumulate(widths)
    narrow = widths < NECK * widest
    for row in np.flatnonzero(narrow):
        below = widths[row:]
        neck = int(below[: _until_shoulders(below)].argmin())
        if below[neck:].max() > SHOULDER * below[neck]:
            return int(row + neck)
    tall = np.flatnonzero(np.arange(1, len(widths) + 1) >= HEAD_TALL * widest)
    return int(tall[0]) + 1 if len(tall) else len(widths)


def _until_shoulders(widths: NDArray[np.float64]) -> int:
    """Rows until the outline is wider than at the first narrow one."""
    wider = np.flatnonzero(widths > SHOULDER * widths[0])
    return int(wider[0]) + 1 if len(wider) else len(widths)


def _joined(line: Mask, above: tuple[int, int] | None) -> tuple[int, int] | None:
    """The run of a row that shares most columns with the one above; the longest of the first."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    runs = [(int(start), int(end) - 1) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    if not runs:
        return None
    if above is None:
        return max(runs, key=lambda run: run[1] - run[0])
    best = max(runs, key=lambda run: min(run[1], above[1]) - max(run[0], above[0]))
    return best if min(best[1], above[1]) >= max(best[0], above[0]) else None


def _largest(people: People) -> Mask:
    """The largest person on the copy on which the likelihood is known."""
    height, width = people.likelihood.shape
    part = (people.parts == 1).astype(np.uint8)
    near = cv2.dilate(
        cv2.resize(part, (width, height), interpolation=cv2.INTER_NEAREST), np.ones((5, 5))
    )
    return (people.likelihood > PERSON) & (near > 0)
