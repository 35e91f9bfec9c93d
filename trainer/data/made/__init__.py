"""Made mattes: hair, fur, soft borders and other subjects drawn with exact alpha and colours."""

from __future__ import annotations

from trainer.data.made.backgrounds import BACKGROUNDS, made_background
from trainer.data.made.families import FAMILIES, Family
from trainer.data.made.mattes import MadeMattes

__all__ = ["BACKGROUNDS", "FAMILIES", "Family", "MadeMattes", "made_background"]
