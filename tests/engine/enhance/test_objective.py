"""The four terms by hand, where gradients go, and what each kind of model may have."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.enhance import objective as terms
from engine.enhance.objective import Judges, Objective
from engine.enhance.reference import (
    Abilities,
    MethodReference,
    NetworkReference,
    allowed_terms,
    known_kept,
    open_reference,
    padded,
    threads_kept,
)
from engine.enhance.scenery import Scenery, made, scenery_of
from engine.enhance.settings import (
    DEFAULT,
    PAPER,
    EnhanceSettings,
    Weights,
    ablations,
    for_generation,
)
from engine.errors import BugError, UserError
from engine.models.loaded import LoadedNetwork
from engine.models.prn_small import PrnSmall
from engine.models.registry import MODELS

SIDE = 32


def picture(seed: int = 0) -> Tensor:
    return torch.rand((1, 3, SIDE, SIDE), generator=torch.Generator().manual_seed(seed))


def network(name: str) -> NetworkReference:
    """A row of the table with tiny random weights."""
    from engine.device import DeviceChoice
    from engine.models.alpha_generation import AlphaGenerationNet
    from tests.made_networks import TINY_SHAPE

    torch.manual_seed(3)
    nets = {
        "prn_small": lambda: PrnSmall(widths=(8, 8, 8, 8, 8)),
        "pomagan_small": lambda: AlphaGenerationNet(TINY_SHAPE),
    }
    module = nets[name]().eval().requires_grad_(False)
    return NetworkReference(LoadedNetwork(name, MODELS[name], module, DeviceChoice("cpu", "")))


def test_entropy_is_that_of_the_softmax() -> None:
    assert float(terms.entropy(torch.zeros(1, 3, 4, 4))) == pytest.approx(math.log(3))
    sure = torch.zeros(1, 3, 4, 4)
    sure[:, 1] = 100
    assert float(terms.entropy(sure)) == pytest.approx(0, abs=1e-6)
    logits = torch.log(torch.tensor([0.5, 0.25, 0.25])).view(1, 3, 1, 1)
    assert float(terms.entropy(logits)) == pytest.approx(1.5 * math.log(2))


def test_composition_is_the_surprise_of_the_discriminator() -> None:
    logits = torch.tensor([[0.0], [2.0]])
    want = (math.log(2) - math.log(1 / (1 + math.exp(-2)))) / 2
    assert float(terms.composition(logits)) == pytest.approx(want)


def test_fidelity_terms_are_mean_squares() -> None:
    one, other = torch.full((1, 3, 2, 2), 0.75), torch.full((1, 3, 2, 2), 0.5)
    assert float(terms.consistency(one, other)) == pytest.approx(0.25)
    assert float(terms.perceptual(one, other)) == pytest.approx(0.0625)


def test_a_composite_of_a_picture_over_itself_is_the_picture() -> None:
    alpha = torch.rand(1, 1, SIDE, SIDE)
    torch.testing.assert_close(terms.compose(picture(), picture(), alpha), picture())
    white, black = torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    quarter = torch.full((1, 1, 2, 2), 0.25)
    assert torch.equal(terms.compose(white, black, quarter), torch.full_like(white, 0.25))


def test_trimaps_have_the_likeliest_class() -> None:
    logits = torch.eye(3).view(1, 3, 1, 3)  # background, unknown, foreground
    assert terms.trimap_of(logits).flatten().tolist() == [0, 0.5, 1]


@pytest.fixture
def judges(trimap_net, discriminator) -> Judges:
    def features(rgb: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(rgb, 4)

    return Judges(network("prn_small"), trimap_net, discriminator, features)


def test_all_terms_reach_the_picture_and_are_weighted(judges) -> None:
    original = picture()
    seen = {}
    for factor in (1, 3):
        weights = Weights(factor, factor, 10 * factor, 10 * factor)
        goal = Objective(judges, replace(DEFAULT, weights=weights), original=original)
        found = (picture() * 0.9 + 0.05).requires_grad_()
        values = goal(found, 0)
        assert set(values) == {"entropy", "composition", "consistency", "perceptual"}
        for name, value in values.items():
            (gradient,) = torch.autograd.grad(value, found, retain_graph=True)
            assert gradient.abs().max() > 0, name
        seen[factor] = {name: float(value.detach()) for name, value in values.items()}
    for name, value in seen[1].items():
        assert seen[3][name] == pytest.approx(3 * value, rel=1e-4)


def test_the_foreground_is_a_constant_and_is_found_every_few_steps(judges) -> None:
    settings = replace(DEFAULT, foreground_every=3, weights=Weights(0, 1, 0, 0))
    goal = Objective(judges, settings, original=picture())
    found = picture(1).requires_grad_()
    goal(found, 0)
    first = goal.foreground
    assert first is not None
    assert not first.requires_grad
    for step in (1, 2):
        goal(picture(2), step)
        assert goal.foreground is first
    goal(picture(2), 3)
    assert goal.foreground is not first


def test_backgrounds_are_the_same_for_the_same_step(judges) -> None:
    settings = replace(DEFAULT, weights=Weights(0, 1, 0, 0))
    goal = Objective(judges, settings, original=picture())
    values = [float(goal(picture(), step)["composition"]) for step in (1, 2, 1)]
    assert values[0] == values[2] != values[1]


@pytest.mark.parametrize("method", ["closed_form", "multilevel", "blur_fusion"])
def test_each_estimator_gives_the_pictures_colours_where_alpha_is_one(method) -> None:
    rgb = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[8:24, 8:24] = 1
    with threads_kept():
        found = terms.FOREGROUNDS[method](rgb, alpha)
    np.testing.assert_allclose(found[10:22, 10:22], rgb[10:22, 10:22], atol=0.01)


def test_the_true_matte_can_find_the_foreground(judges) -> None:
    settings = replace(DEFAULT, foreground_alpha="true", weights=Weights(0, 1, 0, 0))
    with pytest.raises(BugError, match="true matte"):
        Objective(judges, settings, original=picture())
    goal = Objective(judges, settings, original=picture(), true_alpha=torch.ones(1, 1, SIDE, SIDE))
    goal(picture(), 0)
    torch.testing.assert_close(goal.foreground, picture(), atol=1e-3, rtol=0)


def test_differentiable_with_trimap_has_all_terms(judges) -> None:
    assert Objective(judges, DEFAULT, original=picture()).refused == {}
    assert network("prn_small").abilities == Abilities(True, "trimap")


def test_trimap_free_has_composition_and_fidelity(judges) -> None:
    goal = Objective(
        replace(judges, reference=network("pomagan_small")), DEFAULT, original=picture()
    )
    assert set(goal.terms) == {"composition", "consistency", "perceptual"}
    assert "takes no trimap" in goal.refused["entropy"]
    found = picture(1).requires_grad_()
    (gradient,) = torch.autograd.grad(goal(found, 0)["composition"], found)
    assert gradient.abs().max() > 0


def test_a_black_box_with_trimap_has_entropy_and_fidelity(judges) -> None:
    reference = open_reference("closed_form")
    assert isinstance(reference, MethodReference)
    goal = Objective(
        replace(judges, reference=reference, discriminator=None), DEFAULT, original=picture()
    )
    assert set(goal.terms) == {"entropy", "consistency", "perceptual"}
    assert "no gradients come through closed_form" in goal.refused["composition"]
    threads = torch.get_num_threads()
    judged = goal.judged(picture())
    assert judged.alpha.shape == (1, 1, SIDE, SIDE)
    assert torch.get_num_threads() == threads  # numba's kernels would have changed it
    known = judged.trimap != 0.5
    assert torch.equal(judged.alpha[known], judged.trimap[known])


def test_a_network_that_refines_starts_from_closed_forms_matte() -> None:
    reference = open_reference("prn_small")
    assert isinstance(reference, NetworkReference)
    trimap = torch.full((1, 1, SIDE, SIDE), 0.5)
    trimap[..., :12], trimap[..., 20:] = 0, 1
    found = picture(1).requires_grad_()
    matte = reference.alpha(found, trimap)
    prior = open_reference("closed_form").alpha(picture(1), trimap)
    told = torch.cat([trimap, prior], 1)
    with torch.no_grad():
        answer = reference.network.module.predict(picture(1), told)
    torch.testing.assert_close(matte.detach(), known_kept(answer, trimap), atol=1e-5, rtol=0)
    (gradient,) = torch.autograd.grad(matte.sum(), found)
    assert gradient.abs().max() > 0


def test_a_black_box_without_trimap_is_refused_with_the_reason() -> None:
    class Nothing:
        name = "their.onnx"
        abilities = Abilities(False, "none")

        def alpha(self, picture: Tensor, trimap: Tensor) -> Tensor:
            return trimap

    with pytest.raises(UserError, match=r"their\.onnx.*takes no trimap.*no gradients"):
        allowed_terms(Nothing())


def test_a_term_without_its_network_is_a_bug(judges) -> None:
    for missing in ("discriminator", "features"):
        with pytest.raises(BugError, match="not given"):
            Objective(replace(judges, **{missing: None}), DEFAULT, original=picture())
    with pytest.raises(BugError, match="consistency"):
        Objective(judges, DEFAULT, original=None)
    assert Objective(judges, for_generation(DEFAULT), original=None).terms == (
        "entropy",
        "composition",
    )


def test_what_the_trimap_knows_is_set_exactly_and_planes_are_padded() -> None:
    trimap = torch.tensor([0, 0.5, 1]).view(1, 1, 1, 3)
    assert known_kept(torch.full((1, 1, 1, 3), 0.3), trimap).flatten().tolist() == pytest.approx(
        [0, 0.3, 1]
    )
    grown = padded(picture()[..., :30, :29], 16)
    assert grown.shape[-2:] == (32, 32)
    assert torch.equal(grown[..., 31, :29], picture()[..., 29, :29])
    assert padded(picture(), 16) is not None


def test_made_backgrounds_vary_and_repeat() -> None:
    one, other = (made(np.random.default_rng(seed), (40, 30)) for seed in (0, 1))
    assert one.shape == (40, 30, 3)
    assert one.dtype == np.float32
    assert 0 <= one.min() <= one.max() <= 1
    assert np.abs(one - other).mean() > 0.05
    assert np.array_equal(one, made(np.random.default_rng(0), (40, 30)))


def test_photographs_of_a_folder_become_backgrounds(tmp_path) -> None:
    from engine.imaging.write import write_picture

    with pytest.raises(UserError, match="no pictures"):
        scenery_of(tmp_path)
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[..., 1] = 200
    write_picture(tmp_path / "green.png", pixels, bits=8)
    scenery = scenery_of(tmp_path)
    assert scenery.name == "1 photographs"
    drawn = scenery.draw(np.random.default_rng(0), (8, 8))
    np.testing.assert_allclose(drawn, np.broadcast_to([0, 200 / 255, 0], (8, 8, 3)), atol=1e-6)
    assert Scenery().name == "made"


def test_the_papers_numbers_and_tables() -> None:
    assert PAPER.weights == Weights(1, 1, 10, 10)
    assert (PAPER.steps, PAPER.rate, PAPER.decay) == (500, 1e-4, 5e-4)
    assert (PAPER.foreground_method, PAPER.foreground_every) == ("closed_form", 1)
    assert (PAPER.optimiser, PAPER.mode) == ("adam", "plain")
    variants = ablations(PAPER)
    assert len(variants) == 12
    assert len(set(variants.values())) == len(variants)
    assert variants["weights_2"].weights == Weights(5, 5, 10, 10)
    assert variants["without_entropy"].weights == Weights(0, 1, 10, 10)
    assert for_generation(PAPER).weights == Weights(1, 1, 0, 0)
    with pytest.raises(UserError, match="negative"):
        Weights(entropy=-1)
    with pytest.raises(UserError, match="above 0"):
        EnhanceSettings(steps=0)
