"""Official StyleGAN pickles: read as they are, converted strictly, taken in once accepted."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import UserError
from engine.models.convert_stylegan import converted_discriminator, converted_generator
from engine.models.import_weights import import_every, import_weights, licence_of
from engine.models.licences import NVIDIA, LicenceNotAccepted
from engine.models.loaded import load_network
from engine.models.manifest import read_manifest
from engine.models.network_pickle import read_network_pickle
from engine.models.stylegan2 import Generator
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.weights import find_weights, load_weights, user_folder
from tests import made_pickles as made
from tests.made_networks import PORTRAIT_SIZE


@pytest.fixture
def official(tmp_path, generator, discriminator):
    """Write an official file of these networks, with changes."""

    def write(changes=None, *, name="ffhq.pkl", protocol=4, **layout):
        content = made.snapshot(generator, discriminator, **layout)
        return made.write_official(tmp_path / name, content | (changes or {}), protocol=protocol)

    return write


def of(network, **changes):
    """A description of a network with some of its attributes changed."""
    return made.Kept(network.kind, {**network.state, **changes})


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_file_is_read_under_the_names_that_its_networks_had(
    official, generator, discriminator, protocol
):
    found = read_network_pickle(official(protocol=protocol))
    assert set(found) == {"G", "D", "G_ema"}
    for name, network in {"G_ema": generator, "D": discriminator}.items():
        state = network.state_dict()
        assert set(found[name].tensors) == set(state)
        assert all(torch.equal(found[name].tensors[key], state[key]) for key in state)
    assert not torch.equal(
        found["G"].tensors["mapping.fc0.weight"], found["G_ema"].tensors["mapping.fc0.weight"]
    )
    assert found["D"].kind == "Discriminator"
    assert found["G_ema"].scalars["img_resolution"] == PORTRAIT_SIZE.resolution


def test_only_what_is_wanted_is_read(official):
    assert set(read_network_pickle(official(), wanted=("D",))) == {"D"}


def test_buffers_that_are_not_saved_and_shared_tensors(tmp_path):
    layer = torch.nn.Linear(2, 2)
    layer.register_buffer("passing", torch.ones(1), persistent=False)
    layer.register_buffer("same", layer.weight.detach().t())
    path = made.write_official(tmp_path / "a.pkl", {"D": made.kept(layer)}, protocol=3)
    tensors = read_network_pickle(path)["D"].tensors
    assert set(tensors) == {"weight", "bias", "same"}
    assert torch.equal(tensors["same"], layer.weight.t())
    assert tensors["same"].is_contiguous()
    assert tensors["same"].data_ptr() != tensors["weight"].data_ptr()


def test_layers_of_torch_itself_and_numpy_numbers_are_read(tmp_path):
    layer = torch.nn.Sequential(torch.nn.Linear(2, 1))
    settings = {"_init_args": (np.int64(7), np.float32(0.5)), "w_dim": np.int32(-3)}
    network = made.kept(torch.nn.Linear(1, 1), settings=settings)
    network.state["_modules"] = OrderedDict(inner=layer)
    path = made.write_official(tmp_path / "a.pkl", {"G_ema": network, "cvD": layer})
    found = read_network_pickle(path)["G_ema"]
    assert set(found.tensors) == {"weight", "bias", "inner.0.weight", "inner.0.bias"}
    assert found.positional == (7, 0.5)
    assert found.scalars["w_dim"] == -3


@pytest.mark.parametrize("layout", made.FORMATS)
@pytest.mark.parametrize("positional", [False, True])
def test_an_official_file_gives_the_same_pictures(
    official, generator, discriminator, layout, positional
):
    rows = import_every(official(layout=layout, positional=positional), accepted=True)
    assert [row.model for row in rows] == ["ffhq", "ffhq_discriminator"]
    assert [row.network for row in rows] == ["stylegan2", "stylegan2_discriminator"]
    z = torch.randn(2, PORTRAIT_SIZE.latent, generator=torch.Generator().manual_seed(1))
    drawn = load_network("ffhq", kind="generator").module
    judge = load_network("ffhq_discriminator", kind="discriminator").module
    with torch.inference_mode():
        picture = generator(z, truncation=0.7)
        torch.testing.assert_close(drawn(z, truncation=0.7), picture, atol=2e-6, rtol=1e-6)
        torch.testing.assert_close(judge(picture), discriminator(picture), atol=2e-5, rtol=1e-5)


def test_the_licence_is_shown_and_nothing_is_kept_before_it_is_accepted(official):
    path = official()
    assert licence_of(path) == NVIDIA
    with pytest.raises(LicenceNotAccepted) as refused:
        import_weights(path)
    said = str(refused.value)
    assert "research or evaluation only" in said
    assert "--accept-licence" in said
    assert NVIDIA.url in said
    assert refused.value.licence == NVIDIA
    assert list(user_folder().iterdir()) == []


def test_licence_origin_and_the_acceptance_are_listed_and_travel_with_the_file(official, tmp_path):
    rows = import_every(official(), name="faces", accepted=True)
    assert read_manifest(user_folder()) == rows
    for row in rows:
        assert (row.licence, row.origin) == (NVIDIA.name, "ffhq.pkl")
        assert len(row.accepted) == len("2020-12-31")
    passed_on = tmp_path / "passed_on.safetensors"
    passed_on.write_bytes((user_folder() / rows[0].file).read_bytes())
    assert licence_of(passed_on) == NVIDIA
    with pytest.raises(LicenceNotAccepted):
        import_weights(passed_on)
    again = import_weights(passed_on, accepted=True)
    assert (again.licence, again.network) == (NVIDIA.name, "stylegan2")


def test_weights_without_such_a_licence_need_no_acceptance(safetensors_file):
    assert licence_of(safetensors_file) is None
    assert import_weights(safetensors_file).accepted == ""


def test_the_clamp_that_weights_cannot_show_is_kept(tmp_path, generator, discriminator):
    size = dataclasses.replace(PORTRAIT_SIZE, clamp=0.05)
    clamped = Generator(size).eval()
    clamped.load_state_dict(generator.state_dict())
    content = made.snapshot(clamped, discriminator)
    rows = import_every(made.write_official(tmp_path / "c.pkl", content), accepted=True)
    assert rows[0].clamp == 0.05
    z = torch.randn(1, PORTRAIT_SIZE.latent, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        found = load_network("c", kind="generator").module(z)
        torch.testing.assert_close(found, clamped(z), atol=2e-6, rtol=1e-6)
        assert (found - generator(z)).abs().max() > 0.1


def test_a_file_without_a_discriminator_gives_the_generator_alone(official):
    assert [row.model for row in import_every(official({"D": None}), accepted=True)] == ["ffhq"]


def test_a_file_without_an_averaged_generator_is_refused(official):
    with pytest.raises(UserError, match="G_ema"):
        import_weights(official({"G_ema": None}), accepted=True)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"c_dim": 10}, "c_dim 10"),
        ({"img_resolution": 32}, "img_resolution 32"),
        ({"synthesis_kwargs": made.Table(architecture="resnet")}, "architecture 'resnet'"),
        ({"synthesis_kwargs": made.Table(use_noise=False)}, "use_noise False"),
        ({"mapping_kwargs": made.Table(lr_multiplier=1)}, "mapping_kwargs.lr_multiplier 1"),
        ({"resample_filter": [1, 2, 1]}, "resample_filter"),
        ({"magnitude_ema_beta": 0.999}, "unknown setting magnitude_ema_beta"),
    ],
)
def test_a_network_that_ours_does_not_compute_is_refused_by_name(official, generator, named, said):
    network = made.snapshot(generator, Discriminator(PORTRAIT_SIZE))["G_ema"]
    changed = of(network, _init_kwargs={**network.state["_init_kwargs"], **named})
    with pytest.raises(UserError, match=said):
        import_weights(official({"G_ema": changed}), accepted=True)
    assert list(user_folder().iterdir()) == []


@pytest.mark.parametrize("wrong", ["missing", "unknown", "shape", "filter", "clamp"])
def test_every_tensor_is_accounted_for(tmp_path, official, generator, wrong):
    path = official()
    state = read_network_pickle(path)["G_ema"]
    name = "synthesis.b8.conv0.resample_filter"
    changes = {
        "missing": lambda: state.tensors.pop(name),
        "unknown": lambda: state.tensors.update(stray=torch.zeros(1)),
        "shape": lambda: state.tensors.update({name: torch.zeros(3)}),
        "filter": lambda: state.tensors.update({name: torch.full((4, 4), 1 / 16)}),
        "clamp": lambda: state.scalars.update({"synthesis.b8.conv0.conv_clamp": 3}),
    }
    changes[wrong]()
    with pytest.raises(UserError) as refused:
        converted_generator(state)
    assert {"missing": name, "unknown": "stray", "clamp": "clamp"}.get(wrong, name) in str(
        refused.value
    )


def test_a_generator_is_no_discriminator(official):
    found = read_network_pickle(official())
    with pytest.raises(UserError, match="discriminator"):
        converted_discriminator(found["G_ema"])
    with pytest.raises(UserError, match="generator"):
        converted_generator(found["D"])


def test_a_taken_name_of_either_file_adds_neither(official, tmp_path):
    other = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(1)}, other)
    import_weights(other, name="ffhq_discriminator")
    listed, files = read_manifest(user_folder()), sorted(user_folder().iterdir())
    with pytest.raises(UserError, match="ffhq_discriminator"):
        import_every(official(), accepted=True)
    assert read_manifest(user_folder()) == listed
    assert sorted(user_folder().iterdir()) == files
    import_every(official(), accepted=True, replace=True)
    assert len(load_weights(find_weights("ffhq_discriminator"))) > 1


def test_if_listing_fails_the_files_are_as_they_were(official, monkeypatch):
    first = import_every(official(), accepted=True)
    kept = {one.name: one.read_bytes() for one in user_folder().iterdir()}
    with torch.no_grad():
        changed = Generator(PORTRAIT_SIZE)
    path = official({"G_ema": made.kept(changed)}, name="other.pkl")
    manifest = user_folder() / "manifest.json"
    manifest.unlink()
    manifest.symlink_to("gone/manifest.json")
    with pytest.raises(UserError):
        import_every(path, name="ffhq", accepted=True, replace=True)
    with pytest.raises(UserError):
        import_every(path, name="new", accepted=True)
    found = {one.name: one.read_bytes() for one in user_folder().iterdir() if one.is_file()}
    assert found == {name: kept[name] for name in (row.file for row in first)}


def test_the_converted_file_is_safetensors_of_the_averaged_generator(official, generator):
    row = import_weights(official(), accepted=True)
    tensors = load_file(user_folder() / row.file)
    state = generator.state_dict()
    assert set(tensors) == set(state)
    assert all(torch.equal(tensors[name], state[name]) for name in state)
