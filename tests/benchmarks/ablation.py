"""Table 4 of the mask-guided matting paper at laboratory scale, and how robust a network is.

    python tests/benchmarks/ablation.py OUT [--steps 5000 | --minutes 10] [--seeds 0 1]
        [--variants baseline …] [--pool DIR] [--kinds trimap perturbed …] [--count 200]
    python tests/benchmarks/ablation.py OUT --report
    python tests/benchmarks/ablation.py OUT --robustness NAME|FILE|RUN [--size 512]

Trains variants × seeds one after another, each an ordinary run of the trainer in OUT/runs, then
judges each on the same made photographs of families that nobody trains on, and writes
OUT/table.json. Ctrl+C writes a checkpoint; started again, it goes on where it was. Without --pool
it first draws crops of its own into OUT/pool.

As it stands a step takes 0.20 s (baseline) to 0.28 s (fusion conv) of one busy core, measured: 5000
steps are 17 to 23 minutes with OMP_NUM_THREADS=1 beside other work, and should be about half of
that where two cores are free (not measured). Set OMP_NUM_THREADS=1 where they are not: threads that
wait for each other cost more than they bring. Drawing 2048 crops takes about 6 minutes, judging a
run on 200 photographs about one.
"""

from __future__ import annotations

import argparse
import json
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from ablation_robustness import judge_robustness
from ablation_runs import AblationRuns, is_trained, train_once
from matting_pictures import SEED, Pictures

from engine.errors import UserError
from trainer.ablation.judging import errors_of, laboratory_kinds, small_trimap
from trainer.ablation.laboratory import (
    BATCH,
    CROP,
    NARROW,
    RECIPE,
    Config,
    build,
    check_pool,
    config_of,
    drawn_scenes,
    trained_network,
)
from trainer.ablation.table import COLUMNS
from trainer.ablation.variants import VARIANTS
from trainer.data.pool.build import SHARD, fill
from trainer.data.sample import Photograph
from trainer.loop import train
from trainer.step import seed_all

SIZE, LARGE = 2 * CROP, 512
SLOWEST = "fusion_conv"
TIMED = 40
KINDS = ("trimap", "perturbed", "cut_mask")


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        if options.robustness:
            judge_robustness(
                options.robustness, _pictures(options), options.out, report=options.report
            )
        else:
            _ablation(options)
    except UserError as error:
        raise SystemExit(str(error)) from error


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder of everything")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument("--steps", type=int, default=5000, help="of each run")
    budget.add_argument(
        "--minutes", type=float, help="of each run: the slowest variant is timed, all get its steps"
    )
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--crop", type=int, default=CROP, help="side in pixels")
    parser.add_argument("--narrow", type=int, default=NARROW, help="divides the channels")
    parser.add_argument("--workers", type=int, default=1, help="that make samples beside training")
    parser.add_argument("--pool", type=Path, help="of `matte-train pool`")
    parser.add_argument("--shards", type=int, default=16, help=f"of {SHARD} crops, without --pool")
    parser.add_argument("--count", type=int, default=200, help="photographs to judge on")
    parser.add_argument(
        "--size", type=int, help=f"their side in pixels; {SIZE}, or {LARGE} with --robustness"
    )
    kinds = list(laboratory_kinds())
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=kinds)
    parser.add_argument("--report", action="store_true", help="print what there is, train nothing")
    parser.add_argument(
        "--robustness", metavar="NAME|FILE|RUN", help="judge this network by eroded, dilated masks"
    )
    options = parser.parse_args()
    options.size = options.size or (LARGE if options.robustness else SIZE)
    return options


def _ablation(options: argparse.Namespace) -> None:
    if not options.report:
        pool = _pool(options)
        steps = _steps(options, pool)
        for seed in options.seeds:
            for variant in options.variants:
                _train(options, pool, variant, seed, steps)
                _judge(options, variant, seed)
    _print_tables(options)


