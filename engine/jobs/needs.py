"""Whether everything that settings name is on this machine; found out before anything runs."""

from __future__ import annotations

from engine.foreground.estimate import FOREGROUND_METHODS
from engine.jobs.colours import foreground_network
from engine.matting.methods import MethodSpec, method_named, refined, sees_alone
from engine.models.weights import find_weights
from engine.settings import CutSettings


def check_networks(settings: CutSettings) -> MethodSpec:
    """The method of a cut, with what refines it; doesn't import torch.

    Raises:
        UserError: for an unknown method, or for weights that are missing.
    """
    method = refined(method_named(settings.method), settings.refine)
    guided = not sees_alone(settings)
    if guided and settings.trimap.source == "network":
        find_weights(settings.trimap.model)
    if guided and settings.guidance.source == "automatic" and settings.guidance.finder:
        find_weights(settings.guidance.finder)
    colours = settings.foreground
    if FOREGROUND_METHODS[colours.method].by_network and colours.amount > 0:
        foreground_network()
    return method


def runs_networks(settings: CutSettings) -> bool:
    """Whether any step of a cut is a network's."""
    colours = FOREGROUND_METHODS[settings.foreground.method].by_network
    return (
        bool(check_networks(settings).network)
        or settings.trimap.source == "network"
        or (settings.guidance.source == "automatic" and bool(settings.guidance.finder))
        or (colours and settings.foreground.amount > 0)
    )
