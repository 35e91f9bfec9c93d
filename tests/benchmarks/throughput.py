"""How fast a recipe trains here: samples a second, the share of time it waits for them, memory.

    python tests/benchmarks/throughput.py mg_matting --config default --set data.pool=POOL
    python tests/benchmarks/throughput.py mg_matting --config smoke --steps 40 --device cuda

The first steps start workers, compile and fill queues; they are not counted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from collections.abc import Sized
from pathlib import Path

import psutil
import torch

from trainer.config import RunConfig, load_run
from trainer.logs import LOG
from trainer.loop import build_setup, train
from trainer.phase import Setup

MEBI = 1 << 20


class PeakMemory:
    """The most memory that this process and its children had together, looked at now and then."""

    def __init__(self, every: float = 0.25) -> None:
        self.most = 0
        self._every = every
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._done.wait(self._every):
            family = [me, *me.children(recursive=True)]
            self.most = max(self.most, sum(map(_memory, family)))


def _memory(process: psutil.Process) -> int:
    """What a process has; of what it shares with others its part, where the system tells."""
    try:
        told = process.memory_full_info()
    except psutil.Error:  # it ended meanwhile
        return 0
    return int(getattr(told, "pss", told.uss))


def main() -> None:
    asked = _arguments()
    fixed = [f"log_every={asked.warm_up}", "validate_every=0", "checkpoint_every=1000000000"]
    loaded = load_run(asked.recipe, asked.config, [*asked.sets, *fixed])
    if loaded.config.steps < asked.steps:
        longer = [*asked.sets, *fixed, f"steps={asked.steps}"]
        loaded = load_run(asked.recipe, asked.config, longer)
    setup = build_setup(loaded)
    on_cuda = torch.cuda.is_available() and asked.device in ("auto", "cuda")
    with tempfile.TemporaryDirectory() as folder, PeakMemory() as memory:
        train(
            setup,
            loaded.config,
            out=Path(folder),
            resume=False,
            device=asked.device,
            stop_after=asked.steps,
            recipe=asked.recipe,
        )
        lines = [json.loads(line) for line in (Path(folder) / LOG).read_text().splitlines()]
    counted = [line for line in lines if line["kind"] == "train"][1:]
    if not counted:
        raise SystemExit("--steps must be at least twice --warm-up")
    _tell(counted, loaded.config, asked.warm_up)
    print(f"peak memory, all processes   {memory.most / MEBI:.0f} MiB")
    if on_cuda:
        print(f"  of the graphics processor  {torch.cuda.max_memory_allocated() / MEBI:.0f} MiB")
    print(_reuse(setup, loaded.config, asked.steps))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--config", default="default")
    parser.add_argument("--set", dest="sets", action="append", default=[], metavar="a.b=c")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--warm-up", type=int, default=10, help="steps that are not counted")
    parser.add_argument("--device", default="auto")
    return parser.parse_args()


def _tell(lines: list[dict[str, float]], config: RunConfig, every: int) -> None:
    samples = every * config.global_batch
    seconds = [samples / line["samples_per_second"] for line in lines]
    waited = sum(s * line["waiting"] for s, line in zip(seconds, lines, strict=True))
    print(f"batch {config.global_batch}, {config.workers} workers, precision {config.precision}")
    print(f"samples a second             {samples * len(lines) / sum(seconds):.2f}")
    print(f"time that it waits for them  {100 * waited / sum(seconds):.1f} %")


def _reuse(setup: Setup, config: RunConfig, steps: int) -> str:
    pool = _pool(setup.samples)
    if pool is None:
        return "samples                      each is made anew; none is seen twice"
    here, whole = (count * config.global_batch / len(pool) for count in (steps, config.steps))
    return (
        f"pool                         {len(pool):,} crops; each is taken {here:.2f} times here, "
        f"{whole:.1f} times in all {config.steps:,} steps"
    )


def _pool(samples: object) -> Sized | None:
    """What samples are taken from, if that has an end."""
    if isinstance(samples, Sized):
        return samples
    inner = (getattr(samples, name, None) for name in ("samples", "mattes"))
    return next((found for one in inner if one is not None and (found := _pool(one))), None)


if __name__ == "__main__":
    main()
