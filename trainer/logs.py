"""What a run leaves to read: `log.jsonl`, TensorBoard's files, picture sheets, `run.json`."""

from __future__ import annotations

import json
import math
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from engine.imaging.atomic import replace_atomically

LOG = "log.jsonl"
RUN = "run.json"
PICTURES = "pictures"
TENSORBOARD = "tensorboard"
PACKAGES = ("matteapp", "torch", "lightning-fabric", "numpy", "pydantic", "opencv-python-headless")


class RunLog:
    """Writes figures and pictures of a run.

    Args:
        out: the run's folder.
        step: steps done so far; what a killed run wrote about later ones is dropped.
    """

    def __init__(self, out: Path, *, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._out = out
        _drop_after(out / LOG, step)
        self._lines = (out / LOG).open("a", encoding="utf-8")
        self._board = SummaryWriter(str(out / TENSORBOARD), purge_step=step + 1 if step else None)

    def write(self, kind: str, step: int, figures: Mapping[str, Any]) -> None:
        """One line, and a point of each number's curve; what is not finite becomes null."""
        line = {"kind": kind, "step": step, **{name: _plain(v) for name, v in figures.items()}}
        self._lines.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._lines.flush()
        for name, value in line.items():
            if isinstance(value, int | float) and name != "step":
                self._board.add_scalar(f"{kind}/{name}", value, step)

    def picture(self, name: str, step: int, pixels: np.ndarray[Any, Any]) -> None:
        """Write a sheet, H×W×3 uint8, as PNG and for TensorBoard."""
        from PIL import Image

        folder = self._out / PICTURES
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{step:09d}-{name.replace('/', '-')}.png")
        self._board.add_image(name, pixels, step, dataformats="HWC")
        self._board.flush()

    def close(self) -> None:
        """Finish the files."""
        self._lines.close()
        self._board.close()


def write_run(out: Path, facts: Mapping[str, Any]) -> None:
    """Write what the run is: recipe, config, versions, commit."""
    content = {**facts, "versions": versions(), "commit": commit()}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    with replace_atomically(out / RUN) as temporary:
        temporary.write_text(text, encoding="utf-8")


def versions() -> dict[str, str]:
    """Python's and the packages' versions."""
    packages = {name: _version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "platform": sys.platform, **packages}


def commit() -> str:
    """The commit of the checkout that runs, "+" behind it if files differ; "" outside of one."""
    here = str(Path(__file__).parent)
    command = ["git", "-C", here, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _drop_after(path: Path, step: int) -> None:
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if _step_of(line) <= step]
    if len(kept) < len(lines):
        with replace_atomically(path) as temporary:
            temporary.write_text("".join(kept), encoding="utf-8")


def _step_of(line: str) -> float:
    """Of a line of the log; a line that was cut off counts as too late."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return math.inf
