"""Figures of segmenters whose answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.trainer.data.people_sets import PERSON, SIZE, make_people, people_names, person
from trainer.data.sample import Photograph
from trainer.validation.people import Judged, PeopleJudge, answer_of, upper


class Answer(nn.Module):
    """Says the same of each pixel, or how red it is."""

    def __init__(self, value: float | None) -> None:
        super().__init__()
        self.value, self.unused = value, nn.Parameter(torch.zeros(1))
        self.seen: list[tuple[int, int]] = []

    def predict(self, rgb: Tensor) -> Tensor:
        self.seen.append((rgb.shape[2], rgb.shape[3]))
        return rgb[:, :1] if self.value is None else torch.full_like(rgb[:, :1], self.value)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_people(tmp_path)
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    return tmp_path


def judged(network: nn.Module, **settings) -> dict[str, float]:
    found = PeopleJudge(Judged(**settings))({"segmentation": network})
    assert found.selected == "wrong"
    return found.figures


@pytest.mark.usefixtures("people")
def test_everything_is_right_where_the_person_is() -> None:
    found = judged(Answer(1.0), count=2)
    body = 100 * person().mean()
    whole = Photograph(np.zeros((*SIZE, 3), np.uint8), person().astype(np.float32), "one")
    shares = [100 * float(upper(whole, part).alpha.mean()) for part in (0.5, 0.28)]
    assert found["iou"] == pytest.approx(body)
    assert found["least"] == pytest.approx(body)
    assert [found["iou_upper"], found["iou_head"]] == pytest.approx(shares)
    assert found["wrong"] == pytest.approx(100 - (body + sum(shares)) / 3)
    assert found["boundary"] == 0  # one boundary is there, and it found none
    nobody = judged(Answer(0.0), count=2)
    assert (nobody["iou"], nobody["wrong"]) == (0, 100)


@pytest.mark.usefixtures("people")
def test_only_those_held_out_are_judged() -> None:
    found = PeopleJudge(Judged(count=9, shown=9))({"segmentation": Answer(1.0)})
    rows = found.pictures["sheet"].shape[0] // 256
    assert rows == len(people_names("validation"))


def test_a_segmenter_that_sees_the_answer_is_right() -> None:
    red = np.zeros((*SIZE, 3), np.uint8)
    red[person(), 0] = 255
    answer = answer_of(Answer(None), red, area=2 * SIZE[0] * 2 * SIZE[1], multiple=32)
    assert answer.shape == SIZE
    assert np.array_equal(answer > 0.5, person())


def test_the_network_sees_about_the_area_in_multiples() -> None:
    network = Answer(0.5)
    answer = answer_of(network, np.zeros((400, 300, 3), np.uint8), area=256 * 256, multiple=32)
    assert network.seen == [(288, 224)]
    assert (answer.shape, answer.dtype) == ((400, 300), np.float32)
    answer_of(network, np.zeros((4000, 30, 3), np.uint8), area=64 * 64, multiple=32)
    assert network.seen[-1][1] == 32  # never less than one multiple


def test_a_portrait_is_the_upper_part_with_room() -> None:
    rows, columns = PERSON
    photograph = Photograph(np.zeros((*SIZE, 3), np.uint8), person().astype(np.float32), "one")
    piece = upper(photograph, 0.5)
    tall = (rows.stop - rows.start) / 2
    top = round(rows.start - 0.12 * tall)
    assert piece.alpha.shape[0] == rows.start + tall - top
    assert not piece.alpha[: rows.start - top].any()
    assert piece.alpha[rows.start - top :].any(axis=1).all()
    assert piece.alpha.sum() == tall * (columns.stop - columns.start)
    assert piece.alpha.shape[1] == pytest.approx(1.2 * (rows.start + tall - top), abs=1)


def test_made_portraits_are_the_same_each_time_and_need_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    settings = {"photographs": "made", "count": 2, "side": 64, "area": 4096}
    one, again = (judged(Answer(1.0), **settings) for _ in range(2))
    assert one == again
    assert 5 < one["iou"] < 95
