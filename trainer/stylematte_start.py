"""Start StyleMatte from an encoder that has learnt to see, with or without its pixel decoder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from engine.errors import UserError
from engine.models.checkpoint import read_tensors
from engine.models.fitting import misfit
from engine.models.stylematte import StyleMatte
from engine.models.stylematte_names import is_weight, stored_name
from trainer.network_start import say

_PATCHES = "embeddings.patch_embeddings.projection.weight"
"""Ends the name of a tensor that any Swin transformer has, whatever it is part of."""
_MODELS = ("swinv2.", "swin.")
_ENCODER, _DECODER = "encoder.", "decoder."
_OWN = "pixel_decoder."
_LAST = "encoder.layernorm."
"""The normalisation behind a classifier's last stage, elsewhere the one of stage 4."""
_NORMS = "pixel_decoder.encoder.hidden_states_norms."
"""Behind each stage; a classifier has but the last."""
_FETCH = (
    "Fetch facebook/mask2former-swin-tiny-coco-instance (Swin, as released), or "
    "microsoft/swinv2-tiny-patch4-window8-256 (Swin-V2, as in the paper) from huggingface.co and "
    "say where its file is with --set network.encoder=FILE."
)


def start_stylematte(network: StyleMatte, path: Path, *, decoder: bool = False) -> None:
    """Copy a Swin transformer into the network, with its pixel decoder where the file has one.

    Args:
        network: of the size that the file is for.
        path: a `.safetensors`, `.bin` or `.pth` file with the names of transformers' Mask2Former,
            Swin or Swin-V2 of any version, or of StyleMatte.
        decoder: the file must have the pixel decoder too.

    Raises:
        UserError: if it is not there or doesn't fit.
    """
    path = path.expanduser()
    if not path.is_file():
        raise UserError("The pretrained encoder is not there.", remedy=_unfrozen(_FETCH), path=path)
    found = _renamed(read_tensors(path), path)
    own = network.state_dict()
    state = _fitting(found, own, _OWN + _ENCODER, path)
    learnt = any(name.startswith(_OWN + _DECODER) for name in found)
    if decoder and not learnt:
        raise UserError(
            "There is no pixel decoder in this file, so it can't be left as it is.",
            remedy="Set decoder.learns=decoder, or take a Mask2Former.",
            path=path,
        )
    if learnt:
        state |= _fitting(found, own, _OWN + _DECODER, path)
    network.load_state_dict(state, strict=False)
    say(_told(path, state, own))


def random_encoder(name: str) -> UserError:
    """Why the first phase can't leave a random encoder as it is."""
    return UserError(
        f"In phase 1 the encoder of {name} is left as it is, so it must have learnt something.",
        remedy=_unfrozen(_FETCH),
    )


def _unfrozen(text: str) -> str:
    return f"{text} decoder.learns=all trains all of the network from random weights."


def _renamed(weights: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    """The encoder's and the pixel decoder's tensors by StyleMatte's names, maybe others too."""
    stem = next((name.removesuffix(_PATCHES) for name in weights if name.endswith(_PATCHES)), None)
    if stem is None:
        raise UserError("There is no Swin transformer in this file.", remedy=_FETCH, path=path)
    model = next((part for part in _MODELS if stem.endswith(part)), "")
    outer = stem.removesuffix(model)
    found: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        inner = _ENCODER + name.removeprefix(outer).removeprefix(model)
        if name.startswith(outer) and is_weight(inner):
            found[_OWN + stored_name(inner)] = tensor
        elif inner.startswith(_LAST) and not outer:
            found[_NORMS + inner.replace(_LAST, "stage4.")] = tensor
    whole = outer.removesuffix(_ENCODER)
    for name in weights:
        if name.startswith(whole + _DECODER) and whole != outer:
            found[_OWN + name.removeprefix(whole)] = weights[name]
    return found


def _fitting(
    found: Mapping[str, Tensor], own: Mapping[str, Tensor], part: str, path: Path
) -> dict[str, Tensor]:
    """All tensors of a part, but for norms that a classifier has not."""
    state = {name: one for name, one in found.items() if name in own and name.startswith(part)}
    wanted = {
        name: tuple(one.shape)
        for name, one in own.items()
        if name.startswith(part) and (name in state or not name.startswith(_NORMS))
    }
    told = misfit({name: tuple(one.shape) for name, one in state.items()}, wanted)
    if told:
        raise UserError(
            f"This file's encoder is not the network's: {told}.",
            remedy="Set network.swin to the version that the file is of.",
            path=path,
        )
    return state


def _told(path: Path, state: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> str:
    learnt = any(name.startswith(_OWN + _DECODER) for name in state)
    pixels = "so is the pixel decoder" if learnt else "the pixel decoder starts at random"
    norms = sum(name.startswith(_NORMS) and name not in state for name in own)
    beside = f" {norms} tensors of norms behind its stages are not in it." if norms else ""
    return f"The encoder is that of {path.name}; {pixels}.{beside}"
