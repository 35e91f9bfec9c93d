"""What is in a foreign weights file: one network, or a generator with its discriminator."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.models.checkpoint import open_checkpoint, weights_in
from engine.models.convert_rosinality import (
    MEAN,
    discriminator_from,
    generator_from,
    is_generator,
)
from engine.models.convert_stylegan import converted_discriminator, converted_generator
from engine.models.licences import NVIDIA, Licence, restricting
from engine.models.network_pickle import NetworkState, read_network_pickle
from engine.models.provenance import Provenance, provenance_of
from engine.models.published import Converted
from engine.models.safetensors_header import read_header

OF_DISCRIMINATOR = "_discriminator"
"""Behind the generator's name."""


@dataclass(frozen=True, eq=False)
class Part:
    """One network of a file.

    Attributes:
        write: puts its weights into a safetensors file.
        said: what is known about it.
        suffix: behind the name that the file's networks get.
    """

    write: Callable[[Path], None]
    said: Provenance
    suffix: str = ""


def parts_of(file: Path) -> tuple[Part, ...]:
    """Open a weights file and check that it is sound.

    Args:
        file: a `.safetensors`, `.pt`, `.pth` or `.pkl` file.

    Returns:
        Its networks, the one that it is for first.

    Raises:
        UserError: if there is no such file, it is not sound or of no known kind, or it wants to run
            code, of which nothing is run.
    """
    if not file.is_file():
        raise UserError("There is no such file.", path=file)
    read = _READERS.get(file.suffix.lower())
    if read is None:
        known = ", ".join(_READERS)
        raise UserError(
            "This is no weights file of a known kind.", remedy=f"Known are {known}.", path=file
        )
    return read(file)


def licence_of(file: Path) -> Licence | None:
    """The licence of a weights file if it restricts use and must be accepted before importing.

    Raises:
        UserError: as `parts_of`.
    """
    return licence_of_parts(parts_of(file))


def licence_of_parts(parts: tuple[Part, ...]) -> Licence | None:
    """The first licence of some networks that restricts use."""
    return next(filter(None, (restricting(part.said.licence) for part in parts)), None)


def _safetensors(file: Path) -> tuple[Part, ...]:
    read_header(file)
    return (Part(partial(shutil.copyfile, file), provenance_of(file)),)


def _checkpoint(file: Path) -> tuple[Part, ...]:
    loaded = open_checkpoint(file)
    table = loaded if isinstance(loaded, Mapping) else {}
    if is_generator({*table, *_names_in(table.get("g_ema"))}):
        return _rosinality(file, table)
    return (Part(partial(_save, weights_in(loaded, file)), provenance_of(file)),)


def _names_in(table: Any) -> Iterable[Any]:
    return table if isinstance(table, Mapping) else ()


def _rosinality(file: Path, table: Mapping[str, Any]) -> tuple[Part, ...]:
    """What was converted from NVIDIA's weights has their mean w, and keeps their licence."""
    mean = {name: table[name] for name in (MEAN,) if name in table}
    discriminator = None
    with _named(file):
        mean = weights_in(mean, file) if mean else {}
        state = weights_in(table.get("g_ema", table), file)
        generator = converted_generator(_unmade(generator_from(state, mean.get(MEAN))))
        if "d" in table:
            state = weights_in(table["d"], file)
            discriminator = converted_discriminator(_unmade(discriminator_from(state)))
    return _pair(file, generator, discriminator, licence=NVIDIA.name if mean else "")


def _unmade(tensors: dict[str, Any]) -> NetworkState:
    """A network of which nobody says what it was made with."""
    return NetworkState("", (), {}, {}, tensors)


def _pickle(file: Path) -> tuple[Part, ...]:
    found = read_network_pickle(file, wanted=("G_ema", "D"))
    if "G_ema" not in found:
        raise UserError(
            "There is no averaged generator (G_ema) in this pickle.",
            remedy="Get a complete file, such as ffhq.pkl of stylegan2-ada-pytorch.",
            path=file,
        )
    with _named(file):
        generator = converted_generator(found["G_ema"])
        discriminator = converted_discriminator(found["D"]) if "D" in found else None
    return _pair(file, generator, discriminator, licence=NVIDIA.name)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Add the file to an error that names none."""
    try:
        yield
    except UserError as error:
        raise UserError(error.problem, remedy=error.remedy, path=file) from error


def _pair(
    file: Path, generator: Converted, discriminator: Converted | None, *, licence: str
) -> tuple[Part, ...]:
    said = provenance_of(file)
    said = dataclasses.replace(said, licence=licence or said.licence)
    parts = [_converted(generator, said, "")]
    if discriminator is not None:
        parts.append(_converted(discriminator, said, OF_DISCRIMINATOR))
    return tuple(parts)


def _converted(weights: Converted, said: Provenance, suffix: str) -> Part:
    said = dataclasses.replace(said, network=weights.network, clamp=weights.size.clamp or 0.0)
    return Part(partial(_save, weights.tensors, said=said), said, suffix)


def _save(tensors: Mapping[str, Any], target: Path, *, said: Provenance | None = None) -> None:
    from safetensors.torch import save_file

    note = {} if said is None else said.as_note()
    save_file(dict(tensors), target, metadata={"format": "pt", **note})


_READERS: dict[str, Callable[[Path], tuple[Part, ...]]] = {
    ".safetensors": _safetensors,
    ".pt": _checkpoint,
    ".pth": _checkpoint,
    ".pkl": _pickle,
}
