"""A person segmenter with weights, whichever of the product's it is."""

from __future__ import annotations

from engine.errors import UserError
from engine.models.fitting import shapes_wanted
from engine.models.registry import MODELS
from engine.models.segmentation_net import SegmentationNet
from trainer.initial import read_weights


def open_segmenter(weights: str, *, purpose: str, remedy: str = "") -> SegmentationNet:
    """The segmenter that some weights belong to.

    Args:
        weights: a weights file, a run's folder, or a name of the list of weights.
        purpose: who can't use other weights, for people.
        remedy: what else they can do.

    Raises:
        UserError: if there are no such weights, or they are no segmenter's.
    """
    found = read_weights(weights, "segmentation")
    shapes = {key: tuple(tensor.shape) for key, tensor in found.items()}
    specs = [spec for spec in MODELS.values() if spec.kind == "segmentation"]
    fitting = next((spec for spec in specs if shapes_wanted(spec) == shapes), None)
    network = None if fitting is None else fitting.load_builder()()
    if not isinstance(network, SegmentationNet):
        names = ", ".join(spec.name for spec in specs)
        raise UserError(
            f"The weights {weights} are no segmenter's, and {purpose} can't use them.",
            remedy=f"Segmenters are {names}. {remedy}".strip(),
        )
    network.load_state_dict(found)
    return network
