"""trimap: what it starts from, what it counts, and that it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import UserError
from engine.models.deeplab import DeepLabV3
from engine.models.registry import MODELS
from engine.models.segmentation_net import build_small
from trainer.config import load_run
from trainer.data.trimap_samples import classes_of
from trainer.distributed import connect
from trainer.loop import build_setup
from trainer.network_start import start_network
from trainer.phase import Setup, StepContext
from trainer.state import TrainingState


def built(*changes: str, config: str = "smoke") -> tuple[Any, Setup]:
    loaded = load_run("trimap", config, changes)
    return loaded.config, build_setup(loaded)


def batch_of(count: int = 2, side: int = 64) -> dict[str, Tensor]:
    """Bright discs with a soft edge on darker noise."""
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    centres = torch.linspace(26, 38, count).view(count, 1, 1)
    away = ((rows - 32) ** 2 + (columns - centres) ** 2).sqrt()
    alpha = ((22 - away) / 8).clamp(0, 1)
    noise = torch.rand((count, 3, side, side), generator=torch.Generator().manual_seed(0))
    classes = [torch.from_numpy(classes_of(one.numpy(), (1, 1))) for one in alpha]
    return {
        "image": 0.4 * noise + 0.6 * alpha[:, None],
        "truth": torch.stack(classes)[:, None],
        "known": torch.ones(count, 1, side, side),
    }


def test_a_small_network_learns_a_batch_by_heart() -> None:
    config, setup = built("network.narrow=8", "learning.rate=1e-2", "steps=40", "ema=off")
    state = TrainingState(setup, config, fabric=connect(config, device="cpu"), recipe="trimap")
    batch = batch_of()
    state.train_mode()
    losses = []
    for _ in range(40):
        outcome = state.advance([batch])["trimap"]
        assert outcome.good
        losses.append(float(sum(outcome.terms.values())))
    assert sum(losses[-5:]) < 0.15 * sum(losses[:5])
    network = setup.networks["trimap"].eval()
    with torch.no_grad():
        found = network.predict(batch["image"]).argmax(1, keepdim=True)
    for which in range(3):
        true, answered = batch["truth"] == which, found == which
        assert (true & answered).sum() > 0.8 * (true | answered).sum()


def test_the_auxiliary_head_learns_beside_the_published_network() -> None:
    _, setup = built("network.name=trimap_deeplab", "network.narrow=16", "loss.auxiliary=0.25")
    network = setup.networks["trimap"].train()
    terms = setup.phases[0].loss(batch_of(), StepContext(0, torch.Generator(), lambda own: own))
    assert set(terms) == {"trimap", "auxiliary"}
    terms["auxiliary"].backward(retain_graph=True)
    reached = {name.split(".")[0] for name, p in network.named_parameters() if p.grad is not None}
    assert reached == {"backbone", "aux_classifier"}
    _, other = built("network.name=trimap_deeplab", "network.narrow=16", "loss.auxiliary=0")
    again = other.phases[0].loss(batch_of(), StepContext(0, torch.Generator(), lambda own: own))
    assert float(again["auxiliary"].detach()) == 0 < float(terms["auxiliary"].detach())
    assert setup.exported is None


def test_the_paper_names_the_weights_it_wants_and_where_they_are(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"deeplabv3_resnet50_coco-cd0a2569\.pth") as refused:
        built(config="paper")
    assert "download.pytorch.org" in refused.value.remedy
    assert "network.start=off" in refused.value.remedy


def test_published_weights_are_loaded_but_for_the_class_layers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is as torch.save writes it; the network an eighth as wide, to be quick."""
    path = tmp_path / "deeplabv3.pth"
    torch.manual_seed(7)
    source = DeepLabV3(narrow=8, classes=21)
    torch.save(source.state_dict(), path)
    network = DeepLabV3(narrow=8)
    start_network(network, "trimap_deeplab", str(path))
    now, then = network.state_dict(), source.state_dict()
    assert {name for name in now if now[name].shape != then[name].shape} == {
        f"{head}.4.{entry}"
        for head in ("classifier", "aux_classifier")
        for entry in ("weight", "bias")
    }
    assert all(torch.equal(now[name], then[name]) for name in now if ".4." not in name[-10:])
    told = capsys.readouterr().err
    assert "4 (classifier.4.weight, classifier.4.bias, aux_classifier.4.weight" in told
    assert f"{len(then) - 4} tensors taken" in told


def test_the_small_one_starts_from_a_segmenter(tmp_path: Path) -> None:
    path = tmp_path / "person_small.safetensors"
    segmenter = build_small()
    save_file(segmenter.state_dict(), path)
    _, setup = built(f'network.start="{path}"')
    network = setup.networks["trimap"]
    for part in ("encoder", "bottom"):
        own, other = (getattr(one, part).state_dict() for one in (network, segmenter))
        assert all(torch.equal(own[name], other[name]) for name in other)
    assert setup.exported == ("trimap", "trimap_small")
    assert MODELS["trimap_small"].kind == "trimap"


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "person_small.safetensors"
    save_file(build_small().state_dict(), path)
    with pytest.raises(UserError, match="no weights of a DeepLabV3"):
        start_network(DeepLabV3(narrow=8), "trimap_deeplab", str(path))
