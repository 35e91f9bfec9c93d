"""ADA: whole-pixel moves are exact, warps are where they say, gradients reach the picture twice."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from trainer.networks.ada import ALL, Changes, Parts, changed, draw_changes, unchanged
from trainer.networks.ada_blit import blitted, folded
from trainer.networks.ada_control import Probability
from trainer.networks.ada_warp import SYM6, warped
from trainer.phase import StepContext

SIDE = 16


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 2, planes: int = 3, side: int = SIDE) -> Tensor:
    return torch.rand((count, planes, side, side), generator=generator(1)) * 2 - 1


def smooth(side: int) -> Tensor:
    """A picture with nothing that sampling could lose, 1×1×S×S."""
    rows, cols = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    waves = torch.cos(2 * math.pi * rows / 16 + 0.3) + torch.sin(2 * math.pi * cols / 11)
    return waves.double()[None, None]


def drawn(count: int = 64, probability: float = 0.7, parts: Parts = ALL) -> Changes:
    return draw_changes(count, SIDE, probability=probability, generator=generator(), parts=parts)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_mirroring_and_quarter_turns_are_exact(turns, mirrored):
    images = pictures()
    found = blitted(
        images,
        mirrored=torch.tensor([mirrored, False]),
        turns=torch.tensor([turns, 0]),
        shifts=torch.zeros((2, 2), dtype=torch.int64),
    )
    wanted = images[0].flip(2) if mirrored else images[0]
    assert torch.equal(found[0], torch.rot90(wanted, turns, (1, 2)))
    assert torch.equal(found[1], images[1])


def test_whole_shifts_are_exact_and_mirror_what_comes_in():
    images = pictures(1)
    still = {"mirrored": torch.tensor([False]), "turns": torch.tensor([0])}
    found = blitted(images, shifts=torch.tensor([[3, -2]]), **still)
    assert torch.equal(found[:, :, 3:, :-2], images[:, :, :-3, 2:])
    assert torch.equal(found[:, :, :3, :-2], images[:, :, :3, 2:].flip(2))
    assert torch.equal(found[:, :, 3:, -2:], images[:, :, :-3, -2:].flip(3))


def test_places_fold_at_the_borders():
    places = torch.tensor([-3.0, -0.5, 0.25, 7.5, 8.0, 20.0], dtype=torch.float64)
    assert folded(places, 8).tolist() == [2.0, -0.5, 0.25, 7.5, 7.0, 4.0]


def test_the_filter_is_orthogonal_to_itself_shifted():
    taps = torch.tensor(SYM6, dtype=torch.float64)
    found = [float((taps[shift:] * taps[: len(taps) - shift]).sum()) for shift in range(0, 12, 2)]
    assert found == pytest.approx([1, 0, 0, 0, 0, 0], abs=1e-10)
    assert float(taps.sum()) == pytest.approx(math.sqrt(2))


def test_a_warp_that_moves_nothing_gives_the_picture_back():
    image = pictures(1).double()
    still = unchanged(1).matrices
    found = warped(image, still)
    assert torch.allclose(found[..., 6:-6, 6:-6], image[..., 6:-6, 6:-6], atol=1e-9)
    assert torch.allclose(warped(smooth(48), still), smooth(48), atol=0.02)


@pytest.mark.parametrize(
    ("linear", "shift"),
    [
        ([[1.0, 0.0], [0.0, 1.0]], (0.5, -1.25)),
        ([[0.8, 0.0], [0.0, 1.2]], (0.0, 0.0)),
        ([[math.cos(0.4), math.sin(0.4)], [-math.sin(0.4), math.cos(0.4)]], (1.0, 0.3)),
    ],
)
def test_a_warp_takes_each_pixel_from_where_its_matrix_says(linear, shift):
    side, middle = 64, 31.5
    matrix = torch.cat([torch.tensor(linear), torch.tensor(shift)[:, None]], 1).double()
    grid = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    places = torch.stack([*grid], -1).double() - middle
    at = places @ matrix[:, :2].T + matrix[:, 2] + middle
    wanted = torch.cos(2 * math.pi * at[..., 0] / 16 + 0.3) + torch.sin(
        2 * math.pi * at[..., 1] / 11
    )
    found = warped(smooth(side), matrix[None])[0, 0]
    inside = ((at > 8) & (at < side - 9)).all(-1)
    assert inside.sum() > 1000
    assert float((found - wanted)[inside].abs().max()) < 0.03


def test_what_two_pixels_cannot_show_is_gone_after_shrinking():
    """Stripes of 3 pixels at half the size would be 1.5 pixels wide: they must not come back."""
    rows = torch.arange(96).double()
    stripes = torch.cos(2 * math.pi * rows / 3).view(1, 1, -1, 1).expand(1, 1, 96, 96)
    matrix = torch.tensor([[[2.0, 0, 0], [0, 2.0, 0]]], dtype=torch.float64)
    assert float(warped(stripes, matrix)[..., 30:66, 30:66].abs().max()) < 0.2


@pytest.mark.parametrize("planes", [3, 4])
def test_nothing_happens_at_probability_0(planes):
    images = pictures(4, planes)
    found = changed(images, changes=drawn(4, probability=0))
    assert torch.equal(found, images)


def test_a_fourth_plane_keeps_its_values():
    images = pictures(8, 4)
    colours = drawn(8, probability=1, parts=Parts(blit=False, geometry=False))
    found = changed(images, changes=colours)
    assert torch.equal(found[:, 3], images[:, 3])
    assert not torch.allclose(found[:, :3], images[:, :3])
    moves = drawn(8, probability=1, parts=Parts(colour=False))
    assert not torch.allclose(changed(images, changes=moves)[:, 3], images[:, 3])


def test_colour_changes_are_what_the_paper_says():
    found = drawn(2000, probability=1)
    linear, offset = found.colours[:, :, :3], found.colours[:, :, 3]
    grey = torch.ones(3, dtype=torch.float64)
    # greys stay greys, and what is added is grey
    greys = linear @ grey
    assert torch.allclose(greys, greys.mean(1, keepdim=True).expand(-1, 3))
    assert torch.allclose(offset, offset.mean(1, keepdim=True).expand(-1, 3))
    assert float((greys[:, 0] < 0).double().mean()) == pytest.approx(0.5, abs=0.05)  # luma flip
    assert float(greys[:, 0].abs().log2().std()) == pytest.approx(0.5, abs=0.05)  # contrast
    brightness = offset[:, 0] / greys[:, 0]
    assert float(brightness.std()) == pytest.approx(0.2, abs=0.02)


def test_each_change_comes_as_often_as_its_probability_says():
    found = drawn(4000, probability=0.4)
    assert float(found.mirrored.double().mean()) == pytest.approx(0.2, abs=0.03)
    assert float((found.turns > 0).double().mean()) == pytest.approx(0.3, abs=0.03)
    moved = (found.matrices != unchanged(4000).matrices).flatten(1).any(1).double().mean()
    assert float(moved) == pytest.approx(1 - 0.6**4, abs=0.03)  # scale, turns, stretch, shift
    assert int(found.shifts.abs().max()) == 2  # an eighth of 16 pixels


def test_the_same_numbers_are_drawn_whatever_the_probability():
    for parts in (ALL, Parts(blit=False, geometry=False)):
        source = generator(3)
        draw_changes(5, SIDE, probability=0.1, generator=source, parts=parts)
        other = generator(3)
        draw_changes(5, SIDE, probability=0.9, generator=other)
        assert torch.equal(source.get_state(), other.get_state())


def test_pictures_that_are_not_warped_stay_bit_for_bit():
    images = pictures(3)
    some = unchanged(3)
    some.matrices[1, 0, 2] = 0.5
    found = changed(images, changes=some)
    assert torch.equal(found[::2], images[::2])
    assert not torch.allclose(found[1], images[1])


def test_the_gradient_reaches_the_picture_and_so_does_the_gradients():
    images = pictures(4, side=8).double().requires_grad_()
    changes = draw_changes(4, 8, probability=1, generator=generator(5))
    assert torch.autograd.gradcheck(lambda x: changed(x, changes=changes), images, fast_mode=True)
    half = images.detach()[:1, :, :4, :4].clone().requires_grad_()
    one = Changes(**{name: value[:1] for name, value in vars(changes).items()})
    assert torch.autograd.gradgradcheck(
        lambda x: changed(x, changes=one).square(), half, fast_mode=True
    )


def test_warping_is_computed_in_full_precision_under_autocast():
    images, changes = pictures(4), drawn(4, probability=1)
    with torch.autocast("cpu", torch.bfloat16):
        found = changed(images, changes=changes)
    assert found.dtype == torch.float32
    assert torch.equal(found, changed(images, changes=changes))


def test_ranks_share_what_one_process_would_draw():
    whole = drawn(4)
    parts = [whole.own(StepContext(0, generator(), lambda t: t, rank, 2)) for rank in (0, 1)]
    for name, value in vars(whole).items():
        assert torch.equal(torch.cat([getattr(part, name) for part in parts]), value)


def told(control: Probability, value: float, steps: range) -> list[float]:
    found = []
    for step in steps:
        found.append(control.at(step))
        control.heard(torch.full((8, 1), value), total=lambda t: t)
        assert control.at(step) == found[-1]  # a step has one probability
    return found


def test_the_probability_rises_while_real_ones_are_told_and_falls_again():
    control = Probability(start=0.0, target=0.6, every=4, images=320.0, batch=8)
    assert told(control, 2.0, range(13)) == pytest.approx([0] * 4 + [0.1] * 4 + [0.2] * 4 + [0.3])
    assert control.sureness == 1.0
    found = told(control, -2.0, range(13, 40))
    assert found[-1] == 0.0 and min(found) == 0.0


def test_a_controller_goes_on_where_it_was():
    def made() -> Probability:
        return Probability(start=0.1, target=0.6, every=4, images=320.0, batch=8)

    whole, first, second = made(), made(), made()
    wanted = told(whole, 1.0, range(20))
    told(first, 1.0, range(7))
    second.load_state_dict(first.state_dict())
    assert told(second, 1.0, range(7, 20)) == wanted[7:]
    assert second.state_dict() == whole.state_dict()


def test_what_is_not_finite_is_not_heard_and_no_target_changes_nothing():
    control = Probability(start=0.2, target=None, every=4, images=320.0, batch=8)
    assert set(told(control, 1.0, range(9))) == {0.2}
    before = control.state_dict()
    control.heard(torch.tensor([[float("nan")]]), total=lambda t: t)
    assert control.state_dict() == before


def test_the_strength_of_a_part_does_not_change_the_others():
    geometry = drawn(parts=Parts(blit=False, colour=False))
    assert torch.equal(geometry.matrices, drawn().matrices)
    still = unchanged(64)
    for name in ("mirrored", "turns", "shifts", "colours"):
        assert torch.equal(getattr(geometry, name), getattr(still, name))
    assert not replace(geometry, matrices=still.matrices).mirrored.any()
