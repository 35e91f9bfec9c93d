"""Crops made ahead of time, each with the matte that closed form finds for it."""

from __future__ import annotations

from trainer.data.pool.samples import PoolSamples
from trainer.data.pool.shards import Crop, Pool, write_shard

__all__ = ["Crop", "Pool", "PoolSamples", "write_shard"]
