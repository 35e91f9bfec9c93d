"""Matting models that a portrait is enhanced for, and which terms each can have.

The trimap they are told is the trimap network's answer; what it knows is set exactly afterwards, as
everywhere in the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.device import Compute
from engine.enhance.settings import FIDELITY, Term
from engine.errors import UserError
from engine.imaging.tensors import from_tensor, to_tensor
from engine.imaging.types import BACKGROUND, FOREGROUND, UNKNOWN, Image
from engine.matting.coarse_map import map_factor, softened
from engine.matting.conditions import Conditions
from engine.matting.method import Method
from engine.matting.methods import METHODS
from engine.models.loaded import LoadedNetwork, load_network

Guidance = Literal["trimap", "mask", "none"]
HALF = 0.5
TILE = 1024
PRIOR = "closed_form"
"""Whose matte a network that refines mattes starts from, as `matte cut --refine` does."""


@dataclass(frozen=True)
class Abilities:
    """What decides which terms there can be.

    Attributes:
        differentiable: gradients come back from its matte to the picture.
        guidance: what it is told; with "mask" and "none" it is trimap-free.
    """

    differentiable: bool
    guidance: Guidance


class Reference(Protocol):
    """A matting model.

    Attributes:
        name: for people and reports.
        abilities: see `Abilities`.
    """

    @property
    def name(self) -> str: ...

    @property
    def abilities(self) -> Abilities: ...

    def alpha(self, picture: Tensor, trimap: Tensor) -> Tensor:
        """The matte, 1×1×S×S in [0, 1].

        Args:
            picture: 1×3×S×S in [0, 1].
            trimap: 1×1×S×S of 0, ½ and 1; a trimap-free model does not look at it.
        """


def allowed_terms(reference: Reference) -> tuple[frozenset[Term], str]:
    """The terms that a model can have, and why it can't have the others.

    Raises:
        UserError: for a black box that is not told a trimap: nothing would depend on it.
    """
    able = reference.abilities
    with_trimap = able.guidance == "trimap"
    if not able.differentiable and not with_trimap:
        raise UserError(
            f"A portrait cannot be enhanced for {reference.name}: it takes no trimap, so the "
            "trimap's entropy says nothing about it, and no gradients come through it.",
            remedy="Choose a model that takes a trimap, or one of the networks of the list.",
        )
    if not with_trimap:
        return frozenset({"composition", *FIDELITY}), f"{reference.name} takes no trimap"
    if not able.differentiable:
        return frozenset({"entropy", *FIDELITY}), f"no gradients come through {reference.name}"
    return frozenset({"entropy", "composition", *FIDELITY}), ""


@dataclass(frozen=True, eq=False)
class MethodReference:
    """A method without a network, as a black box.

    Attributes:
        name: of `engine.matting.methods.METHODS`.
        method: it.
    """

    name: str
    method: Method
    abilities: Abilities = field(default=Abilities(False, "trimap"), init=False)

    def alpha(self, picture: Tensor, trimap: Tensor) -> Tensor:
        """See `Reference.alpha`; no gradient comes through."""
        image = Image(np.ascontiguousarray(from_tensor(picture).clip(0, 1)))
        told = from_tensor(trimap)
        drawn = np.full(told.shape, UNKNOWN, np.uint8)
        drawn[told < HALF], drawn[told > HALF] = BACKGROUND, FOREGROUND
        with threads_kept():
            matte = self.method.solve(image, drawn, tile=TILE)
        return to_tensor(matte).to(picture)


@dataclass(frozen=True, eq=False)
class NetworkReference:
    """A matting network of the table.

    Attributes:
        network: it, with weights.
        mask: 1×1×H×W in [0, 1], of any size, what a network trained with masks alone is told; None
            tells it what the trimap holds for the person, half of what is unknown.
        base: whose matte is the prior of a network that has a plane for one, a constant in the
            gradient; None for all others.
    """

    network: LoadedNetwork
    mask: Tensor | None = None
    base: Reference | None = None

    @property
    def name(self) -> str:
        """Of its weights."""
        return self.network.name

    @property
    def abilities(self) -> Abilities:
        """Gradients come through it; a network of masks alone, or of nothing, is trimap-free."""
        spec = self.network.spec
        if spec.takes_nothing:
            return Abilities(True, "none")
        return Abilities(True, "mask" if spec.takes_masks_alone else "trimap")

    def alpha(self, picture: Tensor, trimap: Tensor) -> Tensor:
        """See `Reference.alpha`."""
        multiple = int(getattr(self.network.module, "size_multiple", 0))
        multiple = multiple or self.network.spec.size_multiple
        told = [padded(planes, multiple) for planes in self._told(picture, trimap)]
        answer = self.network.module.predict(padded(picture, multiple), *told)
        matte = answer[..., : picture.shape[-2], : picture.shape[-1]].float()
        return known_kept(matte, trimap) if self.abilities.guidance == "trimap" else matte

    def _told(self, picture: Tensor, trimap: Tensor) -> list[Tensor]:
        """The planes of guidance, in one tensor; none for a network that is told nothing."""
        guidance = self.abilities.guidance
        if guidance == "none":
            return []
        planes = [self._coarse(trimap) if guidance == "mask" else trimap]
        if self.base is not None:
            planes.append(self.base.alpha(picture, trimap))
        told = torch.cat(planes, 1).to(picture)
        return [told.expand(-1, self.network.planes, -1, -1).contiguous()]

    def _coarse(self, trimap: Tensor) -> Tensor:
        """The mask as soft as those it was trained with."""
        told = trimap if self.mask is None else self.mask
        told = F.interpolate(told, size=trimap.shape[-2:], mode="bilinear", align_corners=False)
        mask = from_tensor(told)
        size = mask.shape[0], mask.shape[1]
        return to_tensor(np.ascontiguousarray(softened(mask, map_factor(size))))


def open_reference(
    name: str, *, mask: Tensor | None = None, trusted: bool = False, compute: Compute = Compute()
) -> Reference:
    """The matting model called `name`.

    Args:
        name: a method or a network's weights of the tables, or the path of an `.onnx` file or a
            TorchScript program (`.pt`, `.ts`, `.torchscript`) of the user's.
        mask: see `NetworkReference`.
        trusted: the user has said that this program may run (`engine.enhance.programs.trust`
            remembers it for a file).
        compute: where networks run.

    Raises:
        UserError: if there is none, or a program that nobody trusted.
    """
    from engine.enhance.programs import open_program, program_kind

    kind = program_kind(name)
    if kind is not None:
        return open_program(name, kind, trusted=trusted)
    if name in METHODS:
        return _method(name, compute)
    network = load_network(name, kind="matting", compute=compute)
    refines = network.planes > 1 and not network.spec.takes_masks_alone
    return NetworkReference(network, mask, _method(PRIOR, compute) if refines else None)


def _method(name: str, compute: Compute) -> MethodReference:
    return MethodReference(name, METHODS[name].load(Conditions(compute=compute)))


@contextmanager
def threads_kept() -> Iterator[None]:
    """Around solvers with kernels of numba: its OpenMP layer sets the number of threads of the
    whole process, torch's as well, and a network with too many of them takes ten times as long."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def known_kept(matte: Tensor, trimap: Tensor) -> Tensor:
    """A matte with what the trimap knows set exactly."""
    return torch.where(trimap == HALF, matte, trimap.to(matte))


def padded(planes: Tensor, multiple: int) -> Tensor:
    """Repeated at the bottom and right until both sides are a multiple."""
    rows, cols = (-side % multiple for side in planes.shape[-2:])
    return planes if rows == cols == 0 else F.pad(planes, (0, cols, 0, rows), mode="replicate")
