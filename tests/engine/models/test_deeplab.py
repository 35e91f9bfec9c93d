"""DeepLabV3: the published file's names and shapes, and how it becomes a trimap model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from engine.errors import UserError
from engine.models.deeplab import DeepLabV3, build
from engine.models.fitting import shapes_wanted
from engine.models.registry import MODELS
from engine.models.trimap_start import CLASS_LAYERS, start_from_deeplab
from tests.made_networks import seeded

Entry = tuple[str, tuple[int, ...]]
PUBLISHED = 42_004_074
"""Parameters that torchvision states for `deeplabv3_resnet50` with 21 classes."""


def _norm(name: str, width: int) -> Iterator[Entry]:
    for entry in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{entry}", (width,)
    yield f"{name}.num_batches_tracked", ()


def _resnet() -> Iterator[Entry]:
    yield "backbone.conv1.weight", (64, 3, 7, 7)
    yield from _norm("backbone.bn1", 64)
    planes = 64
    for stage, blocks in enumerate((3, 4, 6, 3), start=1):
        width = 32 * 2**stage
        for block in range(blocks):
            at = f"backbone.layer{stage}.{block}"
            sides = (planes, 1, width), (width, 3, width), (width, 1, 4 * width)
            for number, (into, kernel, out) in enumerate(sides, start=1):
                yield f"{at}.conv{number}.weight", (out, into, kernel, kernel)
                yield from _norm(f"{at}.bn{number}", out)
            if block == 0:
                yield f"{at}.downsample.0.weight", (4 * width, planes, 1, 1)
                yield from _norm(f"{at}.downsample.1", 4 * width)
            planes = 4 * width


def _heads(classes: int) -> Iterator[Entry]:
    at = "classifier.0.convs"
    for branch, kernel in enumerate((1, 3, 3, 3)):
        yield f"{at}.{branch}.0.weight", (256, 2048, kernel, kernel)
        yield from _norm(f"{at}.{branch}.1", 256)
    yield f"{at}.4.1.weight", (256, 2048, 1, 1)
    yield from _norm(f"{at}.4.2", 256)
    yield "classifier.0.project.0.weight", (256, 1280, 1, 1)
    yield from _norm("classifier.0.project.1", 256)
    yield "classifier.1.weight", (256, 256, 3, 3)
    yield from _norm("classifier.2", 256)
    yield "aux_classifier.0.weight", (256, 1024, 3, 3)
    yield from _norm("aux_classifier.1", 256)
    for head in ("classifier", "aux_classifier"):
        yield f"{head}.4.weight", (classes, 256, 1, 1)
        yield f"{head}.4.bias", (classes,)


def published(classes: int = 21) -> dict[str, tuple[int, ...]]:
    """Name and shape of all that is in the published file."""
    return dict([*_resnet(), *_heads(classes)])


def file_of(shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Tensors of these shapes that take no memory."""
    return {name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def network() -> DeepLabV3:
    with torch.device("meta"):
        return build()


def test_names_and_shapes_are_the_published_files() -> None:
    with torch.device("meta"):
        network = DeepLabV3(classes=21)
    assert {k: tuple(v.shape) for k, v in network.state_dict().items()} == published()
    assert sum(p.numel() for p in network.parameters()) == PUBLISHED
    assert shapes_wanted(MODELS["trimap_deeplab"]) == published(3)


def test_stages_are_dilated_as_the_weights_were_trained(network: DeepLabV3) -> None:
    found = {
        name: [block.conv2.dilation[0] for block in stage]
        for name, stage in network.backbone.named_children()
        if name.startswith("layer")
    }
    assert found == {
        "layer1": [1] * 3,
        "layer2": [1] * 4,
        "layer3": [1] + [2] * 5,
        "layer4": [2] + [4] * 2,
    }
    rates = [branch[0].dilation[0] for branch in network.classifier[0].convs[:4]]
    assert rates == [1, 12, 24, 36]
    assert [network.backbone.layer2[0].conv2.stride, network.backbone.layer3[0].conv2.stride] == [
        (2, 2),
        (1, 1),
    ]


def test_features_are_an_eighth_and_answers_the_photographs_size() -> None:
    small = seeded(lambda: DeepLabV3(narrow=16)).eval()
    rgb = torch.rand((1, 3, 72, 91), generator=torch.Generator().manual_seed(0), requires_grad=True)
    beside, deepest = small.backbone(rgb)
    assert beside.shape == (1, 64, 9, 12)
    assert deepest.shape == (1, 128, 9, 12)
    confidence = small.predict(rgb)
    assert confidence.shape == (1, 3, 72, 91)
    torch.testing.assert_close(confidence.sum(1), torch.ones(1, 72, 91))
    (gradient,) = torch.autograd.grad(confidence[:, 1].sum(), rgb)
    assert gradient.isfinite().all() and gradient.abs().sum() > 0
    answer, auxiliary = small.heads(rgb)
    torch.testing.assert_close(answer, small(rgb))
    assert auxiliary.shape == answer.shape


def test_the_published_file_starts_it_but_for_the_class_layers_which_are_named() -> None:
    small = seeded(lambda: DeepLabV3(narrow=16))
    others = seeded(lambda: DeepLabV3(narrow=16, classes=21), seed=1).state_dict()
    before = {name: small.state_dict()[name].clone() for name in CLASS_LAYERS}
    start = start_from_deeplab(small, others)
    assert set(start.state) | set(start.left_out) == set(others)
    assert start.left_out == start.random == CLASS_LAYERS
    assert (
        f"{len(others) - 4} tensors taken; 4 (classifier.4.weight, classifier.4.bias," in start.told
    )
    start.into(small)
    for name, tensor in small.state_dict().items():
        assert torch.equal(tensor, before.get(name, others.get(name))), name


def test_any_number_of_classes_and_a_file_without_counters_will_do(network: DeepLabV3) -> None:
    shapes = published(171)
    without = {k: shape for k, shape in shapes.items() if not k.endswith("num_batches_tracked")}
    assert len(without) < len(shapes)
    start = start_from_deeplab(network, file_of(without))
    assert set(start.state) == set(shapes) - set(CLASS_LAYERS)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda s: s.pop("backbone.layer4.2.conv3.weight"), "1 missing .backbone.layer4.2.conv3"),
        (lambda s: s.pop("aux_classifier.4.bias"), "1 missing .aux_classifier.4.bias"),
        (lambda s: s.update(extra=(1,)), "1 unknown .extra"),
        (lambda s: s.update({"classifier.4.weight": (21, 128, 1, 1)}), "1 of another shape"),
        (lambda s: s.update({"backbone.conv1.weight": (64, 4, 7, 7)}), "1 of another shape"),
    ],
)
def test_anything_else_is_refused_by_name(network: DeepLabV3, spoilt, said: str) -> None:
    shapes = published()
    spoilt(shapes)
    with pytest.raises(UserError, match=said):
        start_from_deeplab(network, file_of(shapes))
