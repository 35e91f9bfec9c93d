"""The Inception network in whose features a Fréchet distance is called FID.

Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015);
Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge…" (2017). Three things differ
from the network as it is usually written: averages at a border count only what is inside, the last
block's pooling takes the maximum, and pictures are enlarged as TensorFlow 1 did. The names of the
tensors are torchvision's; the weights are those that were published for FID and nothing else
(`pt_inception-2015-12-05-6726825d.pth`), of which there are 1008 classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from engine.errors import UserError
from engine.models.checkpoint import read_tensors
from engine.models.fitting import misfit

SIDE, CLASSES = 299, 1008
FILE = "pt_inception-2015-12-05-6726825d.pth"
_COUNTER = "num_batches_tracked"
Kernel = tuple[int, int]
ONE, THREE, FIVE = (1, 1), (3, 3), (5, 5)
ACROSS, DOWN = (1, 7), (7, 1)


class Conv(nn.Module):
    """A convolution without bias, its normalisation and a ReLU.

    Args:
        planes: channels that come in.
        width: channels.
        kernel: rows and columns.
        stride: of both.
        padded: so that it keeps the size, but for the stride.
    """

    def __init__(
        self,
        planes: int,
        width: int,
        kernel: Kernel = ONE,
        *,
        stride: int = 1,
        padded: bool = True,
    ) -> None:
        super().__init__()
        pad = (kernel[0] // 2, kernel[1] // 2) if padded else (0, 0)
        self.conv = nn.Conv2d(planes, width, kernel, stride, pad, bias=False)
        self.bn = nn.BatchNorm2d(width, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """2048 features of each picture, the mean over its places.

    Args:
        narrow: divides every layer's channels, a divisor of 16; the published width at 1.
    """

    def __init__(self, *, narrow: int = 1) -> None:
        super().__init__()
        n = narrow
        self.Conv2d_1a_3x3 = Conv(3, 32 // n, THREE, stride=2, padded=False)
        self.Conv2d_2a_3x3 = Conv(32 // n, 32 // n, THREE, padded=False)
        self.Conv2d_2b_3x3 = Conv(32 // n, 64 // n, THREE)
        self.Conv2d_3b_1x1 = Conv(64 // n, 80 // n)
        self.Conv2d_4a_3x3 = Conv(80 // n, 192 // n, THREE, padded=False)
        self.Mixed_5b = Fives(192, 32, n)
        self.Mixed_5c = Fives(256, 64, n)
        self.Mixed_5d = Fives(288, 64, n)
        self.Mixed_6a = Halving(288, n)
        self.Mixed_6b = Sevens(128, n)
        self.Mixed_6c = Sevens(160, n)
        self.Mixed_6d = Sevens(160, n)
        self.Mixed_6e = Sevens(192, n)
        self.Mixed_7a = LastHalving(n)
        self.Mixed_7b = Spread(1280, n)
        self.Mixed_7c = Spread(2048, n, largest=True)

    def forward(self, rgb: Tensor) -> Tensor:
        """N×2048 of N×3×H×W in [0, 255], of any size."""
        x = (enlarged(rgb.float()) - 128) / 128
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, 2)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(F.max_pool2d(x, 3, 2))))
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))
        x = self.Mixed_7a(self.Mixed_6e(self.Mixed_6d(x)))
        found: Tensor = self.Mixed_7c(self.Mixed_7b(x)).mean((2, 3))
        return found


class Fives(nn.Module):
    """1×1, 5×5 and two 3×3 beside each other, and the mean around."""

    def __init__(self, planes: int, pooled: int, n: int) -> None:
        super().__init__()
        self.branch1x1 = Conv(planes // n, 64 // n)
        self.branch5x5_1 = Conv(planes // n, 48 // n)
        self.branch5x5_2 = Conv(48 // n, 64 // n, FIVE)
        self.branch3x3dbl_1 = Conv(planes // n, 64 // n)
        self.branch3x3dbl_2 = Conv(64 // n, 96 // n, THREE)
        self.branch3x3dbl_3 = Conv(96 // n, 96 // n, THREE)
        self.branch_pool = Conv(planes // n, pooled // n)

    def forward(self, x: Tensor) -> Tensor:
        fives = self.branch5x5_2(self.branch5x5_1(x))
        threes = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), fives, threes, self.branch_pool(around(x))], 1)


class Halving(nn.Module):
    """Half the size."""

    def __init__(self, planes: int, n: int) -> None:
        super().__init__()
        self.branch3x3 = Conv(planes // n, 384 // n, THREE, stride=2, padded=False)
        self.branch3x3dbl_1 = Conv(planes // n, 64 // n)
        self.branch3x3dbl_2 = Conv(64 // n, 96 // n, THREE)
        self.branch3x3dbl_3 = Conv(96 // n, 96 // n, THREE, stride=2, padded=False)

    def forward(self, x: Tensor) -> Tensor:
        threes = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), threes, F.max_pool2d(x, 3, 2)], 1)


class Sevens(nn.Module):
    """1×1, 7×7 and two 7×7 beside each other, as rows and columns, and the mean around."""

    def __init__(self, middle: int, n: int) -> None:
        super().__init__()
        planes, width, middle = 768 // n, 192 // n, middle // n
        self.branch1x1 = Conv(planes, width)
        self.branch7x7_1 = Conv(planes, middle)
        self.branch7x7_2 = Conv(middle, middle, ACROSS)
        self.branch7x7_3 = Conv(middle, width, DOWN)
        self.branch7x7dbl_1 = Conv(planes, middle)
        self.branch7x7dbl_2 = Conv(middle, middle, DOWN)
        self.branch7x7dbl_3 = Conv(middle, middle, ACROSS)
        self.branch7x7dbl_4 = Conv(middle, middle, DOWN)
        self.branch7x7dbl_5 = Conv(middle, width, ACROSS)
        self.branch_pool = Conv(planes, width)

    def forward(self, x: Tensor) -> Tensor:
        once = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        twice = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        twice = self.branch7x7dbl_5(self.branch7x7dbl_4(twice))
        return torch.cat([self.branch1x1(x), once, twice, self.branch_pool(around(x))], 1)


class LastHalving(nn.Module):
    """Half the size once more."""

    def __init__(self, n: int) -> None:
        super().__init__()
        planes, width = 768 // n, 192 // n
        self.branch3x3_1 = Conv(planes, width)
        self.branch3x3_2 = Conv(width, 320 // n, THREE, stride=2, padded=False)
        self.branch7x7x3_1 = Conv(planes, width)
        self.branch7x7x3_2 = Conv(width, width, ACROSS)
        self.branch7x7x3_3 = Conv(width, width, DOWN)
        self.branch7x7x3_4 = Conv(width, width, THREE, stride=2, padded=False)

    def forward(self, x: Tensor) -> Tensor:
        threes = self.branch3x3_2(self.branch3x3_1(x))
        sevens = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        return torch.cat([threes, self.branch7x7x3_4(sevens), F.max_pool2d(x, 3, 2)], 1)


class Spread(nn.Module):
    """Branches whose ends are a row and a column each.

    Args:
        planes: channels that come in, at full width.
        n: divides all channels.
        largest: its pooling takes the maximum around, not the mean.
    """

    def __init__(self, planes: int, n: int, *, largest: bool = False) -> None:
        super().__init__()
        self._largest = largest
        width = 384 // n
        self.branch1x1 = Conv(planes // n, 320 // n)
        self.branch3x3_1 = Conv(planes // n, width)
        self.branch3x3_2a = Conv(width, width, (1, 3))
        self.branch3x3_2b = Conv(width, width, (3, 1))
        self.branch3x3dbl_1 = Conv(planes // n, 448 // n)
        self.branch3x3dbl_2 = Conv(448 // n, width, THREE)
        self.branch3x3dbl_3a = Conv(width, width, (1, 3))
        self.branch3x3dbl_3b = Conv(width, width, (3, 1))
        self.branch_pool = Conv(planes // n, 192 // n)

    def forward(self, x: Tensor) -> Tensor:
        once = self.branch3x3_1(x)
        twice = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pooled = F.max_pool2d(x, 3, 1, 1) if self._largest else around(x)
        parts = [
            self.branch1x1(x),
            self.branch3x3_2a(once),
            self.branch3x3_2b(once),
            self.branch3x3dbl_3a(twice),
            self.branch3x3dbl_3b(twice),
            self.branch_pool(pooled),
        ]
        return torch.cat(parts, 1)


def around(x: Tensor) -> Tensor:
    """The mean of the 3×3 places around each, of those that are inside."""
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def enlarged(pictures: Tensor) -> Tensor:
    """N×C×H×W at 299×299, as TensorFlow 1 does it: a place's first corner is where it samples."""
    rows, cols = (_weights(size).to(pictures) for size in pictures.shape[2:])
    return rows @ pictures @ cols.T


