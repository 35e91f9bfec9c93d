"""Networks out of the pickles that NVIDIA's StyleGAN code writes, without running any of it.

Such a file is a table of objects, each kept as its class's name, the source text of its class
(which is never looked at), and its attributes. Karras et al., "Training Generative Adversarial
Networks with Limited Data" (2020) and "Alias-Free Generative Adversarial Networks" (2021).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.models.pickles.numpy_values import NUMPY_CALLS, number_of
from engine.models.pickles.read import read_inert
from engine.models.pickles.records import Calls, Name, Thing, damaged, refused
from engine.models.pickles.torch_values import TORCH_CALLS, Cut, tensors_of

if TYPE_CHECKING:
    from torch import Tensor

NETWORKS = ("G", "D", "G_ema")
"""What is read of a file: generator, discriminator, and the generator's running average."""
MOST_BYTES = 4 << 30
MOST_MODULES = 2_000
MOST_PARTS = 500
"""Parameters, buffers or layers right within one layer."""
MOST_SETTINGS = 200
"""Numbers, texts, lists and tables that a network is made with."""
DEEPEST = 32
"""Modules inside one another."""
_PASSING = "_non_persistent_buffers_set"
_PERSISTENT = ("torch_utils.persistence", "_reconstruct_persistent_obj")


@dataclass(frozen=True, eq=False)
class NetworkState:
    """One network of a file.

    Attributes:
        kind: its class's name, such as "Generator".
        positional: what it was made with, in order.
        named: the same by keyword; tables of settings may be nested.
        scalars: attributes of it and its layers that are numbers, text or None, by names such as
            "synthesis.b4.conv1.conv_clamp".
        tensors: by the names that its `state_dict` would have; dense, on the CPU, ordinary.
    """

    kind: str
    positional: tuple[Any, ...]
    named: dict[str, Any]
    scalars: dict[str, Any]
    tensors: dict[str, Tensor]


def read_network_pickle(
    path: Path, *, wanted: Collection[str] = NETWORKS
) -> dict[str, NetworkState]:
    """Read the networks of an official pickle (imports torch once the file was found sound).

    Nothing named in the file is imported, called or made: what is not known becomes an inert record
    or is refused. What lies beside the networks (data, augmentation, optimisers) is not kept.

    Args:
        path: a `.pkl` of the StyleGAN2-ADA or StyleGAN3 repository.
        wanted: which of `NETWORKS` to read the tensors of.

    Returns:
        Name to network, those that are there.

    Raises:
        UserError: if it is damaged, too large, of another kind, or wants anything run.
    """
    try:
        data = _bytes_of(path)
        content, end = read_inert(data, calls=_CALLS)
        if end != len(data):
            raise refused(f"There are {len(data) - end} bytes behind the end of this pickle.")
        return _networks(content, wanted, len(data))
    except UserError as error:
        raise UserError(error.problem, remedy=error.remedy, path=path) from error


def _bytes_of(path: Path) -> memoryview:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"This file has more than {MOST_BYTES >> 30} GB; no network has.")
        return memoryview(path.read_bytes())
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).") from error


def _networks(content: Any, wanted: Collection[str], size: int) -> dict[str, NetworkState]:
    table = content if isinstance(content, Mapping) else {}
    there = {name: table[name] for name in NETWORKS if isinstance(table.get(name), Module)}
    if not there:
        raise UserError(
            "There are no networks in this pickle.",
            remedy="A file of the StyleGAN2-ADA (PyTorch) or StyleGAN3 repository is wanted.",
        )
    layers = {name: dict(_layers(one, name)) for name, one in there.items()}
    cuts = {name: dict(_cuts(layers[name], name)) for name in there}
    return {
        name: _network(layers[name], tensors_of(cuts[name], size))
        for name in there
        if name in wanted
    }


def _network(layers: dict[str, Module], tensors: dict[str, Tensor]) -> NetworkState:
    module = layers[""]
    positional = module.state.get("_init_args", ())
    named = module.state.get("_init_kwargs", {})
    if not isinstance(positional, tuple | list) or not isinstance(named, dict):
        raise damaged("it does not say how a network was made")
    settings = _Settings()
    return NetworkState(
        module.kind,
        tuple(map(settings.plain, positional)),
        settings.plain(named),
        dict(_scalars(layers)),
        tensors,
    )


def _scalars(layers: dict[str, Module]) -> Iterator[tuple[str, bool | int | float | str | None]]:
    for prefix, module in layers.items():
        for key, value in module.state.items():
            found = number_of(value)
            if isinstance(key, str) and isinstance(found, bool | int | float | str | None):
                yield prefix + key, found


