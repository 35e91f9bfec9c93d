"""The matting methods: a table of the classical ones, and a row for each network with weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from engine.errors import UserError
from engine.models.manifest import WeightsRow
from engine.models.registry import MODELS
from engine.models.spec import ModelSpec
from engine.models.weights import all_weights, find_weights
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings

if TYPE_CHECKING:
    from engine.matting.conditions import Conditions
    from engine.matting.method import Method

SHIPPED_NETWORK = "prn_small"
"""Proposes trimaps and refines mattes where no other network is named."""
REFINED = "mask_guided"
"""The closed form's matte, refined by the shipped network."""


@dataclass(frozen=True)
class MethodSpec:
    """One row of the table.

    Attributes:
        name: what the command line and files call it.
        title: what people read.
        summary: what it is good for, in one line.
        make: makes the method; imports what it needs.
        network: the weights it runs with; empty for a classical method.
        automatic: it needs no trimap.
    """

    name: str
    title: str
    summary: str
    make: Callable[[Conditions], Method]
    network: str = ""
    automatic: bool = False

    def load(self, conditions: Conditions | None = None) -> Method:
        """The method itself, told what there is besides photograph and trimap."""
        from engine.matting.conditions import Conditions

        return self.make(Conditions() if conditions is None else conditions)


def method_named(name: str) -> MethodSpec:
    """The row called `name`; doesn't import torch.

    Raises:
        UserError: if there is none (it lists what there is), or its weights are missing.
    """
    if name in METHODS:
        return METHODS[name]
    networks = network_methods()
    if name in networks:
        return networks[name]
    if name in (REFINED, SHIPPED_NETWORK) or (name in MODELS and MODELS[name].kind == "matting"):
        find_weights(SHIPPED_NETWORK if name == REFINED else name)
    known = ", ".join([*METHODS, *networks])
    raise UserError(f"There is no matting method {name!r}.", remedy=f"Choose one of: {known}.")


def network_methods() -> dict[str, MethodSpec]:
    """A row for every matting network whose weights are on this machine; doesn't import torch.

    Weights under a name of the user's own are listed too; which network they belong to is found
    when they are loaded.
    """
    found = {each.row.model: each.row for each in reversed(all_weights()) if each.path.is_file()}
    rows = [_network_row(found[name]) for name in sorted(found) if _may_matte(found[name])]
    if SHIPPED_NETWORK in found:
        rows.insert(0, _refined_row())
    return {row.name: row for row in rows if row.name not in METHODS}


def looks_at_mask(settings: CutSettings) -> bool:
    """Whether the matte is made from the coarse mask itself, and not from its trimap alone.

    So it is with a network that works alone, unless a network proposed the trimap: a band along
    the mask's edge says no more than the mask, a proposal does. A network that was trained with
    masks alone gets one in any case.
    """
    alone = settings.method not in METHODS and settings.method != REFINED
    return alone and (settings.trimap.source == "radius" or _takes_masks_alone(settings.method))


def sees_alone(settings: CutSettings) -> bool:
    """Whether the matte is the method's own, of the whole photograph.

    So it is if the method needs no trimap, and nothing was said about how to find the subject or
    to draw a trimap around it.
    """
    unsaid = settings.guidance == GuidanceSettings() and settings.trimap == TrimapSettings()
    return unsaid and any(spec.takes_nothing for spec in _specs_of(settings.method))


def refined(method: MethodSpec, network: str) -> MethodSpec:
    """`method` with a network that refines its matte; empty leaves it as it is.

    Raises:
        UserError: if the network's weights are missing, or it refines nothing.
    """
    if not network:
        return method
    find_weights(network)
    if any(spec.takes_nothing for spec in _specs_of(network)):
        raise UserError(
            f"{network} looks at the photograph alone; it cannot refine a matte.",
            remedy=f"Use it as the method: --method {network}.",
        )

    def make(conditions: Conditions) -> Method:
        from engine.matting.mask_guided import RefinedMethod

        base = method.load(conditions)
        return RefinedMethod(base, network, conditions, automatic=method.automatic)

    return replace(method, make=make, network=network)


def _takes_masks_alone(name: str) -> bool:
    return any(spec.takes_masks_alone for spec in _specs_of(name))


def _specs_of(name: str) -> list[ModelSpec]:
    """What networks of the table the name, or weights of that name, may belong to."""
    rows = (each.row for each in all_weights() if each.row.model == name)
    return [MODELS[known] for known in (name, *(row.network for row in rows)) if known in MODELS]


def _may_matte(row: WeightsRow) -> bool:
    known = MODELS.get(row.network or row.model)
    return known is None or known.kind == "matting"


def _network_row(row: WeightsRow) -> MethodSpec:
    name = row.model
    alone = MODELS.get(row.network or name)
    automatic = alone is not None and alone.takes_nothing

    def make(conditions: Conditions) -> Method:
        from engine.matting.automatic import AutomaticMethod
        from engine.matting.mask_guided import NetworkMethod

        return (AutomaticMethod if automatic else NetworkMethod)(name, conditions)

    known = MODELS.get(name)
    title = name if known is None else known.title
    summary = row.origin if known is None else known.summary
    return MethodSpec(name, title, summary, make, name, automatic)


def _refined_row() -> MethodSpec:
    base = refined(METHODS["closed_form"], SHIPPED_NETWORK)
    return MethodSpec(
        REFINED,
        "Mask guided",
        "The closed form's matte, refined by a network (Yu and others 2021).",
        base.make,
        SHIPPED_NETWORK,
    )


def prepare(method: MethodSpec, conditions: Conditions | None = None) -> None:
    """Import, compile and load what a method needs by solving a few pixels with it.

    It costs seconds after an install and a part of one later; run it beside other work.
    """
    import numpy as np

    from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image

    ramp = np.linspace(0, 255, 24).astype(np.uint8)
    pixels = np.broadcast_to(ramp[:, None, None], (24, 24, 3)).copy()
    trimap = np.full((24, 24), UNKNOWN, np.uint8)
    trimap[:8], trimap[-8:] = BACKGROUND, FOREGROUND
    method.load(conditions).solve(Image(pixels), trimap, tile=24)


def _closed_form(conditions: Conditions) -> Method:
    from engine.matting.closed_form import solve_closed_form
    from engine.matting.method import BandMethod

    return BandMethod(solve_closed_form)


def _pymatting(name: str) -> Callable[[Conditions], Method]:
    def make(conditions: Conditions) -> Method:
        from engine.matting.affinity import AFFINITIES, solve_affinity
        from engine.matting.method import BandMethod

        return BandMethod(partial(solve_affinity, AFFINITIES[name]))

    return make


_ROWS = (
    MethodSpec(
        "closed_form",
        "Closed form",
        "Hair and soft edges; the fastest (Levin, Lischinski and Weiss 2008).",
        _closed_form,
    ),
    MethodSpec(
        "knn",
        "KNN",
        "Finds similar colours further away (Chen, Li and Tang 2013).",
        _pymatting("knn"),
    ),
    MethodSpec(
        "learning_based",
        "Learning based",
        "Learns alpha from colour in small windows (Zheng and Kambhamettu 2009).",
        _pymatting("learning_based"),
    ),
    MethodSpec(
        "random_walk",
        "Random walk",
        "Smooth and forgiving where colours overlap (Grady and others 2005).",
        _pymatting("random_walk"),
    ),
)
METHODS: dict[str, MethodSpec] = {row.name: row for row in _ROWS}
