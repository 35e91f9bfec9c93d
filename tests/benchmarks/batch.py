"""A long batch through the queue, the journal and the previews: seconds a file, and memory.

    python tests/benchmarks/batch.py            # 1,000 small photographs
    python tests/benchmarks/batch.py --count 200 --side 512

Every fiftieth file is no picture. What is measured begins after the first fiftieth of the files,
when everything is imported, compiled and warm.
"""

from __future__ import annotations

import argparse
import queue
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from engine.batch.batch import Batch, Means
from engine.batch.crew import CrewEvent
from engine.batch.order import Order
from engine.imaging.write import write_picture
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings

MEBI = 1 << 20
BAD_EVERY = 50


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), count=asked.count, side=asked.side)


def _measure(folder: Path, *, count: int, side: int) -> None:
    photographs = [_photograph(folder, number, side=side) for number in range(count)]
    events: queue.SimpleQueue[CrewEvent] = queue.SimpleQueue()
    box = side // 6, side // 6, side - 2, side - side // 6
    chosen = CutSettings(
        guidance=GuidanceSettings("grabcut", box, ""), trimap=TrimapSettings(4, source="radius")
    )
    batch = Batch(
        Order(folder / "out", settings=chosen),
        means=Means(previews=folder / "previews"),
        post=events.put,
        reason_of=lambda error, source: str(error),
        changed=lambda item: None,
    )
    batch.add(photographs)
    batch.start()
    me, ended, warm = psutil.Process(), 0, max(1, count // 50)
    first, most, begun = 0, 0, time.perf_counter()
    while batch.working:
        if batch.take(events.get()) is None:
            continue
        ended += 1
        if ended == warm:
            first, begun = me.memory_info().rss, time.perf_counter()
        if ended >= warm:
            most = max(most, me.memory_info().rss)
    seconds = (time.perf_counter() - begun) / (count - warm)
    last, counts = me.memory_info().rss, dict(batch.counts)
    batch.close()
    print(f"{count} files of {side}x{side}: {seconds:.3f} s a file, {counts}")
    print(
        f"memory {first / MEBI:.0f} MB after {warm} files, {last / MEBI:.0f} MB at the end "
        f"({(last - first) / MEBI:+.0f} MB), {most / MEBI:.0f} MB at most"
    )


def _photograph(folder: Path, number: int, *, side: int) -> Path:
    path = folder / f"{number:04}.png"
    if number % BAD_EVERY == BAD_EVERY - 1:
        path.write_bytes(b"no picture")
        return path
    rows, cols = np.mgrid[:side, :side]
    shift = number % (side // 8)
    inside = (rows > side // 3) & (np.abs(cols - side // 2 + side // 16 - shift) < side // 5)
    pixels = np.where(inside[..., None], (70, 40, 30), (225, 228, 235)).astype(np.uint8)
    write_picture(path, pixels + (rows % 3)[..., None].astype(np.uint8))
    return path


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--side", type=int, default=96)
    return parser.parse_args()


if __name__ == "__main__":
    main()
