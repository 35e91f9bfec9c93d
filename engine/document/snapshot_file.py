"""Snapshots inside a project file.

Each is a manifest of its own and the entries that it names, in a folder of its own; what it shares
with the document, or with a snapshot before it, is written once. An index maps the names in the
manifests to the entries of the file. Programs that know nothing of it open the document all the
same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.document.damage import DamagedProjectError, damage_in
from engine.document.enhancement import Enhancement
from engine.document.plane_png import (
    decode_codes,
    decode_plane,
    encode_codes,
    encode_plane,
    most_bytes,
)
from engine.document.planes import Plane
from engine.document.project_archive import Archive
from engine.document.project_manifest import (
    CHANGE_ENTRY,
    PLANE_BITS,
    PLANE_ENTRIES,
    EnhancementRecord,
    Manifest,
    decode_manifest,
    encode_manifest,
)
from engine.document.snapshots import LONGEST_NAME, MOST_SNAPSHOTS, Snapshot
from engine.document.state import DocumentState

INDEX_ENTRY = "snapshots/index.json"
_MOST_INDEX_BYTES = 1 << 20

Parts = dict[str, Plane | Enhancement]
"""Entry of a manifest to what is in it."""


def snapshot_entries(
    manifest: Manifest, state: DocumentState, snapshots: tuple[Snapshot, ...]
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each entry that the snapshots need besides those of the document.

    Args:
        manifest: of the document.
        state: the document.
    """
    written = {id(part): entry for entry, part in _parts(state).items()}
    index = []
    for number, snapshot in enumerate(snapshots):
        folder, places = f"snapshots/{number}", {}
        for entry, part in _parts(snapshot.state).items():
            if id(part) not in written:
                written[id(part)] = f"{folder}/{entry}"
                yield written[id(part)], _encoded(part)
            places[entry] = written[id(part)]
        yield f"{folder}/manifest.json", encode_manifest(_manifest_of(manifest, snapshot.state))
        index.append({"name": snapshot.name, "manifest": folder, "entries": places})
    if index:
        yield INDEX_ENTRY, json.dumps(index, indent=2, ensure_ascii=False).encode()


def load_snapshots(path: Path, state: DocumentState) -> tuple[Snapshot, ...]:
    """The snapshots that were saved with a document.

    Args:
        path: the project file.
        state: the document that was loaded from it; what they share with it is shared again.

    Raises:
        UserError: if they are damaged.
    """
    with Archive(path) as archive:
        if INDEX_ENTRY not in archive:
            return ()
        data = archive.read(INDEX_ENTRY, most=_MOST_INDEX_BYTES)
        with damage_in(path):
            index = _index(data)
        found: dict[str, Any] = dict(_parts(state))
        return tuple(_loaded(archive, row, path, state, found) for row in index)


def _parts(state: DocumentState) -> Parts:
    """What of a state lies in entries of its own."""
    parts: Parts = {
        PLANE_ENTRIES[name]: plane for name, plane in state.planes() if name in PLANE_ENTRIES
    }
    if state.enhancement is not None:
        parts[CHANGE_ENTRY] = state.enhancement
    return parts


def _encoded(part: Plane | Enhancement) -> bytes:
    return encode_plane(part) if isinstance(part, Plane) else encode_codes(part.codes)


def _manifest_of(manifest: Manifest, state: DocumentState) -> Manifest:
    enhancement = state.enhancement
    return replace(
        manifest,
        settings=state.settings,
        planes=tuple(name for name, _ in state.planes() if name in PLANE_ENTRIES),
        alpha_stale=state.alpha_stale,
        enhancement=None if enhancement is None else EnhancementRecord.of(enhancement),
    )


def _index(data: bytes) -> list[dict[str, Any]]:
    try:
        rows = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedProjectError("the index of its snapshots is not JSON") from error
    if not isinstance(rows, list) or len(rows) > MOST_SNAPSHOTS or not all(map(_is_row, rows)):
        raise DamagedProjectError("the index of its snapshots is not what it should be")
    return rows


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or not {"name", "manifest", "entries"} <= set(row):
        return False
    places = row["entries"]
    texts = (row["name"], row["manifest"], *(places.values() if isinstance(places, dict) else (0,)))
    return all(isinstance(text, str) for text in texts)


def _loaded(
    archive: Archive, row: dict[str, Any], path: Path, state: DocumentState, found: dict[str, Any]
) -> Snapshot:
    """One snapshot; `found` has what was decoded, by its entry in the file."""
    data = archive.read(f"{row['manifest']}/manifest.json", most=_MOST_INDEX_BYTES)
    places: dict[str, str] = row["entries"]
    with damage_in(path):
        manifest = decode_manifest(data, path=path)
        if manifest.size != state.size:
            raise DamagedProjectError(f"the snapshot {row['name']!r} has another size")
    planes: dict[str, Any] = {
        name: _plane(archive, name, places.get(PLANE_ENTRIES[name], ""), path, state, found)
        for name in manifest.planes
    }
    kept = DocumentState(
        state.image,
        state.source,
        settings=manifest.settings,
        alpha_stale=manifest.alpha_stale,
        enhancement=_enhancement(archive, manifest.enhancement, places, path, found),
        **planes,
    )
    return Snapshot(str(row["name"])[:LONGEST_NAME], kept)


def _plane(
    archive: Archive,
    name: str,
    entry: str,
    path: Path,
    state: DocumentState,
    found: dict[str, Any],
) -> Plane:
    if entry not in found:
        bits = PLANE_BITS[name]
        data = archive.read(entry, most=most_bytes(state.size, bits))
        with damage_in(path):
            found[entry] = decode_plane(name, data, size=state.size, bits=bits)
    plane = found[entry]
    with damage_in(path):
        if not isinstance(plane, Plane):
            raise DamagedProjectError(f"{entry} is no plane")
    return plane


def _enhancement(
    archive: Archive,
    record: EnhancementRecord | None,
    places: dict[str, str],
    path: Path,
    found: dict[str, Any],
) -> Enhancement | None:
    if record is None:
        return None
    entry = places.get(CHANGE_ENTRY, "")
    known = found.get(entry)
    if isinstance(known, Enhancement) and EnhancementRecord.of(known) == record:
        return known
    size = record.rect.height, record.rect.width
    data = archive.read(entry, most=most_bytes(size, 48))
    with damage_in(path):
        codes = decode_codes("change", data, size=size)
    found[entry] = Enhancement(record.rect, codes, record.reach, record.note)
    return found[entry]
