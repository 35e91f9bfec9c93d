"""Pickles that want to run something, or to exhaust the machine, are refused and run nothing."""

from __future__ import annotations

import copyreg
import functools
import importlib
import os
import pickle
import struct
import subprocess
import sys
import webbrowser

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.models.network_pickle import read_network_pickle
from engine.models.pickles.read import read_inert
from engine.models.pickles.records import Name
from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator
from tests import made_pickles as made
from tests.pickle_programs import (
    VAST,
    Does,
    dumped,
    from_bytes,
    names,
    raw,
    saved,
    storage,
    text,
    touch,
)

SIZE = Size(resolution=8, base=64, most=8, latent=8, style=8, depth=1)


def attributes_of_names(mark):
    """`getattr` after `getattr`, from a name that looks like no harm to os.system."""
    reach = functools.reduce(
        lambda made, name: Does(getattr, made, name), ("__init__", "__globals__"), os._wrap_close
    )
    return dumped(Does(getattr, reach, "system"))


def hostile_array(mark):
    array = np.empty(1, dtype=object)
    array[0] = Does(os.system, touch(mark))
    return dumped(array)


HOSTILE = {
    "os.system": lambda m: dumped(Does(os.system, touch(m))),
    "os.system, protocol 2": lambda m: dumped(Does(os.system, touch(m)), 2),
    "os.system, protocol 0": lambda m: dumped(Does(os.system, touch(m)), 0),
    "posix.system": lambda m: raw(names("posix", "system"), text(touch(m)), b"\x85R"),
    "nt.system": lambda m: raw(names("nt", "system"), text(touch(m)), b"\x85R"),
    "subprocess": lambda m: dumped(Does(subprocess.check_output, ["touch", str(m)])),
    "subprocess made": lambda m: raw(
        names("subprocess", "Popen"), text(touch(m)), b"\x85", pickle.NEWOBJ
    ),
    "eval": lambda m: dumped(Does(eval, f"open({str(m)!r}, 'w')")),
    "exec": lambda m: dumped(Does(exec, f"open({str(m)!r}, 'w')")),
    "open": lambda m: dumped(Does(open, str(m), "w")),
    "__import__": lambda m: dumped(Does(__import__, "antigravity")),
    "getattr": attributes_of_names,
    "importlib": lambda m: dumped(Does(importlib.import_module, "antigravity")),
    "webbrowser": lambda m: dumped(Does(webbrowser.open, "file:///")),
    "partial": lambda m: dumped(functools.partial(os.system, touch(m))),
    "of no module here": lambda m: raw(names("pip", "main"), b"]\x85R"),
    "torch.load": lambda m: dumped(Does(torch.load, str(m))),
    "torch.hub": lambda m: raw(names("torch.hub", "load"), text("a/b"), b"\x85R"),
    "a class of torch": lambda m: raw(names("torch.utils.data", "DataLoader"), b")R"),
    "a class of ours": lambda m: raw(names("engine.jobs.worker", "Worker"), b")R"),
    "numpy.load": lambda m: raw(names("numpy", "load"), text(str(m)), b"\x85R"),
    "dotted": lambda m: raw(names("torch.storage", "os.system"), text(touch(m)), b"\x85R"),
    "our own": lambda m: raw(names("engine.imaging.write", "write_bytes"), text("x"), b"\x85R"),
    "nested pickle": lambda m: dumped(from_bytes(dumped(Does(os.system, touch(m))))),
    "nested file": lambda m: dumped(from_bytes(saved(Does(os.system, touch(m)), zipped=False))),
    "nested archive": lambda m: dumped(from_bytes(saved(Does(os.system, touch(m)), zipped=True))),
    "nested archive of tensors": lambda m: dumped(from_bytes(saved(torch.zeros(2), zipped=True))),
    "nested twice": lambda m: dumped(from_bytes(dumped(from_bytes(storage())))),
    "INST": lambda m: raw(b"(", text(touch(m)), b"ios\nsystem\n"),
    "OBJ": lambda m: raw(b"(", names("torch", "load"), text(touch(m)), b"o"),
    "extension": lambda m: raw(pickle.EXT1, b"\xf0", text(touch(m)), b"\x85R"),
    "persistent id": lambda m: raw(text(touch(m)), pickle.BINPERSID),
    "persistent id in text": lambda m: raw(b"Pid\n"),
    "attributes of a class": lambda m: raw(
        names("torch.nn", "Module"), b"}", text("forward"), names("torch", "load"), b"sb"
    ),
    "attributes twice": lambda m: raw(names("a", "B"), b")\x81}b}b"),
    "__setstate__ of a call": lambda m: raw(
        names("dnnlib.util", "EasyDict"), b")\x81", text("__setstate__"), b"b"
    ),
    "array of objects": hostile_array,
    "type of objects": lambda m: dumped(np.dtype(object)),
    "array made strangely": lambda m: raw(
        names("numpy.core.multiarray", "_reconstruct"), names("torch", "load"), b"\x85R"
    ),
    "out-of-band buffer": lambda m: raw(pickle.NEXT_BUFFER),
    "name that is no text": lambda m: raw(b"K\x01K\x01\x93"),
    "name that is called": lambda m: raw(names("os.path", "join"), b")R"),
    "what is called is no name": lambda m: raw(b"K\x01)R"),
    "keys that are tuples": lambda m: raw(b"}))s"),
    "keys that are vast": lambda m: raw(b"}\x8a\x09", bytes(8), b"\x01Ns"),
    "table from something": lambda m: raw(names("collections", "OrderedDict"), b"]\x85R"),
    "many open": lambda m: raw(b"(" * 100_000, b"t" * 100_000),
    "vast number": lambda m: raw(pickle.LONG4, struct.pack("<i", 1 << 30)),
    "long number": lambda m: raw(b"\x8a\xff", bytes(255)),
    "vast text": lambda m: raw(pickle.BINUNICODE8, struct.pack("<Q", VAST)),
    "vast bytes": lambda m: raw(pickle.BINBYTES8, struct.pack("<Q", VAST)),
    "vast bytearray": lambda m: raw(pickle.BYTEARRAY8, struct.pack("<Q", VAST)),
    "behind the end": lambda m: raw(b"}") + dumped(Does(os.system, touch(m))),
    "storage of a vast count": lambda m: dumped(from_bytes(storage(count=VAST))),
    "storage of vast bytes": lambda m: dumped(
        from_bytes(storage(count=1 << 40, follows=struct.pack("<q", 1 << 40)))
    ),
    "storage of objects": lambda m: dumped(from_bytes(storage(kind="ObjectStorage"))),
    "storage with a view": lambda m: dumped(from_bytes(storage(view=text(touch(m))))),
    "storage with more behind": lambda m: dumped(from_bytes(storage() + b"more")),
}


