"""What a run is told: blocks of checked values from a TOML file and `--set`.

Files are sparse: what they leave out keeps the default of the recipe's `Config`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from engine.errors import UserError
from trainer.config_errors import describe, nearest
from trainer.recipes import RECIPES, RecipeSpec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_OFF = (False, 0, "off", "none")
_BARE_WORD = re.compile(r"[A-Za-z_~./][\w~./:-]*|\d+[A-Za-z_][\w.-]*")


def _off_is_none(value: Any) -> Any:
    """TOML has no null."""
    return None if value in _OFF else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Precision = Annotated[Literal["32", "bf16", "fp16"], BeforeValidator(_as_text)]
Clip = Annotated[
    Literal["dynamic"] | Annotated[float, Field(gt=0)] | None, BeforeValidator(_off_is_none)
]
Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]


class Block(BaseModel):
    """A table of a config; an unknown key in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Schedule(Block):
    """How the learning rate goes: linear warm-up to the peak, then down.

    Attributes:
        warm_up: steps until the peak.
        shape: after the warm-up, a half cosine to `floor`, or the peak to the end.
        floor: share of the peak that is left at the end.
    """

    warm_up: Whole = 0
    shape: Literal["cosine", "constant"] = "cosine"
    floor: Annotated[float, Field(ge=0, le=1)] = 0.0


class HalfLife(Block):
    """A moving average by images, whatever the batch (Karras et al., 2018; ADA's code).

    Attributes:
        half_life: after so many images half of the average is new.
        ramp_up: at first the half-life is this share of the images seen so far; "off" does
            without.
    """

    half_life: Annotated[float, Field(gt=0)]
    ramp_up: Annotated[Annotated[float, Field(gt=0)] | None, BeforeValidator(_off_is_none)] = 0.05


Average = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | HalfLife | None, BeforeValidator(_off_is_none)
]


class Learning(Block):
    """Adam's settings.

    Attributes:
        rate: at the peak.
        betas: of the averages of gradient and square.
    """

    rate: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.999)


class Card(Block):
    """What an exported file's row in the list of weights says.

    Attributes:
        licence: in words or as an SPDX name.
        data: what it was trained on.
    """

    licence: str = "not stated"
    data: str = ""


class RunConfig(Block):
    """What every recipe is told; a recipe's `Config` adds its own blocks.

    Attributes:
        steps: optimiser steps of the whole run.
        global_batch: samples in a step, over all processes; the result depends on it.
        micro_batch: samples in memory at once in one process, or None for no limit; how often
            gradients are accumulated follows from it. A loss is normalised in each such piece, so
            this changes the result a little where a loss has a mask.
        seed: of weights, samples and everything random.
        workers: processes that make samples for each training process; 0 makes them in it.
        prefetch: pieces that each worker makes ahead.
        precision: of the networks' arithmetic; fp16 with a gradient scaler.
        loss_scale: of the gradient scaler at the start; it adapts.
        channels_last: memory layout of images.
        freeze_norm: normalisation uses its stored statistics and doesn't change them.
        schedule: of the learning rates.
        ema: decay of the averaged weights, lower in the first steps; or a table with their
            half-life; or "off".
        clip: "dynamic" (twice the moving average of the gradient's norm, decay 0.999), the
            greatest norm, or "off".
        validate_every: steps between validations; 0 is never.
        checkpoint_every: steps between checkpoints; there is one at the end in any case.
        keep: how many of the newest checkpoints stay, beside the best weights.
        log_every: steps between lines of the log.
        bad_steps: after so many steps in a row without a finite loss and gradient, stop.
        card: for exported weights.
    """

    FREE: ClassVar[frozenset[str]] = frozenset(
        {"micro_batch", "precision", "workers", "prefetch", "keep", "bad_steps", "card"}
        | {"validate_every", "checkpoint_every", "log_every"}
    )
    """What may differ when a run is resumed."""

    steps: Count
    global_batch: Count
    micro_batch: Count | None = None
    seed: Whole = 0
    workers: Whole = 0
    prefetch: Count = 4
    precision: Precision = "32"
    loss_scale: Annotated[float, Field(gt=0)] = 65536.0
    channels_last: bool = True
    freeze_norm: bool = False
    schedule: Schedule = Schedule()
    ema: Average = None
    clip: Clip = "dynamic"
    validate_every: Whole = 0
    checkpoint_every: Count = 1000
    keep: Count = 2
    log_every: Count = 50
    bad_steps: Count = 25
    card: Card = Card()


