"""Frames around people: inside the photograph, of one shape in a batch, and the same again."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from trainer.data.people_samples import Framing, PeopleSamples, frame, framed, stretched
from trainer.data.sample import Photograph

SHAPES = ((64, 48), (48, 48), (48, 64))


class Blobs:
    """Scenes with an ellipse of any size and place before noise."""

    def scene(self, rng: np.random.Generator) -> Photograph:
        size = (int(rng.integers(40, 200)), int(rng.integers(40, 200)))
        rows, columns = np.mgrid[: size[0], : size[1]] / np.reshape(size, (2, 1, 1))
        centre, radii = rng.uniform(0.1, 0.9, 2), rng.uniform(0.1, 0.6, 2)
        near = ((rows - centre[0]) / radii[0]) ** 2 + ((columns - centre[1]) / radii[1]) ** 2
        image = rng.integers(0, 256, (*size, 3), np.uint8)
        return Photograph(image, np.clip(2 - 2 * near, 0, 1).astype(np.float32), "blob")


def samples(batch: int = 4, **framing) -> PeopleSamples:
    settings = Framing(shapes=SHAPES, **framing)
    return PeopleSamples(Blobs(), framing=settings, batch=batch, seed=3)


def test_a_sample_comes_again_from_its_number():
    for index in (0, 7):
        one, again = samples().sample(index), samples().sample(index)
        assert torch.equal(one["image"], again["image"])
        assert torch.equal(one["alpha"], again["alpha"])
    assert not torch.equal(samples().sample(0)["image"], samples().sample(1)["image"])


def test_samples_are_pictures_and_mattes_in_the_unit_range():
    for index in range(12):
        sample = samples().sample(index)
        assert sample["image"].shape == (3, *sample["alpha"].shape[1:])
        assert all(plane.dtype == torch.float32 for plane in sample.values())
        assert all(0 <= plane.min() <= plane.max() <= 1 for plane in sample.values())


def test_a_batch_has_one_shape_and_batches_have_all():
    source, seen = samples(), set()
    for step in range(12):
        shapes = {tuple(source.sample(4 * step + n)["alpha"].shape[1:]) for n in range(4)}
        assert len(shapes) == 1
        seen |= shapes
    assert seen == set(SHAPES)


@pytest.mark.parametrize("whole", [0.0, 1.0])
@pytest.mark.parametrize("aspect", [48 / 64, 1.0, 64 / 48])
def test_frames_lie_inside_the_photograph_with_the_person_in_them(whole, aspect):
    framing = Framing(whole=whole)
    for number in range(60):
        rng = np.random.default_rng(number)
        alpha = Blobs().scene(rng).alpha
        found = frame(alpha, aspect, rng, framing)
        height, width = alpha.shape
        assert 0 <= found.top < found.bottom <= height
        assert 0 <= found.left < found.right <= width
        assert alpha[found.slices].max() > 0.5 or alpha.max() <= 0.5
        tall, wide = found.bottom - found.top, found.right - found.left
        assert abs(wide - aspect * tall) <= 1 + aspect


def test_a_whole_frame_has_all_of_the_person_and_another_begins_at_the_head():
    alpha = np.zeros((200, 300), np.float32)
    alpha[40:160, 130:170] = 1
    for number in range(30):
        rng = np.random.default_rng(number)
        found = frame(alpha, 1.0, rng, Framing(whole=1.0, margin=(1.4, 1.6)))
        rows = alpha[found.slices].any(axis=1).sum()
        assert rows >= 120 - 0.25 * (found.bottom - found.top)
        found = frame(alpha, 1.0, rng, Framing(whole=0.0, bust=(0.2, 0.3)))
        assert found.top <= 40 < found.bottom < 120


def test_where_nobody_is_any_frame_will_do():
    found = frame(np.zeros((90, 50), np.float32), 1.0, np.random.default_rng(0), Framing())
    assert 0 < found.bottom - found.top <= 50


def test_picture_and_matte_are_cut_and_mirrored_together():
    rng = np.random.default_rng(0)
    alpha = Blobs().scene(rng).alpha
    image = np.rint(255 * alpha).astype(np.uint8)[..., None].repeat(3, 2)
    for number in range(20):
        seen, matte = framed(
            Photograph(image, alpha, "same"), (64, 48), np.random.default_rng(number), Framing()
        )
        assert np.abs(seen[..., 0] / 255 - matte).mean() < 0.02


def test_resized_photographs_are_stretched_and_nothing_else_is_done():
    source = samples(resized=True, grey=1.0, turned=40.0)
    for index in range(4):
        sample = source.sample(index)
        photograph = Blobs().scene(np.random.default_rng([3, index]))
        image, alpha = stretched(photograph.image, photograph.alpha, sample["alpha"].shape[1:])
        assert np.array_equal(sample["image"].numpy(), (image / np.float32(255)).transpose(2, 0, 1))
        assert np.array_equal(sample["alpha"].numpy()[0], alpha)
        assert not torch.equal(sample["image"][0], sample["image"][1])


def test_stretching_takes_all_of_the_picture():
    rows, columns = np.mgrid[:40, :80]
    image = np.stack([6 * rows, 3 * columns, 0 * rows], -1).astype(np.uint8)
    alpha = (columns >= 40).astype(np.float32)
    seen, matte = stretched(image, alpha, (80, 40))
    assert (seen.shape, matte.shape) == ((80, 40, 3), (80, 40))
    assert (matte[:, 20:] == 1).all()
    assert (matte[:, :20] == 0).all()
    assert seen[-1, :, 0].min() > 225  # the last row is there
    assert seen[:, -1, 1].min() > 230  # and the last column