class _Settings:
    """Copies settings as plain values and counts them: what is shared may multiply."""

    def __init__(self) -> None:
        self.left = MOST_SETTINGS

    def plain(self, value: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise refused(f"A network of this file has more than {MOST_SETTINGS} settings.")
        value = number_of(value)
        if isinstance(value, dict):
            return {key: self.plain(one) for key, one in value.items() if isinstance(key, str)}
        if isinstance(value, list | tuple):
            return [self.plain(one) for one in value]
        if not isinstance(value, bool | int | float | str | None):
            raise refused(f"A network of this file was made with a {type(value).__name__}.")
        return value


@dataclass(eq=False)
class Module:
    """A network, or a layer of one.

    Attributes:
        kind: its class's name.
        state: its attributes.
    """

    kind: str
    state: dict[str, Any]


def _module(arguments: tuple[Any, ...]) -> Module:
    """What stands for an object of NVIDIA's: the source text beside it is left alone."""
    meta = arguments[0] if len(arguments) == 1 else None
    if not isinstance(meta, dict) or meta.get("type") != "class":
        raise damaged("an object is not described as it should be")
    kind, state = meta.get("class_name"), meta.get("state")
    if not isinstance(kind, str) or not isinstance(state, dict):
        raise damaged("an object is not described as it should be")
    return Module(kind, state)


def _layer(value: Any, name: str) -> Module:
    if isinstance(value, Thing) and isinstance(value.state, dict):  # one of torch's own
        value = Module(str(value.made_of), value.state)
    if not isinstance(value, Module):
        raise refused(f"{name.removesuffix('.')} of this file is no layer of a network.")
    return value


def _layers(network: Module, called: str) -> Iterator[tuple[str, Module]]:
    """The network and every layer of it, with what their names begin with."""
    waiting: list[tuple[str, Any, int]] = [("", network, 0)]
    for _ in range(MOST_MODULES):
        if not waiting:
            return
        prefix, value, depth = waiting.pop()
        module = _layer(value, called + "." + prefix)
        yield prefix, module
        inner = _table(module, "_modules")
        if depth == DEEPEST and inner:
            raise refused(f"The layers of {called} nest more than {DEEPEST} deep.")
        waiting += [(f"{prefix}{key}.", one, depth + 1) for key, one in inner.items()]
    raise refused(f"{called} of this file has more than {MOST_MODULES} layers.")


def _cuts(layers: dict[str, Module], called: str) -> Iterator[tuple[str, Cut]]:
    """Name and record of each tensor that the network's `state_dict` would have."""
    for prefix, module in layers.items():
        for key, one in {**_table(module, "_parameters"), **_table(module, "_buffers")}.items():
            if not isinstance(one, Cut):
                raise refused(f"{called}.{prefix}{key} of this file is no tensor.")
            yield prefix + key, one


def _table(module: Module, name: str) -> dict[str, Any]:
    """What one of a layer's tables holds, without what is empty or isn't saved with weights."""
    found, passing = module.state.get(name, {}), module.state.get(_PASSING, set())
    if not isinstance(found, dict) or not isinstance(passing, set) or len(found) > MOST_PARTS:
        raise damaged("a layer is not described as it should be")
    if not all(isinstance(key, str) and "." not in key for key in found):
        raise damaged("a layer has a strange name")
    return {key: one for key, one in found.items() if one is not None and key not in passing}


def _empty_table(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    if arguments:
        raise damaged("a table is made of something strange")
    return {}


def _set_of(arguments: tuple[Any, ...]) -> set[Any]:
    values = arguments[0] if arguments else []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise damaged("a set is made of something strange")
    return set(values)


def _part_of_call(arguments: tuple[Any, ...]) -> Thing:
    """Networks beside those that are read keep functions with some of their arguments."""
    return Thing(Name("functools", "partial"), arguments)


def _lengths(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return arguments


def _refuse_tensorflow(arguments: tuple[Any, ...]) -> Any:
    raise UserError(
        "This pickle is of the TensorFlow versions of StyleGAN, which cannot be read.",
        remedy="Get the PyTorch file instead, such as stylegan2-ffhq-1024x1024.pkl of the "
        "StyleGAN3 repository's list, or ffhq.pkl of stylegan2-ada-pytorch.",
    )


_CALLS: Calls = {
    _PERSISTENT: _module,
    ("collections", "OrderedDict"): _empty_table,
    ("dnnlib.util", "EasyDict"): _empty_table,
    ("dnnlib", "EasyDict"): _empty_table,
    ("builtins", "set"): _set_of,
    ("functools", "partial"): _part_of_call,
    ("torch", "Size"): _lengths,
    ("dnnlib.tflib.network", "Network"): _refuse_tensorflow,
    ("dnnlib.tflib", "Network"): _refuse_tensorflow,
    ("tfutil", "Network"): _refuse_tensorflow,
    **TORCH_CALLS,
    **NUMPY_CALLS,
}
