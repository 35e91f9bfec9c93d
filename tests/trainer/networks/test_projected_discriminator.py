"""The discriminator of composites: features, heads, and what is done to pictures before."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import NotInstalled, UserError
from trainer.losses.composites import composites
from trainer.losses.multilevel import multilevel_loss
from trainer.networks.blur import FadingBlur, blurred
from trainer.networks.clip_features import MEAN, SCALE, open_clip
from trainer.networks.diff_augment import diff_augmented
from trainer.networks.feature_network import FeatureNetwork, open_look
from trainer.networks.projected_discriminator import ProjectedDiscriminator
from trainer.phase import StepContext


def alone(seed: int = 0) -> StepContext:
    return StepContext(0, torch.Generator().manual_seed(seed), lambda own: own)


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> tuple[Path, object]:
    """A file of a small CLIP as transformers saves it, words and all; and its image tower."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(1)
    config = CLIPVisionConfig(
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=6,
        num_attention_heads=1,
        image_size=32,
        patch_size=8,
        projection_dim=24,
    )
    tower = CLIPVisionModelWithProjection(config).eval()
    state = {name: one.contiguous() for name, one in tower.state_dict().items()}
    others = {
        "text_model.final_layer_norm.weight": torch.ones(64),
        "logit_scale": torch.tensor(2.6),
        "vision_model.embeddings.position_ids": torch.arange(17)[None],
    }
    path = tmp_path_factory.mktemp("clip") / "model.safetensors"
    save_file(state | others, path)
    return path, tower


def test_clip_is_looked_at_after_thirds_of_its_layers_and_in_the_end(clip):
    path, tower = clip
    network = open_look("clip", str(path))
    assert (network.channels, network.maps) == ((64, 64, 24), (True, True, False))
    rgb = torch.rand(2, 3, 32, 32)
    mean, scale = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, SCALE))
    with torch.no_grad():
        found = network(rgb)
        wanted = tower((rgb - mean) / scale, output_hidden_states=True)
    for level, layer in zip(found, (2, 4), strict=False):
        tokens = wanted.hidden_states[layer][:, 1:]
        assert level.shape == (2, 64, 4, 4)
        assert torch.allclose(level[:, :, 1, 2], tokens[:, 6], atol=1e-6)
    assert torch.allclose(found[2], wanted.image_embeds, atol=1e-6)
    larger = F.interpolate(rgb, scale_factor=2, mode="nearest")
    with torch.no_grad():
        assert torch.allclose(network(larger)[2], found[2], atol=1e-5)  # by areas


