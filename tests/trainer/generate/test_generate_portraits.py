"""`matte-train generate portraits`: what it writes, going on, sharing the work, training on it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.enhance.settings import DEFAULT, ModelChoice
from engine.errors import Cancelled, UserError
from engine.imaging.digital_source import GENERATED, source_type
from engine.imaging.read import read_image
from engine.models.loaded import forget_networks
from engine.models.registry import MODELS
from tests.called import exit_code
from tests.contexts import StoppedAfter
from tests.made_networks import Matting, save_faces, save_weights, seeded, spec
from trainer.cli import main
from trainer.data.generated import read_manifest
from trainer.data.layouts.opening import open_photographs
from trainer.data.mixed_subjects import Mixture, mixed_subjects
from trainer.generate.portraits import LEFT_OUT, Order, Shard, generate_portraits

SIDE = 64
QUICK = replace(DEFAULT, steps=1, rate=0.02, working=SIDE, foreground_method="blur_fusion")


@pytest.fixture
def faces(tmp_path, monkeypatch):
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    monkeypatch.setenv("MATTE_DATA", "")
    save_faces(folder, monkeypatch)
    monkeypatch.setitem(MODELS, "tiny", spec("tiny", "two_planes"))
    save_weights(folder, "tiny", seeded(Matting, 2))
    forget_networks()
    yield folder
    forget_networks()


def order(count: int = 3, *references: str, **more) -> Order:
    chosen = references or ("tiny", "closed_form")
    return Order(count, chosen, ModelChoice(generator="faces"), replace(QUICK, **more))


def test_portraits_with_mattes_that_say_what_they_are(faces, tmp_path):
    out = tmp_path / "set"
    tally = generate_portraits(order(), out)
    assert (tally.there, tally.made, tally.left_out) == (0, 3, 0)
    rows = read_manifest(out)
    assert [row.name for row in rows] == ["0-000000", "0-000001", "0-000002"]
    assert {row.made["reference"] for row in rows} == {"tiny", "closed_form"}
    assert rows[0].made["generator"] == "faces" and rows[0].made["psi"] == 0.7
    photographs = open_photographs("generated", root=out)
    first, second = (photographs.photograph(n) for n in range(2))
    assert first.image.shape == (SIDE, SIDE, 3) and first.alpha.shape == (SIDE, SIDE)
    assert 0.02 < first.alpha.mean() < 0.98
    assert not np.array_equal(first.image, second.image)
    for path in (out / "image").iterdir():
        assert source_type(read_image(path).metadata.xmp) == GENERATED


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.png")}


def test_what_was_stopped_anywhere_goes_on_to_the_same_set(faces, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    generate_portraits(order(steps=3), whole)
    for checks in (2, 6):
        with pytest.raises(Cancelled):
            generate_portraits(order(steps=3), parts, ctx=StoppedAfter(checks))
    with (parts / "manifest.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"name": "0-0000')  # as a kill leaves it
    tally = generate_portraits(order(steps=3), parts)
    assert tally.there >= 1 and tally.there + tally.made == 3
    assert files(parts) == files(whole)
    assert generate_portraits(order(steps=3), parts).made == 0


def test_processes_share_the_work_and_another_number_of_them_goes_on(faces, tmp_path):
    whole, shared = tmp_path / "whole", tmp_path / "shared"
    generate_portraits(order(4), whole)
    generate_portraits(order(4), shared, shard=Shard.parse("2/2"))
    generate_portraits(order(4), shared, shard=Shard.parse("1/3"))
    assert len(read_manifest(shared)) == 4 - 1  # 1, 3 and 0; 3 is not made twice
    generate_portraits(order(4), shared)
    assert sorted(row.name for row in read_manifest(shared)) == [f"0-00000{n}" for n in range(4)]
    assert files(shared) == files(whole)
    for wrong in ("0/2", "3/2", "2", "a/b"):
        with pytest.raises(UserError, match="no part of the work"):
            Shard.parse(wrong)


def test_a_matte_of_nothing_is_no_sample_and_is_not_tried_again(faces, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.enhance.generate.SOMEBODY", (0.98, 0.99))
    tally = generate_portraits(order(2, "closed_form"), tmp_path / "set")
    assert (tally.made, tally.left_out) == (0, 2)
    told = json.loads((tmp_path / "set" / LEFT_OUT / "0-000000.json").read_text())
    assert "the matte covers" in told["problem"]
    monkeypatch.undo()
    assert read_manifest(tmp_path / "set") == []


def test_generate_and_train_on_it_in_one_go(faces, tmp_path, capsys):
    made = tmp_path / "set"
    models = ["--generator", "faces", "--references", "tiny,closed_form", "--steps", "1"]
    assert exit_code(main, "generate", "portraits", *models, "--count", "2", "--out", made) == 0
    assert "2 samples (2 new), 0 left out." in capsys.readouterr().out
    run = tmp_path / "run"
    out = ["--data", made, "--out", run, "--set", "validate_every=0", "--set", "steps=1"]
    assert exit_code(main, "finetune", "mg_matting", "-c", "smoke", *out) == 0
    assert (run / "checkpoints" / "step-000000001.pt").is_file()
    run_config = json.loads((run / "run.json").read_text())["config"]
    assert run_config["data"]["source"] == "photographs"


def test_recipes_that_compose_subjects_read_them_too(faces, tmp_path, monkeypatch):
    generate_portraits(order(2, "closed_form"), tmp_path / "generated")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    subjects = mixed_subjects(Mixture(shares={"subjects": 1.0}))
    subject = subjects.subject(0, np.random.default_rng(0))
    assert subject.size == (SIDE, SIDE) and len(subjects) == 2
    image = open_photographs("generated").photograph(0).image
    one = subjects.collections[0].subject(0, np.random.default_rng(0))
    opaque = one.alpha == 1
    assert opaque.any() and np.array_equal(one.foreground[opaque], image[opaque])


def test_what_cannot_be_generated_is_said(faces, tmp_path, capsys):
    out = ["--count", "1", "--out", tmp_path / "set"]
    assert exit_code(main, "generate", "portraits", "--generator", "nobody", *out) == 1
    assert "nobody" in capsys.readouterr().err
    assert exit_code(main, "generate", "portraits", "--config", "best", *out) == 1
    assert "no configuration 'best'" in capsys.readouterr().err
