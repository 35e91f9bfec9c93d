"""How long the automatic mask takes: from the decoded photograph, and from opening the file.

    python tests/benchmarks/automatic.py [--sizes 1 12 45] [--repeats 5]

The photograph is the sample `grace_hopper.jpg`, enlarged, with the grain of a camera. What is
loaded once (the network, the compiled solver) is loaded before, as the window does while it waits
for a photograph. Memory is what the process has gained at its peak over what it had when the
photograph was decoded.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import psutil

from engine.document.source import open_photograph
from engine.imaging.read import read_image
from engine.imaging.types import Pixels
from engine.imaging.write import write_picture
from engine.jobs.masks import mask_from
from engine.jobs.preparing import prepare_cut
from engine.settings import CutSettings

GRAIN = 3
"""Standard deviation of the noise, of 255; without it a file would decode faster than real ones."""
SAMPLE = files("resources") / "samples" / "grace_hopper.jpg"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=float, default=[1.0, 12.0, 45.0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    prepare_cut(CutSettings()).join()
    with tempfile.TemporaryDirectory() as name:
        for size in options.sizes:
            _measure(size, Path(name) / f"{size:g}.jpg", options.repeats)


def _measure(size: float, path: Path, repeats: int) -> None:
    write_picture(path, _enlarged(size))
    decoding, finding, gained = [], [], []
    for _ in range(repeats):
        start = time.perf_counter()
        state = open_photograph(path)
        decoded = time.perf_counter()
        with Peak() as peak:
            mask_from(state.image, CutSettings().guidance)
        decoding.append(decoded - start)
        finding.append(time.perf_counter() - decoded)
        gained.append(peak.gained)
    whole = [one + other for one, other in zip(decoding, finding, strict=True)]
    print(
        f"{size:g} MP: from the decoded photograph {median(finding):.2f} s, "
        f"from opening the file {median(whole):.2f} s; {max(gained) / 2**20:.0f} MiB more"
    )


def _enlarged(size: float) -> Pixels:
    with as_file(SAMPLE) as path:
        pixels = read_image(path).pixels
    scale = (size * 1e6 / (pixels.shape[0] * pixels.shape[1])) ** 0.5
    large = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    grain = np.empty(large.shape, np.int16)
    cv2.setRNGSeed(1)
    cv2.randn(grain, 0, GRAIN)
    return np.asarray(cv2.add(large, grain, dtype=cv2.CV_8U), np.uint8)


class Peak:
    """How much memory the process gains while it is in the block, every 2 ms."""

    gained = 0

    def __enter__(self) -> Peak:
        self._process, self._ended = psutil.Process(), threading.Event()
        self._before = self._process.memory_info().rss
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.wait(0.002):
            now = self._process.memory_info().rss
            self.gained = max(self.gained, now - self._before)


if __name__ == "__main__":
    main()
