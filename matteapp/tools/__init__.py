"""The tools that work on the canvas."""

from matteapp.tools.brush import BrushOptions
from matteapp.tools.table import BRUSHES, LAST_BRUSH_KEY, TOOLS, ToolSpec

__all__ = ["BRUSHES", "LAST_BRUSH_KEY", "TOOLS", "BrushOptions", "ToolSpec"]
