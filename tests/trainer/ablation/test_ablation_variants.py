"""The ablation's variants: what each is built of, learns from, answers and sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.models.refinement import TEST_WIDTHS, Heads, fuse
from trainer.ablation.judging import TRIMAP_WIDTH, errors_of, laboratory_kinds, small_trimap
from trainer.ablation.laboratory import (
    NETWORK,
    RECIPE,
    Config,
    build,
    check_pool,
    config_of,
    drawn_scenes,
    is_finished,
    trained_network,
)
from trainer.ablation.side_outputs import FUSED, LinearFusion, SideOutputs
from trainer.ablation.variants import CUT_MASK, VARIANTS
from trainer.checkpoint import read_state
from trainer.data.pool import Crop, write_shard
from trainer.data.pool.build import fill
from trainer.data.sample import Photograph
from trainer.loop import train
from trainer.phase import Setup, StepContext

STEPS = 40
COARSE = ("OS8", "OS4")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Discs with soft edges, 96 pixels wide."""
    root = tmp_path_factory.mktemp("pool")
    rows, cols = np.mgrid[:96, :96]
    crops = []
    for number in range(4):
        rng = np.random.default_rng(number)
        alpha = np.clip((30 + number - np.hypot(rows - 50, cols - 40)) / 6, 0, 1)
        planes = np.rint(255 * alpha).astype(np.uint8)
        trimap = np.where((planes > 0) & (planes < 255), 128, planes).astype(np.uint8)
        image = rng.integers(0, 256, (96, 96, 3)).astype(np.uint8)
        crops.append(Crop(image, planes, trimap, trimap, "coarse", "disc", str(number)))
    write_shard(root / "0", crops)
    return root


def config(variant: str, pool: Path, **changes: object) -> Config:
    return config_of(variant, pool=pool, steps=STEPS, seed=1, batch=2, crop=64, narrow=8, **changes)


def seeded(variant: str, pool: Path) -> Setup:
    """A setup whose network is not saturated: its normalisation knows the pictures of `asked`."""
    torch.manual_seed(0)
    setup = build(config(variant, pool))
    network = setup.networks[NETWORK]
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        network(*(torch.cat(pair) for pair in zip(asked(), asked(1), strict=True)))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return setup


