"""From a photograph to the enhanced one, with networks found by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.enhance.align import Alignment
from engine.enhance.cache import Cache
from engine.enhance.faces import detector_file, has_detector, wanted_file
from engine.enhance.networks import open_features
from engine.enhance.portrait import enhance_portrait, find_alignment
from engine.enhance.settings import (
    DEFAULT,
    FeatureChoice,
    InversionSettings,
    ModelChoice,
    Weights,
)
from engine.errors import UserError
from engine.imaging.types import Image, Rect
from engine.models.loaded import forget_networks
from engine.models.registry import MODELS
from engine.models.segmentation_net import SMALL, SegmentationNet
from tests.made_networks import save_weights, seeded, tiny_trimap

MODELS_HERE = ModelChoice(generator="faces", trimap="threes", reference="closed_form")
QUICK = replace(
    DEFAULT,
    steps=3,
    rate=0.02,
    working=32,
    inversion=InversionSettings(w_steps=3, noise_steps=2, samples=16, perceptual=0),
    weights=Weights(1, 1, 10, 0),
)
SQUARE = Alignment(60, 70, 64, 0.2)


@pytest.fixture
def weights(tmp_path, monkeypatch, generator, discriminator):
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    row = replace(MODELS["trimap_small"], builder="tests.made_networks:tiny_trimap")
    monkeypatch.setitem(MODELS, "trimap_small", row)
    save_weights(folder, "faces", generator, network="stylegan2")
    save_weights(folder, "faces_discriminator", discriminator, network="stylegan2_discriminator")
    save_weights(folder, "threes", seeded(tiny_trimap, seed=2), network="trimap_small")
    forget_networks()
    yield folder
    forget_networks()


@pytest.fixture
def photograph() -> Image:
    rng = np.random.default_rng(3)
    coarse = rng.random((8, 10, 3), dtype=np.float32)
    import cv2

    smooth = cv2.resize(coarse, (160, 130), interpolation=cv2.INTER_CUBIC)
    return Image((np.clip(smooth, 0, 1) * 65535).astype(np.uint16))


def outside(image: Image) -> np.ndarray:
    rect = SQUARE.rect(image.pixels.shape)
    found = np.ones(image.size, bool)
    found[rect.slices] = SQUARE.weights(rect) == 0
    return found


def test_a_portrait_is_enhanced_and_only_its_square_changes(weights, photograph, tmp_path) -> None:
    cache = Cache(tmp_path / "cache")
    with torch.inference_mode():  # as the engine's thread is
        found = enhance_portrait(
            photograph, SQUARE, models=MODELS_HERE, settings=QUICK, cache=cache
        )
    assert found.pixels.dtype == np.uint16
    assert found.complete
    assert found.steps == len(found.curves["entropy"]) == 3
    changed = (found.pixels != photograph.pixels).any(-1)
    assert not changed[outside(photograph)].any()
    assert changed.mean() > 0.1
    assert found.before.shape == found.after.shape == (32, 32)
    assert found.size.most <= QUICK.bounds.most + 1e-3
    assert found.size.mean <= QUICK.bounds.mean + 1e-3
    assert found.names.features == ""
    assert found.names.discriminator == ""  # a black box has no compositional term
    assert "no gradients" in found.refused["composition"]
    report = found.report()
    assert (report["generator"], report["resolution"], report["mode"]) == ("faces", 32, "change")
    half, size = found.at(photograph, 0.0)
    assert np.array_equal(half, photograph.pixels)
    assert size.most == 0
    again = enhance_portrait(photograph, SQUARE, models=MODELS_HERE, settings=QUICK, cache=cache)
    assert np.array_equal(again.pixels, found.pixels)
    assert again.psnr == found.psnr


def test_plain_mode_pastes_the_generators_picture(weights, photograph) -> None:
    plain = replace(QUICK, mode="plain", bounds=replace(QUICK.bounds, most=255, mean=255))
    found = enhance_portrait(
        photograph, SQUARE, models=MODELS_HERE, settings=plain, cache=None, stop=lambda: True
    )
    assert not found.complete
    assert np.array_equal(found.pixels[outside(photograph)], photograph.pixels[outside(photograph)])
    # what it pastes is what the codes make: the square's crop is that picture
    shown = SQUARE.crop(found.pixels, 32)[8:24, 8:24]
    mine = SQUARE.crop(photograph.pixels, 32)[8:24, 8:24]
    assert found.psnr < 30
    assert np.abs(shown - mine).mean() > 0.02


def test_missing_networks_are_refused_by_the_terms_name(weights, photograph) -> None:
    settings = replace(QUICK, weights=Weights(1, 1, 10, 0))
    prn = replace(MODELS_HERE, reference="prn_small", discriminator="nobody")
    with pytest.raises(UserError, match="compositional term has no discriminator"):
        enhance_portrait(photograph, SQUARE, models=prn, settings=settings, cache=None)
    with pytest.raises(UserError, match=r"perceptual term has no weights of VGG-16") as told:
        enhance_portrait(
            photograph,
            SQUARE,
            models=MODELS_HERE,
            settings=replace(QUICK, weights=Weights(), features=FeatureChoice("vgg16")),
            cache=None,
        )
    assert "vgg16-397923af.pth" in told.value.remedy
    assert "person_small" in told.value.remedy


def test_a_segmenters_encoder_looks_at_a_stride_of_eight(weights) -> None:
    save_weights(weights, "persons", seeded(SegmentationNet, SMALL), network="person_small")
    looked = open_features(FeatureChoice("persons"))(torch.rand(1, 3, 64, 64))
    assert looked.shape == (1, SMALL.widths[1], 8, 8)


def test_the_square_is_the_boxs_or_the_detectors_or_the_heads(photograph, tmp_path) -> None:
    found = find_alignment(photograph, generator="faces", box=Rect(10, 20, 110, 100))
    assert (found.found, found.side) == ("box", 100)
    with pytest.raises(UserError, match="no box"):
        find_alignment(photograph, generator="faces", how="box")
    assert not has_detector()
    with pytest.raises(UserError, match="face detector's model file is not there") as told:
        find_alignment(photograph, generator="faces", how="face")
    assert wanted_file() in told.value.remedy
    wrong = tmp_path / wanted_file()
    wrong.write_bytes(b"no model")
    assert detector_file(wrong) == wrong
    with pytest.raises(UserError, match="cannot use this face detector"):
        find_alignment(photograph, generator="faces", how="face", detector=wrong)
