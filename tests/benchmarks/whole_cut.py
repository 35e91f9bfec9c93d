"""A whole `matte cut` of a 45-megapixel portrait: seconds, and the peak memory of all processes.

    python tests/benchmarks/whole_cut.py [--size 45]

Memory is the sum over the process and its children of their resident sets, every 50 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil
from portraits import draw_portrait

from engine.imaging.write import write_picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=45.0, help="megapixels")
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "portrait.jpg"
        write_picture(source, draw_portrait(size, band="narrow").image.pixels)
        cut = [sys.executable, "-m", "engine.cli", "cut", str(source)]
        seconds, peak = _watch([*cut, "-o", str(folder / "out"), "--save", "cutout,alpha"])
        written = sorted(path.name for path in (folder / "out").iterdir())
    print(f"{size} MP: {seconds:.1f} s, {peak / 2**30:.2f} GB at most, wrote {written}")


def _watch(command: list[str]) -> tuple[float, int]:
    start, peak = time.perf_counter(), 0
    process = psutil.Popen(command)
    while process.poll() is None:
        peak = max(peak, _resident(process))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(process.returncode)
    return time.perf_counter() - start, peak


def _resident(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


if __name__ == "__main__":
    main()
