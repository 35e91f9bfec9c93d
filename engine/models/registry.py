"""The table of networks. A new one is a file in this package, a row here, and its weights.

The methods that need no weights are in `engine.matting.methods.METHODS`.
"""

from __future__ import annotations

from engine.models.spec import ModelSpec

MODELS: dict[str, ModelSpec] = {}
