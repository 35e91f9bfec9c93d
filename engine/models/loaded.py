"""Networks with their weights, loaded once: the one place that keeps them.

A network is built outside torch's inference mode, whatever thread asks for it, so that a job which
optimises can compute gradients through it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.device import Compute, DeviceChoice, Precision, choose_device
from engine.errors import BugError, NotInstalled, UserError
from engine.imaging.tensors import from_tensor, to_tensor
from engine.jobs.context import NOBODY, JobContext
from engine.models.fitting import Shapes, family_of, shapes_wanted
from engine.models.manifest import WeightsRow
from engine.models.registry import MODELS
from engine.models.spec import ModelKind, ModelSpec
from engine.models.weights import FoundWeights, find_weights, load_weights

MOST_KEPT = 4
"""Networks kept in memory; the one that was used longest ago goes first."""

Floats = NDArray[np.float32]

_ENTRY: dict[ModelKind, str] = {
    "matting": "predict",
    "proposal": "predict",
    "foreground": "forward",
    "segmentation": "predict",
    "trimap": "predict",
}
_kept: OrderedDict[tuple[str, str, str, Precision], LoadedNetwork] = OrderedDict()
_lock = threading.RLock()


@dataclass(frozen=True, eq=False)
class LoadedNetwork:
    """A network that is ready to compute.

    Attributes:
        name: by which its weights are known.
        spec: what it is.
        module: the `torch.nn.Module`, in evaluation mode on its device.
        choice: its device and precision.
    """

    name: str
    spec: ModelSpec
    module: Any
    choice: DeviceChoice

    @property
    def planes(self) -> int:
        """How many planes of guidance it takes: 1, or 2 where a prior is the second."""
        return int(getattr(self.module, "guidance_channels", 1))

    def run(self, rgb: Floats, *guidance: Floats) -> Floats:
        """What the network answers for a piece of a photograph of any size.

        The piece is reflected at its bottom and right up to the network's size multiple.

        Args:
            rgb: H×W×3 float32 in [0, 1].
            guidance: H×W or H×W×G float32 in [0, 1]; for a foreground network the matte, for a
                segmentation or trimap network nothing.

        Returns:
            H×W (a matte) or H×W×3 (colours, or how likely each class is) float32 in [0, 1].

        Raises:
            UserError: if the arithmetic overflowed.
            BugError: if this is no network that is run on photographs.
        """
        import torch

        multiple = int(getattr(self.module, "size_multiple", self.spec.size_multiple))
        tensors = [
            to_tensor(reflected(plane, multiple), device=self.choice.name).contiguous(
                memory_format=torch.channels_last
            )
            for plane in (rgb, *guidance)
        ]
        if self.spec.kind not in _ENTRY:
            raise BugError(f"{self.name}, a {self.spec.kind} network, is not run on photographs")
        entry = getattr(self.module, _ENTRY[self.spec.kind])
        with torch.inference_mode(), _arithmetic(self.choice):
            answer = from_tensor(entry(*tensors))
        if not np.isfinite(answer).all():
            raise UserError(
                f"The network {self.name} overflowed in {self.choice.precision}.",
                remedy="Choose float32 with --precision float32.",
            )
        return np.clip(answer[: rgb.shape[0], : rgb.shape[1]], 0.0, 1.0)


def load_network(
    name: str,
    *,
    kind: ModelKind | tuple[ModelKind, ...] = "matting",
    compute: Compute = Compute(),
    ctx: JobContext = NOBODY,
) -> LoadedNetwork:
    """The network that runs with the weights called `name` (imports torch).

    Args:
        name: of the weights: a network of `MODELS`, or a name the user gave.
        kind: what it must compute, or one of what.
        compute: device and precision.
        ctx: progress and cancel.

    Raises:
        UserError: if there are no such weights, they fit no network or one of another kind, they
            were damaged, or the device cannot be used.
    """
    found = find_weights(name)
    choice = _choice(compute)
    key = name, found.row.sha256, choice.name, choice.precision
    with _lock:
        if key not in _kept:
            _kept[key] = _loaded(found, choice, ctx)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _of_kind(_kept[key], kind)


def load_found(
    found: FoundWeights, *, kind: ModelKind = "matting", compute: Compute = Compute()
) -> LoadedNetwork:
    """The network that runs with these weights, as `load_network` makes it, but kept nowhere.

    Raises:
        UserError: as `load_network`.
    """
    return _of_kind(_loaded(found, _choice(compute), NOBODY), kind)


def forget_networks() -> None:
    """Give the memory of all kept networks back."""
    with _lock:
        _kept.clear()


def spec_of(row: WeightsRow, tensors: Mapping[str, Any]) -> ModelSpec:
    """Which network of `MODELS` weights belong to: as their row says, else by their tensors.

    Raises:
        UserError: if they fit none.
    """
    named = row.network or row.model
    if named in MODELS:
        return MODELS[named]
    shapes = _shapes(tensors)
    for spec in MODELS.values():
        if not spec.sized and shapes_wanted(spec) == shapes:
            return spec
    family = family_of(shapes)
    if family is not None:
        return family
    known = ", ".join(MODELS) or "none"
    raise UserError(
        f"The weights {row.model!r} belong to no network that is known.",
        remedy=f"Known networks: {known}. Add the weights again under the right name with --as.",
    )


def reflected(plane: Floats, multiple: int) -> Floats:
    """A plane mirrored at its bottom and right until both sides are a multiple."""
    rows, cols = (-side % multiple for side in plane.shape[:2])
    if rows == cols == 0:
        return plane
    widths = [(0, rows), (0, cols), (0, 0)][: plane.ndim]
    return np.pad(plane, widths, mode="reflect")


def _of_kind(network: LoadedNetwork, kind: ModelKind | tuple[ModelKind, ...]) -> LoadedNetwork:
    kinds = (kind,) if isinstance(kind, str) else kind
    if network.spec.kind not in kinds:
        raise UserError(
            f"{network.name} is a {network.spec.kind} network; it cannot be used for {kinds[0]}.",
            remedy="'matte models list' shows what each is for.",
        )
    return network


def _choice(compute: Compute) -> DeviceChoice:
    chosen = choose_device(compute.device)
    if compute.precision == "auto":
        return chosen
    return DeviceChoice(chosen.name, chosen.why, compute.precision)


def _loaded(found: FoundWeights, choice: DeviceChoice, ctx: JobContext) -> LoadedNetwork:
    import torch

    from engine.models.folding import fold

    ctx.progress(0.0, f"Loading the network {found.row.model}")
    tensors = load_weights(found, ctx=ctx)
    spec = spec_of(found.row, tensors)
    with torch.inference_mode(False):
        try:
            module = _clamped(spec.network_of(_shapes(tensors)), spec, found.row.clamp)
            module.load_state_dict(tensors)
        except NotInstalled:
            raise
        except (RuntimeError, UserError) as error:
            raise UserError(
                f"The weights {found.row.model!r} do not fit the network {spec.name}.",
                remedy="Get them again, or add them under another name.",
                path=found.path,
            ) from error
        module = module.float().eval().requires_grad_(False)
        fold(module)
        module = module.to(device=choice.name, memory_format=torch.channels_last)
    return LoadedNetwork(found.row.model, spec, module, choice)


def _clamped(module: Any, spec: ModelSpec, clamp: float) -> Any:
    """The network with the limit of its activations, which the shapes of weights cannot show."""
    if not clamp or spec.kind not in ("generator", "discriminator"):
        return module
    return type(module)(replace(module.size, clamp=clamp))


def _shapes(tensors: Mapping[str, Any]) -> Shapes:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _arithmetic(choice: DeviceChoice) -> Any:
    import torch

    return torch.autocast(
        choice.name,
        dtype=getattr(torch, choice.precision if choice.precision != "float32" else "bfloat16"),
        enabled=choice.precision != "float32",
    )
