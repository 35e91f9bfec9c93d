"""StyleMatte read slowly, under the names of the released files: loops, no attention library.

Written from the papers (Swin, Deformable DETR, Mask2Former, He and Sun's fast guided filter) and
the list of the released tensors; it shares nothing with the network but the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.stylematte_size import Architecture

State = dict[str, Tensor]
MEAN, SCALE = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def released_shapes(a: Architecture) -> dict[str, tuple[int, ...]]:
    """Name and shape of each tensor of a released file, of any size."""
    return dict(_names(a))


def released_state(a: Architecture, made: torch.Generator) -> State:
    """A released file's tensors with random values."""
    state = {
        name: torch.randn(shape, generator=made) / max(1, math.prod(shape[1:])) ** 0.5
        for name, shape in _names(a)
    }
    for name, tensor in state.items():
        if name.endswith("running_var") or (name.endswith("weight") and tensor.dim() == 1):
            tensor.abs_().add_(0.5)
        if name.endswith("relative_position_index"):
            state[name] = _positions(a.window)
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(7)
        if name.endswith("sampling_offsets.bias"):
            tensor.mul_(3)
    for kind, copy in product(("weight", "bias"), (1, 2)):
        state[f"fpn.smooth_conv.{copy}.{kind}"] = state[f"fpn.smooth_conv.0.{kind}"]
    return state


def _names(a: Architecture) -> Iterator[tuple[str, tuple[int, ...]]]:
    p, f = "pixel_decoder.", a.features
    yield f"{p}encoder.embeddings.patch_embeddings.projection.weight", (a.embed, 3, 4, 4)
    yield f"{p}encoder.embeddings.patch_embeddings.projection.bias", (a.embed,)
    yield from _pair(f"{p}encoder.embeddings.norm", (a.embed,))
    for stage, (depth, heads, width) in enumerate(zip(a.depths, a.heads, a.widths, strict=True)):
        for block in range(depth):
            b = f"{p}encoder.encoder.layers.{stage}.blocks.{block}."
            for norm in ("layernorm_before", "layernorm_after"):
                yield from _pair(b + norm, (width,))
            for part in ("self.query", "self.key", "self.value", "output.dense"):
                yield from _pair(f"{b}attention.{part}", (width, width))
            table = (2 * a.window - 1) ** 2
            yield f"{b}attention.self.relative_position_bias_table", (table, heads)
            yield f"{b}attention.self.relative_position_index", (a.window**2, a.window**2)
            yield from _pair(f"{b}intermediate.dense", (4 * width, width))
            yield from _pair(f"{b}output.dense", (width, 4 * width))
        if stage < 3:
            down = f"{p}encoder.encoder.layers.{stage}.downsample."
            yield f"{down}reduction.weight", (2 * width, 4 * width)
            yield from _pair(f"{down}norm", (4 * width,))
        yield from _pair(f"{p}encoder.hidden_states_norms.stage{stage + 1}", (width,))
    d = f"{p}decoder."
    yield f"{d}level_embed", (3, f)
    for level, width in enumerate(a.widths[:0:-1]):
        yield from _pair(f"{d}input_projections.{level}.0", (f, width, 1, 1))
        yield from _pair(f"{d}input_projections.{level}.1", (f,))
    for layer in range(a.decoder_layers):
        e = f"{d}encoder.layers.{layer}."
        yield from _pair(f"{e}self_attn.sampling_offsets", (8 * 3 * 4 * 2, f))
        yield from _pair(f"{e}self_attn.attention_weights", (8 * 3 * 4, f))
        for part in ("self_attn.value_proj", "self_attn.output_proj"):
            yield from _pair(e + part, (f, f))
        yield from _pair(f"{e}self_attn_layer_norm", (f,))
        yield from _pair(f"{e}fc1", (a.feed_forward, f))
        yield from _pair(f"{e}fc2", (f, a.feed_forward))
        yield from _pair(f"{e}final_layer_norm", (f,))
    yield from _pair(f"{d}mask_projection", (f, f, 1, 1))
    yield f"{d}adapter_1.0.weight", (f, a.embed, 1, 1)
    yield from _pair(f"{d}adapter_1.1", (f,))
    yield f"{d}layer_1.0.weight", (f, f, 3, 3)
    yield from _pair(f"{d}layer_1.1", (f,))
    for copy in range(3):
        yield from _pair(f"fpn.conv1x1.{copy}", (f, f, 1, 1))
        yield from _pair(f"fpn.smooth_conv.{copy}", (f, f, 3, 3))
    yield "fpn.conv_fusion.0.weight", (f, 2 * f, 3, 3)
    yield from _pair("fpn.conv_fusion.1", (f,))
    yield "fpn.conv_fusion.1.running_mean", (f,)
    yield "fpn.conv_fusion.1.running_var", (f,)
    yield "fpn.conv_fusion.1.num_batches_tracked", ()
    yield from _pair("conv", (1, f, 3, 3))