def _pool(options: argparse.Namespace) -> Path:
    pool = options.pool or options.out / "pool"
    if options.pool is None:
        scenes = drawn_scenes(options.crop)
        fill(pool, options.shards, scenes, seed=0, told=_told)
    check_pool(pool, options.crop)
    return pool


def _told(done: int, wanted: int) -> None:
    print(f"crops: {done * SHARD} of {wanted * SHARD}", flush=True)


def _steps(options: argparse.Namespace, pool: Path) -> int:
    """Steps of each run; timed once, since a run that is resumed must keep them."""
    if options.minutes is None:
        return options.steps
    kept = options.out / f"steps-{options.minutes:g}-minutes.json"
    if not kept.exists():
        config = _config(options, pool, SLOWEST, 0, 10 * TIMED)
        seed_all(config.seed)
        report = train(
            build(config),
            config,
            out=options.out / "timing",
            resume=True,
            stop_after=TIMED,
            recipe=RECIPE,
        )
        seconds = options.batch / report.samples_per_second
        steps = max(1, round(60 * options.minutes / seconds))
        kept.write_text(json.dumps({"steps": steps, "seconds_per_step": seconds}))
    found = json.loads(kept.read_text())
    print(f"{found['steps']} steps of {found['seconds_per_step']:.3f} s each", flush=True)
    return found["steps"]


def _train(options: argparse.Namespace, pool: Path, variant: str, seed: int, steps: int) -> None:
    out = _runs(options).folder(variant, seed)
    if is_trained(out, steps):
        return
    config = _config(options, pool, variant, seed, steps)
    seed_all(config.seed)
    train_once(build(config), config, out=out, recipe=RECIPE)


def _config(options: argparse.Namespace, pool: Path, variant: str, seed: int, steps: int) -> Config:
    return config_of(
        variant,
        pool=pool,
        steps=steps,
        seed=seed,
        batch=options.batch,
        crop=options.crop,
        narrow=options.narrow,
        workers=options.workers,
    )


def _judge(options: argparse.Namespace, variant: str, seed: int) -> None:
    runs = _runs(options)
    out, lines = runs.folder(variant, seed), runs.judged(variant, seed)
    wanted = {(name, kind) for name in _pictures(options).names() for kind in options.kinds}
    missing = sorted(wanted - lines.keys(("picture", "kind")))
    network = trained_network(out)
    kinds = laboratory_kinds()
    for name, kind in missing:
        photograph = _photograph(_pictures(options), name)
        rng = np.random.default_rng((SEED, crc32(f"{name} {kind}".encode())))
        trimap = small_trimap(photograph.alpha)
        errors = errors_of(network, photograph, kinds[kind], rng, trimap=trimap)
        lines.add(picture=name, family=photograph.family, kind=kind, errors=errors)
    print(f"{out.name}: judged on {len(missing)} more", flush=True)


def _runs(options: argparse.Namespace) -> AblationRuns:
    return AblationRuns(options.out, tuple(options.seeds), options.size)


def _pictures(options: argparse.Namespace) -> Pictures:
    return Pictures(options.size, options.count, portraits=0)


@lru_cache(maxsize=400)
def _photograph(pictures: Pictures, name: str) -> Photograph:
    return pictures.picture(name)


def _print_tables(options: argparse.Namespace) -> None:
    tables = {}
    titles = {name: row.title for name, row in VARIANTS.items() if name in options.variants}
    pictures = _pictures(options).names()
    for kind in options.kinds:
        found = _runs(options).table(titles, pictures, COLUMNS, kind=kind)
        if found is None:
            continue
        table, count = found
        print(
            f"\nguidance {kind}: {count} photographs of {options.size}², "
            f"seeds {', '.join(map(str, options.seeds))}"
        )
        print("\n".join(table.lines()))
        tables[kind] = {"photographs": count, "seeds": options.seeds, **table.as_dict()}
    (options.out / "table.json").write_text(json.dumps(tables, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