def asked(seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    rgb = torch.rand(1, 3, 64, 64, generator=generator)
    return rgb, (torch.rand(1, 1, 64, 64, generator=generator) > 0.5).float()


def losses(setup: Setup, step: int) -> dict[str, Tensor]:
    samples = [setup.samples.sample(index) for index in range(2)]
    batch = {name: torch.stack([one[name] for one in samples]) for name in samples[0]}
    context = StepContext(step, torch.Generator().manual_seed(0), lambda tensor: tensor)
    return setup.phases[0].loss(batch, context)


def shaken(network: nn.Module, head: str) -> None:
    """Change the last layer of a head."""
    with torch.no_grad():
        getattr(network.decoder, f"refine_{head}")[-1].bias += 1.5  # type: ignore[union-attr]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_steps_from_the_first_to_the_last_step(variant: str, pool: Path) -> None:
    setup = seeded(variant, pool)
    (phase,) = setup.phases
    optimizer = torch.optim.Adam(phase.parameters, phase.learning_rate, phase.betas)
    learning = [parameter for parameter in phase.parameters if parameter.requires_grad]
    before = [parameter.detach().clone() for parameter in learning]
    for step in (0, STEPS - 1):
        optimizer.zero_grad()
        terms = losses(setup, step)
        total = torch.stack(list(terms.values())).sum()
        assert torch.isfinite(total)
        total.backward()
        assert all(parameter.grad is not None for parameter in learning)
        optimizer.step()
    moved = sum(not torch.equal(old, new) for old, new in zip(before, learning, strict=True))
    assert moved > 0.9 * len(before)
    network = setup.networks[NETWORK].eval()
    with torch.no_grad():
        answer = network.predict(*asked())  # type: ignore[operator]
    assert answer.shape == (1, 1, 64, 64)
    assert 0 <= answer.min() <= answer.max() <= 1


def test_the_baseline_has_no_coarse_heads(pool: Path) -> None:
    setup = seeded("baseline", pool)
    network = setup.networks[NETWORK].eval()
    assert isinstance(network, SideOutputs)
    assert set(network(*asked())) == {"OS1"}
    assert not any("refine_OS8" in name or "refine_OS4" in name for name in network.state_dict())
    assert set(losses(setup, 0)) == {"l1_OS1", "laplacian_OS1"}


def test_deep_supervision_teaches_all_heads_and_answers_with_the_finest(pool: Path) -> None:
    setup = seeded("deep_supervision", pool)
    terms = losses(setup, 0)
    assert set(terms) == {
        f"{kind}_{head}" for kind in ("l1", "laplacian") for head in (*COARSE, "OS1")
    }
    network = setup.networks[NETWORK].eval()
    heads = network(*asked())
    answer = network.predict(*asked())  # type: ignore[operator]
    assert torch.equal(answer, heads["OS1"])
    for head in COARSE:
        shaken(network, head)
    assert torch.equal(network.predict(*asked()), answer)  # type: ignore[operator]
    shaken(network, "OS1")
    assert not torch.equal(network.predict(*asked()), answer)  # type: ignore[operator]


def test_levels_weigh_one_to_two_to_three(pool: Path) -> None:
    loss = seeded("fusion_conv", pool).phases[0].loss
    weights = loss.weights  # type: ignore[attr-defined]
    assert weights == pytest.approx({"OS8": 1 / 6, "OS4": 2 / 6, "OS1": 3 / 6, FUSED: 3 / 6})


def test_the_fusion_answers_the_mean_of_the_heads_at_first(pool: Path) -> None:
    network = seeded("fusion_conv", pool).networks[NETWORK].eval()
    heads = network(*asked())
    mean = (heads["OS8"] + heads["OS4"] + heads["OS1"]) / 3
    torch.testing.assert_close(heads[FUSED], mean)
    assert torch.equal(network.predict(*asked()), heads[FUSED])  # type: ignore[operator]
    for head in (*COARSE, "OS1"):
        before = network.predict(*asked())  # type: ignore[operator]
        shaken(network, head)
        assert not torch.equal(network.predict(*asked()), before)  # type: ignore[operator]


def test_the_fusion_is_linear() -> None:
    fusion = LinearFusion(3)
    first, second = torch.rand(2, 1, 3, 12, 12)
    with torch.no_grad():
        for parameter in fusion.parameters():
            parameter.normal_()
        nothing = fusion(torch.zeros_like(first))
        both = fusion(first + second)
        torch.testing.assert_close(both, fusion(first) + fusion(second) - nothing)
        assert sum(isinstance(layer, nn.Conv2d) for layer in fusion) == len(fusion) == 2


@pytest.mark.parametrize("variant", ["prn_without_cut_mask", "prn"])
def test_refinement_keeps_what_the_coarse_head_is_sure_of(variant: str, pool: Path) -> None:
    network = seeded(variant, pool).networks[NETWORK].eval()
    with torch.no_grad():
        heads = network(*asked())
        answer = network.predict(*asked())  # type: ignore[operator]
        torch.testing.assert_close(answer, fuse(Heads(*heads)).os1)
        network.decoder.refine_OS8[-1].bias += 20  # type: ignore[union-attr,operator,index]
        assert (network.predict(*asked()) == 1).all(), "sure of foreground everywhere"  # type: ignore[operator]
    assert TEST_WIDTHS == (15, 7)


def test_the_curriculum_follows_the_length_of_the_run(pool: Path) -> None:
    """The paper's 5,000 and 15,000 of 100,000 steps."""
    loss = seeded("prn", pool).phases[0].loss._loss  # type: ignore[attr-defined]
    assert (loss.guided_from, loss.self_guided_from) == (STEPS // 20, 3 * STEPS // 20)
    assert config("prn", pool).schedule.warm_up == STEPS // 20


def test_all_see_the_same_but_for_cut_mask(pool: Path) -> None:
    assert [row.cut_mask for row in VARIANTS.values()] == [0, 0, 0, 0, CUT_MASK]
    streams = [seeded(name, pool).samples for name in VARIANTS]
    other = 0
    for index in range(40):
        first, *rest = (stream.sample(index) for stream in streams)
        assert {name: tuple(t.shape) for name, t in first.items()} == {
            "image": (3, 64, 64), "alpha": (1, 64, 64), "unknown": (1, 64, 64),
            "guidance": (1, 64, 64),
        }  # fmt: skip
        assert set(first["guidance"].unique().tolist()) <= {0.0, 1.0}
        for sample in rest:
            for name in ("image", "alpha", "unknown"):
                assert torch.equal(sample[name], first[name])
        *without, with_cut_mask = rest
        assert all(torch.equal(sample["guidance"], first["guidance"]) for sample in without)
        other += not torch.equal(with_cut_mask["guidance"], first["guidance"])
    assert 2 <= other <= 20, "about a quarter"


def test_a_run_is_resumed_and_then_it_is_finished(pool: Path, tmp_path: Path) -> None:
    settings = config("fusion_conv", pool).model_copy(update={"steps": 2})
    for stop in (1, None):
        assert not is_finished(tmp_path, 2)
        torch.manual_seed(0)
        setup = build(settings)
        train(setup, settings, out=tmp_path, resume=True, stop_after=stop, recipe=RECIPE)
    assert is_finished(tmp_path, 2)
    network = trained_network(tmp_path)
    assert not network.training
    with torch.no_grad():
        expected = setup.networks[NETWORK].eval().predict(*asked())  # type: ignore[operator]
        torch.testing.assert_close(network.predict(*asked()), expected)  # type: ignore[operator]
    (newest,) = (tmp_path / "checkpoints").glob("*.pt")
    assert read_state(newest)["config"]["variant"] == "fusion_conv"


def test_what_is_missing_is_named(pool: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no variant 'prm'"):
        build(config("prm", pool))
    with pytest.raises(UserError, match="There is no checkpoint"):
        trained_network(tmp_path)
    with pytest.raises(UserError, match="96 pixels wide, not 128"):
        check_pool(pool, 128)
    check_pool(pool, 96)


def test_drawn_crops_hold_no_prior(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.data.pool.build.SHARD", 2)
    fill(tmp_path, 1, drawn_scenes(64), seed=0)
    check_pool(tmp_path, 64)
    setup = build(config("baseline", tmp_path))
    assert setup.samples.sample(0)["image"].shape == (3, 64, 64)


class Half(nn.Module):
    """Answers one half everywhere."""

    guidance_channels = 1
    size_multiple = 32

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(0.5))
        self.seen: list[Tensor] = []

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        self.seen.append(guidance)
        return self.value.expand(rgb.shape[0], 1, *rgb.shape[2:])


def test_errors_by_hand() -> None:
    """64 of 40×50 pixels are subject; one half, in 8 bits, is 128/255."""
    alpha = np.zeros((40, 50), np.float32)
    alpha[16:24, 20:28] = 1
    trimap = np.zeros((40, 50), np.uint8)
    trimap[10:30, 10:40] = 128
    photograph = Photograph(np.zeros((40, 50, 3), np.uint8), alpha, "square")
    network = Half()
    kind = laboratory_kinds()["trimap"]
    rng = np.random.default_rng(0)
    found = errors_of(network, photograph, kind, rng, trimap=trimap)
    own, others = 127 / 255, 128 / 255
    for region, pixels in (("whole", 2000), ("unknown", 600)):
        total, squared = 64 * own + (pixels - 64) * others, 64 * own**2 + (pixels - 64) * others**2
        assert found[region] == pytest.approx({"SAD": total / 1000, "MSE": squared / pixels})
    assert network.seen[0].shape == (1, 1, 64, 64)
    assert set(network.seen[0].unique().tolist()) == {0.0, 0.5}


def test_kinds_of_guidance() -> None:
    alpha = np.zeros((96, 96), np.float32)
    alpha[30:70, 20:60] = 1
    trimap = small_trimap(alpha)
    assert (trimap == 128).sum() < 4 * (40 + TRIMAP_WIDTH) * TRIMAP_WIDTH
    kinds = laboratory_kinds(8)
    assert {"trimap", "mask", "mask_eroded_30", "mask_dilated_10"} < set(kinds)
    changed = {"perturbed": 0, "cut_mask": 0}
    for seed in range(10):
        masks = {
            name: kinds[name].make(alpha, trimap, np.random.default_rng(seed)) for name in changed
        }
        for name, mask in masks.items():
            assert set(np.unique(mask)) <= {0, 1}
            changed[name] += int((mask != alpha).sum())
    assert 0 < changed["perturbed"] < changed["cut_mask"]
