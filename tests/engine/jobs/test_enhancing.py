"""Whether an enhancement can be had, and what people are told if not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.enhance.cache import Cache
from engine.enhance.settings import DEFAULT, PAPER, InversionSettings, ModelChoice, Weights
from engine.errors import UserError
from engine.imaging.types import Image, Rect
from engine.jobs.enhancing import (
    EnhanceRequest,
    advice,
    check_enhancing,
    generators,
    trimap_networks,
)
from engine.models.loaded import forget_networks
from tests.made_networks import portrait_generator, save_faces, save_weights

FACES = ModelChoice(generator="faces", reference="closed_form")
QUICK = replace(
    DEFAULT,
    steps=3,
    rate=0.02,
    working=32,
    inversion=InversionSettings(w_steps=3, noise_steps=2, samples=16, perceptual=0),
    weights=Weights(1, 1, 10, 0),
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "weights"))
    forget_networks()
    yield tmp_path / "weights"
    forget_networks()


@pytest.fixture
def nothing_built_in(tmp_path, monkeypatch):
    from engine.models import weights as places

    monkeypatch.setattr(places, "files", lambda package: tmp_path / "nothing")


def refusal(models: ModelChoice, settings=DEFAULT) -> str:
    with pytest.raises(UserError) as told:
        check_enhancing(models, settings)
    return str(told.value)


def test_all_that_is_missing_is_named_with_whose_it_is_and_how_it_gets_here(
    folder, nothing_built_in
) -> None:
    told = refusal(ModelChoice())
    for wanted in (
        "'portrait_small'",
        "'portrait_small_discriminator'",
        "'trimap_small'",
        "'prn_small'",
        "'person_small'",
        "nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/ffhq.pkl",
        "non-commercial",
        "matte models add ffhq.pkl --as ffhq --accept-licence",
        "matte-train run stylegan2",
        "matte-train run trimap",
    ):
        assert wanted in told
    assert generators() == trimap_networks() == ()


def test_what_is_here_is_not_asked_for(folder, monkeypatch) -> None:
    save_faces(folder, monkeypatch)
    check_enhancing(FACES)
    assert "faces" in generators()
    assert "trimap_small" in trimap_networks()
    assert "faces_discriminator" not in generators()
    told = refusal(replace(FACES, generator="nobody"))
    assert "the generator 'nobody'" in told
    assert "Generators here: faces" in told
    assert "discriminator" not in told.splitlines()[0]  # a black box asks for none
    assert "'nobody_discriminator'" in refusal(
        replace(FACES, generator="nobody", reference="prn_small")
    )


def test_a_generator_that_photographs_are_not_found_in_is_not_offered(folder, monkeypatch) -> None:
    save_faces(folder, monkeypatch)
    save_weights(folder, "drawn", portrait_generator(), network="stylegan3")
    assert "drawn" not in generators()
    assert "faces" in generators()


def test_vgg_and_reference_models_are_looked_for(folder, monkeypatch, tmp_path) -> None:
    save_faces(folder, monkeypatch)
    told = refusal(FACES, PAPER)
    assert "download.pytorch.org/models/vgg16-397923af.pth" in told
    assert "BSD" in told
    assert "nothing.onnx" in refusal(replace(FACES, reference=str(tmp_path / "nothing.onnx")))
    assert "closed_form" in refusal(replace(FACES, reference="nobody"))
    program = tmp_path / "theirs.pt"
    program.write_bytes(b"a program")
    assert "--trust-program" in refusal(replace(FACES, reference=str(program)))
    check_enhancing(replace(FACES, reference=str(program), trusted=True))


def test_advice_is_given_where_only_our_generator_is_here(
    folder, monkeypatch, nothing_built_in
) -> None:
    save_faces(folder, monkeypatch, name="portrait_small")
    assert "ffhq.pkl" in advice(ModelChoice())
    save_faces(folder, monkeypatch)
    assert advice(ModelChoice()) == ""
    assert advice(FACES) == ""


def test_a_request_finds_the_head_in_the_box_and_ends_when_it_is_stopped(
    folder, monkeypatch, tmp_path
) -> None:
    save_faces(folder, monkeypatch)
    rng = np.random.default_rng(0)
    image = Image(rng.integers(0, 256, (70, 60, 3), dtype=np.uint8))
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    request = EnhanceRequest(
        image, FACES, QUICK, box=Rect(4, 4, 60, 56), stop=stop, cache=Cache(tmp_path / "kept")
    )
    found = request()
    assert found.alignment.found == "box"
    assert not found.complete
    assert found.steps < QUICK.steps
    assert found.pixels.shape == image.pixels.shape
