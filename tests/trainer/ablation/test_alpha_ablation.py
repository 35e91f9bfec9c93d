"""POMAGAN's ablations: one change a variant, the same samples for all, and who is judged on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from engine.errors import UserError
from engine.models.segmentation_net import build_small
from tests.trainer.data.layouts.layout_trees import picture, save
from tests.trainer.data.people_sets import people_names
from trainer.ablation.alpha_scenes import CROP, SCENE, Reduced, held_out_person, pool_sources
from trainer.ablation.alpha_variants import (
    ABLATIONS,
    ALL,
    NETWORK,
    RECIPE,
    VARIANTS,
    load_variant,
    trained_alpha,
)
from trainer.checkpoint import Checkpoints, write_state
from trainer.config import Loaded
from trainer.data.made import MadeMattes
from trainer.data.pool.backgrounds import backgrounds_of
from trainer.data.pool.build import fill
from trainer.data.recompose import CROPS, MANIFEST
from trainer.loop import build_setup, train
from trainer.phase import Setup, StepContext

TINY = ("network.narrow=6", "discriminator.width=4", "global_batch=2", "validation.count=1")
SIZE = (200, 160)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody for each split, backgrounds, pools of a few crops, and a segmenter's weights."""
    root = tmp_path_factory.mktemp("laboratory")
    rows = []
    for split, seed in (("train", 20), ("validation", 21)):
        (name,) = people_names(split, 1)  # type: ignore[arg-type]
        alpha = np.zeros(SIZE, np.uint8)
        alpha[30:, 40:120] = 255
        picture(root / "people" / "foreground" / f"{name}.png", seed, SIZE)
        save(root / "people" / "alpha" / f"{name}.png", alpha)
        boxes = {crop: [0, 0, *SIZE] for crop in CROPS}
        rows.append({"name": name, "split": split, "refused": None, "boxes": boxes})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (root / "people" / MANIFEST).write_text(lines, encoding="utf-8")
    for number in range(6):
        picture(root / "backgrounds" / f"{number}.png", 50 + number, (140, 150))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("trainer.data.pool.build.SHARD", 4)
        sources = pool_sources(root / "people", root / "backgrounds")
        for name, drawn_from in sources.items():
            fill(root / "pool" / name, 1, drawn_from, seed=0)
        fill(root / "pool" / "backgrounds", 1, drawn_from, seed=0, pieces=backgrounds_of)
    torch.manual_seed(0)
    save_file(build_small().state_dict(), root / "features.safetensors")
    return root


def loaded(root: Path, variant: str, *, steps: int = 40) -> Loaded:
    features = str(root / "features.safetensors")
    return load_variant(
        variant, pool=root / "pool", steps=steps, seed=1, features=features, changes=TINY
    )


def terms_of(setup: Setup) -> set[str]:
    samples = [setup.samples.sample(index) for index in range(2)]
    batch = {name: torch.stack([one[name] for one in samples]) for name in samples[0]}
    terms = setup.phases[0].loss(batch, StepContext(0, torch.Generator(), lambda own: own))
    assert all(torch.isfinite(term) for term in terms.values())
    return set(terms)


def test_every_variant_changes_one_setting_of_the_whole(root: Path) -> None:
    whole = loaded(root, ALL).config.model_dump()
    for variant in VARIANTS:
        other = loaded(root, variant).config.model_dump()
        apart = [
            (block, key)
            for block, values in whole.items()
            if isinstance(values, dict)
            for key in values
            if other[block][key] != values[key]
        ]
        assert len(apart) == (variant != ALL), (variant, apart)
        assert {key: one for key, one in other.items() if not isinstance(one, dict)} == {
            key: one for key, one in whole.items() if not isinstance(one, dict)
        }
    assert whole["schedule"]["warm_up"] == 2


def test_tables_hold_every_variant_and_compare_their_own_rows() -> None:
    assert {name for table in ABLATIONS.values() for name in table.rows} == set(VARIANTS)
    for table in ABLATIONS.values():
        assert ALL in table.rows
        assert table.pairs and {name for pair in table.pairs for name in pair} == set(table.rows)
        assert len(set(table.rows.values())) == len(table.rows)


