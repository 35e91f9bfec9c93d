"""The table of recipes. A new one is a file in this package, its configs beside it, and a row.

A recipe file has `class Config(RunConfig)` and `build(config: Config) -> Setup`, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType


@dataclass(frozen=True)
class RecipeSpec:
    """A row of the table of recipes.

    Attributes:
        name: what people type; also the start of its configs' file names.
        title: for lists.
        summary: one line for people.
        module: where it is, such as `trainer.recipes.mg_matting`.
        configs: the named configs beside the module, `NAME.CONFIG.toml`.
    """

    name: str
    title: str
    summary: str
    module: str
    configs: tuple[str, ...] = ("paper", "default", "smoke")

    def load(self) -> ModuleType:
        """Import the recipe, and torch with it."""
        return import_module(self.module)


_ROWS = (
    RecipeSpec(
        name="mg_matting",
        title="Mask-guided matting",
        summary="A matte from a photograph and any guidance, refined progressively.",
        module="trainer.recipes.mg_matting",
        configs=("paper", "paper_rwp", "default", "masks", "smoke"),
    ),
    RecipeSpec(
        name="mg_foreground",
        title="Foreground colours",
        summary="The subject's own colours from a photograph and its matte.",
        module="trainer.recipes.mg_foreground",
    ),
    RecipeSpec(
        name="pomagan_segmentation",
        title="Person segmentation",
        summary="Where the person is, from the photograph alone; against discriminators.",
        module="trainer.recipes.pomagan_segmentation",
        configs=("paper", "default", "adversarial", "smoke"),
    ),
    RecipeSpec(
        name="pomagan_alpha",
        title="Alpha generation",
        summary="A matte from a photograph and a coarse map; against discriminators.",
        module="trainer.recipes.pomagan_alpha",
    ),
    RecipeSpec(
        name="stylegan2",
        title="StyleGAN2",
        summary="Portraits from random numbers, with path lengths, R1 and adaptive augmentation.",
        module="trainer.recipes.stylegan2",
    ),
    RecipeSpec(
        name="stylematte",
        title="StyleMatte",
        summary="A matte from the photograph alone, by a transformer, in three phases.",
        module="trainer.recipes.stylematte",
    ),
    RecipeSpec(
        name="stylemattegan",
        title="StyleMatteGAN",
        summary="Portraits with their mattes from random numbers, by StyleGAN3.",
        module="trainer.recipes.stylemattegan",
        configs=("paper", "paper_animals", "released", "default", "smoke"),
    ),
    RecipeSpec(
        name="trimap",
        title="Trimap model",
        summary="Background, unknown or person at each pixel, learnt from alpha mattes.",
        module="trainer.recipes.trimap",
    ),
)
RECIPES: dict[str, RecipeSpec] = {spec.name: spec for spec in _ROWS}
