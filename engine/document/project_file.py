"""The project file, `.matte`: one zip with a manifest, the planes as PNG, and a thumbnail.

The photograph is linked by path and hash, or embedded byte for byte. Foreground colours are not
kept: they follow from the photograph and the matte. Of an enhancement the change is kept; the
enhanced picture follows from it.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document.damage import DamagedProjectError, damage_in
from engine.document.enhancement import Enhancement
from engine.document.plane_png import (
    decode_codes,
    decode_plane,
    encode_codes,
    encode_plane,
    encode_samples,
    most_bytes,
)
from engine.document.planes import Plane
from engine.document.project_archive import Archive
from engine.document.project_manifest import (
    CHANGE_ENTRY,
    MANIFEST_ENTRY,
    PLANE_BITS,
    PLANE_ENTRIES,
    EnhancementRecord,
    Manifest,
    SourceRecord,
    decode_manifest,
    encode_manifest,
)
from engine.document.snapshot_file import snapshot_entries
from engine.document.snapshots import Snapshot
from engine.document.source import (
    decode_embedded,
    encode_unsaved,
    find_source,
    relinked,
    safe_suffix,
    unreadable,
)
from engine.document.state import DocumentState, SourceLink
from engine.errors import BugError, UserError
from engine.imaging.types import Image, Rect, from_float, to_float
from engine.jobs.context import NOBODY, JobContext

SUFFIX = ".matte"
THUMBNAIL_ENTRY = "thumbnail.png"
MAX_MANIFEST_BYTES = 1 << 20
MAX_SOURCE_BYTES = 1 << 30
_THUMBNAIL = 256


def save_project(
    path: Path,
    state: DocumentState,
    *,
    embed: bool = False,
    snapshots: tuple[Snapshot, ...] = (),
    ctx: JobContext = NOBODY,
) -> SourceLink:
    """Write a document; the file at `path` is replaced as a whole or not at all.

    Args:
        snapshots: states of the same photograph that are kept with it.
        embed: carry the photograph's bytes along. A photograph that has no file, or that came
            embedded, is embedded anyway.

    Returns:
        The photograph's link as it is now; give it to `edits.set_source` to keep embedding.

    Raises:
        UserError: if the target cannot be written, or a photograph to embed is gone or changed.
    """
    from engine.imaging.write import replace_atomically

    source = state.source
    if embed or source.embedded or source.path is None:
        source = _embedded(state)
    with replace_atomically(path) as temporary, zipfile.ZipFile(temporary, "w") as file:
        for fraction, (name, data) in _entries(path, state, source, snapshots):
            ctx.progress(fraction, f"Saving {path.name}")
            ctx.check()
            file.writestr(zipfile.ZipInfo(name), data)
    return source


def load_project(
    path: Path,
    *,
    source: Path | None = None,
    accept_different: bool = False,
    ctx: JobContext = NOBODY,
) -> DocumentState:
    """Read a document from a project file.

    Args:
        source: the photograph's file, if it isn't where it was.
        accept_different: take `source` even if it isn't the same file, as long as its size fits.

    Raises:
        MissingSource: if a linked photograph isn't found; ask for it and try again.
        DifferentSource: if `source` has other bytes than the original and that isn't accepted.
        UserError: if the file is damaged, not a project, or from a newer version.
    """
    with Archive(path) as archive:
        data = archive.read(MANIFEST_ENTRY, most=MAX_MANIFEST_BYTES)
        with damage_in(path):
            manifest = decode_manifest(data, path=path)
        ctx.progress(0.1, f"Opening {path.name}")
        link = _located(archive, manifest.source, path, source, accept_different, ctx)
        image = _image(link, path)
        if image.size != manifest.size:
            raise _wrong_size(path, link, image.size, manifest.size)
        planes = _planes(archive, manifest, path, ctx)
        enhancement = _enhancement(archive, manifest.enhancement, path)
    return DocumentState(
        image,
        link,
        settings=manifest.settings,
        alpha_stale=manifest.alpha_stale,
        enhancement=enhancement,
        **planes,
    )


def read_thumbnail(path: Path) -> bytes:
    """The small PNG picture of a project, for lists of files.

    Raises:
        UserError: if the file is damaged or not a project.
    """
    with Archive(path) as archive:
        return archive.read(THUMBNAIL_ENTRY, most=most_bytes((_THUMBNAIL, _THUMBNAIL), 32))


def _embedded(state: DocumentState) -> SourceLink:
    """The photograph's link with its bytes."""
    source = state.source
    if source.data is not None:
        return replace(source, embedded=True)
    if source.path is None:
        data = encode_unsaved(state.image)
        name = f"{Path(source.name).stem or 'pasted'}.png"
        return SourceLink(None, hashlib.sha256(data).hexdigest(), True, name=name, data=data)
    try:
        data = source.path.read_bytes()
    except OSError as error:
        raise unreadable(source.path, error) from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise UserError(
            "The photograph has changed since it was opened, so it cannot be embedded.",
            remedy="Put the original back, or save the project without embedding.",
            path=source.path,
        )
    return replace(source, embedded=True, data=data)


