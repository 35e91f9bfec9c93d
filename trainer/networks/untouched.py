"""A network used without leaving a trace in it."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.func import functional_call


def untouched(network: nn.Module, *inputs: Any) -> Any:
    """What a network answers, as a function of its input alone.

    Gradients go through it to the inputs and not to its parameters; running statistics that a pass
    in training mode changes are changed in copies. So a phase of a GAN asks the other's network.
    """
    held = {name: parameter.detach() for name, parameter in network.named_parameters()}
    held |= {name: buffer.clone() for name, buffer in network.named_buffers()}
    return functional_call(network, held, inputs)
