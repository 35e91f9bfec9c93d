"""Does an enhancement help matting? Before and after on held-out made portraits with exact mattes.

    python tests/benchmarks/enhance_table.py OUT [--count 50] [--parts main ablations detail speed]
        [--references prn_small closed_form pomagan_small] [--tuned NAME] [--config default]
        [--generator portrait_small] [--device cuda] [--report] [--random 64]

OUT/results.jsonl gets a line for each result, OUT/cache the inversions; started again, it goes on.
OUT/table.json has what is printed. A folder with lines of other settings is refused.

main: PSNR of the inversion after W+ and after N; Grad, Conn, MSE and SAD (profile `dim`, whole
picture, mattes in 8 bits) before and after, by the trimap network's own trimap of each picture and
by the true one; paired differences with 95 % intervals; profiles, and portraits whose first
trimap is bad, apart. A model trained with masks alone is told the true matte cut at one half.
--tuned names a network that was fine-tuned with generated pairs: is it better with enhancement
than prn_small?
ablations: Tables III and IV of the paper for the first reference model; for other estimators of
the foreground also how much the matte differs. OUT/mattes has the mattes of enhanced portraits.
detail: the change alone against the generator's own picture, at 12 megapixels.
speed: seconds a step and memory, random networks of the published channels at 256, 512 and 1024.

--random SIDE tries the script itself with a generator and a trimap network of random weights.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from enhance_detail import MODES, SHAPES, detail_row
from enhance_pictures import METRICS, Judge, Picture, picture
from enhance_report import matte_file, print_report
from result_lines import ResultLines

from engine.device import Compute
from engine.enhance.cache import Cache
from engine.enhance.portrait import enhance_portrait
from engine.enhance.settings import (
    CONFIGURATIONS,
    EnhanceSettings,
    FeatureChoice,
    InversionSettings,
    ModelChoice,
    ablations,
)
from engine.errors import UserError
from engine.imaging.write import write_matte
from engine.matting.methods import METHODS
from engine.models.weights import find_weights
from trainer.evaluation.guidance import coarse_mask

PARTS = ("main", "ablations", "detail", "speed")
COMPLETE = "complete"
SPEEDS = (256, 512, 1024)
CACHE_BYTES = 64 << 30
KEYS = ("part", "number", "reference", "variant")


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.random:
        _use_random(options)
    try:
        settings = _settings(options)
        results = ResultLines(options.out / "results.jsonl", **_same(options, settings))
        if not options.report:
            for row in _computed(options, settings, results.keys(KEYS)):
                results.add(**row)
                print(json.dumps({key: row[key] for key in KEYS}), flush=True)
    except UserError as error:
        raise SystemExit(str(error)) from error
    print_report(results.rows, options.out, METRICS, tuned=options.tuned)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder of everything")
    parser.add_argument("--count", type=int, default=50, help="portraits")
    parser.add_argument("--ablation-count", type=int, help="of those; default all")
    parser.add_argument("--detail-count", type=int, default=3, help="large portraits")
    parser.add_argument("--megapixels", type=int, default=12, choices=list(SHAPES))
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument(
        "--references", nargs="+", default=["prn_small", "closed_form", "pomagan_small"]
    )
    parser.add_argument("--tuned", default="", help="weights fine-tuned with generated pairs")
    parser.add_argument("--variants", nargs="+", help="of the ablations; default all")
    parser.add_argument("--config", default="default", choices=list(CONFIGURATIONS))
    parser.add_argument("--features", default="", help="network of the perceptual term")
    parser.add_argument("--features-file", default="")
    parser.add_argument("--generator", default="portrait_small")
    parser.add_argument("--trimap", default="trimap_small")
    parser.add_argument("--backgrounds", type=Path, help="photographs; default made ones")
    parser.add_argument("--side", type=int, default=256, help="of portraits and of judging")
    parser.add_argument("--steps", type=int, help="of each enhancement")
    parser.add_argument("--rate", type=float, help="of each enhancement")
    parser.add_argument("--inversion", nargs=2, type=int, metavar=("W", "N"), help="steps")
    parser.add_argument("--speeds", nargs="+", type=int, default=list(SPEEDS))
    parser.add_argument("--speed-steps", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--report", action="store_true", help="print what there is")
    parser.add_argument("--random", type=int, default=0, metavar="SIDE", help="random networks")
    return parser.parse_args()


def _settings(options: argparse.Namespace) -> EnhanceSettings:
    """What all variants differ from."""
    settings = replace(CONFIGURATIONS[options.config], working=options.side)
    if options.features or options.features_file:
        name = options.features or settings.features.name
        settings = replace(settings, features=FeatureChoice(name, options.features_file))
    if options.steps:
        settings = replace(settings, steps=options.steps)
    if options.rate:
        settings = replace(settings, rate=options.rate)
    if options.inversion:
        w_steps, noise_steps = options.inversion
        found: InversionSettings = settings.inversion
        found = replace(found, w_steps=w_steps, noise_steps=noise_steps)
        settings = replace(settings, inversion=found)
    return settings


def _same(options: argparse.Namespace, settings: EnhanceSettings) -> dict[str, object]:
    """What all lines of a file share."""
    names = ("generator", "trimap", "side", "config")
    told = {name: getattr(options, name) for name in names}
    return {**told, "backgrounds": str(options.backgrounds or "made"), "settings": repr(settings)}


def _computed(
    options: argparse.Namespace, settings: EnhanceSettings, done: set[tuple[object, ...]]
) -> Iterator[dict[str, object]]:
    for part in PARTS:
        if part not in options.parts:
            continue
        for key, make in WORK[part](options, settings):
            if (part, *key) not in done:
                number, reference, variant = key
                row = {"part": part, "number": number, "reference": reference, "variant": variant}
                yield {**row, **make()}


def _main(options, settings):
    """One portrait after the other, so that whatever is there compares the same ones."""
    for number in range(options.count):
        for reference in _installed([*options.references, options.tuned]):
            yield (
                (number, reference, COMPLETE),
                lambda number=number, reference=reference: _enhanced(
                    options, settings, number, reference, COMPLETE
                ),
            )


def _ablations(options, settings):
    reference = _installed(options.references)[0]
    exact = replace(settings, foreground_method="closed_form", foreground_every=1)
    variants = {**ablations(settings), "foreground_closed_form": exact}
    variants = {name: variant for name, variant in variants.items() if variant != settings}
    chosen = [name for name in variants if name in (options.variants or variants)]
    for number in range(min(options.count, options.ablation_count or options.count)):
        for name in chosen:
            yield (
                (number, reference, name),
                lambda number=number, name=name: _enhanced(
                    options, variants[name], number, reference, name
                ),
            )


def _detail(options, settings):
    models = _models(options, _installed(options.references)[0])
    for number in range(options.detail_count):
        for mode in MODES:
            yield (
                (number, models.reference, mode),
                lambda number=number, mode=mode: detail_row(
                    number,
                    mode,
                    megapixels=options.megapixels,
                    models=models,
                    settings=settings,
                    compute=Compute(device=options.device),
                    cache=_cache(options),
                ),
            )


def _speed(options, settings):
    reference = _installed(options.references)[0]
    device = "cpu" if options.device == "auto" else options.device
    for side in options.speeds:
        for config in CONFIGURATIONS:
            arguments = ["--steps", options.speed_steps, "--device", device, "--config", config]
            yield (
                (side, reference, f"{config}, {device}"),
                lambda side=side, arguments=arguments: _timed(
                    [side, *arguments, "--reference", reference]
                ),
            )


WORK = {"main": _main, "ablations": _ablations, "detail": _detail, "speed": _speed}


def _enhanced(
    options: argparse.Namespace,
    settings: EnhanceSettings,
    number: int,
    reference: str,
    variant: str,
) -> dict[str, object]:
    """One portrait, enhanced for one model: errors before and after, and what changed."""
    made, models = _picture(options, number), _models(options, reference)
    compute = Compute(device=options.device)
    found = enhance_portrait(
        made.image,
        made.alignment,
        models=models,
        settings=settings,
        mask=coarse_mask(made.alpha),
        true_alpha=made.alpha,
        compute=compute,
        cache=_cache(options),
    )
    matte = matte_file(options.out, number, reference, variant)
    matte.parent.mkdir(exist_ok=True)
    write_matte(matte, found.after.clip(0, 1), bits=16)
    judge = Judge(models, settings, made.alpha, compute)
    shown = [
        made.alignment.crop(pixels, options.side) for pixels in (made.image.pixels, found.pixels)
    ]
    before, after = (judge.errors(pixels) for pixels in shown)
    return {
        "turned": made.turned,
        "psnr_w": found.psnr_w,
        "psnr": found.psnr,
        "before": before,
        "after": after,
        "entropy": [found.entropy_before, found.entropy_after],
        "change": {"most": found.size.most, "mean": found.size.mean},
        "held_back": found.size.held_back,
        "refused": found.refused,
        "features": found.names.features,
        "foreground": settings.foreground_method,
    }


def _picture(options: argparse.Namespace, number: int) -> Picture:
    return picture(number, options.side)


def _cache(options: argparse.Namespace) -> Cache:
    return Cache(options.out / "cache", CACHE_BYTES)


def _models(options: argparse.Namespace, reference: str) -> ModelChoice:
    return ModelChoice(
        generator=options.generator,
        trimap=options.trimap,
        reference=reference,
        backgrounds=options.backgrounds,
    )


def _installed(references: list[str]) -> list[str]:
    """Without those whose weights are not here, which is said once."""
    there = [name for name in dict.fromkeys(references) if name and _is_here(name)]
    if not there:
        raise UserError("None of these matting models is installed.")
    return there


def _is_here(name: str) -> bool:
    if name in METHODS or Path(name).is_file():
        return True
    try:
        find_weights(name)
    except UserError as error:
        print(f"left out: {error.problem}", file=sys.stderr)
        return False
    return True


def _timed(arguments: list[object]) -> dict[str, object]:
    script = Path(__file__).with_name("enhance_speed.py")
    done = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True
    )
    if done.returncode:
        return {"problem": done.stderr.strip().splitlines()[-1] if done.stderr else "it was ended"}
    return json.loads(done.stdout.splitlines()[-1])


def _use_random(options: argparse.Namespace) -> None:
    """Random networks in OUT/weights, so that the script can be tried without any."""
    from engine.models.registry import MODELS
    from engine.models.stylegan2 import Generator, Size
    from engine.models.stylegan2_discriminator import Discriminator
    from tests.made_networks import save_weights, seeded

    folder = options.out / "weights"
    os.environ["MATTE_HOME"] = str(folder)
    options.generator, options.trimap = "random", "random_trimap"
    if (folder / "random_trimap.safetensors").is_file():
        return
    size = Size(resolution=options.random, base=options.random * 16, most=32, latent=32, style=32)
    save_weights(folder, "random", seeded(Generator, size), network="stylegan2")
    critic = seeded(Discriminator, size, seed=1)
    save_weights(folder, "random_discriminator", critic, network="stylegan2_discriminator")
    trimap = seeded(MODELS["trimap_small"].load_builder(), seed=2)
    save_weights(folder, "random_trimap", trimap, network="trimap_small")


if __name__ == "__main__":
    main()
