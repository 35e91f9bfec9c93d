"""Every named config of every recipe trains, saves and goes on; published ones have their size."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoint_states import same
from safetensors.torch import save_file

from engine.models.segmentation_net import build_small
from tests.trainer.data.layouts.layout_trees import matte, names, picture, save
from tests.trainer.data.people_sets import make_recomposed
from trainer.checkpoint import Checkpoints, read_state
from trainer.config import config_file, has_key, load_run
from trainer.data.pool import (
    Crop,
    Layer,
    MaskCrop,
    write_shard,
)
from trainer.data.pool.heads import Head
from trainer.data.recompose import split_of
from trainer.data.rgba_set import RgbaWriter
from trainer.loop import Report, build_setup, train
from trainer.phase import Setup
from trainer.recipes import RECIPES

SIDE = 64
PUBLISHED = [
    (spec.name, config)
    for spec in RECIPES.values()
    for config in spec.configs
    if config.startswith(("paper", "released"))
]
OWN = [
    (spec.name, config)
    for spec in RECIPES.values()
    for config in spec.configs
    if (spec.name, config) not in PUBLISHED
]
MATTING = 29_596_643
RELEASED = 34_912_123
HEADS = 2 * 3 + 2 * 6 + 6 * 12 + 2 * 24
"""Of all of a Swin-T's blocks."""
PARAMETERS = {
    "mg_matting": MATTING,
    "mg_foreground": MATTING - 37_217 - 18_785 + 2 * (32 * 9 + 1),
    "pomagan_segmentation": 205_661_825 + 3 * 2_765_761,
    "pomagan_alpha": 292_433_521 + 3 * 2_765_761,
    "stylegan2": 30_370_060 + 29_012_513,
    "stylemattegan": 22_313_167 + 32 + 1 + 29_012_513 + 32,
    "stylematte": RELEASED
    - 169 * HEADS
    + (1 + 512) * HEADS
    + 12 * 3 * 512
    - 4_416
    - 4 * 672
    - 2_880,
    "trimap": 42_004_074 - 2 * (21 - 3) * (256 + 1),
}
"""Trainable, of the published networks with their discriminators; the second lacks the heads at
strides 8 and 4, and the last layer of its only head (32 × 3 × 3 weights and a bias for each plane)
answers two planes more; the last is torchvision's, less 18 classes of either head. StyleMatte is
the released one with another encoder: Swin-V2's 12 blocks have no tables of biases but a scale for
each head and two layers that find its biases, their keys have no bias, patches are normalised
after they are merged, at half as many channels, and nothing is normalised behind the stages.
StyleMatteGAN is StyleGAN3 with a fourth plane."""
ADDED = {
    ("stylemattegan", "paper_animals"): 24_873_519 - 22_313_167 + 32 + 28_982_849 - 29_012_513 + 32,
    ("stylemattegan", "released"): sum(256 * (9 * planes + 2) + 1 for planes in (16, 32, 32, 32)),
}
"""In some configs; here the heads on features of the random network."""
UNSTARTED = {
    "network.encoder": "off",
    "network.start": "off",
    "decoder.learns": "all",
    "loss.features": '"random"',
}
"""Without the classifiers' weights that users bring."""
STAGES = {"decoder.steps": "1", "decoder.crop": "32", "crops.crop": str(SIDE)}
"""A phase for each of the two steps."""
SMALL_PUBLISHED = {
    "global_batch": "4",
    "micro_batch": "2",
    "workers": "0",
    "augmentation.crop": str(SIDE),
    "augmentation.pairing.side": str(SIDE),
    "network.narrow": "8",
    "network.resolution": str(SIDE),
    "discriminator.width": "8",
    **STAGES,
    **UNSTARTED,
    "framing.shapes": f"[[{SIDE}, {SIDE}]]",
}
"""All that is changed about a published config to step here: size, batch and width; the classifier
that its encoder starts from fits the published width alone."""
SMALL_DEFAULT = {
    "steps": "2",
    "global_batch": "2",
    "workers": "0",
    "augmentation.crop": str(SIDE),
    "augmentation.pairing.side": str(SIDE),
    "data.side": str(SIDE),
    "validation.count": "2",
    "validation.side": str(SIDE),
    "validate_every": "2",
    "checkpoint_every": "1",
    "schedule.warm_up": "1",
    **STAGES,
    "framing.shapes": f"[[{SIDE}, {SIDE}]]",
}
"""All that is changed about the training of the shipped weights, beside `DATA`: size and batch."""
DATA = {
    "data.pool": '"pool"',
    "data.layers": '"layers"',
    "data.portraits": '"heads"',
    "data.pictures": '["pictures"]',
    "data.store": '"store"',
    "data.recomposed": '"recomposed"',
    "validation.pool": '"pool-validation"',
}
"""Where that training finds what the test has made; a recipe takes what it has keys for."""
MASKS = {"data.pool": '"masks"', "validation.pool": '"masks"'}
AGAINST = {"loss.features_file": '"person_small.safetensors"', "discriminator.width": "8"}
"""Where training against discriminators finds the features of what was trained before."""
CHANGED: dict[str, dict[str, str]] = {
    "adversarial": SMALL_DEFAULT | AGAINST,
    "default": SMALL_DEFAULT | DATA | AGAINST | {"network.start": '"person_small.safetensors"'},
    "masks": SMALL_DEFAULT | MASKS,
    "smoke": {},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with everything that a config names, tiny."""
    folder = tmp_path_factory.mktemp("made")
    _composition_1k(folder / "composition_1k" / "Combined_Dataset" / "Training_set")
    for number in range(2):
        name = f"COCO_train2014_{number:012d}.jpg"
        picture(folder / "coco" / "train2014" / name, number, (90, 80))
    _distinctions_646(folder / "distinctions_646" / "Train")
    for name, person in (("composition_1k", "hair"), ("distinctions_646", "one")):
        names(folder / f"{name}_people.txt", person)
    save_file(build_small().state_dict(), folder / "person_small.safetensors")
    _people(folder / "people")
    _shen(folder / "shen" / "training")
    make_recomposed(folder / "recomposed")
    for number in range(2):
        picture(folder / "backgrounds" / f"{number}.jpg", number, (90, 80))
    _photographs(folder / "p3m_10k" / "P3M-10k" / "train", "blurred_image")
    _photographs(folder / "am_2k" / "AM-2k" / "train", "original")
    picture(folder / "bg_20k" / "BG-20k" / "train" / "one.jpg", 3, (90, 80))
    _rgba(folder / "ffhq_rgba")
    _rgba(folder / "afhq_rgba")
    (folder / "transparent.txt").write_text("glass\n")
    for number in range(12):
        picture(folder / "pictures" / f"{number}.jpg", number, (90, 80))
    crops = [_crop(kind) for kind in ("fine", "coarse")]
    for name in ("pool", "pool-validation"):
        write_shard(folder / name / "0", crops)
    write_shard(folder / "masks" / "0", [_mask_crop(one) for one in crops])
    layers = [Layer(one.image, one.alpha, family=one.family, scene=one.scene) for one in crops]
    write_shard(folder / "layers" / "0", layers)
    write_shard(folder / "heads" / "0", [Head(one.image, one.alpha, one.kind) for one in crops])
    picture(folder / "ffhq" / "images1024x1024" / "00000" / "00000.png", 1, (SIDE, SIDE))
    return folder


@pytest.fixture
def at(made, monkeypatch) -> Path:
    """Be there, and find data nowhere else."""
    monkeypatch.chdir(made)
    monkeypatch.setenv("MATTE_DATA", str(made))
    return made


def _composition_1k(root: Path) -> None:
    for folder, stem in (("Adobe-licensed images", "hair"), ("Other", "glass")):
        picture(root / folder / "fg" / f"{stem}.jpg", 1, (80, 96))
        matte(root / folder / "alpha" / f"{stem}.jpg", 2, (80, 96))


def _distinctions_646(root: Path) -> None:
    picture(root / "FG" / "one.png", 1, (80, 96))
    matte(root / "GT" / "one.png", 2, (80, 96))


def _photographs(root: Path, pictures: str) -> None:
    picture(root / pictures / "one.jpg", 1, (96, 72))
    matte(root / "mask" / "one.png", 2, (96, 72))


def _rgba(root: Path) -> None:
    root.mkdir()
    matte = np.linspace(0, 1, SIDE, dtype=np.float32)[None].repeat(SIDE, 0)
    image = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    RgbaWriter(root).add("one", image, matte, made={})


def _people(root: Path) -> None:
    for split in ("train", "validation"):
        name = next(f"{n:04}" for n in count() if split_of(f"{n:04}") == split)
        picture(root / "image" / f"{name}.jpg", 1, (96, 64))
        label = np.zeros((96, 64), np.uint8)
        label[10:90, 20:50] = 1
        save(root / "label" / f"{name}.png", label)


def _shen(root: Path) -> None:
    for split in ("train", "validation"):
        name = next(str(n) for n in count() if split_of(str(n)) == split)
        picture(root / f"{name}.png", 1, (96, 72))
        matte(root / f"{name}_matte.png", 2, (96, 72))


def _crop(kind: str) -> Crop:
    rng = np.random.default_rng(1)
    rows, cols = np.mgrid[:SIDE, :SIDE]
    alpha = np.clip(255 * (24 - np.hypot(rows - 32, cols - 32)) / 8, 0, 255).astype(np.uint8)
    trimap = np.where(alpha == 255, 255, np.where(alpha == 0, 0, 128)).astype(np.uint8)
    image = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    return Crop(image, alpha, trimap, trimap, kind=kind, family="made", scene=kind)


def _mask_crop(crop: Crop) -> MaskCrop:
    planes = {"mask": crop.trimap, "matte": crop.prior, "cut": crop.trimap // 255 * 255}
    return MaskCrop(crop.image, crop.alpha, **planes, family=crop.family, scene=crop.scene)


def changes(recipe: str, config: str, table: dict[str, str]) -> list[str]:
    """The rows of a table that are keys of this recipe."""
    found = load_run(recipe, config).config
    return [f"{key}={value}" for key, value in table.items() if has_key(found, key)]


def trained(recipe: str, config: str, sets: list[str], out: Path, **options) -> Report:
    loaded = load_run(recipe, config, sets)
    setup = build_setup(loaded)
    options = {"resume": False, "recipe": recipe, "config_name": config, "device": "cpu"} | options
    return train(setup, loaded.config, out=out, **options)


def state(report: Report) -> dict:
    assert report.checkpoint is not None
    return read_state(report.checkpoint)


def trainable(setup: Setup) -> int:
    networks = setup.networks.values()
    return sum(p.numel() for net in networks for p in net.parameters() if p.requires_grad)


def test_every_config_of_the_table_is_a_file_and_every_file_is_in_the_table():
    for spec in RECIPES.values():
        files = {config_file(spec, spec.load(), config) for config in spec.configs}
        assert files == set(Path(spec.load().__file__).parent.glob(f"{spec.name}.*.toml"))
        assert {"paper", "default", "smoke"} <= set(spec.configs)


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(("recipe", "config"), OWN)
def test_it_trains_saves_and_goes_on_as_if_it_had_never_stopped(
    recipe, config, tmp_path, monkeypatch
):
    if config == "smoke":  # it needs nothing
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    sets = changes(recipe, config, CHANGED[config])
    whole = trained(recipe, config, sets, tmp_path / "whole")
    assert whole.finished
    assert all(np.isfinite(value) for value in whole.figures.values())
    stopped = trained(recipe, config, sets, tmp_path / "parts", stop_after=1)
    assert (stopped.step, stopped.finished) == (1, False)
    before = state(stopped)["networks"]
    resumed = trained(recipe, config, sets, tmp_path / "parts", resume=True)
    assert resumed.finished
    assert resumed.figures == whole.figures
    assert same(state(resumed), state(whole))
    assert not same(state(resumed)["networks"], before)
    assert Checkpoints(tmp_path / "parts").best() is not None
    assert state(whole)["exported"]


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(("recipe", "config"), PUBLISHED)
def test_a_published_config_has_the_published_network(recipe, config):
    with torch.device("meta"):
        setup = build_setup(load_run(recipe, config, changes(recipe, config, UNSTARTED)))
    assert trainable(setup) == PARAMETERS[recipe] + ADDED.get((recipe, config), 0)
    assert setup.exported is not None


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(("recipe", "config"), PUBLISHED)
def test_a_published_config_takes_two_steps_once_it_is_small(recipe, config, tmp_path):
    sets = changes(recipe, config, SMALL_PUBLISHED)
    report = trained(recipe, config, sets, tmp_path, stop_after=2)
    assert (report.step, report.bad_steps, report.skipped) == (2, 0, 0)
    assert state(report)["config"]["steps"] == load_run(recipe, config).config.steps
    assert not state(report)["exported"]  # a narrow network is nobody's model
