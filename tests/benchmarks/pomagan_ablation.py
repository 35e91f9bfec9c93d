"""Tables 3 and 4 of the POMAGAN paper at laboratory scale, and its segmentation encoding block.

    python tests/benchmarks/pomagan_ablation.py OUT --people FOLDER --backgrounds FOLDER
        [--tables losses pictures data design] [--steps 5000] [--seeds 0 1] [--count 60]
    python tests/benchmarks/pomagan_ablation.py OUT --report [--count 60]

Trains variants × seeds one after another, each an ordinary run of `pomagan_alpha` in OUT/runs with
one `--set` of its own, then judges each on the same photographs, with a roughened map as guidance:
COUNT made ones of families that nobody trains on, and COUNT recomposed people of the validation
split. It writes OUT/table.json. Ctrl+C writes a checkpoint; started again, it goes on where it was.
Crops are drawn into OUT/pool first. --people is what `matte-train recompose` wrote.

A difference that seeds or photographs don't agree on is *not shown*. Variants differ in one setting
and not in steps; with the encoding block the network has 0.46 million parameters, without it 0.37.

Measured with OMP_NUM_THREADS=1 on two cores that four other processes used: a step takes 0.22 s of
processor time (0.14 s without the perceptual term), samples included, so that 5000 steps are 12 to
18 minutes of processor time and 20 to 33 on the clock. The shortest steps, 0.13 and 0.16 s, let a
core of its own be expected to need 11 to 14 minutes (not measured). All tables are 8 variants × 2
seeds. Drawing the pools takes 3 minutes, judging a run on 120 photographs 10 seconds (the first one
35). Once the pools are there, two calls with a seed each may run side by side.
"""

from __future__ import annotations

import argparse
import json
import shutil
from functools import lru_cache
from itertools import product
from pathlib import Path
from zlib import crc32

import numpy as np
from ablation_runs import AblationRuns, is_trained, train_once
from matting_pictures import SEED, Pictures

from engine.errors import UserError
from engine.imaging.types import Alpha, Trimap
from engine.models.weights import find_weights
from trainer.ablation.alpha_scenes import SCENE, pool_sources
from trainer.ablation.alpha_variants import (
    ABLATIONS,
    RECIPE,
    VARIANTS,
    load_variant,
    trained_alpha,
)
from trainer.ablation.judging import REGIONS, errors_of, small_trimap
from trainer.ablation.table import Column
from trainer.data.guidance import GuidanceSettings, guidance_of
from trainer.data.pool.backgrounds import backgrounds_of
from trainer.data.pool.build import SHARD, fill
from trainer.data.sample import Photograph
from trainer.evaluation.guidance import GuidanceKind
from trainer.loop import build_setup

METRICS = ("MSE", "MAD", "SAD", "Grad")
COLUMNS: list[Column] = list(product(REGIONS, METRICS))
KIND = "map"
FEATURES = "person_small"
PLACES = {"all photographs": ("made", "people"), "made": ("made",), "people": ("people",)}


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        if not options.report:
            _run(options)
        _print_tables(options)
    except UserError as error:
        raise SystemExit(str(error)) from error


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder of everything")
    parser.add_argument("--people", type=Path, help="what `matte-train recompose` wrote")
    parser.add_argument("--backgrounds", type=Path, help="photographs without people")
    parser.add_argument("--tables", nargs="+", default=list(ABLATIONS), choices=list(ABLATIONS))
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), help="of these tables")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--steps", type=int, default=5000, help="of each run")
    parser.add_argument("--shards", type=int, default=16, help=f"of {SHARD} crops in each pool")
    parser.add_argument("--features", default=FEATURES, help="weights of a segmenter that compares")
    parser.add_argument("--set", nargs="+", default=[], dest="changes", help="for all runs")
    parser.add_argument("--count", type=int, default=60, help="photographs of each kind")
    parser.add_argument("--report", action="store_true", help="print what there is, train nothing")
    options = parser.parse_args()
    if not options.report and not (options.people and options.backgrounds):
        parser.error("--people and --backgrounds are needed to train and to judge")
    return options


def _run(options: argparse.Namespace) -> None:
    pool, features = _pool(options), _features(options)
    for seed in options.seeds:
        for variant in _variants(options):
            _train(options, variant, seed, pool, features)
            _judge(options, variant, seed)


