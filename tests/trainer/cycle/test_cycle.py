"""`matte-train cycle`: two rounds of everything, killed and resumed; what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import Cancelled, UserError
from engine.imaging.read import read_image
from engine.models.loaded import forget_networks
from engine.models.manifest import read_manifest
from tests.called import exit_code
from tests.made_networks import save_weights, seeded
from trainer.checkpoint import Checkpoints, read_state
from trainer.cli import main
from trainer.cycle.config import CONFIGS, Config, as_sets, load_cycle
from trainer.cycle.photographs import FOLDER, KINDS, Drawn, judged_on, photographs_of
from trainer.cycle.report import COLUMNS, tables_of
from trainer.cycle.rounds import BEFORE, ROUND
from trainer.cycle.watching import Watching
from trainer.cycle.work import MATTING, Work
from trainer.data.generated import read_manifest as samples_of
from trainer.signals import STOPPED

SMOKE = ("cycle", "--config", "smoke", "--device", "cpu")
KILLED = Path(__file__).with_name("killed_cycle.py")


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No weights or data but those that come with the product, and bits that don't depend on it."""
    monkeypatch.setenv("MATTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("MATTE_DATA", "")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    forget_networks()
    yield
    forget_networks()
    torch.set_num_threads(threads)


def killed(checkpoints: int, *arguments: object) -> None:
    """Run until so many checkpoints are written, and die."""
    root = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, str(KILLED), str(checkpoints), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def metrics(out: Path):
    return json.loads((out / "metrics.json").read_text())


@pytest.mark.timeout(600)
def test_two_rounds_killed_and_resumed_come_to_what_uninterrupted_ones_do(tmp_path, capsys):
    out, whole = tmp_path / "killed", tmp_path / "whole"
    killed(2, *SMOKE, "--rounds", 1, "--out", out)
    first = Checkpoints(out / "round-1" / "stylemattegan-first").newest()
    assert first is not None and read_state(first)["step"] == 1  # of two
    assert not (out / "round-1" / "done" / "stylemattegan-first.json").exists()
    for made in ("start", FOLDER):
        shutil.copytree(out / made, whole / made)
    marks = {path: path.stat().st_mtime_ns for path in (out / "start").rglob("*")}
    assert exit_code(main, *SMOKE, "--out", out) == 0
    assert all(path.stat().st_mtime_ns == at for path, at in marks.items())
    capsys.readouterr()
    assert exit_code(main, *SMOKE, "--out", whole) == 0
    told = capsys.readouterr().err
    for number in (1, 2):
        assert [f"round {number}: {step.title}" in told for step in ROUND] == [True] * len(ROUND)
    _same_figures(out, whole)
    _everything_is_there(out)
    assert exit_code(main, *SMOKE, "--out", out) == 0  # has nothing left to do
    assert "round" not in capsys.readouterr().err


def _same_figures(out: Path, whole: Path) -> None:
    ours, theirs = metrics(out)["rounds"], metrics(whole)["rounds"]
    assert [one["title"] for one in ours] == ["before", "round 1", "round 2"]
    assert [one["sets"] for one in ours] == [one["sets"] for one in theirs]
    sads = [one["sets"]["heads"]["mean"]["whole"]["SAD"] for one in ours]
    assert len(set(sads)) == 3
    for mine, other in zip(ours[1:], theirs[1:], strict=True):
        for name, facts in mine["made"].items():
            facts = {key: value for key, value in facts.items() if key != "seconds"}
            assert facts.items() <= other["made"][name].items()


def _everything_is_there(out: Path) -> None:
    for folder, steps in (("start", BEFORE), ("round-1", ROUND), ("round-2", ROUND)):
        assert {path.stem for path in (out / folder / "done").iterdir()} == {s.name for s in steps}
        models = {row.model for row in read_manifest(out / folder / "weights")}
        made = {"stylegan3", "stylegan3_discriminator"} if folder != "start" else set()
        assert models == {"stylematte_small"} | made
        table = (out / folder / "metrics.md").read_text()
        assert [f"| {title} " in table for title in COLUMNS] == [True] * len(COLUMNS)
    assert (out / "metrics.md").read_text() == table
    assert "round 1: 3 of 3 photographs" in table and "| before | " in table
    sheet = read_image(out / "round-2" / "pictures" / "mattes-heads.png")
    assert sheet.size == (2 * 256, 3 * 256)
    names = [{row.name for row in samples_of(out / f"round-{n}" / "synthetic")} for n in (1, 2)]
    assert names[0] and names[1] and not names[0] & names[1]
    run = json.loads((out / "round-2" / "stylematte" / "run.json").read_text())
    assert run["config"]["data"]["shares"]["synthetic"] == 1
    assert "MATTE_DATA" in os.environ and os.environ["MATTE_DATA"] == ""


def test_asked_to_stop_while_one_process_works_it_goes_on_later(tmp_path, monkeypatch, capsys):
    drawn = KINDS["heads"]

    def stopping(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        return drawn(*arguments)

    monkeypatch.setitem(KINDS, "heads", stopping)
    assert exit_code(main, *SMOKE, "--out", tmp_path / "out") == STOPPED
    assert "the same command goes on" in capsys.readouterr().err
    there = list((tmp_path / "out" / FOLDER).iterdir())
    assert len(there) == 1 and not (tmp_path / "out" / "start" / "done").exists()
    with pytest.raises(Cancelled), Watching("waiting") as ctx:
        ctx.check()
        os.kill(os.getpid(), signal.SIGINT)
        ctx.check()
    other = [*SMOKE, "--out", tmp_path / "out", "--set", "synthetic.count=9"]
    assert exit_code(main, *other) == 1
    assert "begun with another config: synthetic" in capsys.readouterr().err


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_is_understood_by_its_recipes(name):
    config = load_cycle(name, ["rounds=5"])
    assert config.rounds == 5 and config.generator.second is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("synthetic.counts=3", "did you mean 'count'"),
        ("tuning.settings.stepps=3", "did you mean 'steps'"),
        ("generator.later.learning.rat=3", "did you mean 'rate'"),
        ("synthetic.psi=2", "synthetic.psi"),
    ],
)
def test_mistakes_in_a_config_are_said(change, told):
    with pytest.raises(UserError, match=told):
        load_cycle("smoke", [change])


