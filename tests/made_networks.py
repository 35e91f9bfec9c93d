"""Small networks with random weights, saved as a user's weights are; real code from there on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.models.alpha_generation import SMALL, AlphaGenerationNet
from engine.models.manifest import WeightsRow, read_manifest, write_manifest
from engine.models.segmentation_net import Shape
from engine.models.spec import ModelKind, ModelSpec
from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator
from engine.models.stylegan3 import Generator as DrawnGenerator
from engine.models.stylegan3_size import Size as DrawnSize
from engine.models.trimap_net import TrimapNet
from engine.models.weights import sha256_of

Made = TypeVar("Made", bound=nn.Module)

FACE_SIZE = Size(resolution=32, base=256, most=12, latent=12, style=12, depth=2)
DRAWN_SIZE = DrawnSize(
    resolution=16, colours=4, latent=6, style=5, depth=1, base=64, most=8, layers=4, margin=2
)
PORTRAIT_SIZE = Size(resolution=16, base=128, most=16, latent=12, style=10, depth=3)
TINY_SHAPE = Shape(widths=(8, 12, 16, 16), blocks=1, dilations=(1, 2), stem=4, norm="batch")


class Matting(nn.Module):
    """The prior, plus what a few convolutions and the piece's mean make of it.

    The mean, as in networks that pool, makes neighbouring pieces disagree.
    """

    size_multiple = 32

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.guidance_channels = planes
        self.layers = nn.Sequential(
            nn.Conv2d(3 + planes, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=4, dilation=4),
            nn.Tanh(),
        )
        self.last = nn.Conv2d(8, 1, 1)
        self.pool = nn.Parameter(torch.tensor(0.3))

    def predict(self, rgb: Tensor, guidance: Tensor) -> Tensor:
        assert rgb.shape[2] % 32 == 0 and rgb.shape[3] % 32 == 0
        assert guidance.shape[1] == self.guidance_channels
        seen = torch.cat([rgb, guidance], 1)
        found = self.last(self.layers(seen - 0.5)).float().tanh()
        pooled = rgb.mean(dim=(1, 2, 3), keepdim=True) - 0.5
        return (guidance[:, -1:] + 0.1 * found + self.pool * pooled).clamp(0, 1)


class Painter(nn.Module):
    """Colours that differ from the photograph's where the matte is soft."""

    size_multiple = 32

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(4, 3, 3, padding=1)

    def forward(self, rgb: Tensor, alpha: Tensor) -> Tensor:
        return (rgb + 0.5 * self.layer(torch.cat([rgb, alpha], 1)).tanh()).clamp(0, 1)


class Warm(nn.Module):
    """Finds what is warmer than it is cold: persons of orange."""

    size_multiple = 32
    area = 288 * 256

    def __init__(self) -> None:
        super().__init__()
        self.steepness = nn.Parameter(torch.tensor(20.0))

    def predict(self, rgb: Tensor) -> Tensor:
        assert rgb.shape[2] % 32 == 0 and rgb.shape[3] % 32 == 0
        return (self.steepness * (rgb[:, :1] - rgb[:, 2:])).sigmoid()


class Red(nn.Module):
    """A matte of the photograph alone: of what is red, each pixel by itself."""

    size_multiple = 8
    guidance_channels = 0

    def __init__(self) -> None:
        super().__init__()
        self.steepness = nn.Parameter(torch.tensor(40.0))

    def predict(self, rgb: Tensor) -> Tensor:
        assert rgb.shape[2] % 8 == 0 and rgb.shape[3] % 8 == 0
        return (self.steepness * (rgb[:, :1] - 0.5)).sigmoid()


class Thirds(nn.Module):
    """Calls orange foreground, blue background, and what is between unknown."""

    size_multiple = 16
    area = 192 * 128

    def __init__(self) -> None:
        super().__init__()
        self.steepness = nn.Parameter(torch.tensor(20.0))

    def predict(self, rgb: Tensor) -> Tensor:
        assert rgb.shape[2] % 16 == 0 and rgb.shape[3] % 16 == 0
        warm = self.steepness * (rgb[:, :1] - rgb[:, 2:])
        return torch.cat([-warm, 4 - warm.abs(), warm], 1).softmax(1)


def save_red(folder: Path, monkeypatch: pytest.MonkeyPatch, *, name: str = "red") -> None:
    """Put a matting network that needs nobody's help into a folder, called `name`."""
    from dataclasses import replace

    from engine.models.registry import MODELS

    row = replace(spec(name, "Red"), abilities=frozenset({"automatic"}), size_multiple=8)
    monkeypatch.setitem(MODELS, name, row)
    save_weights(folder, name, seeded(Red))


def calm(module: nn.Module) -> nn.Module:
    """The network with corrections of a thousandth, so that it is sure of most."""
    with torch.inference_mode(False), torch.no_grad():
        for name in ("pool", "last.weight", "last.bias"):
            module.get_parameter(name).mul_(0.01)
    return module


def one_plane() -> Matting:
    return Matting(1)


def two_planes() -> Matting:
    return Matting(2)


def three_planes() -> Matting:
    return Matting(3)


