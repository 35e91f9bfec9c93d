"""Runs whose batch changes: numbers of samples, phases one after another, their rates."""

from __future__ import annotations

import pytest
import torch

from engine.errors import UserError
from trainer.config import RunConfig, Schedule
from trainer.distributed import PART, Shares, connect
from trainer.phase import Phase, Setup
from trainer.state import TrainingState
from trainer.stream import substitute

BATCHES = ((2, 4), (3, 6), (1, 1))
CONFIG = RunConfig(steps=6, global_batch=4, micro_batch=3)


def flat(shares: Shares, step: int) -> list[int]:
    return [number for piece in shares.numbers(step) for number in piece]


def test_each_part_has_its_batch_and_numbers_of_its_own():
    shares = Shares(CONFIG, BATCHES)
    assert [shares.at(step).together for step in range(6)] == [4, 4, 6, 6, 6, 1]
    assert flat(shares, 1) == [4, 5, 6, 7]
    assert flat(shares, 2) == [PART + n for n in range(6)]
    assert flat(shares, 5) == [2 * PART]
    assert shares.at(2).pieces == 2


def test_processes_share_a_part_as_they_share_a_run():
    pair = [Shares(CONFIG, BATCHES, rank, 2) for rank in (0, 1)]
    assert sorted(flat(pair[0], 3) + flat(pair[1], 3)) == flat(Shares(CONFIG, BATCHES), 3)
    assert [shares.until(0, 6) for shares in pair] == [5, 5]
    with pytest.raises(UserError, match="batch of 1 cannot be split over 2"):
        pair[0].at(5)
    assert Shares(CONFIG, BATCHES).until(0, 6) == 6
    assert Shares(CONFIG).numbers(5) == [[20, 21], [22, 23]]


@pytest.mark.parametrize("number", [3, PART + 3, 2 * PART])
def test_what_replaces_an_unreadable_sample_is_of_the_same_part(number):
    assert substitute(number, 1) // PART == number // PART
    assert substitute(number, 1) != substitute(number, 2)


class Same:
    def sample(self, index):
        return {"x": torch.ones(1)}


def test_phases_run_one_after_another_each_through_the_whole_schedule():
    network = torch.nn.Linear(1, 1)

    def loss(batch, context):
        return {"term": (network(batch["x"]) ** 2).mean()}

    phases = [
        Phase("bias", [network.bias], loss, 0.1, ends=2),
        Phase("all", list(network.parameters()), loss, 0.01, decoupled=True, begins=2, ends=6),
    ]
    config = RunConfig(steps=6, global_batch=1, schedule=Schedule(warm_up=1), clip="off")
    setup = Setup({"net": network}, phases, Same())
    state = TrainingState(setup, config, fabric=connect(config, device="cpu"), recipe="")
    weight, rates = network.weight.detach().clone(), []
    for step in range(6):
        (outcome,) = state.advance([{"x": torch.ones(1, 1)}]).items()
        rates.append((outcome[0], outcome[1].rate))
        assert torch.equal(network.weight, weight) == (step < 2)
    assert [name for name, _ in rates] == ["bias"] * 2 + ["all"] * 4
    assert [rate for _, rate in rates] == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.0075, 0.0025])
    assert [type(step.optimizer).__name__ for step in state.phases] == ["Adam", "AdamW"]
