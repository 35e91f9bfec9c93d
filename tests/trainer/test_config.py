"""Configs: sparse files, `--set`, and mistakes told in words, all at once."""

from __future__ import annotations

import pytest

from engine.errors import UserError
from trainer.config import load_config, load_run
from trainer.recipes import RECIPES

pytestmark = pytest.mark.usefixtures("tiny")


def mistakes(*sets, config="default"):
    with pytest.raises(UserError) as caught:
        load_config("tiny", config, sets)
    return caught.value.problem.splitlines()[1:]


def test_a_file_is_sparse():
    loaded = load_run("tiny", "default")
    assert loaded.config.ema == 0.9
    assert loaded.config.schedule.warm_up == 2
    assert loaded.config.schedule.shape == "cosine"
    assert loaded.name == "default"


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("seed = 7\n")
    loaded = load_run("tiny", path)
    assert (loaded.config.seed, loaded.config.ema, loaded.name) == (7, None, "mine")


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("steps=3", "steps", 3),
        ("precision=fp16", "precision", "fp16"),
        ("precision=32", "precision", "32"),
        ('precision="bf16"', "precision", "bf16"),
        ("clip=0.5", "clip", 0.5),
        ("clip=off", "clip", None),
        ("ema=false", "ema", None),
        ("ema=0", "ema", None),
        ("burst=[1, 2]", "burst", (1, 2)),
    ],
)
def test_set_takes_toml_values(text, key, value):
    assert getattr(load_config("tiny", "default", [text]), key) == value


def test_set_reaches_into_blocks():
    config = load_config("tiny", "default", ["schedule.floor=0.1", "card.licence='MIT'"])
    assert (config.schedule.floor, config.schedule.warm_up) == (0.1, 2)
    assert config.card.licence == "MIT"


def test_all_mistakes_at_once_and_the_nearest_keys():
    told = mistakes("precison=fp16", "schedule.warmup=3", "seed=-1", "zzzzzz=1", "x")
    keys = {line.split(":")[0].strip() for line in told}
    assert keys == {"--set x", "seed", "schedule.warmup", "precison", "zzzzzz"}
    text = "\n".join(told)
    assert "did you mean 'precision'?" in text
    assert "did you mean 'warm_up'?" in text
    assert "known are" in text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("steps", "block.key=value"),
        ("=3", "block.key=value"),
        ("steps=1 2", "no TOML value"),
        ("steps=1\nseed=2", "no TOML value"),
        ("steps.more=1", "steps is a value"),
        ("clip=dynamo", "'dynamo'"),
        ("ema=1.5", "1.5"),
    ],
)
def test_a_wrong_set_is_refused(text, part):
    assert part in "\n".join(mistakes(text))


def test_an_unreadable_file_is_named(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("steps = \n")
    with pytest.raises(UserError, match=r"broken\.toml.*line 1"):
        load_config("tiny", path)


def test_neither_a_config_nor_a_file():
    with pytest.raises(UserError, match=r"'papr' is neither.*default, smoke"):
        load_config("tiny", "papr")


def test_an_unknown_recipe_comes_with_the_nearest():
    with pytest.raises(UserError, match="did you mean 'mg_matting'"):
        load_config("mg_mating", "default")


def test_every_row_of_the_table_is_named_as_its_key():
    assert all(name == spec.name and spec.summary for name, spec in RECIPES.items())
