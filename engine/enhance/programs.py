"""Matting models of the user's: ONNX files, and TorchScript programs after they were trusted.

A TorchScript file is a program: it runs only when the user has said so for these very bytes, and
then in a process of its own (`engine.enhance.script_process`). ONNX is data for onnxruntime.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.enhance.reference import Abilities, Guidance, Reference, known_kept
from engine.enhance.script_client import ScriptProcess
from engine.errors import UserError
from engine.imaging.atomic import replace_atomically
from engine.models.weights import sha256_of

ProgramKind = Literal["onnx", "script"]
SUFFIXES: dict[str, ProgramKind] = {
    ".onnx": "onnx",
    ".pt": "script",
    ".ts": "script",
    ".torchscript": "script",
}
_TRUSTED = "trusted_programs.json"


def program_kind(name: str) -> ProgramKind | None:
    """What kind of program a name is the path of, by its suffix; None if it is no path."""
    return SUFFIXES.get(Path(name).suffix.lower())


def open_program(name: str, kind: ProgramKind, *, trusted: bool) -> Reference:
    """A model of the user's.

    Args:
        name: path of the file.
        kind: see `program_kind`.
        trusted: the user has just said that it may run; a file that `trust` knows needs it not.

    Raises:
        UserError: if it is missing, no such program, wants something else than a picture and a
            trimap, or is TorchScript that nobody trusted.
    """
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise UserError("There is no such file.", path=path)
    return open_onnx(path) if kind == "onnx" else open_script(path, trusted=trusted)


@dataclass(frozen=True, eq=False)
class OnnxReference:
    """An ONNX model, as a black box.

    Attributes:
        name: of its file.
        abilities: see `Abilities`.
        session: onnxruntime's.
        joined: picture and trimap are one input of four planes.
    """

    name: str
    abilities: Abilities
    session: Any
    joined: bool

    def alpha(self, picture: Tensor, trimap: Tensor) -> Tensor:
        """See `Reference.alpha`; no gradient comes through."""
        rgb, told = _array(picture), _array(trimap)
        inputs = [np.concatenate([rgb, told], 1)] if self.joined else [rgb, told]
        names = [each.name for each in self.session.get_inputs()]
        answer = self.session.run(None, dict(zip(names, inputs, strict=False)))[0]
        matte = checked(torch.from_numpy(np.asarray(answer, np.float32)), picture, self.name)
        return known_kept(matte, trimap) if self.abilities.guidance == "trimap" else matte


def open_onnx(path: Path) -> OnnxReference:
    """An ONNX model: inputs 1×3×H×W in [0, 1] and 1×1×H×W of 0, ½, 1, or one of four planes.

    Raises:
        UserError: if onnxruntime is not installed, or the file is no such model.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError(
            "An ONNX model needs onnxruntime.", remedy="pip install 'matteapp[onnx]'", path=path
        ) from error
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:
        # onnxruntime has an error class for each of its states and no common one that is public
        raise UserError("onnxruntime cannot read this model.", path=path) from error
    planes = [each.shape[1] if len(each.shape) == 4 else None for each in session.get_inputs()]
    guidance = guidance_of(planes, path)
    return OnnxReference(path.name, Abilities(False, guidance), session, planes == [4])


@dataclass(frozen=True, eq=False)
class ScriptReference:
    """A TorchScript program in a process of its own; gradients come back from there.

    Attributes:
        name: of its file.
        process: where it runs.
        abilities: see `Abilities`.
    """

    name: str
    process: ScriptProcess
    abilities: Abilities = field(default=Abilities(True, "trimap"))

    def alpha(self, picture: Tensor, trimap: Tensor) -> Tensor:
        """See `Reference.alpha`."""
        answer: Tensor = _Elsewhere.apply(self.process, picture, trimap)  # type: ignore[no-untyped-call]
        matte = checked(answer, picture, self.name)
        return known_kept(matte, trimap) if self.abilities.guidance == "trimap" else matte


def open_script(path: Path, *, trusted: bool) -> ScriptReference:
    """A TorchScript program: forward(1×3×H×W in [0, 1], 1×1×H×W of 0, ½, 1) → 1×1×H×W.

    One that takes the picture alone is trimap-free.

    Raises:
        UserError: if nobody trusted it, or it does not load.
    """
    if not (trusted or is_trusted(path)):
        raise UserError(
            "This TorchScript file is a program of its maker; it was not run.",
            remedy="If you trust who made it, say so: --trust-program, or the question in the "
            "window. ONNX files need no trust.",
            path=path,
        )
    process = ScriptProcess(path)
    guidance: Guidance = "trimap" if process.inputs > 1 else "none"
    return ScriptReference(path.name, process, Abilities(True, guidance))


def trust(path: Path) -> None:
    """Remember that the user lets this program run, for these very bytes.

    Raises:
        UserError: if the file cannot be read or the list not be written.
    """
    listed = _trusted() | {sha256_of(path)}
    target = _list_path()
    target.parent.mkdir(parents=True, exist_ok=True)
    with replace_atomically(target) as temporary:
        temporary.write_text(json.dumps(sorted(listed)), encoding="utf-8")


def is_trusted(path: Path) -> bool:
    """Whether the user lets this program run, as it is now."""
    listed = _trusted()
    return bool(listed) and sha256_of(path) in listed


def guidance_of(planes: list[Any], path: Path) -> Guidance:
    """What a model is told besides the picture, from the planes of its inputs.

    Raises:
        UserError: if it wants something else.
    """
    if planes == [4] or (len(planes) == 2 and planes[0] in (3, None) and planes[1] == 1):
        return "trimap"
    if len(planes) == 1 and planes[0] == 3:
        return "none"
    raise UserError(
        f"This model has inputs of {planes} planes.",
        remedy="A matting model takes a picture of 3 planes and a trimap of 1, or both as 4.",
        path=path,
    )


def checked(answer: Tensor, picture: Tensor, name: str) -> Tensor:
    """A program's answer as a matte of the picture's size.

    Raises:
        UserError: if it is none.
    """
    if answer.numel() != picture.shape[-2] * picture.shape[-1]:
        raise UserError(f"{name} answered {tuple(answer.shape)}, which is no matte.")
    matte = answer.reshape(1, 1, *picture.shape[-2:]).to(picture)
    if not bool(torch.isfinite(matte).all()):
        raise UserError(f"{name} answered something that is no number.")
    return matte.clamp(0, 1)


class _Elsewhere(torch.autograd.Function):
    """Forward and backward in the program's process."""

    @staticmethod
    def forward(ctx: Any, process: ScriptProcess, picture: Tensor, trimap: Tensor) -> Tensor:
        ctx.process, ctx.like = process, picture.detach()
        ctx.number, answer = process.forward(_array(picture), _array(trimap))
        return torch.from_numpy(answer).to(picture)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor, None]:
        found = ctx.process.backward(ctx.number, _array(gradients[0]))
        return None, torch.from_numpy(found).to(ctx.like), None


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())


def _list_path() -> Path:
    from platformdirs import user_data_path

    return user_data_path("matteapp", appauthor=False) / _TRUSTED


def _trusted() -> set[str]:
    path = _list_path()
    if not path.is_file():
        return set()
    try:
        return set(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            "The list of trusted programs is damaged.", remedy="Delete it.", path=path
        ) from error
