"""The ways to a matte that `matting_table.py` compares: one row each.

With a trimap all methods solve that. With anything else (a coarse mask, the foreground of a trimap,
a soft matte) a classical method needs a trimap around the guidance's edge: by the product's own
rule (`closed_form`), or of fixed width (`…@40` is 40 pixels to each side per 1080 of short side).
Closed form is the engine's: less than 0.001 from pymatting's in the band, in less time. What is
shipped solves a trimap by closed form, and anything else in the trimap that a network proposes.
`pomagan_small` finds the person by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from engine.guidance.people import find_people, mask_of, trimap_of
from engine.guidance.trimap import check_solvable, trimap_from_mask
from engine.imaging.types import UNKNOWN, Alpha, Image, Trimap
from engine.matting.mask_guided import refine
from engine.matting.mask_planes import mask_planes
from engine.matting.proposal import propose_trimap
from engine.matting.solve import solve_alpha
from engine.models.loaded import load_network
from engine.models.weights import all_weights

GENERATOR = "pomagan_small"
PROPOSAL = "proposal"
BANDS = (20, 40, 60)
"""Pixels to each side per 1080 pixels of the short side."""


@dataclass
class Task:
    """One picture with one guidance.

    Attributes:
        image: the picture.
        guidance: H×W float32 in [0, 1].
        trimap: where the guidance is a trimap; else None.
        network: the name of the weights that refine, or solve a trimap.
        proposer: the name of those that take a coarse mask.
        made: mattes that other rows need too, and the seconds they took.
    """

    image: Image
    guidance: Alpha
    trimap: Trimap | None
    network: str
    proposer: str
    made: dict[str, tuple[Alpha, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One way to a matte.

    Attributes:
        solve: from the task (and the matte of `base`) to the matte.
        base: the row whose matte this one starts from; its seconds count in.
        only: "trimap" or "mask" if it makes sense for such guidance alone.
        network: whether it needs the network.
        weights: the row is left out where none of this name are installed.
        person: whether it makes sense for pictures of a person alone.
    """

    solve: Callable[[Task, Alpha | None], Alpha]
    base: str = ""
    only: str = ""
    network: bool = False
    weights: str = ""
    person: bool = False

    @property
    def learned(self) -> bool:
        """Whether any network has a part in it."""
        return self.network or bool(self.weights)


def _own_trimap(task: Task) -> Trimap:
    trimap = task.trimap
    if trimap is None:
        trimap = trimap_from_mask(task.guidance, image=task.image)
    check_solvable(trimap)
    return trimap


def _band_trimap(task: Task, band: int) -> Trimap:
    radius = max(1, round(band * min(task.image.size) / 1080))
    trimap = trimap_from_mask(task.guidance, radius=radius, smart=False)
    check_solvable(trimap)
    return trimap


def _engine(method: str, task: Task, _: Alpha | None) -> Alpha:
    return solve_alpha(task.image, _own_trimap(task), method=method)


def _at_band(band: int, task: Task, _: Alpha | None) -> Alpha:
    return solve_alpha(task.image, _band_trimap(task, band))


def _pymatting(solver: str, task: Task, _: Alpha | None) -> Alpha:
    """pymatting on the whole picture, as its documentation says."""
    import pymatting

    labels = _own_trimap(task)
    labels = np.where(labels == UNKNOWN, 0.5, labels / 255.0)
    solve = getattr(pymatting, f"estimate_alpha_{solver}")
    return np.clip(solve(task.image.pixels / 255.0, labels), 0, 1).astype(np.float32)


def _network(task: Task, _: Alpha | None) -> Alpha:
    """The network alone, which sees the whole picture and the guidance, or what is made of it."""
    if task.trimap is None:
        network = load_network(task.proposer, kind="proposal")
        return network.run(task.image.rgb(), mask_planes(task.image, task.guidance))
    network = load_network(task.network)
    return network.run(task.image.rgb(), np.stack([task.guidance] * network.planes, axis=-1))


def _refined(task: Task, base: Alpha | None) -> Alpha:
    """Paper 003, Table 2: the network's guidance is another method's matte."""
    if base is None:
        raise ValueError("a refinement needs a matte")
    trimap = (
        task.trimap
        if task.trimap is not None
        else trimap_from_mask(task.guidance, image=task.image)
    )
    return refine(task.image, base, trimap, model=task.network)


def _proposal(task: Task, _: Alpha | None) -> Trimap:
    trimap = propose_trimap(task.image, task.guidance, model=task.proposer)
    check_solvable(trimap)
    return trimap


def _shipped(task: Task, proposal: Trimap | None) -> Alpha:
    """Closed form in the network's trimap."""
    if proposal is None:
        raise ValueError("a solution needs a trimap")
    return solve_alpha(task.image, proposal)


def _shipped_refined(task: Task, base: Alpha | None) -> Alpha:
    if base is None:
        raise ValueError("a refinement needs a matte")
    return refine(task.image, base, task.made[PROPOSAL][0], model=task.network)


def _generated(task: Task, _: Alpha | None) -> Alpha:
    """Alpha generation from what is given."""
    mask = task.guidance if task.trimap is None else None
    return solve_alpha(task.image, _own_trimap(task), method=GENERATOR, mask=mask)


def _end_to_end(task: Task, _: Alpha | None) -> Alpha:
    """Both networks of alpha generation, from the picture alone: nothing that is given counts."""
    people, size = find_people(task.image), task.image.size
    trimap = trimap_of(people, size)
    check_solvable(trimap)
    return solve_alpha(task.image, trimap, method=GENERATOR, mask=mask_of(people, size))


ROWS: dict[str, Row] = {
    "pymatting_cf": Row(partial(_pymatting, "cf"), only="trimap"),
    "pymatting_knn": Row(partial(_pymatting, "knn"), only="trimap"),
    **{f"closed_form@{band}": Row(partial(_at_band, band), only="mask") for band in BANDS},
    "knn": Row(partial(_engine, "knn")),
    "closed_form": Row(partial(_engine, "closed_form")),
    "network": Row(_network, network=True),
    "pymatting_cf+network": Row(_refined, base="pymatting_cf", only="trimap", network=True),
    "pymatting_knn+network": Row(_refined, base="pymatting_knn", only="trimap", network=True),
    "knn+network": Row(_refined, base="knn", network=True),
    "closed_form+network": Row(_refined, base="closed_form", network=True),
    "shipped": Row(_shipped, base=PROPOSAL, only="mask", network=True),
    "shipped+network": Row(_shipped_refined, base="shipped", only="mask", network=True),
    f"{GENERATOR}@given": Row(_generated, weights=GENERATOR),
    GENERATOR: Row(_end_to_end, weights=GENERATOR, person=True),
}
"""Name to row."""
PARTS = {PROPOSAL: Row(_proposal, only="mask", network=True)}
"""What rows start from that is no matte."""


def rows_for(kind: str, wanted: list[str], *, person: bool) -> list[str]:
    """The rows among `wanted` that make sense for a kind of guidance, and for who is there."""
    sort = "trimap" if kind == "trimap" else "mask"
    rows = [name for name in wanted if ROWS[name].only in ("", sort)]
    return [name for name in rows if person or not ROWS[name].person]


def rows_there(wanted: list[str]) -> list[str]:
    """The rows among `wanted` whose weights are installed; says which are left out."""
    installed = {"", *(each.row.model for each in all_weights() if each.path.is_file())}
    for name in wanted:
        if ROWS[name].weights not in installed:
            print(f"{name} is left out: there are no weights of {ROWS[name].weights}")
    return [name for name in wanted if ROWS[name].weights in installed]
