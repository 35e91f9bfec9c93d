"""Smooth noise that is a function of place, so that it is the same at every size."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.data.portraits.solid_kernels import Plane

LATTICE = 256


def lattice(rng: np.random.Generator) -> Plane:
    """A square of random values in [-1, 1] that `noise` reads; 256×256 float32."""
    return rng.uniform(-1.0, 1.0, (LATTICE, LATTICE)).astype(np.float32)


def noise(values: Plane, u: Plane, v: Plane) -> Plane:
    """Value noise at (u, v), one bump per unit, periodic; about [-1, 1], the shape of `u`."""
    shape = u.shape
    columns = _as_picture(np.mod(u, LATTICE).astype(np.float32))
    rows = _as_picture(np.mod(v, LATTICE).astype(np.float32))
    found = cv2.remap(values, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP)
    return np.asarray(found.ravel()[: u.size].reshape(shape), np.float32)


def turbulence(values: Plane, u: Plane, v: Plane, octaves: int = 3) -> Plane:
    """Noise at several scales, each half as wide and half as strong; about [-1, 1]."""
    layers = [
        0.5**i * noise(values, u * 2**i + 17.3 * i, v * 2**i + 5.1 * i) for i in range(octaves)
    ]
    return np.asarray(sum(layers) / (2.0 - 0.5 ** (octaves - 1)), np.float32)


def step_between(low: float | Plane, high: float | Plane, values: Plane) -> Plane:
    """0 below `low`, 1 above `high`, smooth in between."""
    t = np.clip((values - low) / (np.asarray(high) - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def bell(values: Plane, width: float | Plane) -> Plane:
    """exp(-(values / width)²)."""
    return np.exp(-np.square(values / width, dtype=np.float32), dtype=np.float32)


def mix(one: Plane, other: Plane, share: Plane) -> Plane:
    """`one` where share (… without the channel axis) is 0, `other` where it is 1."""
    return np.asarray(one + (other - one) * share[..., None], np.float32)


def _as_picture(values: Plane) -> Plane:
    """Any array as rows of LATTICE (cv2.remap takes no side above 32767), padded with zeros."""
    flat = values.ravel()
    return np.pad(flat, (0, -len(flat) % LATTICE)).reshape(-1, LATTICE)
