"""Score a folder of mattes against a folder of true ones; files belong together by their stem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import UserError
from engine.imaging.read import read_mask
from engine.imaging.types import Alpha
from trainer.data.files import SUFFIXES, read_alpha, read_trimap
from trainer.evaluation.scores import Evaluation, Failure, Score, check_finite
from trainer.metrics import measure

DETAIL_ENDING = "_cloud_trimap"
"""What RealWorldPortrait's detail maps have after the stem."""


@dataclass(frozen=True)
class Folders:
    """Where the files are.

    Attributes:
        pred: mattes to score: grey, or cut-outs with an alpha channel; 8 or 16 bits.
        alpha: the true mattes.
        trimap: trimaps, or None.
        detail: maps of fine structure, brighter than 0 where there is some, or None.
    """

    pred: Path
    alpha: Path
    trimap: Path | None = None
    detail: Path | None = None


def evaluate_folders(
    folders: Folders,
    *,
    profile: str = "dim",
    stretch: bool = True,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> Evaluation:
    """Score every picture that is in the folder of mattes or in that of true ones.

    Args:
        folders: where the files are.
        profile: a key of `trainer.metrics.PROFILES`.
        stretch: see `trainer.metrics.measure`.
        progress: told how many pictures are done, of how many.

    Returns:
        The scores; a picture with a file that is missing, damaged or of another size is a failure,
        and the others go on.

    Raises:
        UserError: if a folder is missing, or there is nothing in them.
    """
    files = {role: by_stem(folder) for role, folder in vars(folders).items() if folder is not None}
    names = sorted({*files["pred"], *files["alpha"]})
    if not names:
        raise UserError("There are no pictures here.", path=folders.alpha)
    evaluation = Evaluation(profile, str(folders.pred))
    for done, name in enumerate(names):
        try:
            evaluation.scores.append(_score(name, files, profile, stretch))
        except UserError as error:
            evaluation.failures.append(Failure(name, str(error)))
        progress(done + 1, len(names))
    return evaluation


def _score(
    name: str, files: dict[str, dict[str, list[Path]]], profile: str, stretch: bool
) -> Score:
    paths = {role: the_file(name, role, found) for role, found in files.items()}
    alpha = read_alpha(paths["alpha"])
    size = alpha.shape[0], alpha.shape[1]
    errors = measure(
        _as_stored(read_mask(paths["pred"], size)),
        alpha,
        trimap=read_trimap(paths["trimap"], size=size) if "trimap" in paths else None,
        detail=read_alpha(paths["detail"], size=size) if "detail" in paths else None,
        profile=profile,
        stretch=stretch,
    )
    check_finite(errors)
    return Score(name, errors)


def _as_stored(matte: Alpha) -> Alpha:
    """Stored samples over their full scale, exactly rounded, as metrics compare with thresholds.

    k/255 and 257·k/65535 are the same number, so this is right for 8 bits and for 16.
    """
    return np.asarray(np.rint(matte * np.float32(65535)) / np.float32(65535), np.float32)


def by_stem(folder: Path) -> dict[str, list[Path]]:
    """The pictures of a folder by their names without suffix.

    Raises:
        UserError: if the folder is not there.
    """
    if not folder.is_dir():
        raise UserError("This folder is not there.", path=folder)
    found: dict[str, list[Path]] = {}
    for path in _pictures(folder):
        found.setdefault(path.stem.removesuffix(DETAIL_ENDING), []).append(path)
    return found


def _pictures(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            yield path


def the_file(name: str, role: str, found: dict[str, list[Path]]) -> Path:
    """The one file of `by_stem` that has a name.

    Raises:
        UserError: if there is none, or more than one; `role` says what is missing.
    """
    paths = found.get(name, [])
    if not paths:
        raise UserError(f"{name} has no {role}.")
    if len(paths) > 1:
        listed = ", ".join(path.name for path in paths)
        raise UserError(f"{name} has more than one {role}: {listed}.")
    return paths[0]