def test_what_is_no_clip_is_refused(clip, tmp_path, monkeypatch):
    path = tmp_path / "other.safetensors"
    for weights in ("", str(path)):
        with pytest.raises(UserError, match="no weights of CLIP"):
            open_clip(weights)
    save_file({"conv.weight": torch.ones(1)}, path)
    with pytest.raises(UserError, match="no image tower"):
        open_clip(str(path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "transformers"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(NotInstalled, match="transformers"):
        open_clip(str(clip[0]))


@pytest.mark.parametrize("name", ["random", "segmenter"])
def test_heads_answer_for_each_level_and_only_they_learn(name):
    network = open_look(name)
    heads = ProjectedDiscriminator(network.channels, network.maps, width=16)
    assert not any(p.requires_grad for p in network.parameters())
    rgb = torch.rand(2, 3, 64, 64, requires_grad=True)
    levels = network(rgb)
    logits = heads(levels)
    assert len(levels) == 4
    for level, answer in zip(levels, logits, strict=True):
        assert answer.shape == (2, 1, *(-(-side // 2) for side in level.shape[2:]))
    multilevel_loss(logits, 0.8, total=lambda own: own).backward()
    assert rgb.grad is not None and bool(rgb.grad.abs().sum() > 0)
    assert all(p.grad is not None for p in heads.parameters())


def test_every_layer_of_a_head_is_spectrally_normalised():
    torch.manual_seed(0)
    heads = ProjectedDiscriminator((8, 6), (True, False), width=5)
    for _ in range(50):
        heads([torch.rand(1, 8, 3, 3), torch.rand(1, 6)])
    for head in heads.heads:
        for layer in (head.first, head.last):
            largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), ord=2)
            assert float(largest) == pytest.approx(1, abs=0.02)
    assert heads.heads[1](torch.rand(3, 6)).shape == (3, 1)


def test_a_network_that_takes_any_size_looks_at_one():
    seen: list[tuple[int, ...]] = []

    class Eye(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def forward(self, rgb: Tensor) -> list[Tensor]:
            seen.append(tuple(rgb.shape))
            return [rgb, rgb.mean((2, 3))]

    network = FeatureNetwork(Eye(), side=8, first=1)
    assert (network.channels, network.maps) == ((3,), (False,))
    rgb = torch.rand(2, 3, 16, 16)
    assert torch.allclose(network(rgb)[0], rgb.mean((2, 3)), atol=1e-6)
    assert seen == [(1, 3, 8, 8), (2, 3, 8, 8)]


def test_the_loss_is_cross_entropy_summed_over_levels():
    torch.manual_seed(0)
    logits = [torch.randn(3, 1, 2, 2), torch.randn(3, 1)]
    for target in (0.0, 0.8):
        wanted = sum(
            F.binary_cross_entropy_with_logits(one, torch.full_like(one, target)) for one in logits
        )
        found = multilevel_loss(logits, target, total=lambda own: own)
        assert float(found) == pytest.approx(float(wanted), rel=1e-6)


def test_composites_are_what_the_matte_lets_through():
    pictures = torch.tensor([0.5, -0.5, 2.0, 0.0]).view(1, 4, 1, 1)  # alpha is a half
    behind = torch.tensor([-0.5, 1.0, 1.5]).view(1, 3, 1, 1)
    assert composites(pictures, behind).flatten().tolist() == [0.0, 0.25, 1.0]
    pictures[:, 3] = -1
    assert torch.equal(composites(pictures, behind), behind.clamp(-1, 1))


def test_pictures_are_changed_otherwise_each_and_a_gradient_comes_back():
    pictures = torch.rand(6, 3, 32, 32, requires_grad=True)
    changed = diff_augmented(pictures, alone())
    assert changed.shape == pictures.shape
    gone = (changed == 0).all(1).float().mean((1, 2))
    assert bool((gone > 0.05).all()) and bool((gone < 0.6).all())  # cut out, and moved away from
    assert gone.unique().numel() > 1
    changed.sum().backward()
    assert pictures.grad is not None and bool(pictures.grad.flatten(1).any(1).all())
    assert torch.equal(diff_augmented(pictures, alone()), changed)
    assert not torch.equal(diff_augmented(pictures, alone(1)), changed)


def test_what_a_picture_gets_does_not_depend_on_how_a_batch_is_split():
    pictures = torch.rand(4, 3, 16, 16)
    parts = []
    for rank in range(2):
        drawn = torch.Generator().manual_seed(3)
        context = StepContext(0, drawn, lambda own: own, rank=rank, world=2)
        parts.append(diff_augmented(pictures[2 * rank : 2 * rank + 2], context))
    assert torch.equal(torch.cat(parts), diff_augmented(pictures, alone(3)))


def test_a_blur_is_a_gaussian_that_fades():
    spike = torch.zeros(1, 2, 21, 21)
    spike[:, :, 10, 10] = 1
    found = blurred(spike, 2.0)[0, 0].numpy()
    along = np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2)
    along /= along.sum()
    assert np.allclose(found[4:17, 4:17], np.outer(along, along), atol=1e-6)
    blur = FadingBlur(4.0, images=100, batch=10)
    assert [blur.at(step) for step in (0, 5, 10, 20)] == [4, 2, 0, 0]
    assert torch.equal(blur(spike, 10), spike) and not torch.equal(blur(spike, 9), spike)
    assert FadingBlur(0.0, images=0, batch=1).at(0) == 0
