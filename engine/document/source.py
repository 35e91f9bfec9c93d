"""The photograph behind a document: found again by its path and its content's hash."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.document.state import DocumentState, SourceLink, new_document
from engine.errors import UserError
from engine.imaging.types import Image
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.settings import CutSettings

_CHUNK = 4 << 20
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")


class MissingSource(UserError):
    """The photograph that a project links to isn't where it was.

    Attributes:
        expected: where it was when the project was saved, or None if that is not known.
        sha256: the hash its bytes must have.
        name: its file name.
        changed: a file that is in its place but has other bytes, or None.
    """

    def __init__(
        self, project: Path, *, expected: Path | None, sha256: str, name: str, changed: Path | None
    ) -> None:
        self.expected = expected
        self.sha256 = sha256
        self.name = name
        self.changed = changed
        what = f"has changed since the project was saved ({changed})"
        gone = f"is not at {expected} any more" if expected else "was not found"
        super().__init__(
            f"Its photograph {name!r} {what if changed else gone}.",
            remedy="Put the original back, or choose where it is now.",
            path=project,
        )


class DifferentSource(UserError):
    """The file chosen as a project's photograph has other bytes than the original.

    Attributes:
        chosen: the file that was chosen.
    """

    def __init__(self, project: Path, chosen: Path) -> None:
        self.chosen = chosen
        super().__init__(
            f"{chosen.name!r} is not the photograph that this project was made with: "
            "its content differs.",
            remedy="Choose the original file, or accept a different one of the same size.",
            path=project,
        )


def hash_file(path: Path, *, ctx: JobContext = NOBODY) -> str:
    """SHA-256 of a file's bytes in hexadecimal.

    Raises:
        UserError: if it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                ctx.check()
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


def link_source(path: Path, *, ctx: JobContext = NOBODY) -> SourceLink:
    """A link to the photograph at `path`, with its hash.

    Raises:
        UserError: if it cannot be read.
    """
    absolute = path.absolute()
    return SourceLink(absolute, hash_file(absolute, ctx=ctx), embedded=False, name=path.name)


def open_photograph(
    path: Path, *, settings: CutSettings | None = None, ctx: JobContext = NOBODY
) -> DocumentState:
    """A new document for the photograph at `path`, linked to it.

    Raises:
        UserError: if it cannot be read.
    """
    from engine.imaging.read import read_image

    link = link_source(path, ctx=SubContext(ctx, 0.0, 0.2))
    ctx.progress(0.2, f"Opening {path.name}")
    image = read_image(path)
    ctx.check()
    return new_document(image, link, settings=settings)


def find_source(
    link: SourceLink, project: Path, *, relative: str, ctx: JobContext = NOBODY
) -> SourceLink:
    """The link with the path at which the photograph is now.

    Args:
        link: as it was when the project was saved.
        project: the project file.
        relative: the photograph's path from the project's folder, empty if not known.

    Raises:
        MissingSource: if no file at either path has the right hash.
    """
    places = [link.path] if link.path is not None else []
    if relative:
        places.append(project.absolute().parent / relative)
    changed = None
    for place in filter(_is_file, places):
        if hash_file(place, ctx=ctx) == link.sha256:
            return replace(link, path=place)
        changed = changed or place
    raise MissingSource(
        project, expected=link.path, sha256=link.sha256, name=link.name, changed=changed
    )


def relinked(
    link: SourceLink, chosen: Path, project: Path, *, accept_different: bool, ctx: JobContext
) -> SourceLink:
    """The link to the file that the user chose as the photograph.

    Raises:
        DifferentSource: if its bytes aren't those of `link`, unless that is accepted.
    """
    found = link_source(chosen, ctx=ctx)
    if found.sha256 != link.sha256 and not accept_different:
        raise DifferentSource(project, chosen)
    return found


def decode_embedded(data: bytes, *, name: str, project: Path) -> Image:
    """The picture that a project file carries.

    Raises:
        UserError: naming the project, if it cannot be decoded.
    """
    from engine.imaging.read import read_image

    try:
        # Readers take files: some formats are only told by their suffix, and some libraries
        # open by name alone.
        with _temporary(data, suffix=safe_suffix(name)) as file:
            return read_image(file)
    except UserError as error:
        raise UserError(
            f"The photograph inside the project cannot be read: {error.problem}",
            remedy="Use another copy of the project file.",
            path=project,
        ) from error


def encode_unsaved(image: Image) -> bytes:
    """A picture that never was a file, such as a pasted one, as lossless PNG bytes.

    Raises:
        UserError: for float32 pixels, which PNG can't hold.
    """
    from engine.imaging.write import write_picture

    if image.bits > 16:
        raise UserError(
            "A picture with floating-point pixels that never was a file cannot be embedded.",
            remedy="Save the picture as EXR first and open that file.",
        )
    with tempfile.TemporaryDirectory(prefix="matte-") as folder:
        file = Path(folder) / "pasted.png"
        write_picture(
            file, image.pixels, alpha=image.alpha, bits=image.bits, metadata=image.metadata
        )
        return file.read_bytes()


def safe_suffix(name: str) -> str:
    """The suffix of a file name that may come from anywhere; empty if it is a strange one."""
    suffix = Path(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def unreadable(path: Path, error: OSError) -> UserError:
    """What people hear when a file cannot be read."""
    return UserError(
        f"The file cannot be read ({error.strerror or error}).",
        remedy="Check that it is there and that you may read it.",
        path=path,
    )


@contextmanager
def _temporary(data: bytes, *, suffix: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="matte-") as folder:
        file = Path(folder) / f"original{suffix}"
        file.write_bytes(data)
        yield file


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name no file can have, from a damaged or foreign project
        return False
