"""Pictures of faces: where heads are, what each source gives, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.enhance.heads import head_square
from engine.errors import UserError
from tests.trainer.data.layouts.layout_trees import picture, save
from trainer.data.folders import Pictures
from trainer.data.heads import made_head
from trainer.data.pool import write_shard
from trainer.data.pool.build import sources
from trainer.data.pool.heads import heads_of
from trainer.data.portrait_pictures import (
    SOURCES,
    Faces,
    FaceSamples,
    WholePictures,
    as_seen,
    open_faces,
)

SIDE = 16


def figure() -> np.ndarray:
    """A head of 40×30 pixels from row 20, a neck, shoulders, and all below them."""
    rows, cols = np.mgrid[:320, :120]
    head = ((rows - 40) / 20) ** 2 + ((cols - 50) / 15) ** 2 <= 1
    neck = (rows >= 50) & (rows < 70) & (abs(cols - 50) < 7)
    return head | neck | ((rows >= 66) & (abs(cols - 50) < 40))


def test_squares_are_found_as_an_enhancement_finds_them():
    sides, heads = [], [np.random.default_rng(n) for n in range(4)]
    for rng in heads:
        _, alpha = made_head(rng, 64, "train")
        square = head_square(alpha > 0.5)
        assert abs(square.row - 32) < 16 and abs(square.col - 32) < 13
        sides.append(square.side)
    assert np.median(sides) == pytest.approx(64, rel=0.15)


def test_a_made_head_fills_its_picture_and_has_its_matte():
    image, alpha = made_head(np.random.default_rng(0), 32, "train")
    assert image.shape == (32, 32, 3) and image.dtype == np.uint8
    assert alpha.shape == (32, 32) and alpha.dtype == np.float32
    assert alpha[8:24, 10:22].mean() > 0.95
    assert alpha[:2].mean() < 0.5
    again, _ = made_head(np.random.default_rng(0), 32, "train")
    assert np.array_equal(image, again)


@pytest.fixture
def places(tmp_path):
    for number in range(3):
        picture(tmp_path / "mine" / f"{number}.png", number, (30, 24))
        picture(tmp_path / "people" / "image" / f"{number}.jpg", number, (320, 120))
        where = figure() if number else np.zeros((320, 120), bool)
        save(tmp_path / "people" / "label" / f"{number}.png", where.astype(np.uint8))
    drawn_from = sources(side=SIDE)
    heads = [head for number in range(2) for head in heads_of(drawn_from, number, 0)]
    write_shard(tmp_path / "heads" / "0", heads)
    return tmp_path


def opened(places, source: str, **more) -> Pictures:
    own = {"portraits": places / "heads", "made": 2, "name": "people", "folder": places / "mine"}
    settings = Faces.model_validate({"source": source, **own, **more})
    return open_faces(settings, side=SIDE, planes=3)


def test_every_source_gives_squares(places, monkeypatch):
    monkeypatch.setenv("MATTE_DATA", str(places))
    counts = {"made": 2, "pool": 2, "people": 2, "pictures": 3}
    assert set(counts) == set(SOURCES)
    for source, count in counts.items():
        pictures = opened(places, source)
        assert len(pictures) == count
        assert pictures.picture(1).shape == (SIDE, SIDE, 3)
        assert pictures.picture(1).dtype == np.uint8
    assert opened(places, "people").left_out == 1


def test_made_and_pooled_heads_may_bring_their_mattes(places):
    for source in ("made", "pool"):
        settings = Faces(source=source, made=2, portraits=places / "heads")
        four = open_faces(settings, side=SIDE, planes=4).picture(1)
        assert four.shape == (SIDE, SIDE, 4)
        assert four[..., 3].max() == 255
        assert np.array_equal(four[..., :3], open_faces(settings, side=SIDE).picture(1))
    with pytest.raises(UserError, match="without a matte"):
        open_faces(Faces(source="pictures", folder=places / "mine"), side=SIDE, planes=4)


def test_what_will_not_do_is_said(places, tmp_path, monkeypatch):
    monkeypatch.setenv("MATTE_DATA", str(places))
    with pytest.raises(UserError, match="head of 500 pixels"):
        opened(places, "people", least=500)
    with pytest.raises(UserError, match="16 pixels a side, less than 32"):
        open_faces(Faces(source="pool", portraits=places / "heads"), side=32)
    with pytest.raises(UserError, match="no pool"):
        open_faces(Faces(source="pool", portraits=tmp_path / "nothing"), side=SIDE)


def test_a_whole_picture_is_its_middle_square(tmp_path):
    class One:
        def __len__(self) -> int:
            return 1

        def picture(self, index: int) -> np.ndarray:
            return np.arange(6 * 10 * 3, dtype=np.uint8).reshape(6, 10, 3)

    pictures = WholePictures(One(), 6)  # type: ignore[arg-type]
    assert np.array_equal(pictures.picture(0), One().picture(0)[:, 2:8])


def test_samples_depend_on_their_number_alone_and_are_mirrored_half_of_the_time(places):
    pictures = opened(places, "pictures")
    samples = FaceSamples(pictures, mirror=True, seed=3)
    taken = [samples.sample(n)["image"] for n in range(60)]
    assert torch.equal(samples.sample(5)["image"], taken[5])
    own = [as_seen(pictures.picture(n)) for n in range(3)]
    plain = [any(torch.equal(one, seen) for one in own) for seen in taken]
    turned = [any(torch.equal(one.flip(2), seen) for one in own) for seen in taken]
    assert all(a != b for a, b in zip(plain, turned, strict=True))
    assert 15 < sum(turned) < 45
    assert taken[0].dtype == torch.float32 and -1 <= float(taken[0].min()) < 0
    straight = FaceSamples(pictures, mirror=False, seed=3)
    assert all(any(torch.equal(o, straight.sample(n)["image"]) for o in own) for n in range(20))
