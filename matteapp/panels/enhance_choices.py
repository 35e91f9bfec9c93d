"""Which networks an enhancement can be made with: those on this machine, and the usual ones."""

from __future__ import annotations

import logging
import re

from engine.errors import UserError
from engine.matting.methods import METHODS as SOLVERS
from engine.models.registry import MODELS
from engine.models.safetensors_header import read_header
from engine.models.spec import ModelKind
from engine.models.weights import FoundWeights, all_weights
from engine.settings import EnhancementSettings
from matteapp.language import _
from matteapp.panels.tables import Choices

_log = logging.getLogger(__name__)
_USUAL = EnhancementSettings()
OFFERED: dict[str, tuple[ModelKind, str]] = {
    "enhance.generator": ("generator", _USUAL.generator),
    "enhance.reference": ("matting", _USUAL.reference),
    "enhance.trimap": ("trimap", _USUAL.trimap),
}
"""Row of the panel to the kind of network it offers, and the usual one, which is always offered."""
_SQUARE = re.compile(r"\bb(\d+)\.")


def offered() -> dict[str, Choices]:
    """What each row offers; looks into the lists of weights, and loads none."""
    found = _found()
    rows = {path: _choices(found, kind, usual) for path, (kind, usual) in OFFERED.items()}
    rows["enhance.reference"] += tuple(
        (name, _(spec.title), _(spec.summary)) for name, spec in SOLVERS.items()
    )
    return rows


def kind_of(model: str, network: str = "") -> str:
    """What the weights of this name compute, empty if nobody knows."""
    known = MODELS.get(network or model)
    return "" if known is None else known.kind


def _found() -> dict[str, FoundWeights]:
    """Weights by name, the first place first."""
    try:
        listed = all_weights()
    except UserError as error:
        # The window opens all the same; `matte models list` says it again.
        _log.warning("networks are not offered: %s", error)
        return {}
    return {each.row.model: each for each in reversed(listed) if each.path.is_file()}


def _choices(found: dict[str, FoundWeights], kind: ModelKind, usual: str) -> Choices:
    here = {
        name: each
        for name, each in sorted(found.items())
        if kind_of(name, each.row.network) == kind and _serves(name, each)
    }
    rows = [(name, _title(name, each), _tip(name, each)) for name, each in here.items()]
    if usual not in here:
        known = MODELS[usual]
        rows.insert(
            0,
            (
                usual,
                _("{title} (not here)").format(title=_(known.title)),
                f"{_(known.summary)} {_('Not installed.')}",
            ),
        )
    return tuple(rows)


def _serves(name: str, each: FoundWeights) -> bool:
    """Of generators, only those that a photograph can be found in."""
    known = MODELS[each.row.network or name]
    return known.kind != "generator" or known.finds_photographs


def _title(name: str, each: FoundWeights) -> str:
    title = _(MODELS[name].title) if name in MODELS else name
    side = _side(each) if kind_of(name, each.row.network) == "generator" else 0
    return f"{title}, {side} px" if side else title


def _tip(name: str, each: FoundWeights) -> str:
    about = _(MODELS[name].summary) if name in MODELS else each.row.origin
    return f"{about} " + _("Licence: {licence}.").format(licence=each.row.licence)


def _side(each: FoundWeights) -> int:
    """The side of a generator's pictures in pixels, 0 if the file does not tell."""
    try:
        names = read_header(each.path)
    except UserError as error:
        _log.warning("%s cannot be looked into: %s", each.path, error)
        return 0
    return max((int(side) for name in names for side in _SQUARE.findall(name)), default=0)
