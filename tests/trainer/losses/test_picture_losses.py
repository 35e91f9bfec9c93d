"""What POMAGAN compares: pictures, borders and a map's cross entropy, by hand."""

from __future__ import annotations

from math import log

import pytest
import torch
from torch import Tensor

from trainer.losses.border import border_map
from trainer.losses.cross_entropy import cross_entropy_loss
from trainer.losses.pictures import pictures, pictures_l1


def alone(value: Tensor) -> Tensor:
    return value


def test_the_border_is_what_dilation_adds_and_erosion_takes() -> None:
    truth = torch.zeros(1, 1, 9, 9)
    truth[..., 3:6, 3:6] = 0.75  # counts as 1
    truth[..., 0, 0] = 0.5  # counts as 0
    border = border_map(truth.requires_grad_(), 3)[0, 0]
    wanted = torch.zeros(9, 9)
    wanted[2:7, 2:7] = 1
    wanted[4, 4] = 0
    assert torch.equal(border, wanted)
    assert not border.requires_grad


def test_the_pictures_frame_is_no_border() -> None:
    truth = torch.zeros(1, 1, 6, 8)
    truth[..., :4] = 1
    border = border_map(truth, 5)[0, 0]
    assert torch.equal(border, torch.tensor([0, 0, 1, 1, 1, 1, 0, 0.0]).expand(6, 8))
    assert not border_map(torch.ones(1, 1, 6, 8), 5).any()
    assert not border_map(torch.zeros(1, 1, 6, 8), 5).any()


def test_pictures_are_the_map_what_it_cuts_out_and_what_it_composes() -> None:
    plane = torch.tensor([[[[0.0, 0.25, 1.0]]]])
    image, behind = torch.full((1, 3, 1, 3), 0.8), torch.full((1, 3, 1, 3), 0.4)
    made = pictures(plane, image, ("map", "foreground", "image"), behind)
    assert made["map"] is plane
    for name, values in (("foreground", [0, 0.2, 0.8]), ("image", [0.4, 0.5, 0.8])):
        torch.testing.assert_close(made[name], torch.tensor(values).expand(1, 3, 1, 3))
    with pytest.raises(ValueError, match="background"):
        pictures(plane, image, ("image",))


def test_differences_of_pictures_are_means_inside_the_mask_and_added() -> None:
    image = torch.full((1, 3, 1, 2), 0.5)
    found = pictures(torch.tensor([[[[1.0, 0.5]]]]), image, ("map", "foreground"))
    true = pictures(torch.tensor([[[[0.0, 0.0]]]]), image, ("map", "foreground"))
    everywhere = torch.ones(1, 1, 1, 2)
    whole = pictures_l1(found, true, everywhere, total=alone)
    assert float(whole) == pytest.approx(0.75 + 0.375)
    right = pictures_l1(found, true, torch.tensor([[[[0.0, 1.0]]]]), total=alone)
    assert float(right) == pytest.approx(0.5 + 0.25)
    assert float(pictures_l1(found, found, everywhere, total=alone)) == 0.0


def test_cross_entropy_is_the_mean_of_what_was_not_known() -> None:
    logits = torch.tensor([[[[0.0, log(3.0), -log(3.0), 50.0]]]])
    target = torch.tensor([[[[1.0, 1.0, 0.25, 0.0]]]])
    mask = torch.tensor([[[[1.0, 1.0, 1.0, 0.0]]]])
    wanted = (log(2) - log(0.75) - (0.25 * log(0.25) + 0.75 * log(0.75))) / 3
    assert float(cross_entropy_loss(logits, target, mask, total=alone)) == pytest.approx(wanted)
    low = cross_entropy_loss(logits.bfloat16(), target, mask, total=alone)
    assert low.dtype == torch.float32
    assert float(low) == pytest.approx(wanted, rel=1e-2)


def test_a_ranks_share_of_the_cross_entropy() -> None:
    logits, target = torch.zeros(2, 1, 1, 2), torch.ones(2, 1, 1, 2)
    parts = [
        cross_entropy_loss(one, other, torch.ones_like(one), total=lambda _: torch.tensor(4.0))
        for one, other in zip(logits.split(1), target.split(1), strict=True)
    ]
    assert float(sum(parts)) == pytest.approx(log(2))
