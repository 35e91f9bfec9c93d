"""The recipes mg_matting and mg_foreground: what their configs say and their builders refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.models.registry import MODELS
from trainer.config import load_run
from trainer.data.pool import Crop, write_shard
from trainer.losses.matting import LEVEL_WEIGHTS
from trainer.phase import Setup, StepContext

COLUMNS = {"mg_matting": 4, "mg_foreground": 5}
"""Pictures beside each other on the sheet."""
REDUCED = {
    "data.source": "made",
    "data.backgrounds": "made",
    "data.families": '["crisp"]',
    "augmentation.crop": "64",
    "augmentation.pairing.side": "64",
    "validation.count": "1",
    "validation.side": "64",
}
"""What lets a published config be built without its data."""


def built(recipe: str, config: str, **changes: str) -> tuple[Any, Setup]:
    loaded = load_run(recipe, config, [f"{key}={value}" for key, value in changes.items()])
    return loaded.config, loaded.module.build(loaded.config)


def stepped(setup: Setup) -> dict[str, float]:
    """Losses of one real step."""
    (phase,) = setup.phases
    samples = [setup.samples.sample(index) for index in range(2)]
    batch = {name: torch.stack([one[name] for one in samples]) for name in samples[0]}
    generator = torch.Generator().manual_seed(0)
    terms = phase.loss(batch, StepContext(0, generator, lambda tensor: tensor))
    torch.stack(list(terms.values())).sum().backward()
    torch.optim.Adam(phase.parameters, phase.learning_rate, phase.betas).step()
    return {name: term.item() for name, term in terms.items()}


@pytest.mark.parametrize("recipe", ["mg_matting", "mg_foreground"])
def test_smoke_steps_and_judges_without_any_data(recipe: str) -> None:
    torch.manual_seed(0)
    config, setup = built(recipe, "smoke")
    assert config.steps == 2
    before = [p.detach().clone() for p in setup.phases[0].parameters]
    terms = stepped(setup)
    assert all(np.isfinite(value) and value >= 0 for value in terms.values())
    moved = sum(
        not torch.equal(old, new)
        for old, new in zip(before, setup.phases[0].parameters, strict=True)
    )
    assert moved > 0.9 * len(before)
    (network,) = setup.networks.values()
    network.eval()
    assert setup.validate is not None
    found = setup.validate(setup.networks)
    assert found.selected in found.figures
    assert found.pictures["sheet"].shape == (2 * 256, COLUMNS[recipe] * 256, 3)
    assert setup.exported is not None
    assert setup.exported[0] in setup.networks
    assert setup.exported[1] in MODELS


@pytest.mark.parametrize("recipe", ["mg_matting", "mg_foreground"])
def test_the_published_networks_start_from_a_classifier(recipe: str, tmp_path: Path) -> None:
    state = {"layer1.0.conv1.weight": torch.full((64, 64, 3, 3), 0.125), "fc.bias": torch.ones(9)}
    torch.save(state, tmp_path / "resnet34.pth")
    changes = dict(REDUCED)
    if recipe == "mg_foreground":
        changes["random_alpha.pictures"] = "made"
    changes["network.encoder"] = f'"{tmp_path / "resnet34.pth"}"'
    (network,) = built(recipe, "paper", **changes)[1].networks.values()
    name = "encoder.layer1.0.conv1.module.weight_bar"
    found = {key.removeprefix("backbone."): tensor for key, tensor in network.state_dict().items()}
    assert (found[name] == 0.125).all()
    changes["network.encoder"] = f'"{tmp_path / "none.pth"}"'
    with pytest.raises(UserError, match="encoder starts from are not there"):
        built(recipe, "paper", **changes)


def test_a_pool_is_a_source_and_needs_no_layers(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    planes = rng.integers(0, 256, (3, 64, 64), np.uint8)
    image = rng.integers(0, 256, (64, 64, 3), np.uint8)
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), (64, 64))
    crop = Crop(image, planes[0], trimap, planes[1], kind="fine", family="made", scene="0")
    write_shard(tmp_path / "0", [crop, crop])
    changes = {
        "data.source": "pool",
        "data.pool": f'"{tmp_path}"',
        "network.name": "prn",
        "network.narrow": "8",
    }
    with pytest.raises(UserError, match=r"loss\.composition=0"):
        built("mg_matting", "smoke", **changes)
    terms = stepped(built("mg_matting", "smoke", **changes, **{"loss.composition": "0"})[1])
    assert all(np.isfinite(value) for value in terms.values())


@pytest.mark.parametrize("recipe", ["mg_matting", "mg_foreground"])
def test_the_published_schedule(recipe: str) -> None:
    config: Any = load_run(recipe, "paper").config
    assert (config.steps, config.global_batch, config.schedule.warm_up) == (100_000, 40, 5_000)
    assert (config.learning.rate, config.learning.betas) == (1e-3, (0.5, 0.999))
    assert (config.clip, config.schedule.shape) == ("dynamic", "cosine")
    assert config.augmentation.crop == 512
    assert config.data.source == "composition1k"
    assert config.augmentation.real_world.probability == 0


def test_what_the_portrait_training_changes() -> None:
    paper: Any = load_run("mg_matting", "paper").config
    portraits: Any = load_run("mg_matting", "paper_rwp").config
    assert paper.guidance.perturbation.cut_mask == 0.25
    assert paper.guidance.perturbation.threshold == (0, 1)
    assert paper.loss.levels == "paper"
    assert LEVEL_WEIGHTS["paper"] == pytest.approx((1 / 6, 2 / 6, 3 / 6))
    assert portraits.guidance.perturbation.cut_mask == 0
    assert portraits.loss.composition == 0
    assert portraits.augmentation.real_world.probability == 0.5
    assert str(portraits.data.leave_out) == "transparent.txt"
    same = {"network", "learning", "schedule", "validation", "steps", "global_batch"}
    assert paper.model_dump(include=same) == portraits.model_dump(include=same)
