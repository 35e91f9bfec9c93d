"""Pickles of the official StyleGAN structure, with our networks' weights in them.

The module whose functions such files name exists only while one is written; its function would
leave a mark if anybody called it.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from collections import OrderedDict
from types import ModuleType

import torch

SOURCE = "raise SystemExit('the source text of a class was run')\n"
PERSISTENCE = "torch_utils.persistence"
FORMATS = ("ada", "sg3")


class Kept:
    """Pickles as an object of the official code does: a description, and its attributes."""

    def __init__(self, kind, state):
        self.kind, self.state = kind, state

    def __reduce__(self):
        meta = {
            "type": "class",
            "version": 6,
            "module_src": SOURCE,
            "class_name": self.kind,
            "state": self.state,
        }
        return sys.modules[PERSISTENCE]._reconstruct_persistent_obj, (meta,)


class Table(dict):
    """The official code's dict with attributes."""


def _reconstruct_persistent_obj(meta):
    raise SystemExit("an object of a pickle was made")


@contextlib.contextmanager
def official_modules():
    """The official code's modules, as far as a pickle names them."""
    package, persistence = ModuleType("torch_utils"), ModuleType(PERSISTENCE)
    dnnlib, util = ModuleType("dnnlib"), ModuleType("dnnlib.util")
    package.persistence, dnnlib.util = persistence, util
    persistence._reconstruct_persistent_obj = _reconstruct_persistent_obj
    util.EasyDict = Table
    names = _reconstruct_persistent_obj.__module__, Table.__module__, Table.__qualname__
    _reconstruct_persistent_obj.__module__ = PERSISTENCE
    Table.__module__, Table.__qualname__ = "dnnlib.util", "EasyDict"
    made = {one.__name__: one for one in (package, persistence, dnnlib, util)}
    sys.modules.update(made)
    try:
        yield
    finally:
        for name in made:
            del sys.modules[name]
        _reconstruct_persistent_obj.__module__, Table.__module__, Table.__qualname__ = names


def kept(module, *, kind=None, settings=None, clamp=None):
    """A network as the official code keeps it: the attributes that every module of torch has, and
    those that the file's reader looks at."""
    own = module.__dict__
    state = {name: own[name] for name in own if name.startswith("_") and name != "_modules"}
    state["training"] = False
    state["_modules"] = OrderedDict(
        (name, None if one is None else kept(one, clamp=clamp))
        for name, one in module._modules.items()
    )
    if hasattr(module, "clamp"):
        state["conv_clamp"] = clamp
    return Kept(kind or type(module).__name__, state | (settings or {}))


def settings_of(size, layout, *, positional):
    """What a generator was made with, as either repository's code notes it."""
    synthesis = {"channel_base": size.base, "channel_max": size.most, "conv_clamp": size.clamp}
    synthesis["num_fp16_res"] = 4
    if hasattr(size, "radial"):
        synthesis |= {"conv_kernel": size.kernel, "use_radial_filters": size.radial}
        synthesis |= {"num_layers": size.layers, "margin_size": size.margin}
        synthesis["magnitude_ema_beta"] = 0.5 ** (32 / 20e3)
    mapping = Table(num_layers=size.depth)
    order = (size.latent, 0, size.style, size.resolution, size.colours)
    names = ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels")
    named = {} if positional else dict(zip(names, order, strict=True))
    nested = {"synthesis_kwargs": Table(synthesis)} if layout == "ada" else synthesis
    return {
        "_init_args": order if positional else (),
        "_init_kwargs": {**named, "mapping_kwargs": mapping, **nested},
        "z_dim": size.latent,
        "img_resolution": size.resolution,
    }


def settings_of_discriminator(size):
    """What a discriminator was made with."""
    named = {
        "c_dim": 0,
        "img_resolution": size.resolution,
        "img_channels": size.colours,
        "channel_base": size.base,
        "channel_max": size.most,
        "conv_clamp": size.clamp,
        "block_kwargs": Table(freeze_layers=0),
        "epilogue_kwargs": Table(mbstd_group_size=4),
    }
    return {"_init_args": (), "_init_kwargs": named}


def snapshot(generator, discriminator, *, layout="ada", positional=False):
    """The table that an official file is, with a generator that differs from its average."""
    size = generator.size
    made = settings_of(size, layout, positional=positional)
    other = type(generator)(size)
    seen = settings_of_discriminator(size)
    return {
        "G": kept(other, settings=made, clamp=size.clamp),
        "D": kept(discriminator, settings=seen, clamp=size.clamp),
        "G_ema": kept(generator, settings=made, clamp=size.clamp),
        "augment_pipe": None,
        "training_set_kwargs": Table(class_name="training.dataset.ImageFolderDataset", xflip=True),
    }


def write_official(path, content, *, protocol=4):
    """Write an official pickle; None of the modules it names is left behind."""
    with official_modules(), torch.inference_mode(False):
        path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path
