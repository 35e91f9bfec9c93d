"""Weights of StyleMatte as others store them: the released files, and what transformers saves.

Released files name one convolution of the pyramid three times, and keep positions that follow from
the size of the windows. Files of transformers hold a Mask2Former or a Swin; what StyleMatte has as
well is taken from them.
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
_PREFIXES = {
    "model.pixel_level_module.": PIXELS,
    "pixel_level_module.": PIXELS,
    PIXELS: PIXELS,
    "swin.": f"{PIXELS}encoder.",
    "swinv2.": f"{PIXELS}encoder.",
}
"""What names of whole models begin with, and what stands in its place; the first that is met."""


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
        names whose tensors are not the same.
    """
    found = {arranged(name): tensor for name, tensor in state.items()}
    found.pop("", None)
    for name in (name for name in wanted if name.startswith(_SHARED)):
        copies = [_SHARED + one + name.removeprefix(_SHARED) for one in _TIMES]
        if _are_the_same([found.get(copy) for copy in copies]):
            found[name], *_ = [found.pop(copy) for copy in copies]
    return found


def pretrained(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a Mask2Former or a Swin of transformers has of StyleMatte, under StyleMatte's names.

    Args:
        state: name to tensor, of a whole model, saved by any version of transformers.

    Returns:
        Name to tensor; empty if it is no such model. The normalisations behind the stages and the
        pixel decoder are not in a Swin alone.
    """
    begins = next((one for one in _PREFIXES if any(name.startswith(one) for name in state)), None)
    if begins is None:
        return {}
    found = {
        arranged(_PREFIXES[begins] + name.removeprefix(begins)): tensor
        for name, tensor in state.items()
        if name.startswith(begins)
    }
    found.pop("", None)
    return found


def _are_the_same(tensors: list[Tensor | None]) -> bool:
    first, *others = tensors
    return first is not None and all(
        one is not None and one.shape == first.shape and bool((one == first).all())
        for one in others
    )