def test_a_config_of_ones_own_is_sparse(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[generator]\nsecond = "off"\n[tuning.settings]\nsteps = 7\n')
    config = load_cycle(str(file))
    assert config.generator.second is None and config.evaluation == Config().evaluation
    with pytest.raises(UserError, match="neither a config"):
        load_cycle(str(tmp_path / "other.toml"))


def test_settings_become_what_set_takes():
    settings = {"a": {"b": "word", "c": {"d": [1, 2.5]}}, "e": True}
    assert as_sets(settings) == ['a.b="word"', "a.c.d=[1, 2.5]", "e=true"]


def test_given_weights_of_another_network_are_refused_at_once(tmp_path, capsys):
    from engine.models.stylematte import StyleMatte
    from engine.models.stylematte_size import SMALL

    folder = tmp_path / "home"
    save_weights(folder, "mine", seeded(StyleMatte, SMALL), network="stylematte_small")
    given = ["--set", "photographs.count=1", "--set", "stylematte.weights=mine"]
    other = ["--set", "tuning.settings.network.head=last"]
    assert exit_code(main, *SMOKE, "--out", tmp_path / "out", *given, *other) == 1
    assert "don't fit the network" in capsys.readouterr().err
    assert not (tmp_path / "out" / "start" / "stylematte").exists()


def test_photographs_are_drawn_or_the_users_own(tmp_path):
    config = load_cycle("smoke", ["photographs.count=2"])
    work = Work(config, tmp_path)
    BEFORE[0].do(work)
    assert photographs_of(work).names == ["heads-000000", "heads-000001"]
    own = load_cycle("smoke", [f'photographs.source="{tmp_path / FOLDER}"', "photographs.count=1"])
    assert photographs_of(Work(own, tmp_path / "out")).names == ["heads-000000"]
    judged = judged_on(work, "portraits").photograph(1)
    again = Drawn("portraits", "validation", 2, 64, 910_000).photograph(1)
    assert (judged.image == again.image).all() and judged.alpha.shape == (64, 64)


def test_what_a_set_does_not_have_is_a_dash():
    mean = {"whole": dict.fromkeys(("SAD", "MSE", "MAD", "Grad", "Conn"), 1.0)}
    one = {"title": "before", "sets": {"am": {"count": 3, "mean": mean}}, "made": {}}
    row = tables_of([one]).splitlines()[-1]
    assert row == "| before | 1.000 | 1.00000 | 1.00000 | – | – | – | – | – | 1.000 | 1.000 |"


def test_a_damaged_mark_is_told(tmp_path):
    work = Work(Config(), tmp_path, 1)
    work.finish(MATTING, {"name": "one", "file": "one.safetensors"})
    assert work.is_done(MATTING) and work.weights_name(MATTING) == "one"
    (work.folder / "done" / "matting.json").write_text("{")
    with pytest.raises(UserError, match="done again"):
        work.facts(MATTING)