@cache
def _weights(size: int) -> Tensor:
    """299×size: how much each place takes of each pixel of a side."""
    at = torch.arange(SIDE, dtype=torch.float64) * (size / SIDE)
    before = at.floor().long().clamp(max=size - 1)
    after = (before + 1).clamp(max=size - 1)
    share = (at - before).unsqueeze(1)
    eye = torch.eye(size, dtype=torch.float64)
    return (eye[before] * (1 - share) + eye[after] * share).float()


def open_inception(path: Path) -> Inception:
    """The network with the weights that were published for FID.

    Args:
        path: of the file, `pt_inception-2015-12-05-6726825d.pth` or as safetensors.

    Raises:
        UserError: if there is no such file, or it holds other weights, such as those that
            torchvision has for 1000 classes.
    """
    if not path.is_file():
        raise UserError(
            "There are no weights of Inception, and without them there is no FID.",
            remedy=f"Fetch {FILE} from the releases of github.com/mseitzer/pytorch-fid.",
            path=path,
        )
    found = read_tensors(path)
    with torch.device("meta"):
        network = Inception()
    _check(network, found, path)
    network.to_empty(device="cpu")  # all but counters is in the file
    kept = {name: tensor for name, tensor in found.items() if not name.startswith("fc.")}
    network.load_state_dict(kept, strict=False)
    return network.eval().requires_grad_(False)


def _check(network: nn.Module, found: Mapping[str, Any], path: Path) -> None:
    """Every tensor must fit, the classes' too: they tell these weights from torchvision's."""
    wanted = {
        name: tuple(tensor.shape)
        for name, tensor in network.state_dict().items()
        if name in found or not name.endswith(_COUNTER)
    }
    wanted |= {"fc.weight": (CLASSES, 2048), "fc.bias": (CLASSES,)}
    told = misfit({name: tuple(tensor.shape) for name, tensor in found.items()}, wanted)
    if told:
        raise UserError(
            f"These are not the weights of Inception that FID is defined by: {told}.",
            remedy=f"Fetch {FILE} from the releases of github.com/mseitzer/pytorch-fid.",
            path=path,
        )
