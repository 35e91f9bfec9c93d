"""A network that is only asked keeps no trace of it."""

from __future__ import annotations

import torch
from torch import nn

from trainer.networks.untouched import untouched


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 1, 1))


def test_the_answer_and_its_gradient_are_the_usual_ones() -> None:
    asked, usual = network(), network()
    pictures = [torch.linspace(0, 1, 64).view(1, 1, 8, 8).requires_grad_() for _ in range(2)]
    answers = untouched(asked, pictures[0]), usual(pictures[1])
    assert torch.equal(*answers)
    for answer in answers:
        answer.square().sum().backward()
    assert torch.equal(pictures[0].grad, pictures[1].grad)
    assert all(parameter.grad is not None for parameter in usual.parameters())
    assert all(parameter.grad is None for parameter in asked.parameters())


def test_running_statistics_stay_and_gradients_can_be_had_again() -> None:
    asked = network()
    before = {name: buffer.clone() for name, buffer in asked.named_buffers()}
    picture = torch.linspace(0, 1, 64).view(1, 1, 8, 8)
    untouched(asked, picture)
    assert all(torch.equal(before[name], now) for name, now in asked.named_buffers())
    asked(picture).sum().backward()
    assert asked[0].weight.grad is not None
    assert asked[1].num_batches_tracked == 1
