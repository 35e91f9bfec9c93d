"""Names of a Swin encoder's tensors: as stored, and as the installed transformers has them.

Weights are stored under the names of the released files, which are those of transformers 4. From
version 5 on the Swin of the first version has others; which ones a module has is seen from itself,
so that the same file loads whatever is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NEWER = (
    ("swin.", ""),
    ("attention.q_proj.", "attention.self.query."),
    ("attention.k_proj.", "attention.self.key."),
    ("attention.v_proj.", "attention.self.value."),
    ("attention.o_proj.", "attention.output.dense."),
    ("attention.relative_position_bias.", "attention.self."),
    ("mlp.fc1.", "intermediate.dense."),
    ("mlp.fc2.", "output.dense."),
)
"""What names of transformers 5 have, and what stands in its place in stored ones."""
PIXELS = "pixel_decoder."
"""Begins the names of the pixel module's tensors among StyleMatte's."""
_ENCODER = "encoder."
_COMPUTED = re.compile(r"\.relative_(position_index|coords_table)$")
"""Follow from the size of the windows."""
_UNUSED = re.compile(r"^encoder\.(swin\.)?layernorm\.")
"""A normalisation behind the last stage, which no output of the backbone comes through."""


def stored_name(name: str) -> str:
    """The stored name of a tensor of the pixel module; stored names are left as they are."""
    if not name.startswith(_ENCODER):
        return name
    rest = name.removeprefix(_ENCODER)
    for newer, stored in _NEWER:
        rest = rest.replace(newer, stored)
    return _ENCODER + rest


def is_weight(name: str) -> bool:
    """Whether a tensor of the pixel module is stored at all."""
    return not (_COMPUTED.search(name) or _UNUSED.match(name))


def arranged(name: str) -> str:
    """Among StyleMatte's, the stored name of a tensor of any arrangement; empty if none is."""
    if not name.startswith(PIXELS):
        return name
    inner = name.removeprefix(PIXELS)
    return PIXELS + stored_name(inner) if is_weight(inner) else ""


def stored_names(own: Iterable[str]) -> dict[str, str]:
    """From a module's own names to the stored ones, of all that is stored."""
    return {name: stored_name(name) for name in own if is_weight(name)}