@pytest.fixture(scope="module")
def snapshot():
    torch.manual_seed(3)
    return made.snapshot(Generator(SIZE), Discriminator(SIZE))


def tries(path, content):
    """Read it; what was imported meanwhile is to be nothing."""
    path.write_bytes(content)
    before = set(sys.modules)
    with pytest.raises(UserError) as refusal:
        read_network_pickle(path)
    assert set(sys.modules) == before
    assert refusal.value.path == path
    assert refusal.value.remedy
    return refusal.value.problem


@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_pickle_is_refused_and_runs_nothing(tmp_path, how):
    mark = tmp_path / "it ran"
    tries(tmp_path / "evil.pkl", HOSTILE[how](mark))
    assert not mark.exists()


@pytest.mark.parametrize("place", ["augment_pipe", "state", "module_src", "_parameters"])
def test_one_hostile_object_in_a_sound_file_is_enough(tmp_path, snapshot, place):
    mark = tmp_path / "it ran"
    evil = Does(os.system, touch(mark))
    sound = snapshot["G_ema"]
    places = {
        "augment_pipe": {**snapshot, "augment_pipe": evil},
        "state": {**snapshot, "G_ema": made.Kept("Generator", {**sound.state, "size": evil})},
        "module_src": {**snapshot, "G_ema": made.Kept(evil, sound.state)},
        "_parameters": {
            **snapshot,
            "D": made.Kept("Discriminator", {**sound.state, "_parameters": {"weight": evil}}),
        },
    }
    path = made.write_official(tmp_path / "evil.pkl", places[place])
    said = tries(path, path.read_bytes())
    assert "posix.system" in said
    assert not mark.exists()


def test_an_extension_that_python_itself_knows_is_refused(tmp_path):
    mark = tmp_path / "it ran"
    copyreg.add_extension("posix", "system", 0xF0)
    try:
        content = dumped(Does(os.system, touch(mark)), 2)
        assert pickle.EXT1 + b"\xf0" in content
        assert "EXT1" in tries(tmp_path / "evil.pkl", content)
    finally:
        copyreg.remove_extension("posix", "system", 0xF0)
    assert not mark.exists()


