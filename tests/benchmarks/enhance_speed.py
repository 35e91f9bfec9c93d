"""Seconds a step and memory of an enhancement, with random networks of the published size.

    python tests/benchmarks/enhance_speed.py 256 --steps 5 --device cpu

One line of JSON. A process of its own for each size, so that its memory is this size's.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace

import numpy as np
import torch
from throughput import MEBI, PeakMemory

from engine.device import Compute
from engine.enhance.generate import drawn
from engine.enhance.networks import open_features
from engine.enhance.objective import Judges, Objective
from engine.enhance.optimise import optimise
from engine.enhance.reference import open_reference
from engine.enhance.settings import CONFIGURATIONS, EnhanceSettings, FeatureChoice
from engine.imaging.tensors import to_tensor
from engine.models.registry import MODELS
from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator

WARM = 2
"""Steps before the clock starts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", type=int)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--config", default="default", choices=list(CONFIGURATIONS))
    parser.add_argument("--reference", default="prn_small")
    parser.add_argument("--channels", type=int, default=512, help="at most; 512 as published")
    options = parser.parse_args()
    settings = CONFIGURATIONS[options.config]
    if options.config == "paper":  # VGG's weights are the user's; ours have a like cost
        settings = replace(settings, features=FeatureChoice("person_small"))
    print(json.dumps(measured(options, settings)))


def measured(options: argparse.Namespace, settings: EnhanceSettings) -> dict[str, object]:
    """Seconds a step, and memory in MiB."""
    torch.manual_seed(0)
    with PeakMemory() as memory:
        seconds = _seconds(options, settings)
    cuda = options.device.startswith("cuda")
    return {
        "seconds": seconds,
        "process_mib": round(memory.most / MEBI),
        "device_mib": round(torch.cuda.max_memory_allocated() / MEBI) if cuda else 0,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def _seconds(options: argparse.Namespace, settings: EnhanceSettings) -> float:
    device, compute = options.device, Compute(device=options.device)
    size = Size(resolution=options.side, most=options.channels)
    generator = Generator(size).to(device).eval().requires_grad_(False)
    critic = Discriminator(size).to(device).eval().requires_grad_(False)
    trimap = MODELS["trimap_small"].load_builder()().to(device).eval().requires_grad_(False)
    reference = open_reference(options.reference, compute=compute)
    features = open_features(settings.features, device=device, compute=compute)
    side = settings.working_side(options.side)
    pixels = np.random.default_rng(0).random((side, side, 3), dtype=np.float32)
    objective = Objective(
        Judges(reference, trimap, critic, features),
        settings,
        original=to_tensor(pixels, device=device),
    )
    start = drawn(generator, 0)
    taken = []
    for steps in (WARM, WARM + options.steps):
        begin = time.perf_counter()
        optimise(generator.synthesis, start, objective, replace(settings, steps=steps))
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - begin)
    return (taken[1] - taken[0]) / options.steps


if __name__ == "__main__":
    main()
