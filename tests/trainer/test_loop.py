"""The loop: what it guards against, counts, writes and keeps."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.errors import UserError
from trainer.checkpoint import BEST, Checkpoints, read_state
from trainer.config import RunConfig
from trainer.loop import train
from trainer.phase import Phase, Setup


def lines(out, kind):
    found = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [line for line in found if line["kind"] == kind]


def weights(out, which="newest"):
    checkpoints = Checkpoints(out)
    return read_state(getattr(checkpoints, which)())["networks"]["net"]


def test_the_loss_falls(tiny, tmp_path):
    tiny(tmp_path, "steps=60", "log_every=10", "checkpoint_every=60")
    losses = [line["loss"] for line in lines(tmp_path, "train")]
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("factor", ["nan", "inf"])
def test_a_step_that_is_not_finite_changes_nothing(tiny, tmp_path, factor):
    sets = ("steps=3", "ema=off", "channels_last=false")
    tiny(tmp_path / "before", *sets, "schedule.shape=constant", stop_after=2)
    report = tiny(
        tmp_path / "after", *sets, "schedule.shape=constant", "burst=[2, 3]", f"factor={factor}"
    )
    assert (report.step, report.bad_steps) == (3, 1)
    before, after = weights(tmp_path / "before"), weights(tmp_path / "after")
    assert all(torch.equal(before[name], after[name]) for name in before if "tracked" not in name)


def test_nothing_finite_any_more_ends_the_run_and_names_the_last_checkpoint(tiny, tmp_path):
    sets = ("steps=50", "burst=[3, 50]", "factor=nan", "bad_steps=5", "checkpoint_every=4")
    with pytest.raises(UserError) as caught:
        tiny(tmp_path, *sets)
    assert "5 steps in a row (up to step 8)" in caught.value.problem
    assert "step-000000004.pt" in caught.value.remedy


def test_accumulation_gives_the_same_gradient(tiny, tmp_path):
    sets = ("freeze_norm=true", "steps=1", "ema=off", "weighted=false")
    tiny(tmp_path / "whole", *sets)
    tiny(tmp_path / "pieces", *sets, "micro_batch=1")
    run = json.loads((tmp_path / "pieces" / "run.json").read_text())
    assert run["batch"] == {"pieces": 4, "samples": 1}
    (whole,), (pieces,) = lines(tmp_path / "whole", "train"), lines(tmp_path / "pieces", "train")
    assert pieces["loss"] == pytest.approx(whole["loss"], rel=1e-5)
    assert pieces["matte/norm"] == pytest.approx(whole["matte/norm"], rel=1e-5)


def test_frozen_statistics_stay_as_they_are(tiny, tmp_path):
    tiny(tmp_path, "freeze_norm=true", "steps=3")
    state = weights(tmp_path)
    assert state["1.running_mean"].tolist() == [0] * 8
    assert state["1.weight"].tolist() != [1] * 8


def test_what_a_run_leaves(tiny, tmp_path):
    report = tiny(tmp_path, "unreadable=9")
    assert report.skipped == len(lines(tmp_path, "skipped")) > 0
    assert [line["step"] for line in lines(tmp_path, "validation")] == [4, 8, 12]
    names = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert names == [BEST, "step-000000010.pt", "step-000000012.pt"]
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 3
    assert list((tmp_path / "tensorboard").glob("events*"))
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["config"]["schedule"]["warm_up"] == 2
    assert run["versions"]["torch"] == torch.__version__
    assert lines(tmp_path, "train")[-1]["skipped_samples"] == report.skipped


def test_best_is_the_lowest_figure(tiny, tmp_path):
    tiny(tmp_path, "steps=8", "validate_every=1", "rate=0.3")
    figures = {line["step"]: line["mad"] for line in lines(tmp_path, "validation")}
    best = read_state(tmp_path / "checkpoints" / BEST)
    assert figures[best["step"]] == min(figures.values()) == best["figures"]["mad"]


def test_a_folder_with_a_run_is_not_overwritten(tiny, tmp_path):
    tiny(tmp_path, config="smoke")
    with pytest.raises(UserError, match="--resume auto"):
        tiny(tmp_path, config="smoke")


def test_another_config_cannot_go_on(tiny, tmp_path):
    tiny(tmp_path, stop_after=2)
    with pytest.raises(UserError, match=r"rate \(0\.01 before\)"):
        tiny(tmp_path, "rate=0.5", resume=True)
    assert tiny(tmp_path, "workers=1", "log_every=3", resume=True).finished


def test_what_was_logged_after_the_checkpoint_is_dropped(tiny, tmp_path):
    tiny(tmp_path, "checkpoint_every=2", stop_after=4)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"kind": "train", "step": 5, "loss": 1}\n{"kind": "tr')
    tiny(tmp_path, "checkpoint_every=2", resume=True)
    assert [line["step"] for line in lines(tmp_path, "train")] == list(range(1, 13))


def test_a_damaged_checkpoint_is_said_not_passed_over(tiny, tmp_path):
    report = tiny(tmp_path, stop_after=4)
    report.checkpoint.write_bytes(report.checkpoint.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"cannot be read.*step-000000004|step-000000004.*read"):
        tiny(tmp_path, resume=True)


def test_what_a_network_has_frozen_stays(tmp_path):
    network = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1))
    network[0].requires_grad_(False)
    before = network[0].weight.clone(), network[1].weight.detach().clone()

    class Points:
        def sample(self, index):
            return {"x": torch.tensor([float(index + 1)])}

    phase = Phase("fit", list(network.parameters()), lambda b, c: {"x": network(b["x"]).sum()}, 0.1)
    config = RunConfig(steps=2, global_batch=1, ema=0.9)
    setup = Setup({"net": network}, [phase], Points())
    train(setup, config, out=tmp_path, resume=False, device="cpu")
    assert torch.equal(network[0].weight, before[0])
    assert not torch.equal(network[1].weight, before[1])


def test_phases_take_turns_and_touch_only_their_own(tiny, tmp_path):
    torch.manual_seed(0)
    maker, judge = nn.Linear(1, 1), nn.Linear(1, 1)
    calls = []

    class Points:
        def sample(self, index):
            return {"x": torch.tensor([float(index % 3)])}

    def make(batch, context):
        calls.append(("make", context.step, judge.weight.requires_grad))
        return {"real": functional.softplus(-judge(maker(batch["x"]))).mean()}

    def judged(batch, context):
        calls.append(("judge", context.step, maker.weight.requires_grad))
        return {"fake": functional.softplus(judge(maker(batch["x"]))).mean()}

    phases = [
        Phase("make", list(maker.parameters()), make, 0.1),
        Phase("judge", list(judge.parameters()), judged, 0.0, every=2),
    ]
    before = judge.weight.detach().clone(), maker.weight.detach().clone()
    setup = Setup({"maker": maker, "judge": judge}, phases, Points())
    train(setup, RunConfig(steps=3, global_batch=2), out=tmp_path, resume=False, device="cpu")
    turns = [("make", 0), ("judge", 0), ("make", 1), ("make", 2), ("judge", 2)]
    assert [call[:2] for call in calls] == turns
    assert not any(other_learns for *_, other_learns in calls)
    assert torch.equal(judge.weight, before[0])
    assert not torch.equal(maker.weight, before[1])