def _entries(
    path: Path, state: DocumentState, source: SourceLink, snapshots: tuple[Snapshot, ...]
) -> Iterator[tuple[float, tuple[str, bytes]]]:
    """Share that is done before it, name and bytes of each entry; encoded as they are asked for."""
    changed = state.enhancement
    kept = [(name, plane) for name, plane in state.planes() if name in PLANE_ENTRIES]
    manifest = Manifest(
        size=state.size,
        source=_record(source, path),
        settings=state.settings,
        planes=tuple(name for name, _ in kept),
        alpha_stale=state.alpha_stale,
        enhancement=None if changed is None else EnhancementRecord.of(changed),
    )
    yield 0.0, (MANIFEST_ENTRY, encode_manifest(manifest))
    yield 0.1, (THUMBNAIL_ENTRY, encode_samples(thumbnail(state)))
    for index, (name, plane) in enumerate(kept):
        yield 0.2 + 0.2 * index / len(kept), (PLANE_ENTRIES[name], encode_plane(plane))
    if changed is not None:
        yield 0.8, (CHANGE_ENTRY, encode_codes(changed.codes))
    if source.embedded and source.data is not None:
        yield 0.9, (manifest.source.entry, source.data)
    for entry in snapshot_entries(manifest, state, snapshots):
        yield 0.95, entry


def _record(source: SourceLink, project: Path) -> SourceRecord:
    name = source.name or (source.path.name if source.path else "")
    entry = f"source/original{safe_suffix(name)}" if source.embedded else ""
    place = source.path.absolute() if source.path else None
    return SourceRecord(
        name=name,
        sha256=source.sha256,
        path=str(place) if place else "",
        relative=_relative(place, project) if place else "",
        entry=entry,
    )


def _relative(place: Path, project: Path) -> str:
    try:
        return Path(os.path.relpath(place, project.absolute().parent)).as_posix()
    except ValueError:  # on another drive, where only the absolute path leads
        return ""


def _located(
    archive: Archive,
    record: SourceRecord,
    project: Path,
    chosen: Path | None,
    accept_different: bool,
    ctx: JobContext,
) -> SourceLink:
    """Where the photograph is now."""
    path = Path(record.path) if record.path else None
    link = SourceLink(path, record.sha256, embedded=bool(record.entry), name=record.name)
    if link.embedded:
        data = archive.read(record.entry, most=MAX_SOURCE_BYTES)
        with damage_in(project):
            if hashlib.sha256(data).hexdigest() != record.sha256:
                raise DamagedProjectError("its photograph has another hash than it should")
        return replace(link, data=data)
    if chosen is not None:
        return relinked(link, chosen, project, accept_different=accept_different, ctx=ctx)
    return find_source(link, project, relative=record.relative, ctx=ctx)


def _image(link: SourceLink, project: Path) -> Image:
    from engine.imaging.read import read_image

    if link.data is not None:
        return decode_embedded(link.data, name=link.name, project=project)
    if link.path is None:
        raise BugError("a photograph that was found has no path")
    return read_image(link.path)


def _planes(archive: Archive, manifest: Manifest, path: Path, ctx: JobContext) -> dict[str, Any]:
    planes: dict[str, Any] = {}
    for index, name in enumerate(manifest.planes):
        ctx.check()
        ctx.progress(0.5 + 0.5 * index / len(manifest.planes))
        bits = PLANE_BITS[name]
        data = archive.read(PLANE_ENTRIES[name], most=most_bytes(manifest.size, bits))
        with damage_in(path):
            planes[name] = decode_plane(name, data, size=manifest.size, bits=bits)
    return planes


def _enhancement(
    archive: Archive, record: EnhancementRecord | None, path: Path
) -> Enhancement | None:
    if record is None:
        return None
    size = record.rect.height, record.rect.width
    data = archive.read(CHANGE_ENTRY, most=most_bytes(size, 48))
    with damage_in(path):
        codes = decode_codes("change", data, size=size)
    return Enhancement(record.rect, codes, record.reach, record.note)


def _wrong_size(
    project: Path, link: SourceLink, found: tuple[int, int], wanted: tuple[int, int]
) -> UserError:
    return UserError(
        f"Its photograph {link.name!r} is {found[1]} × {found[0]} pixels, "
        f"but the project was made for {wanted[1]} × {wanted[0]}.",
        remedy="Choose the original photograph.",
        path=project,
    )


def thumbnail(state: DocumentState) -> NDArray[np.uint8]:
    """H×W×4 BGRA uint8, straight, at most 256 pixels on its longer side."""
    step = -(-max(state.size) // _THUMBNAIL)
    pixels = to_float(state.image.pixels[::step, ::step, ::-1])
    alpha = np.ones(pixels.shape[:2], np.float32)
    if state.alpha is not None:
        alpha = _sampled(state.alpha, step)
    return from_float(np.dstack([pixels, alpha]), np.uint8)


def _sampled(plane: Plane, step: int) -> NDArray[np.float32]:
    height, width = plane.size
    rows = [plane.read(Rect(row, 0, row + 1, width))[0, ::step] for row in range(0, height, step)]
    return np.stack(rows)