@pytest.mark.parametrize(
    ("variant", "terms"),
    [
        (ALL, {"adversarial", "alpha", "perceptual", "border"}),
        ("without_border", {"adversarial", "alpha", "perceptual"}),
        ("without_perceptual", {"adversarial", "alpha"}),
    ],
)
def test_rows_of_the_losses(root: Path, variant: str, terms: set[str]) -> None:
    assert terms_of(build_setup(loaded(root, variant))) == terms


def test_the_map_has_an_encoder_of_its_own_or_is_a_plane_of_the_photograph(root: Path) -> None:
    blocks = [
        build_setup(loaded(root, name)).networks[NETWORK].block for name in (ALL, "concatenated")
    ]
    assert blocks[0] is not None and blocks[1] is None


def test_all_see_the_same_but_for_the_data(root: Path) -> None:
    streams = {name: build_setup(loaded(root, name)).samples for name in VARIANTS}
    alike = {"made": 0, "recomposed": 0}
    for index in range(12):
        samples = {name: stream.sample(index) for name, stream in streams.items()}
        whole = samples.pop(ALL)
        assert whole["image"].shape == whole["behind"].shape == (3, CROP, CROP)
        for name, other in samples.items():
            same = all(torch.equal(plane, other[key]) for key, plane in whole.items())
            if name in alike:
                alike[name] += same
            else:
                assert same, name
    assert sum(alike.values()) == 12 and all(alike.values())


def test_a_run_is_resumed_and_its_averaged_network_judged(root: Path, tmp_path: Path) -> None:
    settings = loaded(root, "concatenated", steps=2)
    for stop in (1, None):
        setup = build_setup(settings)
        train(setup, settings.config, out=tmp_path, resume=True, stop_after=stop, recipe=RECIPE)
    network, config = trained_alpha(tmp_path)
    assert not network.training and not config.network.segmentation_block
    rng = torch.Generator().manual_seed(0)
    rgb, coarse = (torch.rand(1, planes, 64, 64, generator=rng) for planes in (3, 1))
    with torch.no_grad():
        found = network.predict(rgb, coarse)  # type: ignore[operator]
        raw = setup.networks[NETWORK].eval().predict(rgb, coarse)  # type: ignore[operator]
    assert found.shape == (1, 1, 64, 64) and 0 <= found.min() <= found.max() <= 1
    assert not torch.equal(found, raw), "averaged"


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no checkpoint"):
        trained_alpha(tmp_path)
    folder = Checkpoints(tmp_path).folder
    folder.mkdir()
    write_state({"recipe": "mg_matting"}, folder / "step-000000001.pt")
    with pytest.raises(UserError, match="a run of mg_matting"):
        trained_alpha(tmp_path)


def test_subjects_are_reduced_and_never_enlarged() -> None:
    rng = np.random.default_rng(0)
    large = MadeMattes("train", (96, 128)).subject(0, np.random.default_rng(0))
    small = Reduced(MadeMattes("train", (96, 128)), 48).subject(0, rng)
    assert small.size == (48, 64) and small.family == large.family
    assert small.alpha.mean() == pytest.approx(large.alpha.mean(), abs=0.01)
    assert 0 <= small.alpha.min() <= small.alpha.max() <= 1
    same = Reduced(MadeMattes("train", (96, 128)), 100).subject(0, np.random.default_rng(0))
    assert np.array_equal(same.foreground, large.foreground)


def test_who_is_judged_on_is_nobody_who_is_trained_on(root: Path) -> None:
    (held_out,) = people_names("validation", 1)
    (trained,) = people_names("train", 1)
    folders = root / "people", root / "backgrounds"
    for index in range(3):
        found = held_out_person(*folders, index, np.random.default_rng(index))
        assert found.name == f"{held_out}-{CROPS[index]}"
        assert min(found.alpha.shape) == SCENE and found.image.dtype == np.uint8
        again = held_out_person(*folders, index, np.random.default_rng(index))
        assert np.array_equal(found.image, again.image)
    pool = json.loads((root / "pool" / "recomposed" / "0000-00000" / "rows.json").read_text())
    assert {row["family"] for row in pool} == {"person"}
    ((people, _),) = pool_sources(*folders)["recomposed"].subjects
    names = {people.subject(n, np.random.default_rng(0)).name for n in range(len(people))}
    assert names == {f"{trained}-{crop}" for crop in CROPS}