def spec(name: str, build: str, kind: ModelKind = "matting") -> ModelSpec:
    """A row of the table of networks."""
    return ModelSpec(
        name=name,
        title=name.title(),
        kind=kind,
        summary="Random.",
        builder=f"tests.made_networks:{build}",
        weights=f"{name}.safetensors",
        licence="none",
        origin="a test",
        size_multiple=32,
    )


def save_weights(folder: Path, name: str, module: nn.Module, *, network: str = "") -> None:
    """Put a network's weights into a folder and list them in its manifest."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_file(module.state_dict(), path)
    size = path.stat().st_size
    row = WeightsRow(path.name, name, sha256_of(path), "none", "a test", size, network=network)
    write_manifest(folder, [*(r for r in read_manifest(folder) if r.model != name), row])


def save_pomagan(folder: Path, name: str, *, network: str = "") -> None:
    """The small alpha generation network with random weights, as `save_weights`.

    Weights as they are drawn answer a half nearly everywhere; these are sure of more.
    """
    module = seeded(AlphaGenerationNet, SMALL)
    with torch.inference_mode(False), torch.no_grad():
        module.get_parameter("decoder.last.weight").mul_(4)
    save_weights(folder, name, module, network=network)


def save_faces(folder: Path, monkeypatch: pytest.MonkeyPatch, *, name: str = "faces") -> None:
    """Put what an enhancement needs into a folder: a generator of 32 pixels called `name`, its
    discriminator, and the trimap network `trimap_small`."""
    from dataclasses import replace

    from engine.models.registry import MODELS

    row = replace(MODELS["trimap_small"], builder="tests.made_networks:tiny_trimap")
    monkeypatch.setitem(MODELS, "trimap_small", row)
    save_weights(folder, name, face_generator(), network="stylegan2")
    critic = face_discriminator()
    save_weights(folder, f"{name}_discriminator", critic, network="stylegan2_discriminator")
    save_weights(folder, "trimap_small", seeded(tiny_trimap, seed=2))


def save_drawing(folder: Path, *, name: str = "drawn") -> None:
    """Put a generator of portraits of 16 pixels with mattes into a folder."""
    save_weights(folder, name, seeded(DrawnGenerator, DRAWN_SIZE), network="stylegan3")


def face_generator() -> Generator:
    """A generator of 32 pixels whose noise has a say."""
    return with_noise(seeded(Generator, FACE_SIZE), 0.1)


def face_discriminator() -> Discriminator:
    """The discriminator of `face_generator`."""
    return seeded(Discriminator, FACE_SIZE, seed=1)


def portrait_generator() -> Generator:
    """A generator of 16 pixels whose noise and mean style have a say."""
    with torch.random.fork_rng(), torch.inference_mode(False):
        torch.manual_seed(5)
        made = with_noise(Generator(PORTRAIT_SIZE), 0.3)
        made.mapping.w_avg.normal_()
    return made.eval()


def portrait_discriminator() -> Discriminator:
    """The discriminator of `portrait_generator`."""
    return seeded(Discriminator, PORTRAIT_SIZE, seed=6).eval()


def with_noise(generator: Generator, strength: float) -> Generator:
    """The generator with noise of this strength; as drawn, noise has no say."""
    with torch.inference_mode(False), torch.no_grad():
        for name, value in generator.named_parameters():
            if name.endswith("noise_strength"):
                value.fill_(strength)
    return generator


def tiny_trimap() -> TrimapNet:
    """A trimap network of a few channels that is sure of much; as drawn, it is unsure."""
    made = TrimapNet(TINY_SHAPE)
    made.decoder.last.weight.data.mul_(12)
    return made


def seeded(build: Callable[..., Made], *arguments: object, seed: int = 0) -> Made:
    """A network with random weights that are always the same."""
    with torch.random.fork_rng(), torch.inference_mode(False):
        torch.manual_seed(seed)
        return build(*arguments)


def only_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, matting: str) -> Path:
    """Make a calm network called `matting`, `mask_small`, `person_small` and `painter` the only
    weights there are.

    Returns:
        Their folder, $MATTE_HOME; what comes with the product is not found.
    """
    from engine.models import weights as places
    from engine.models.loaded import forget_networks
    from engine.models.registry import MODELS

    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    monkeypatch.setattr(places, "files", lambda package: tmp_path / "nothing_built_in")
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in [name for name, row in MODELS.items() if row.kind == "foreground"]:
        monkeypatch.delitem(MODELS, name)
    monkeypatch.setitem(MODELS, matting, spec(matting, "two_planes"))
    monkeypatch.setitem(MODELS, "mask_small", spec("mask_small", "three_planes", "proposal"))
    monkeypatch.setitem(MODELS, "person_small", spec("person_small", "Warm", "segmentation"))
    monkeypatch.setitem(MODELS, "painter", spec("painter", "Painter", "foreground"))
    save_weights(folder, matting, calm(seeded(Matting, 2)))
    save_weights(folder, "mask_small", calm(seeded(Matting, 3)))
    save_weights(folder, "person_small", seeded(Warm))
    save_weights(folder, "painter", seeded(Painter))
    forget_networks()
    return folder
