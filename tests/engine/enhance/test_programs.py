"""The user's own models: TorchScript only when trusted and elsewhere, ONNX where it can run."""

from __future__ import annotations

import importlib.util
import os

import pytest
import torch
from torch import Tensor, nn

from engine.enhance.programs import (
    checked,
    guidance_of,
    is_trusted,
    open_program,
    program_kind,
    trust,
)
from engine.enhance.reference import open_reference
from engine.errors import UserError


class Brightness(nn.Module):
    """Where it is unknown, the picture's brightness; it prints, as programs do."""

    def forward(self, picture: Tensor, trimap: Tensor) -> Tensor:
        print("hello")  # noqa: T201
        return picture.mean(1, keepdim=True).square() + 0 * trimap


class Small(nn.Module):
    def forward(self, picture: Tensor) -> Tensor:
        return picture[..., :2, :2]


def saved(module: nn.Module, path):
    torch.jit.script(module).save(str(path))
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_trusted_program_answers_from_a_process_of_its_own(tmp_path) -> None:
    path = saved(Brightness(), tmp_path / "theirs.ts")
    with pytest.raises(UserError, match="was not run"):
        open_reference(str(path))
    reference = open_reference(str(path), trusted=True)
    assert reference.process._process.pid != os.getpid()
    picture = torch.rand(1, 3, 8, 8, requires_grad=True)
    trimap = torch.full((1, 1, 8, 8), 0.5)
    trimap[..., :4] = 1
    alpha = reference.alpha(picture, trimap)
    want = torch.where(trimap == 0.5, picture.mean(1, keepdim=True).square(), trimap)
    torch.testing.assert_close(alpha, want)
    (found,) = torch.autograd.grad(alpha.square().sum(), picture)
    (right,) = torch.autograd.grad(want.square().sum(), picture)
    torch.testing.assert_close(found, right)
    process = reference.process._process
    process.kill()
    with pytest.raises(UserError, match="it has ended"):
        reference.alpha(picture, trimap)
    reference.process.close()
    assert process.poll() is not None
    trust(path)
    assert is_trusted(path)
    saved(Small(), path)
    assert not is_trusted(path)  # other bytes


def test_what_is_no_matte_is_refused() -> None:
    picture = torch.rand(1, 3, 8, 8)
    for answer, why in (
        (torch.zeros(1, 1, 2, 2), "no matte"),
        (torch.full((1, 1, 8, 8), float("nan")), "no number"),
    ):
        with pytest.raises(UserError, match=why):
            checked(answer, picture, "theirs")
    assert float(checked(torch.full((8, 8), 3.0), picture, "theirs").max()) == 1


def test_a_file_that_is_no_program_says_so(tmp_path) -> None:
    path = tmp_path / "not.ts"
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="cannot be used"):
        open_program(str(path), "script", trusted=True)
    with pytest.raises(UserError, match="no such file"):
        open_program(str(tmp_path / "missing.onnx"), "onnx", trusted=False)


def test_programs_are_told_by_their_suffix_and_inputs(tmp_path) -> None:
    assert [program_kind(n) for n in ("prn_small", "a/B.ONNX", "x.pt", "x.torchscript")] == [
        None,
        "onnx",
        "script",
        "script",
    ]
    assert [guidance_of(p, tmp_path) for p in ([4], [3, 1], [3])] == ["trimap", "trimap", "none"]
    with pytest.raises(UserError, match="inputs of"):
        guidance_of([3, 3, 1], tmp_path)


@pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is not None, reason="onnxruntime is installed"
)
def test_without_onnxruntime_the_extra_is_named(tmp_path) -> None:
    path = tmp_path / "theirs.onnx"
    path.write_bytes(b"x")
    with pytest.raises(UserError, match="needs onnxruntime") as told:
        open_reference(str(path))
    assert "matteapp[onnx]" in told.value.remedy
