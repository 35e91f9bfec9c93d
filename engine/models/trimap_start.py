"""Start a trimap network from weights that have learnt something else, and say what became of them.

Every tensor is accounted for: taken, or named among those that are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from engine.errors import UserError
from engine.models.fitting import Shapes, misfit

CLASS_LAYERS = tuple(
    f"{head}.4.{entry}" for head in ("classifier", "aux_classifier") for entry in ("weight", "bias")
)
"""What says which class a pixel is, in torchvision's DeepLabV3; other classes, other layers."""
SHARED = ("encoder.", "bottom.", "mean", "scale")
"""Where the small trimap network is the small segmenter."""
_COUNTER = "num_batches_tracked"
"""Counts what is never asked; files of older versions lack it."""
_MOST_NAMED = 6
"""More are told by the part of the network that they are in, and how many."""


@dataclass(frozen=True, eq=False)
class Start:
    """Weights for most of a network.

    Attributes:
        state: name in the network to tensor.
        left_out: names in the source that went nowhere.
        random: names in the network that keep their random start; counters are not among them.
    """

    state: dict[str, Tensor]
    left_out: tuple[str, ...]
    random: tuple[str, ...]

    def into(self, network: nn.Module) -> None:
        """Copy the weights into a network; what is `random` stays as it is."""
        network.load_state_dict(self.state, strict=False)

    @property
    def told(self) -> str:
        """In words, with every number: what was taken and what was not."""
        return (
            f"{len(self.state)} tensors taken; {_listed(self.left_out)} of the source left out; "
            f"{_listed(self.random)} of the network start at random"
        )


def start_from_deeplab(network: nn.Module, weights: Mapping[str, Tensor]) -> Start:
    """From a DeepLabV3 with a ResNet-50 for any classes: all but the class layers must fit.

    Args:
        network: `engine.models.deeplab.DeepLabV3` of the published width.
        weights: with torchvision's names, such as `deeplabv3_resnet50_coco-cd0a2569.pth` (21
            classes).

    Raises:
        UserError: if anything else is missing, unknown or of another shape.
    """
    own = network.state_dict()
    wanted = {name: tuple(tensor.shape) for name, tensor in own.items()}
    counters = {name: own[name] for name in own if name.endswith(_COUNTER) and name not in weights}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    told = misfit(
        _without_classes(found), _without_classes(wanted, but=frozenset(counters))
    ) or misfit(_present(found), _present(wanted))
    if told:
        raise UserError(
            f"These are no weights of a DeepLabV3 with a ResNet-50: {told}.",
            remedy="Take torchvision's, with the auxiliary head: "
            "download.pytorch.org/models/deeplabv3_resnet50_coco-cd0a2569.pth.",
        )
    state = {name: one for name, one in weights.items() if name not in CLASS_LAYERS}
    return Start(state | counters, CLASS_LAYERS, CLASS_LAYERS)


def start_from_segmenter(network: nn.Module, weights: Mapping[str, Tensor]) -> Start:
    """From the small segmenter: its encoder and what is below it; the decoders differ.

    Args:
        network: `engine.models.trimap_net.TrimapNet`.
        weights: of `person_small`.

    Raises:
        UserError: if the encoder is another one.
    """
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    state = {name: tensor for name, tensor in weights.items() if name.startswith(SHARED)}
    shared = {name: shape for name, shape in wanted.items() if name.startswith(SHARED)}
    told = misfit({name: tuple(tensor.shape) for name, tensor in state.items()}, shared)
    if told:
        raise UserError(
            f"These weights have another encoder: {told}.", remedy="Take those of person_small."
        )
    return Start(
        state,
        tuple(name for name in weights if name not in state),
        tuple(name for name in wanted if name not in state and not name.endswith(_COUNTER)),
    )


STARTS: dict[str, Callable[[nn.Module, Mapping[str, Tensor]], Start]] = {
    "trimap_deeplab": start_from_deeplab,
    "trimap_small": start_from_segmenter,
}
"""By the network's name in `MODELS`."""


def _without_classes(shapes: Shapes, *, but: frozenset[str] = frozenset()) -> Shapes:
    left_out = {*CLASS_LAYERS, *but}
    return {name: shape for name, shape in shapes.items() if name not in left_out}


def _present(shapes: Shapes) -> Shapes:
    """The class layers without their number of classes."""
    return {name: shapes[name][1:] for name in CLASS_LAYERS if name in shapes}


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return "0"
    if len(names) <= _MOST_NAMED:
        return f"{len(names)} ({', '.join(names)})"
    parts = Counter(name.partition(".")[0] for name in names)
    return f"{len(names)} ({', '.join(f'{part}: {count}' for part, count in parts.items())})"
