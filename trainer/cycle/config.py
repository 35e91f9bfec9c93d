"""What a cycle is told: a TOML file and `--set`, as for a recipe's run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from engine.errors import UserError
from trainer.config import Block, Count, Whole, checked, load_run
from trainer.network_start import Weights

CONFIGS = ("default", "smoke")
MATTING_RECIPE, GENERATOR_RECIPE = "stylematte", "stylemattegan"
Settings = dict[str, Any]


def _off_is_none(value: Any) -> Any:
    return None if value in ("off", "none", False) else value


class Training(Block):
    """One training with a recipe.

    Attributes:
        config: a named one of the recipe, or a TOML file.
        settings: what is changed about it, as tables.
    """

    config: str = "default"
    settings: Settings = {}  # noqa: RUF012 - pydantic copies defaults


class First(Training):
    """StyleMatte before the first round.

    Attributes:
        weights: those of a StyleMatte that is there already, in place of a training: a file, a
            run's folder, or a name of the list of weights.
    """

    weights: Weights = ""


class Photographs(Block):
    """Of whom portraits are learnt.

    Attributes:
        source: a folder of photographs, a data set, or "heads" or "portraits", which are drawn.
        split: of a data set.
        count: how many are drawn; of a folder or data set at most so many, 0 is all.
        side: of drawn ones in pixels.
    """

    source: str = "heads"
    split: str = ""
    count: Whole = 0
    side: Count = 128


class Portraits(Block):
    """Which photographs become portraits with mattes, as of `matte-train prepare rgba`.

    Attributes:
        domain: what the subjects are.
        segmenter: finds them; empty is the domain's own.
        annotations: finds them in place of a segmenter, a file in COCO's format.
        epsilon: ε of equation 4.
        threshold: t of equation 4.
        covered: shares of the photograph between which the matte must cover.
        least: with fewer portraits than these, the cycle ends.
    """

    domain: str = "person"
    segmenter: str = ""
    annotations: Path | None = None
    epsilon: float = 0.1
    threshold: float = 0.1
    covered: tuple[float, float] = (0.02, 0.98)
    least: Count = 2


class Generator(Block):
    """StyleMatteGAN.

    Attributes:
        first: against D4.
        second: against D3 and D4, from the weights of the first; "off" does without.
        goes_on: from the second round on, the first begins with the generator of the round before.
        later: what is changed about the first in these rounds.
    """

    first: Training = Training()
    second: Annotated[Training | None, BeforeValidator(_off_is_none)] = Training()
    goes_on: bool = True
    later: Settings = {}  # noqa: RUF012 - pydantic copies defaults


class Synthetic(Block):
    """Synthetic portraits with mattes, as of `matte-train generate stylemattegan`.

    Attributes:
        count: of a round, with those that give no sample.
        psi: truncation, or the "schedule" of section 4.2.
        shift: farthest that a portrait is moved each way, of its side.
        degrees: farthest that it is turned.
    """

    count: Count = 5000
    psi: Literal["schedule"] | Annotated[float, Field(ge=-1, le=1)] = "schedule"
    shift: float = 0.05
    degrees: float = 10.0


class Evaluation(Block):
    """What StyleMatte is judged on before the first round and after each, by profile `p3m`.

    Attributes:
        sets: data sets, NAME or NAME:SPLIT, or "heads" and "portraits" that are drawn and of a
            kind that none of the training is.
        count: of each set at most so many; 0 is all of a data set.
        side: of drawn ones in pixels.
        long_side: larger photographs are scaled down to this; "off" leaves them.
        shown: how many of each are on its sheet.
    """

    sets: tuple[str, ...] = ("heads", "portraits")
    count: Whole = 0
    side: Count = 128
    long_side: Annotated[Count | None, BeforeValidator(_off_is_none)] = None
    shown: Count = 6


class Config(Block):
    """Everything about a cycle.

    Attributes:
        rounds: how many.
        seed: of what is drawn; a training has its own.
        tuning: StyleMatte in each round, from the weights of the one before. The data set
            "synthetic" is what was made in this round.
    """

    rounds: Count = 2
    seed: Whole = 0
    photographs: Photographs = Photographs()
    stylematte: First = First()
    portraits: Portraits = Portraits()
    generator: Generator = Generator()
    synthetic: Synthetic = Synthetic()
    tuning: Training = Training()
    evaluation: Evaluation = Evaluation()


def load_cycle(config: str, overrides: Sequence[str] = ()) -> Config:
    """A cycle's config, and see that recipes understand what it has for them.

    Args:
        config: one of `CONFIGS`, or a TOML file.
        overrides: as of `trainer.config.load_run`.

    Raises:
        UserError: with the mistakes.
    """
    found = checked(Config, _file(config), overrides, of="the cycle")
    for recipe, training, more in _trainings(found):
        load_run(recipe, training.config, as_sets(training.settings) + as_sets(more))
    return found


def as_sets(settings: Mapping[str, Any], *, before: str = "") -> list[str]:
    """Settings as `--set` takes them, a line for each value that is no table."""
    found: list[str] = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found += as_sets(value, before=f"{before}{key}.")
        else:
            found.append(f"{before}{key}={json.dumps(value)}")
    return found


def _trainings(config: Config) -> list[tuple[str, Training, Settings]]:
    generator = config.generator
    found: list[tuple[str, Training, Settings]] = [
        (MATTING_RECIPE, config.stylematte, {}),
        (MATTING_RECIPE, config.tuning, {}),
        (GENERATOR_RECIPE, generator.first, {}),
        (GENERATOR_RECIPE, generator.first, generator.later),
    ]
    return [*found, *([(GENERATOR_RECIPE, generator.second, {})] if generator.second else [])]


def _file(config: str) -> Path:
    if config in CONFIGS:
        return Path(__file__).with_name(f"cycle.{config}.toml")
    path = Path(config).expanduser()
    if not path.is_file():
        raise UserError(
            f"{config!r} is neither a config of the cycle nor a file.",
            remedy=f"Its configs are {', '.join(CONFIGS)}.",
        )
    return path