def test_what_a_refusal_names_can_be_shown(tmp_path):
    said = tries(tmp_path / "evil.pkl", raw(names("os\x1b[2J", "x" * 500), b")R"))
    assert "\x1b" not in said
    assert len(said) < 200
    assert str(Name("os\x1b", "system")) == "os .system"


def nested(depth):
    """Tuples in tuples, or a module in itself."""
    return raw(b")" + b"\x85" * depth)


def own_parent():
    """A network that is its own layer."""
    state = {"_parameters": {}, "_buffers": {}}
    state["_modules"] = {"again": made.Kept("Generator", state)}
    return made.Kept("Generator", state)


def doubling(depth):
    """Two layers that are one, and so on: more ways to the last than anything can count."""
    module = made.Kept("Layer", {"_modules": {}})
    for _ in range(depth):
        module = made.Kept("Layer", {"_modules": {"a": module, "b": module}})
    return module


def settings(depth):
    value = []
    for _ in range(depth):
        value = [value, value]
    return made.Kept("Generator", {"_modules": {}, "_init_kwargs": {"a": value}})


@pytest.mark.parametrize(
    ("network", "said"),
    [(own_parent, "deep"), (lambda: doubling(30), "layers"), (lambda: settings(60), "settings")],
)
def test_what_grows_without_end_when_it_is_followed_is_refused(tmp_path, network, said):
    path = made.write_official(tmp_path / "bomb.pkl", {"G_ema": network()})
    assert said in tries(path, path.read_bytes())


def test_deep_nesting_and_far_places_of_the_memory_cost_nothing(tmp_path):
    assert "no networks" in tries(tmp_path / "deep.pkl", nested(30_000))
    far = raw(b"}", pickle.LONG_BINPUT, struct.pack("<I", 0xFFFFFFFF))
    assert "no networks" in tries(tmp_path / "far.pkl", far)


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ((0, (1 << 20, 1 << 20), (0, 0)), "claim"),
        ((0, (3,), (1,)), "beyond"),
        ((1, (2,), (1,)), "beyond"),
        ((0, (2,), (VAST,)), "shape"),
        ((-1, (1,), (1,)), "shape"),
        ((0, (-1,), (1,)), "shape"),
        ((0, (1,), (1, 1)), "shape"),
        ((0, (1,) * 50, (1,) * 50), "shape"),
        ((0, [2], [1]), "shape"),
    ],
)
def test_a_tensor_that_claims_what_it_does_not_have_is_refused(tmp_path, cut, said):
    tensor = Does(torch._utils._rebuild_tensor_v2, from_bytes(storage()), *cut, False, {})
    network = made.Kept("Generator", {"_parameters": {"weight": tensor}})
    path = made.write_official(tmp_path / "bomb.pkl", {"G_ema": network})
    assert said in tries(path, path.read_bytes())


def test_a_program_without_end_is_stopped():
    with pytest.raises(UserError, match="more than 50 instructions"):
        read_inert(memoryview(raw(b"N0" * 50)), calls={}, most_steps=50)


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_file_that_is_cut_off_or_changed_is_refused_or_read(tmp_path, protocol):
    network = {"G_ema": made.kept(torch.nn.Linear(2, 2))}
    path = made.write_official(tmp_path / "net.pkl", network, protocol=protocol)
    whole = path.read_bytes()
    rng = np.random.default_rng(5)
    for end in rng.integers(0, len(whole), 20):
        tries(path, whole[:end])
    for _ in range(100):
        changed = bytearray(whole)
        changed[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(changed)
        try:
            read_network_pickle(path)
        except UserError as error:
            assert error.path == path


@pytest.mark.parametrize("name", [("dnnlib.tflib.network", "Network"), ("tfutil", "Network")])
def test_a_file_of_the_tensorflow_versions_is_refused_with_what_to_get(tmp_path, name):
    path = tmp_path / "stylegan2-ffhq-config-f.pkl"
    path.write_bytes(raw(names(*name), b")\x81}b", b"\x85"))
    with pytest.raises(UserError, match="TensorFlow") as refused:
        read_network_pickle(path)
    assert "PyTorch" in refused.value.remedy