def _variants(options: argparse.Namespace) -> list[str]:
    """Of the tables that are asked for, each once."""
    wanted = {name for table in options.tables for name in ABLATIONS[table].rows}
    wanted &= set(options.variants or VARIANTS)
    return [name for name in VARIANTS if name in wanted]


def _pool(options: argparse.Namespace) -> Path:
    pool = (options.out / "pool").resolve()
    sources = pool_sources(options.people, options.backgrounds)

    def told(done: int, wanted: int) -> None:
        print(f"crops: {done * SHARD} of {wanted * SHARD}", flush=True)

    for name, drawn_from in sources.items():
        fill(pool / name, options.shards, drawn_from, seed=0, told=told)
    grounds = next(iter(sources.values()))
    fill(pool / "backgrounds", options.shards, grounds, seed=0, pieces=backgrounds_of, told=told)
    return pool


def _features(options: argparse.Namespace) -> Path:
    """A copy of the weights, so that all runs have the same whatever is installed later."""
    kept = (options.out / "features.safetensors").resolve()
    if not kept.exists():
        given = Path(options.features)
        source = given if given.is_file() else find_weights(options.features).path
        shutil.copyfile(source, kept)
    return kept


def _train(
    options: argparse.Namespace, variant: str, seed: int, pool: Path, features: Path
) -> None:
    out = _runs(options).folder(variant, seed)
    if is_trained(out, options.steps):
        return
    loaded = load_variant(
        variant,
        pool=pool,
        steps=options.steps,
        seed=seed,
        features=str(features),
        changes=options.changes,
    )
    train_once(build_setup(loaded), loaded.config, out=out, recipe=RECIPE)


def _judge(options: argparse.Namespace, variant: str, seed: int) -> None:
    runs, pictures = _runs(options), _pictures(options)
    lines = runs.judged(variant, seed)
    done = {name for (name,) in lines.keys(("picture",))}
    missing = [name for name in pictures.names() if name not in done]
    network, config = trained_alpha(runs.folder(variant, seed))
    kind = _roughened(config.guidance)
    for name in missing:
        photograph = _photograph(pictures, name)
        rng = np.random.default_rng((SEED, crc32(name.encode())))
        trimap = small_trimap(photograph.alpha)
        errors = errors_of(network, photograph, kind, rng, trimap=trimap, metrics=METRICS)
        lines.add(picture=name, family=photograph.family, kind=KIND, errors=errors)
    print(f"{variant}-{seed}: judged on {len(missing)} more", flush=True)


def _roughened(settings: GuidanceSettings) -> GuidanceKind:
    def make(alpha: Alpha, _: Trimap, rng: np.random.Generator) -> Alpha:
        return guidance_of(alpha, KIND, rng, settings=settings)

    return GuidanceKind(KIND, "a coarse map as in training", make)


def _runs(options: argparse.Namespace) -> AblationRuns:
    return AblationRuns(options.out, tuple(options.seeds), SCENE)


def _pictures(options: argparse.Namespace) -> Pictures:
    count = options.count
    return Pictures(
        SCENE, count, 0, people=count, recomposed=options.people, backgrounds=options.backgrounds
    )


@lru_cache(maxsize=1000)
def _photograph(pictures: Pictures, name: str) -> Photograph:
    return pictures.picture(name)


def _print_tables(options: argparse.Namespace) -> None:
    found: dict[str, dict] = {}
    names = _pictures(options).names()
    seeds = ", ".join(map(str, options.seeds))
    for key, (place, kinds) in product(options.tables, PLACES.items()):
        ablation = ABLATIONS[key]
        mine = [name for name in names if name.startswith(kinds)]
        made = _runs(options).table(ablation.rows, mine, COLUMNS, kind=KIND, pairs=ablation.pairs)
        if made is None or not made[0].steps:
            continue
        table, count = made
        print(f"\n{ablation.title}: {place}, {count} of {SCENE}², seeds {seeds}")
        print("\n".join(table.lines()))
        found[f"{key}, {place}"] = {"photographs": count, "seeds": options.seeds, **table.as_dict()}
    path = options.out / "table.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
