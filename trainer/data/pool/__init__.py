"""Crops made ahead of time, each with the matte that closed form finds for it; and foregrounds."""

from __future__ import annotations

from trainer.data.pool.crops import Crop, Pool
from trainer.data.pool.layers import Layer, LayerPool
from trainer.data.pool.masks import MaskCrop, MaskPool
from trainer.data.pool.samples import PoolSamples
from trainer.data.pool.shards import write_shard

__all__ = [
    "Crop",
    "Layer",
    "LayerPool",
    "MaskCrop",
    "MaskPool",
    "Pool",
    "PoolSamples",
    "write_shard",
]
