"""What others made that this product may not bring: whose it is, its licence, how it gets here."""

from __future__ import annotations

from dataclasses import dataclass

from engine.models.licences import NVIDIA

_ADA = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained"
FACES = "ffhq"
"""The name under which the commands below add the official generator of faces."""


@dataclass(frozen=True)
class Source:
    """Something to get.

    Attributes:
        title: what it is.
        whose: who gives it.
        licence: under which it is given, with what that forbids.
        url: where it is.
        also: the same in other sizes, or from elsewhere.
        steps: what to do with the file, a sentence or a command each.
    """

    title: str
    whose: str
    licence: str
    url: str
    steps: tuple[str, ...]
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"{self.title}, from {self.whose}.",
            f"  get:     {self.url}",
            *(f"           {one}" for one in self.also),
            f"  licence: {self.licence}",
            *(f"  then:    {one}" for one in self.steps),
        ]
        return "\n".join(lines)


FACE_GENERATOR = Source(
    title="StyleGAN2's generator of faces (FFHQ, 1024 pixels) with its discriminator",
    whose="NVIDIA",
    licence=f"{NVIDIA.name}; {NVIDIA.url}. The photographs it learned from, FFHQ: CC BY-NC-SA 4.0",
    url=f"{_ADA}/ffhq.pkl",
    also=(
        "or of 256 and 512 pixels, quicker on a processor alone:",
        f"{_ADA}/transfer-learning-source-nets/ffhq-res256-mirror-paper256-noaug.pkl",
        f"{_ADA}/transfer-learning-source-nets/ffhq-res512-mirror-stylegan2-noaug.pkl",
        "or a stylegan2-pytorch checkpoint that was made of it (same licence)",
    ),
    steps=(
        f"matte models add ffhq.pkl --as {FACES}       (shows the licence)",
        f"matte models add ffhq.pkl --as {FACES} --accept-licence",
        f"matte enhance … --generator {FACES}",
    ),
)
VGG16 = Source(
    title="VGG-16 (ImageNet), for the perceptual term as published",
    whose="PyTorch's torchvision",
    licence="BSD-3-Clause",
    url="https://download.pytorch.org/models/vgg16-397923af.pth",
    steps=("matte enhance … --features vgg16 --features-file vgg16-397923af.pth",),
)
FACE_DETECTOR = Source(
    title="YuNet, which finds faces and their landmarks",
    whose="OpenCV's model zoo",
    licence="MIT",
    url="https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet",
    steps=("put the .onnx file into a folder of 'matte models path'; or give --box",),
)