def _pair(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _positions(window: int) -> Tensor:
    """Which row of the table stands for each pair of pixels of a window."""
    cells = list(product(range(window), repeat=2))
    side = 2 * window - 1
    rows = [[(r - s + window - 1) * side + c - d + window - 1 for s, d in cells] for r, c in cells]
    return torch.tensor(rows)


def logits(state: State, rgb: Tensor, a: Architecture) -> Tensor:
    """The matte before the sigmoid, of one photograph, 1×3×H×W to 1×1×H×W."""
    x = (rgb - MEAN.view(1, 3, 1, 1)) / SCALE.view(1, 3, 1, 1)
    low = _logits(_part(state, "fpn."), _part(state, "conv."), pixels(state, x, a))
    return fast_guided(low, x.mean(1, keepdim=True))


def pixels(state: State, x: Tensor, a: Architecture) -> list[Tensor]:
    """The pixel decoder's four outputs, the coarsest first."""
    return _decoder(
        _part(state, "pixel_decoder.decoder."),
        _swin(_part(state, "pixel_decoder.encoder."), x, a),
        a,
    )


def _part(state: State, begins: str) -> State:
    return {n.removeprefix(begins): t for n, t in state.items() if n.startswith(begins)}


def _linear(state: State, name: str, x: Tensor) -> Tensor:
    found = x @ state[f"{name}.weight"].T
    return found + state[f"{name}.bias"] if f"{name}.bias" in state else found


def _conv(state: State, name: str, x: Tensor) -> Tensor:
    weight = state[f"{name}.weight"]
    return F.conv2d(x, weight, state.get(f"{name}.bias"), padding=weight.shape[-1] // 2)


def _norm(state: State, name: str, x: Tensor) -> Tensor:
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
    normed = (x - mean) / (variance + 1e-5).sqrt()
    return normed * state[f"{name}.weight"] + state[f"{name}.bias"]


def _groups(state: State, name: str, x: Tensor) -> Tensor:
    return F.group_norm(x, 32, state[f"{name}.weight"], state[f"{name}.bias"])


def _swin(state: State, x: Tensor, a: Architecture) -> list[Tensor]:
    """Features at strides 4, 8, 16 and 32; tokens are H×W×C."""
    patches = state["embeddings.patch_embeddings.projection.weight"]
    bias = state["embeddings.patch_embeddings.projection.bias"]
    tokens = F.conv2d(x, patches, bias, stride=4)[0].permute(1, 2, 0)
    tokens = _norm(state, "embeddings.norm", tokens)
    seen = []
    for stage, depth in enumerate(a.depths):
        for block in range(depth):
            inner = _part(state, f"encoder.layers.{stage}.blocks.{block}.")
            shift = a.window // 2 if block % 2 else 0
            tokens = _block(inner, tokens, a.window, shift, a.heads[stage])
        normed = _norm(state, f"hidden_states_norms.stage{stage + 1}", tokens)
        seen.append(normed.permute(2, 0, 1)[None])
        if stage < 3:
            tokens = _merged(_part(state, f"encoder.layers.{stage}.downsample."), tokens)
    return seen


def _merged(state: State, tokens: Tensor) -> Tensor:
    rows, cols, _ = tokens.shape
    tokens = F.pad(tokens, (0, 0, 0, cols % 2, 0, rows % 2))
    four = [tokens[row::2, col::2] for col in (0, 1) for row in (0, 1)]
    return _linear(state, "reduction", _norm(state, "norm", torch.cat(four, -1)))


def _block(state: State, tokens: Tensor, window: int, shift: int, heads: int) -> Tensor:
    rows, cols, _ = tokens.shape
    x = _norm(state, "layernorm_before", tokens)
    x = F.pad(x, (0, 0, 0, -cols % window, 0, -rows % window))
    region = _regions(x.shape[0], window, shift)[:, None] * 3 + _regions(x.shape[1], window, shift)
    x = x.roll((-shift, -shift), (0, 1))
    out = torch.empty_like(x)
    for top, left in product(range(0, x.shape[0], window), range(0, x.shape[1], window)):
        place = (slice(top, top + window), slice(left, left + window))
        inner = x[place].reshape(window**2, -1)
        found = _attention(state, inner, region[place].flatten(), heads)
        out[place] = found.view(window, window, -1)
    tokens = tokens + out.roll((shift, shift), (0, 1))[:rows, :cols]
    hidden = _linear(state, "intermediate.dense", _norm(state, "layernorm_after", tokens))
    return tokens + _linear(state, "output.dense", F.gelu(hidden))


def _regions(length: int, window: int, shift: int) -> Tensor:
    """After the roll, pixels of other regions were no neighbours before."""
    at = torch.arange(length)
    if not shift:
        return torch.zeros_like(at)
    return (at >= length - window).long() + (at >= length - shift).long()


def _attention(state: State, x: Tensor, region: Tensor, heads: int) -> Tensor:
    names = ("query", "key", "value")
    q, k, v = (_linear(state, f"attention.self.{name}", x).chunk(heads, -1) for name in names)
    table = state["attention.self.relative_position_bias_table"]
    index = state["attention.self.relative_position_index"]
    apart = (region[:, None] != region) * -100.0
    found = []
    for head in range(heads):
        scores = q[head] @ k[head].T / math.sqrt(q[head].shape[-1])
        found.append((scores + table[index, head] + apart).softmax(-1) @ v[head])
    return _linear(state, "attention.output.dense", torch.cat(found, -1))


def _decoder(state: State, seen: list[Tensor], a: Architecture) -> list[Tensor]:
    levels, places, wheres, sizes = [], [], [], []
    for level, x in enumerate(seen[:0:-1]):
        x = _groups(
            state, f"input_projections.{level}.1", _conv(state, f"input_projections.{level}.0", x)
        )
        rows, cols = x.shape[-2:]
        levels.append(x[0].flatten(1).T)
        places.append(_waves(rows, cols, a.features) + state["level_embed"][level])
        wheres += [
            ((c + 0.5) / cols, (r + 0.5) / rows) for r, c in product(range(rows), range(cols))
        ]
        sizes.append((rows, cols))
    tokens, place, where = torch.cat(levels), torch.cat(places), torch.tensor(wheres)
    for layer in range(a.decoder_layers):
        inner = _part(state, f"encoder.layers.{layer}.")
        found = _deformable(_part(inner, "self_attn."), tokens, tokens + place, where, sizes)
        tokens = _norm(inner, "self_attn_layer_norm", tokens + found)
        hidden = _linear(inner, "fc1", tokens).relu()
        tokens = _norm(inner, "final_layer_norm", tokens + _linear(inner, "fc2", hidden))
    parts = tokens.split([rows * cols for rows, cols in sizes])
    maps = [part.T.view(1, -1, *size) for part, size in zip(parts, sizes, strict=True)]
    fine = _groups(state, "adapter_1.1", _conv(state, "adapter_1.0", seen[0]))
    fine = fine + F.interpolate(maps[-1], fine.shape[-2:], mode="bilinear", align_corners=False)
    fine = _groups(state, "layer_1.1", _conv(state, "layer_1.0", fine)).relu()
    return [*maps, _conv(state, "mask_projection", fine)]


def _waves(rows: int, cols: int, features: int) -> Tensor:
    """Sines and cosines of each pixel's place, (rows·cols)×features."""
    half = features // 2
    rate = 10000 ** (2 * torch.div(torch.arange(half), 2, rounding_mode="floor") / half)

    def along(length: int) -> Tensor:
        turns = (torch.arange(1, length + 1) / (length + 1e-6) * 2 * math.pi)[:, None] / rate
        turns[:, 0::2], turns[:, 1::2] = turns[:, 0::2].sin(), turns[:, 1::2].cos()
        return turns

    down, across = along(rows)[:, None].expand(-1, cols, -1), along(cols).expand(rows, -1, -1)
    return torch.cat([down, across], -1).reshape(rows * cols, -1)


def _deformable(
    state: State, tokens: Tensor, asking: Tensor, where: Tensor, sizes: list[tuple[int, int]]
) -> Tensor:
    """Every token looks at four points of each level, for each of eight heads."""
    count = len(tokens)
    offsets = _linear(state, "sampling_offsets", asking).view(count, 8, 3, 4, 2)
    weights = _linear(state, "attention_weights", asking).view(count, 8, 12).softmax(-1)
    values = _linear(state, "value_proj", tokens).split([r * c for r, c in sizes])
    out = torch.zeros(count, 8, tokens.shape[1] // 8)
    for head, level, point in product(range(8), range(3), range(4)):
        rows, cols = sizes[level]
        plane = values[level].view(rows, cols, 8, -1)[:, :, head]
        at = where * torch.tensor([cols, rows]) + offsets[:, head, level, point] - 0.5
        out[:, head] += weights[:, head, 4 * level + point, None] * _read(plane, at)
    return _linear(state, "output_proj", out.flatten(1))


def _read(plane: Tensor, at: Tensor) -> Tensor:
    """Bilinear, nothing outside; `at` are columns and rows."""
    rows, cols, width = plane.shape
    first = at.floor().long()
    found = torch.zeros(len(at), width)
    for right, down in product((0, 1), repeat=2):
        col, row = first[:, 0] + right, first[:, 1] + down
        near = (1 - (at[:, 0] - col).abs()) * (1 - (at[:, 1] - row).abs())
        near = near * ((col >= 0) & (col < cols) & (row >= 0) & (row < rows))
        found += near[:, None] * plane[row.clamp(0, rows - 1), col.clamp(0, cols - 1)]
    return found


def _logits(pyramid: State, last: State, seen: list[Tensor]) -> Tensor:
    smooth = {
        f"conv.{n.removeprefix('smooth_conv.2.')}": t for n, t in pyramid.items() if "_conv.2" in n
    }
    x, *finer = (_conv(pyramid, f"conv1x1.{level}", seen[level]) for level in range(3))
    for beside in (*finer, seen[3]):
        x = corners(_conv(smooth, "conv", x), beside.shape[-2:]) + beside
    x = _conv(pyramid, "conv_fusion.0", torch.cat([x, seen[3]], 1))
    n = _part(pyramid, "conv_fusion.1.")
    x = F.batch_norm(x, n["running_mean"], n["running_var"], n["weight"], n["bias"]).relu()
    return _conv({f"conv.{name}": t for name, t in last.items()}, "conv", x)


def corners(x: Tensor, size: tuple[int, int], mode: str = "bilinear") -> Tensor:
    return F.interpolate(x, size, mode=mode, align_corners=True)


def fast_guided(logits: Tensor, guide: Tensor) -> Tensor:
    """With radius 1 and epsilon 1e-4."""
    small = corners(guide, logits.shape[-2:], "bicubic")
    mean: Callable[[Tensor], Tensor] = _mean3
    slope = mean(small * logits) - mean(small) * mean(logits)
    slope = slope / (mean(small * small) - mean(small) ** 2 + 1e-4)
    offset = mean(logits) - slope * mean(small)
    size = guide.shape[-2:]
    return corners(slope, size) * guide + corners(offset, size)


def _mean3(x: Tensor) -> Tensor:
    """Of the 3×3 pixels around each, as far as there are any."""
    rows, cols = x.shape[-2:]
    out = torch.empty_like(x)
    for r, c in product(range(rows), range(cols)):
        around = x[..., max(0, r - 1) : r + 2, max(0, c - 1) : c + 2]
        out[..., r, c] = around.mean((-1, -2))
    return out
