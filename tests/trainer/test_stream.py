"""Samples: who takes which, what replaces the unreadable, workers or none."""

from __future__ import annotations

import pytest
import torch

from engine.errors import UserError
from trainer.config import RunConfig
from trainer.distributed import Share, share_of
from trainer.stream import ATTEMPTS, draw, on_device, piece_loader, substitute


class Numbers:
    """Sample i is i; those in `broken` can't be read."""

    def __init__(self, broken=()):
        self.broken = broken

    def sample(self, index):
        if self.broken == "all" or index in self.broken:
            raise UserError(f"Sample {index} cannot be read.")
        return {"number": torch.tensor(float(index)), "image": torch.zeros(2, 3, 4)}


def pieces(samples, share, **options):
    return list(piece_loader(samples, share, start=1, steps=3, **options))


@pytest.mark.parametrize(("world", "micro"), [(1, None), (1, 3), (2, 3), (3, 1), (4, 2)])
def test_every_sample_of_a_step_is_taken_once(world, micro):
    config = RunConfig(steps=1, global_batch=12, micro_batch=micro)
    shares = [share_of(config, rank=rank, world=world) for rank in range(world)]
    taken = [number for share in shares for piece in share.numbers(5) for number in piece]
    assert sorted(taken) == list(range(60, 72))
    assert all(share.batch <= (micro or 12) for share in shares)


def test_a_piece_over_all_ranks_is_the_same_whatever_their_number():
    alone = Share(rank=0, world=1, pieces=2, batch=4).numbers(3)
    pair = [Share(rank=rank, world=2, pieces=2, batch=2).numbers(3) for rank in (0, 1)]
    assert [first + second for first, second in zip(*pair, strict=True)] == alone


def test_a_batch_that_cannot_be_split_is_refused():
    with pytest.raises(UserError, match="over 5 processes"):
        share_of(RunConfig(steps=1, global_batch=12), world=5)


@pytest.mark.parametrize("workers", [0, 2])
def test_samples_come_in_order(workers):
    found = pieces(Numbers(), Share(0, 1, 2, 2), workers=workers)
    assert [piece.batch["number"].tolist() for piece in found] == [[4, 5], [6, 7], [8, 9], [10, 11]]


def test_an_unreadable_sample_has_a_fixed_substitute():
    sample, skipped = draw(Numbers({3, substitute(3, 1)}), 3)
    assert float(sample["number"]) == pytest.approx(substitute(3, 2))
    assert skipped[0] == "Sample 3 cannot be read."
    assert len(skipped) == 2


def test_reasons_travel_with_the_piece():
    found = pieces(Numbers({5}), Share(0, 1, 1, 4))
    assert [piece.skipped for piece in found] == [["Sample 5 cannot be read."], []]


def test_data_of_which_nothing_can_be_read_ends_the_run():
    piece = pieces(Numbers("all"), Share(0, 1, 1, 1))[0]
    assert len(piece.skipped) == ATTEMPTS
    with pytest.raises(UserError, match="20 samples in a row"):
        on_device(piece, torch.device("cpu"), channels_last=True)


def test_images_are_laid_out_channels_last():
    piece = pieces(Numbers(), Share(0, 1, 1, 2))[0]
    image = on_device(piece, torch.device("cpu"), channels_last=True).batch["image"]
    assert image.is_contiguous(memory_format=torch.channels_last)
