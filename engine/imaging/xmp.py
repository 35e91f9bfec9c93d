"""The one thing in an XMP packet that must change once a picture stands upright."""

from __future__ import annotations

import re

_ORIENTATION = re.compile(rb"(tiff:Orientation(?:\s*=\s*[\"']|>)\s*)[2-8](?=\s*[\"'<])")


def reset(packet: bytes) -> bytes:
    """The packet with `tiff:Orientation` set to 1, of the same length."""
    return _ORIENTATION.sub(rb"\g<1>1", packet)
