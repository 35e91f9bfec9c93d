"""Weights of StyleMatte as the released files store them.

They name one convolution of the pyramid three times, and keep positions that follow from the size
of the windows. Tensors named as newer versions of transformers do are taken too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.models.stylematte_names import PIXELS, arranged

if TYPE_CHECKING:
    from torch import Tensor

_SHARED = "fpn.smooth_conv."
_TIMES = ("0.", "1.", "2.")
_MARKS = {f"{PIXELS}decoder.level_embed", "conv.weight"}


def is_released(names: set[str]) -> bool:
    """Whether these look like StyleMatte's weights, in another arrangement than ours."""
    others = (_SHARED + _TIMES[0] in name or arranged(name) != name for name in names)
    return names >= _MARKS and any(others)


def released(state: Mapping[str, Tensor], wanted: set[str]) -> dict[str, Tensor]:
    """Bring weights into our arrangement.

    Args:
        state: name to tensor.
        wanted: the names of our arrangement.

    Returns:
        The same weights; what fits nowhere is kept under its name, also a convolution of three
        names whose tensors are not the same, and a second tensor for one name.
    """
    found: dict[str, Tensor] = {}
    for name, tensor in state.items():
        own = arranged(name)
        if own:
            found[name if own in found else own] = tensor
    for name in (name for name in wanted if name.startswith(_SHARED)):
        copies = [_SHARED + one + name.removeprefix(_SHARED) for one in _TIMES]
        if _are_the_same([found.get(copy) for copy in copies]):
            found[name], *_ = [found.pop(copy) for copy in copies]
    return found


def _are_the_same(tensors: list[Tensor | None]) -> bool:
    first, *others = tensors
    return first is not None and all(
        one is not None and one.shape == first.shape and bool((one == first).all())
        for one in others
    )
