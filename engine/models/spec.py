"""What the program knows about a network before any of it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from engine.errors import BugError

MASK_PLANES = 3
"""Planes of guidance of a network for coarse masks: the mask, closed form's matte, GrabCut's mask
(`engine.matting.mask_planes`)."""
ModelKind = Literal[
    "segmentation", "proposal", "matting", "foreground", "generator", "discriminator", "trimap"
]
"""A matting network takes at most two planes of guidance; one of proposals takes `MASK_PLANES`, and
its matte of a small copy says where the trimap of the photograph is unknown."""
Ability = Literal[
    "automatic", "mask", "trimap", "clicks", "foreground", "region", "inversion", "drawn mattes"
]
"""Of generators: "inversion" finds a photograph in its latent space, "drawn mattes" draws them."""


@dataclass(frozen=True)
class ModelSpec:
    """A row of the table of networks.

    Attributes:
        name: what people type; letters, digits, `-`, `_`, `.`.
        title: for menus.
        kind: what it computes.
        summary: one line for people.
        builder: `package.module:function`; the function takes nothing and returns the network with
            its normalisation, without weights.
        weights: file name of its weights.
        licence: of the weights.
        origin: where the weights come from, and the paper.
        sha256: of the one file that may be used, 64 hexadecimal digits; empty where people train or
            bring their own, and the manifest beside a file says its checksum.
        size_multiple: both sides of its input must be a multiple of this.
        abilities: what it can be given and can do.
        sized: for a family of networks of any size, `package.module:function`; the function takes
            the shapes of weights, by name, and returns the network that they are for, or raises a
            UserError. Empty for a network of one size.
    """

    name: str
    title: str
    kind: ModelKind
    summary: str
    builder: str
    weights: str
    licence: str
    origin: str
    sha256: str = ""
    size_multiple: int = 1
    abilities: frozenset[Ability] = frozenset()
    sized: str = ""

    @property
    def takes_masks_alone(self) -> bool:
        """Whether a mask is the one guidance it was trained with."""
        return "mask" in self.abilities and "trimap" not in self.abilities

    @property
    def takes_nothing(self) -> bool:
        """Whether it makes a matte of the photograph alone."""
        return self.kind == "matting" and self.abilities == {"automatic"}

    @property
    def finds_photographs(self) -> bool:
        """Whether it is a generator in whose latent space photographs are found."""
        return self.kind == "generator" and "inversion" in self.abilities

    def load_builder(self) -> Callable[[], Any]:
        """Import what builds the network, and torch with it.

        Raises:
            BugError: if the table names something that is not there.
        """
        return self._imported(self.builder)

    def network_of(self, shapes: Mapping[str, tuple[int, ...]]) -> Any:
        """Build the network that weights of these shapes are for; only a family looks at them.

        Raises:
            BugError: if the table names something that is not there.
            UserError: if no network of the family has weights like these.
        """
        return self._imported(self.sized)(shapes) if self.sized else self.load_builder()()

    def _imported(self, path: str) -> Callable[..., Any]:
        module, _, function = path.partition(":")
        found = getattr(import_module(module), function, None)
        if not callable(found):
            raise BugError(f"{path}, the builder of {self.name}, is not there")
        build: Callable[..., Any] = found
        return build
