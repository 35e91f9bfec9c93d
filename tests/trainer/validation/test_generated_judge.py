"""Judging a generator: the distance, its floor, and the sheet."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.models import stylegan3
from engine.models.stylegan2 import Generator, Size
from trainer.data.portrait_pictures import as_seen
from trainer.data.sample import Pixels8
from trainer.validation.generated import GeneratorJudge, Judged, contact_sheet

SIZE = Size(resolution=16, base=128, most=8, latent=8, style=8)
SETTINGS = Judged(count=12, side=32, batch=5, shown=9)


class Noise:
    """Coloured noise; real pictures of nothing."""

    def __init__(self, count: int = 40, planes: int = 3) -> None:
        self._count, self._planes = count, planes
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self._count

    def picture(self, index: int) -> Pixels8:
        self.asked.append(index)
        rng = np.random.default_rng(index)
        return rng.integers(0, 256, (16, 16, self._planes), np.uint8)


class Real(Generator):
    """Makes the same pictures as the real ones."""

    def forward(self, z, **_):
        return torch.stack([as_seen(Noise().picture(100 + n)) for n in range(len(z))])


def made() -> Generator:
    torch.manual_seed(2)
    return Generator(SIZE).eval()


def test_the_distance_and_its_floor_over_pictures_of_which_none_counts_twice():
    pictures = Noise()
    judge = GeneratorJudge(SETTINGS, pictures)
    with torch.no_grad():
        first = judge({"generator": made()})
        again = judge({"generator": made()})
    assert first.figures == again.figures
    assert sorted(pictures.asked) == sorted(set(pictures.asked))  # read once, in two halves
    assert len(pictures.asked) == 24
    figures = first.figures
    assert (figures["made"], figures["real"], first.selected) == (12, 12, "fd_ours")
    assert 0 < figures["fd_ours_floor"] < figures["fd_ours"]
    with torch.no_grad():
        real = judge({"generator": Real(SIZE)}).figures
    assert real["fd_ours"] < 0.75 * figures["fd_ours"]  # of few pictures, a floor is high


def test_there_may_be_fewer_real_ones_than_asked_for():
    with torch.no_grad():
        figures = GeneratorJudge(SETTINGS, Noise(7))({"generator": made()}).figures
    assert (figures["made"], figures["real"]) == (12, 3)


def test_a_sheet_shows_all_and_mattes_beside_their_pictures():
    torch.manual_seed(2)
    four = Generator(Size(resolution=16, colours=4, base=128, most=8, latent=8, style=8)).eval()
    with torch.no_grad():
        found = GeneratorJudge(SETTINGS, Noise())({"generator": four})
    sheet = found.pictures["sheet"]
    assert isinstance(sheet, np.ndarray)
    assert sheet.shape == (3 * 128, 8 * 128, 3) and sheet.dtype == np.uint8
    assert (sheet[256:, 256:] == 128).all()  # nine of them and their mattes
    matte = sheet[:128, 128:256]
    assert (matte == matte[..., :1]).all() and not (sheet[:128, :128] == matte).all()
    assert set(found.figures) == {"fd_ours", "fd_ours_floor", "made", "real"}  # real ones have none


def test_what_a_matte_cuts_out_is_compared_too():
    size = stylegan3.Size(16, 4, latent=8, style=8, base=64, most=8, layers=4, margin=2)
    torch.manual_seed(2)
    four = stylegan3.Generator(size).eval()
    with torch.no_grad():
        figures = GeneratorJudge(SETTINGS, Noise(planes=4))({"generator": four}).figures
    assert 0 < figures["fd_ours_floor_cutouts"] < figures["fd_ours_cutouts"]
    assert figures["fd_ours_cutouts"] != figures["fd_ours"]


def test_a_sheet_has_its_pictures_in_rows_of_eight():
    cells = [np.full((128, 128, 3), shade, np.uint8) for shade in range(10)]
    sheet = contact_sheet(cells)
    assert sheet.shape == (256, 1024, 3)
    assert [int(sheet[5, 128 * n + 5, 0]) for n in range(8)] == list(range(8))
    assert [int(sheet[133, 128 * n + 5, 0]) for n in range(3)] == [8, 9, 128]


@pytest.mark.parametrize("count", [1, 2])
def test_one_picture_is_not_enough_so_there_are_two(count):
    settings = SETTINGS.model_copy(update={"count": count})
    with torch.no_grad():
        figures = GeneratorJudge(settings, Noise(1))({"generator": made()}).figures
    assert (figures["made"], figures["real"]) == (2, 2)
    assert all(np.isfinite(value) for value in figures.values())
