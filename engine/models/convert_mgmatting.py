"""Foreign weights of the published refinement network, arranged as the released files are.

The released files are dicts of `iter`, `loss`, `state_dict`, `opt_state_dict` and
`lr_state_dict`; their weights carry the prefix `module.` of a distributed run. Weights whose
spectral normalisation was folded for inference have a plain `.weight` instead of each triplet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

PREFIX = "module."
_MARKS = ("encoder.layer_bottleneck.1.conv2", "decoder.refine_OS8.3", "decoder.refine_OS1.3")
_COUNTS = ".num_batches_tracked"


def is_released(names: set[str]) -> bool:
    """Whether these look like the weights of the published network."""
    found = {name.removeprefix(PREFIX) for name in names}
    return all(any(name.startswith(mark) for name in found) for mark in _MARKS)


def released(state: Mapping[str, Tensor], wanted: set[str]) -> dict[str, Tensor]:
    """Bring weights into the released arrangement (imports torch).

    Args:
        state: name to tensor, folded or not, with the prefix or without.
        wanted: the names of the released arrangement.

    Returns:
        The same weights; what fits nowhere is kept under its name, what lacks is not invented,
        except for the batch counts of normalisations, which nothing reads.
    """
    import torch

    from engine.models.spectral import SUFFIXES, unfolded

    found: dict[str, Tensor] = {}
    prefixed = all(name.startswith(PREFIX) for name in state)
    for name, tensor in state.items():
        name = name.removeprefix(PREFIX) if prefixed else name
        layer = name.removesuffix(".weight")
        was_folded = name not in wanted and layer + SUFFIXES[0] in wanted
        found.update(unfolded(layer, tensor) if was_folded else {name: tensor})
    counts = (name for name in wanted - found.keys() if name.endswith(_COUNTS))
    return found | {name: torch.zeros((), dtype=torch.long) for name in counts}
