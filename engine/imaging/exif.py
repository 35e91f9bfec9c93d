"""EXIF blocks (TIFF structures): read what is needed, patch in place, rebuild for another file."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from engine.imaging.limits import DamagedError

ORIENTATION = 0x0112
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
EXIF_POINTER, GPS_POINTER, INTEROP_POINTER = 0x8769, 0x8825, 0xA005
_WIDTH, _HEIGHT = 0xA002, 0xA003
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_UNIT_SIZES = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
_MOST_ENTRIES = 1000

# Of a TIFF file's first directory, what describes the photograph and not how it is stored:
# title, maker, model, software, date, artist, copyright, rating, XP* fields.
_DESCRIPTIVE = frozenset(
    (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298, 0x4746, 0x4749)
) | frozenset(range(0x9C9B, 0x9CA0))


@dataclass(frozen=True)
class Entry:
    """One tag: its type's number, how many values, their bytes and where those lie."""

    kind: int
    count: int
    value: bytes
    where: int = 0


Directory: TypeAlias = dict[int, Entry]


@dataclass(frozen=True)
class Tags:
    """The directories of an EXIF block; `order` is "<" or ">" as struct has it."""

    order: str
    main: Directory = field(default_factory=dict)
    exif: Directory = field(default_factory=dict)
    gps: Directory = field(default_factory=dict)
    next_link: int = 0

    def number(self, tag: int) -> int | None:
        """The first value of a SHORT or LONG tag of the main directory."""
        return _number(self.order, self.main.get(tag))

    def ratio(self, tag: int) -> float | None:
        """The first value of a RATIONAL tag of the main directory."""
        entry = self.main.get(tag)
        if entry is None or entry.kind != _RATIONAL or len(entry.value) < 8:
            return None
        above, below = struct.unpack_from(self.order + "II", entry.value)
        return above / below if below else None


def parse(block: bytes) -> Tags:
    """Read the directories of an EXIF block or of a classic TIFF file's first page.

    Raises:
        DamagedError: if there is no readable first directory.
    """
    orders = {b"II*\0": "<", b"MM\0*": ">"}
    order = orders.get(bytes(block[:4]))
    if order is None or len(block) < 14:
        raise DamagedError("no TIFF header")
    main, link = _directory(block, order, struct.unpack_from(order + "I", block, 4)[0])
    return Tags(
        order,
        main,
        _linked(block, order, main.get(EXIF_POINTER)),
        _linked(block, order, main.get(GPS_POINTER)),
        link,
    )


def _number(order: str, entry: Entry | None) -> int | None:
    if entry is None or entry.kind not in (_SHORT, _LONG) or not entry.count:
        return None
    return int(struct.unpack_from(order + ("H" if entry.kind == _SHORT else "I"), entry.value)[0])


def _linked(block: bytes, order: str, pointer: Entry | None) -> Directory:
    offset = _number(order, pointer)
    if offset is None:
        return {}
    try:
        return _directory(block, order, offset)[0]
    except DamagedError:
        return {}


