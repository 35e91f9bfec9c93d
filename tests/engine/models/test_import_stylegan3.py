"""Official StyleGAN3 pickles, with three planes or a matte, and what lies beside the networks."""

from __future__ import annotations

import enum
import functools
import sys
from dataclasses import replace
from types import ModuleType

import pytest
import torch

from engine.errors import UserError
from engine.models.convert_stylegan import converted_generator
from engine.models.import_weights import import_every, import_weights
from engine.models.licences import NVIDIA
from engine.models.loaded import load_network
from engine.models.network_pickle import read_network_pickle
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.stylegan2_size import Size as DiscriminatorSize
from engine.models.stylegan3 import Generator, Size
from engine.models.weights import user_folder
from tests import made_pickles as made

T_LIKE = Size(resolution=16, latent=6, style=5, base=64, most=8, layers=4)
R_LIKE = replace(T_LIKE, kernel=1, radial=True)
KINDS = {"T": T_LIKE, "R": R_LIKE, "T with a matte": replace(T_LIKE, colours=4)}


class Mode(enum.Enum):
    BICUBIC = "bicubic"


class Backbone(torch.nn.Module):
    """Frozen features of a discriminator that sees with them."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.utils.spectral_norm(torch.nn.Linear(2, 2))
        self.norm = functools.partial(torch.nn.LayerNorm, eps=1e-6)
        self.mode, self.shape = Mode.BICUBIC, torch.Size([2, 2])


@pytest.fixture
def foreign(monkeypatch):
    """A module that is there only while a file is written."""
    module = ModuleType("vision_transformer")
    for kind in (Mode, Backbone):
        monkeypatch.setattr(kind, "__module__", module.__name__)
        setattr(module, kind.__name__, kind)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module.__name__


@pytest.fixture(params=KINDS)
def size(request):
    return KINDS[request.param]


@pytest.fixture
def networks(size):
    torch.manual_seed(5)
    generator = Generator(size).eval()
    generator.mapping.w_avg.normal_()
    for name, buffer in generator.named_buffers():
        if name.endswith("magnitude_ema"):
            buffer.fill_(0.7)
    return generator, Discriminator(DiscriminatorSize(16, size.colours, 64, 8)).eval()


def write(folder, networks, changes=None, *, settings=None):
    content = made.snapshot(*networks, layout="sg3") | (changes or {})
    if settings:
        content["G_ema"].state["_init_kwargs"].update(settings)
    return made.write_official(folder / "faces.pkl", content)


def test_an_official_file_gives_the_same_pictures(tmp_path, networks, size):
    rows = import_every(write(tmp_path, networks), accepted=True)
    assert [row.model for row in rows] == ["faces", "faces_discriminator"]
    assert [row.network for row in rows] == ["stylegan3", "stylegan2_discriminator"]
    assert (rows[0].licence, rows[0].clamp) == (NVIDIA.name, 256.0)
    found = load_network("faces", kind="generator").module
    assert (found.size.colours, found.size.radial) == (size.colours, size.radial)
    z = torch.randn(2, size.latent, generator=torch.Generator().manual_seed(1))
    judge = load_network("faces_discriminator", kind="discriminator").module
    with torch.inference_mode():
        pictures = networks[0](z, truncation=0.6)
        torch.testing.assert_close(found(z, truncation=0.6), pictures, atol=1e-6, rtol=1e-5)
        torch.testing.assert_close(judge(pictures), networks[1](pictures), atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [T_LIKE])
def test_filters_are_taken_as_the_file_has_them(tmp_path, networks):
    name = f"synthesis.{T_LIKE.rows[1].name}.up_filter"
    with torch.no_grad():
        before = networks[0](torch.ones(1, T_LIKE.latent))
        networks[0].get_buffer(name).mul_(1.5)
        wanted = networks[0](torch.ones(1, T_LIKE.latent))
    assert (wanted - before).abs().max() > 1e-3
    import_weights(write(tmp_path, networks), accepted=True)
    with torch.inference_mode():
        found = load_network("faces", kind="generator").module(torch.ones(1, T_LIKE.latent))
    torch.testing.assert_close(found, wanted, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("size", [KINDS["T with a matte"]])
def test_what_lies_beside_the_networks_is_never_imported(tmp_path, networks, foreign, monkeypatch):
    torch.manual_seed(1)
    path = write(tmp_path, networks, {"cvD": Backbone(), "steps": {"left": Mode.BICUBIC}})
    monkeypatch.delitem(sys.modules, foreign)
    assert foreign.encode() in path.read_bytes()
    state = read_network_pickle(path)
    assert set(state) == {"G", "D", "G_ema"}
    assert foreign not in sys.modules
    assert converted_generator(state["G_ema"]).size.colours == 4


@pytest.mark.parametrize("size", [T_LIKE])
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"first_cutoff": 3}, "first_cutoff 3"),
        ({"use_radial_filters": True}, "use_radial_filters True"),
        ({"num_critical": 1}, "num_critical 1"),
        ({"c_dim": 2}, "c_dim 2"),
        ({"output_scale": 1}, "output_scale 1"),
        ({"noise": True}, "unknown setting noise"),
        ({"mapping_kwargs": made.Table(num_layers=3)}, "num_layers 3"),
    ],
)
def test_what_ours_does_not_compute_is_refused_by_name(tmp_path, networks, settings, said):
    path = write(tmp_path, networks, settings=settings)
    with pytest.raises(UserError, match=said) as refused:
        import_weights(path, accepted=True)
    assert refused.value.path == path
    assert "stylegan3-t-ffhq" in refused.value.remedy
    assert list(user_folder().iterdir()) == []


@pytest.mark.parametrize("size", [R_LIKE])
@pytest.mark.parametrize("wrong", ["missing", "unknown", "shape", "clamp", "no clamp"])
def test_every_tensor_is_accounted_for(tmp_path, networks, wrong):
    state = read_network_pickle(write(tmp_path, networks))["G_ema"]
    layer = f"synthesis.{R_LIKE.rows[1].name}"
    name = f"{layer}.down_filter"
    clamps = [one for one in state.scalars if one.endswith(".conv_clamp")]
    changes = {
        "missing": lambda: state.tensors.pop(name),
        "unknown": lambda: state.tensors.update(stray=torch.zeros(1)),
        "shape": lambda: state.tensors.update({name: torch.zeros(12)}),
        "clamp": lambda: state.scalars.update({f"{layer}.conv_clamp": 3}),
        "no clamp": lambda: state.scalars.update(dict.fromkeys(clamps)),
    }
    changes[wrong]()
    said = {"missing": name, "unknown": "stray", "shape": name}.get(wrong, "clamp")
    with pytest.raises(UserError, match=said):
        converted_generator(state)
