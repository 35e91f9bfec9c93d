"""The head of an EXR file, read without its library: what is checked before that may see it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from engine.imaging.limits import DamagedError

MAGIC = b"\x76\x2f\x31\x01"
_TILED, _DEEP, _MULTIPART = 0x200, 0x800, 0x1000
_ROWS_PER_CHUNK = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
_SAMPLE_BYTES = {0: 4, 1: 2, 2: 4}
_LARGEST = 1 << 24
_MOST_ATTRIBUTES = 500
_CHUNK_HEAD = 8


@dataclass(frozen=True)
class Channel:
    """A channel's name, sample type (0 uint, 1 half, 2 float) and spacing."""

    name: str
    kind: int
    spacing: tuple[int, int]


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels, edges included: (left, top) to (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.bottom - self.top + 1, self.right - self.left + 1


@dataclass(frozen=True)
class ExrHeader:
    """What the reader needs of the first part's header."""

    data: Window
    display: Window
    channels: tuple[Channel, ...]
    attributes: dict[str, tuple[str, bytes]]

    def floats(self, name: str) -> tuple[float, ...] | None:
        """An attribute made of 32-bit floats, or None."""
        kind, value = self.attributes.get(name, ("", b""))
        if kind not in ("float", "chromaticities") or len(value) % 4:
            return None
        return struct.unpack(f"<{len(value) // 4}f", value)

    def text(self, name: str) -> bytes | None:
        """A text attribute as bytes, or None."""
        kind, value = self.attributes.get(name, ("", b""))
        return value if kind == "string" else None


def read_header(data: bytes) -> ExrHeader:
    """Read and check the header and the table of chunks.

    Raises:
        DamagedError: for what breaks the rules, and for deep, multi-part and multi-level files.
    """
    if data[:4] != MAGIC or len(data) < 100:
        raise DamagedError("its head is cut short")
    (version,) = struct.unpack_from("<I", data, 4)
    if version & 0xFF != 2 or version & (_DEEP | _MULTIPART):
        raise DamagedError("deep and multi-part files are not supported; save it as a single part")
    attributes, end = _attributes(data, 8)
    header = ExrHeader(
        _window(attributes, "dataWindow"),
        _window(attributes, "displayWindow"),
        tuple(_channels(_value(attributes, "channels", "chlist"))),
        attributes,
    )
    _check_channels(header)
    _check_chunks(data, end, header, tiled=bool(version & _TILED))
    return header


def _attributes(data: bytes, at: int) -> tuple[dict[str, tuple[str, bytes]], int]:
    found: dict[str, tuple[str, bytes]] = {}
    while data[at] != 0:
        name, at = _name(data, at)
        kind, at = _name(data, at)
        (size,) = struct.unpack_from("<i", data, at)
        if size < 0 or at + 4 + size > len(data) or len(found) >= _MOST_ATTRIBUTES:
            raise DamagedError(f"the attribute {name!r} is cut short")
        if name in found:
            raise DamagedError(f"the attribute {name!r} comes twice")
        found[name] = kind, data[at + 4 : at + 4 + size]
        at += 4 + size
    return found, at + 1


def _name(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at, at + 256)
    return data[at:end].decode("utf-8"), end + 1


def _value(attributes: dict[str, tuple[str, bytes]], name: str, kind: str) -> bytes:
    if attributes.get(name, ("", b""))[0] != kind:
        raise DamagedError(f"the attribute {name!r} is missing")
    return attributes[name][1]


def _window(attributes: dict[str, tuple[str, bytes]], name: str) -> Window:
    window = Window(*struct.unpack("<4i", _value(attributes, name, "box2i")))
    if min(window.size) < 1 or max(map(abs, (*window.size, window.left, window.top))) > _LARGEST:
        raise DamagedError(f"the {name} makes no sense")
    return window


def _channels(value: bytes) -> list[Channel]:
    channels, at = [], 0
    while value[at] != 0:
        name, at = _name(value, at)
        kind, _linear, across, down = struct.unpack_from("<iB3xii", value, at)
        channels.append(Channel(name, kind, (down, across)))
        at += 16
    return channels


def _check_channels(header: ExrHeader) -> None:
    if not header.channels:
        raise DamagedError("it has no channels")
    for channel in header.channels:
        if channel.kind not in _SAMPLE_BYTES or channel.spacing != (1, 1):
            raise DamagedError(f"the channel {channel.name!r} is of a kind that can't be read")


def _check_chunks(data: bytes, end: int, header: ExrHeader, *, tiled: bool) -> None:
    """See that every entry of the table of chunks points into the file, behind the table."""
    compression = _value(header.attributes, "compression", "compression")[0]
    height, width = header.data.size
    if tiled:
        across, down, mode = struct.unpack("<IIB", _value(header.attributes, "tiles", "tiledesc"))
        if mode & 0xF or not (1 <= across <= _LARGEST and 1 <= down <= _LARGEST):
            raise DamagedError("its tiles are of a kind that can't be read")
        if across * down > 4 * max(height * width, 1 << 16):
            raise DamagedError("its tiles are larger than the picture")
        chunks = -(-height // down) * -(-width // across)
    elif compression in _ROWS_PER_CHUNK:
        chunks = -(-height // _ROWS_PER_CHUNK[compression])
    else:
        raise DamagedError(f"its compression (number {compression}) is not supported")
    if end + (8 + _CHUNK_HEAD) * chunks > len(data):
        raise DamagedError("it promises more rows than it holds")
    first = end + 8 * chunks
    for offset in struct.unpack_from(f"<{chunks}Q", data, end):
        if not first <= offset <= len(data) - _CHUNK_HEAD:
            raise DamagedError("part of the picture is missing")