def _directory(block: bytes, order: str, offset: int) -> tuple[Directory, int]:
    """The entries at `offset` whose values lie inside, and where the link to the next lies."""
    if offset + 2 > len(block):
        raise DamagedError("a directory lies outside the file")
    count = struct.unpack_from(order + "H", block, offset)[0]
    link = offset + 2 + 12 * count
    if count > _MOST_ENTRIES or link > len(block):
        raise DamagedError("a directory is cut short")
    entries: Directory = {}
    left = len(block)
    for at in range(offset + 2, link, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", block, at)
        size = _TYPE_SIZES.get(kind, 0) * number
        where = at + 8 if size <= 4 else struct.unpack_from(order + "I", block, at + 8)[0]
        if 0 < size <= left and where + size <= len(block):
            left -= size  # so that a thousand tags can't each claim the whole file
            entries[tag] = Entry(kind, number, bytes(block[where : where + size]), where)
    return entries, link


def orientation(block: bytes | None) -> int:
    """The orientation that a block asks for, 1 to 8; 1 if it asks for none."""
    try:
        wanted = parse(block).number(ORIENTATION) if block else None
    except DamagedError:
        return 1
    return wanted if wanted is not None and 1 <= wanted <= 8 else 1


def resolution(block: bytes) -> tuple[float, float] | None:
    """Horizontal and vertical pixels per inch, or None if the block doesn't say."""
    try:
        return tags_resolution(parse(block))
    except DamagedError:
        return None


def tags_resolution(tags: Tags) -> tuple[float, float] | None:
    """As `resolution`, of tags already read."""
    across, down = tags.ratio(X_RESOLUTION), tags.ratio(Y_RESOLUTION)
    per_inch = {2: 1.0, 3: 2.54}.get(tags.number(RESOLUTION_UNIT) or 2)
    if not across or not down or per_inch is None:
        return None
    return round(across * per_inch, 3), round(down * per_inch, 3)


def reset(block: bytes, *, turned: bool) -> bytes | None:
    """The block for the upright picture, patched in place so that maker notes stay readable.

    The orientation becomes 1, the link to the thumbnail (which shows the old picture) is cut, and
    width and height change places if the picture was `turned` by a quarter.

    Returns:
        A block of the same length, or None if it can't be read.
    """
    try:
        tags = parse(block)
    except DamagedError:
        return None
    patched = bytearray(block)
    upright = tags.main.get(ORIENTATION)
    if upright is not None and upright.kind == _SHORT:
        struct.pack_into(tags.order + "H", patched, upright.where, 1)
    if tags.next_link + 4 <= len(patched):
        struct.pack_into("I", patched, tags.next_link, 0)
    if turned:
        _swap(patched, tags.exif.get(_WIDTH), tags.exif.get(_HEIGHT))
    return bytes(patched)


def _swap(block: bytearray, one: Entry | None, other: Entry | None) -> None:
    if one is None or other is None or len(one.value) != len(other.value):
        return
    block[one.where : one.where + len(one.value)] = other.value
    block[other.where : other.where + len(other.value)] = one.value


def descriptive(tags: Tags) -> Tags:
    """Only what describes the photograph; what says how a TIFF file stores it is left out."""
    main = {tag: entry for tag, entry in tags.main.items() if tag in _DESCRIPTIVE}
    exif = {tag: entry for tag, entry in tags.exif.items() if tag != INTEROP_POINTER}
    return replace(tags, main=main, exif=exif)


def extracted(data: bytes) -> bytes | None:
    """An EXIF block with what the first page of a TIFF file says of the photograph, if anything."""
    try:
        tags = descriptive(parse(data))
    except DamagedError:
        return None
    return build(tags) if tags.main or tags.exif or tags.gps else None


def little_endian(tags: Tags) -> Tags:
    """The same directories with their numbers in little-endian order."""
    if tags.order == "<":
        return tags
    return replace(
        tags,
        order="<",
        main={tag: _swapped(entry) for tag, entry in tags.main.items()},
        exif={tag: _swapped(entry) for tag, entry in tags.exif.items()},
        gps={tag: _swapped(entry) for tag, entry in tags.gps.items()},
    )


def _swapped(entry: Entry) -> Entry:
    unit = _UNIT_SIZES.get(entry.kind, 1)
    value = np.frombuffer(entry.value, np.uint8).reshape(-1, unit)[:, ::-1]
    return replace(entry, value=value.tobytes())


def build(tags: Tags) -> bytes:
    """An EXIF block of its own from these directories (without thumbnail)."""
    mark = b"II*\0" if tags.order == "<" else b"MM\0*"
    main = dict(tags.main)
    subs = {EXIF_POINTER: tags.exif, GPS_POINTER: tags.gps}
    for pointer, directory in subs.items():
        main.pop(pointer, None)
        if directory:
            main[pointer] = Entry(_LONG, 1, bytes(4))
    body = directory_bytes(main, tags.order, at=8)
    for pointer, directory in subs.items():
        if directory:
            offset = 8 + len(body)
            main[pointer] = Entry(_LONG, 1, struct.pack(tags.order + "I", offset))
            body += directory_bytes(directory, tags.order, at=offset)
    head = directory_bytes(main, tags.order, at=8)
    return mark + struct.pack(tags.order + "I", 8) + head + body[len(head) :]


def directory_bytes(directory: Directory, order: str, *, at: int) -> bytes:
    """A directory with its values behind it, for the absolute offset `at`; of even length."""
    table = struct.pack(order + "H", len(directory))
    values = b""
    first = at + 2 + 12 * len(directory) + 4
    for tag, entry in sorted(directory.items()):
        table += struct.pack(order + "HHI", tag, entry.kind, entry.count)
        if len(entry.value) <= 4:
            table += entry.value.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", first + len(values))
            values += entry.value + bytes(len(entry.value) % 2)
    return table + bytes(4) + values


def with_resolution(block: bytes | None, dpi: tuple[float, float] | None) -> bytes | None:
    """A block that tells the resolution, for formats that have no other place for it.

    One that tells it already is kept as it is.
    """
    if dpi is None or (block is not None and resolution(block) is not None):
        return block
    try:
        tags = little_endian(parse(block)) if block is not None else Tags("<")
    except DamagedError:
        return block
    across, down = (struct.pack("<II", round(d * 1000), 1000) for d in dpi)
    told = {
        X_RESOLUTION: Entry(_RATIONAL, 1, across),
        Y_RESOLUTION: Entry(_RATIONAL, 1, down),
        RESOLUTION_UNIT: Entry(_SHORT, 1, struct.pack("<H", 2)),
    }
    return build(replace(tags, main={**tags.main, **told}))