B = TypeVar("B", bound=Block)


class Loaded(NamedTuple):
    """A recipe and its config, checked."""

    spec: RecipeSpec
    module: ModuleType
    config: RunConfig
    name: str


def find_recipe(name: str) -> RecipeSpec:
    """The row of a recipe.

    Raises:
        UserError: that names the nearest one.
    """
    if name not in RECIPES:
        raise UserError(f"There is no recipe {name!r}{nearest(name, RECIPES)}.")
    return RECIPES[name]


def load_run(recipe: str, config: str | Path, overrides: Sequence[str] = ()) -> Loaded:
    """A recipe's module with the config that it is to be run with (imports torch).

    Args:
        recipe: a name of `RECIPES`.
        config: a named config of the recipe, or a TOML file.
        overrides: `a.b=c`, where c is a TOML value (a bare word is a string).

    Raises:
        UserError: with all mistakes at once; an unknown key comes with the nearest known one.
    """
    spec = find_recipe(recipe)
    module = spec.load()
    path = config_file(spec, module, config)
    found = checked(module.Config, path, overrides, of=recipe)
    return Loaded(spec, module, found, str(config) if config in spec.configs else path.stem)


def checked(schema: type[B], path: Path, overrides: Sequence[str] = (), *, of: str) -> B:
    """What a TOML file says, with changes.

    Args:
        schema: of the whole file.
        path: of the file.
        overrides: as of `load_run`.
        of: whose config it is, for people.

    Raises:
        UserError: as `load_run`.
    """
    values, mistakes = read_toml(path), []
    for override in overrides:
        mistakes += _override(values, override)
    try:
        found = schema.model_validate(values)
    except ValidationError as error:
        mistakes += describe(error, schema)
    if mistakes:
        listed = "".join(f"\n  {mistake}" for mistake in mistakes)
        raise UserError(f"The config of {of} has mistakes:{listed}", path=path)
    return found


def load_config(recipe: str, config: str | Path, overrides: Sequence[str] = ()) -> RunConfig:
    """Only the config of `load_run`, an instance of the recipe's `Config`."""
    return load_run(recipe, config, overrides).config


def has_key(config: RunConfig, key: str) -> bool:
    """Whether a config has a value other than None at `a.b`."""
    value: object = config
    for part in key.split("."):
        value = getattr(value, part, None)
    return value is not None


def config_file(spec: RecipeSpec, module: ModuleType, config: str | Path) -> Path:
    """Where a config is.

    Raises:
        UserError: if it is neither a named one nor a file.
    """
    if str(config) in spec.configs and module.__file__ is not None:
        return Path(module.__file__).with_name(f"{spec.name}.{config}.toml")
    path = Path(config).expanduser()
    if not path.is_file():
        known = ", ".join(spec.configs)
        raise UserError(
            f"{str(config)!r} is neither a config of {spec.name} nor a file.",
            remedy=f"Its configs are {known}.",
        )
    return path


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        UserError: if it cannot be read or parsed.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The config cannot be read ({error}).", path=path) from error


def _override(values: dict[str, Any], text: str) -> list[str]:
    """Put one `--set` into `values`; the mistakes in it."""
    key, equals, value = text.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not equals or not all(parts):
        return [f"--set {text}: it must look like block.key=value"]
    parsed = _value(value.strip())
    if "value" not in parsed:
        return [f"--set {text}: {value.strip()!r} is no TOML value; quote text with \" or '"]
    table = values
    for part in parts[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return [f"--set {text}: {part} is a value and holds no {parts[-1]}"]
        table = inner
    table[parts[-1]] = parsed["value"]
    return []


def _value(text: str) -> Mapping[str, Any]:
    """The value under the key "value", or nothing."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except ValueError:
        return {"value": text} if _BARE_WORD.fullmatch(text) else {}
    return parsed if set(parsed) == {"value"} else {}
