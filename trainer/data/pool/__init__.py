"""Crops made ahead of time, each with the matte that closed form finds for it; and foregrounds."""

from __future__ import annotations

from trainer.data.pool.layers import Layer, LayerPool, write_layers
from trainer.data.pool.masks import MaskCrop, MaskPool, write_masks
from trainer.data.pool.samples import PoolSamples
from trainer.data.pool.shards import Crop, Pool, write_shard

__all__ = [
    "Crop",
    "Layer",
    "LayerPool",
    "MaskCrop",
    "MaskPool",
    "Pool",
    "PoolSamples",
    "write_layers",
    "write_masks",
    "write_shard",
]
