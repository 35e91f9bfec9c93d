"""The enhancement of one portrait as a frozen, callable snapshot, and whether it can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.device import Compute
from engine.enhance.cache import Cache
from engine.enhance.portrait import enhance_portrait, find_alignment
from engine.enhance.result import Enhanced
from engine.enhance.settings import DEFAULT, EnhanceSettings, ModelChoice
from engine.errors import UserError
from engine.imaging.types import Alpha, Image, Rect
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.matting.methods import METHODS
from engine.models.manifest import WeightsRow
from engine.models.registry import MODELS
from engine.models.sources import FACE_GENERATOR, VGG16
from engine.models.weights import all_weights, find_weights, user_folder

OUR_GENERATOR = "portrait_small"
FOUND = 0.02
"""Share of the progress after which the square is found."""


def never() -> bool:
    """Nobody stops it."""
    return False


@dataclass(frozen=True, eq=False)
class EnhanceRequest:
    """Everything one enhancement depends on.

    Attributes:
        image: the photograph.
        models: which networks.
        settings: how.
        box: around head and hair; None looks for a face or a head.
        mask: H×W, for a matting network that was trained with masks alone.
        compute: where networks run.
        stop: asked before each step; True ends there, and the best so far is the result.
        cache: of inversions and half-done work; None keeps nothing.
    """

    image: Image
    models: ModelChoice = field(default_factory=ModelChoice)
    settings: EnhanceSettings = DEFAULT
    box: Rect | None = None
    mask: Alpha | None = None
    compute: Compute = field(default_factory=Compute)
    stop: Callable[[], bool] = never
    cache: Cache | None = field(default_factory=Cache)

    def __call__(self, ctx: JobContext = NOBODY) -> Enhanced:
        """Run it.

        Raises:
            UserError: if weights are missing, there is nobody in the picture, or the reference
                model is none that a portrait can be enhanced for.
            Cancelled: when asked to stop; what was done is kept in the cache.
        """
        check_enhancing(self.models, self.settings)
        ctx.progress(0.0, "Finding the head")
        alignment = find_alignment(
            self.image,
            generator=self.models.generator,
            box=self.box,
            compute=self.compute,
            ctx=SubContext(ctx, 0.0, FOUND),
        )
        return enhance_portrait(
            self.image,
            alignment,
            models=self.models,
            settings=self.settings,
            mask=self.mask,
            compute=self.compute,
            cache=self.cache,
            stop=self.stop,
            ctx=SubContext(ctx, FOUND, 1.0),
        )


def check_enhancing(models: ModelChoice, settings: EnhanceSettings = DEFAULT) -> None:
    """Find out whether all weights are there; doesn't import torch, but for a program of the user.

    Raises:
        UserError: that names each file that is missing, whose it is, its licence, and how it gets
            here.
    """
    missing = tuple(missing_weights(models, settings))
    if missing:
        raise UserError(
            f"This enhancement lacks {_listed(tuple(what for what, _ in missing))}.",
            remedy="\n" + "\n".join(dict.fromkeys(remedy for _, remedy in missing)),
        )


def missing_weights(
    models: ModelChoice, settings: EnhanceSettings = DEFAULT
) -> Iterator[tuple[str, str]]:
    """What is not on this machine: what it is for and its name, and what to do about it."""
    if not _is_here(models.generator):
        yield f"the generator {models.generator!r}", _generator_remedy(models.generator)
    if _has_composition(models, settings) and not _is_here(models.critic):
        yield f"the discriminator {models.critic!r}", _generator_remedy(models.generator)
    if not _is_here(models.trimap):
        yield f"the trimap network {models.trimap!r}", _own_remedy(models.trimap, "trimap")
    yield from _missing_reference(models)
    yield from _missing_features(settings)


def advice(models: ModelChoice) -> str:
    """What would do better than our small generator, where no other is here; else nothing."""
    if models.generator != OUR_GENERATOR or set(generators()) != {OUR_GENERATOR}:
        return ""
    return (
        f"{OUR_GENERATOR} draws faces of few pixels, so its change is coarse. Finer ones:\n"
        f"{FACE_GENERATOR}"
    )


def generators() -> tuple[str, ...]:
    """Names of the weights on this machine that a portrait can be enhanced with (no torch)."""
    return _named(_finds_photographs)


def trimap_networks() -> tuple[str, ...]:
    """Names of the trimap networks' weights on this machine; doesn't import torch."""
    return _named(lambda row: _kind(row) == "trimap")


def _named(wanted: Callable[[WeightsRow], bool]) -> tuple[str, ...]:
    found = {each.row.model: each.row for each in reversed(all_weights()) if each.path.is_file()}
    return tuple(name for name, row in sorted(found.items()) if wanted(row))


def _kind(row: WeightsRow) -> str:
    known = MODELS.get(row.network or row.model)
    return "" if known is None else known.kind


def _finds_photographs(row: WeightsRow) -> bool:
    known = MODELS.get(row.network or row.model)
    return known is not None and known.finds_photographs


def _is_here(name: str) -> bool:
    try:
        find_weights(name)
    except UserError:
        return False
    return True


def _has_composition(models: ModelChoice, settings: EnhanceSettings) -> bool:
    """Whether a discriminator is asked: a black box has no compositional term."""
    black_box = models.reference in METHODS or Path(models.reference).suffix == ".onnx"
    return settings.weights.composition > 0 and not black_box


def _missing_reference(models: ModelChoice) -> Iterator[tuple[str, str]]:
    name = models.reference
    if name in METHODS or _is_here(name):
        return
    if Path(name).suffix:
        from engine.enhance.programs import is_trusted, program_kind

        kind, path = program_kind(name), Path(name).expanduser()
        if kind is not None and not path.is_file():
            yield f"the reference model's file {name}", "Say where the file is."
        elif kind == "script" and not (models.trusted or is_trusted(path)):
            yield (
                f"your trust in {name}",
                "A TorchScript file is a program of its maker; it was not run. If you trust who "
                "made it, say --trust-program. ONNX files need no trust.",
            )
        if kind is not None:
            return
    known = ", ".join([*METHODS, *_named(lambda row: _kind(row) == "matting")])
    yield f"the reference model {name!r}", f"Matting models here: {known}; or an .onnx file."


def _missing_features(settings: EnhanceSettings) -> Iterator[tuple[str, str]]:
    chosen = settings.features
    if settings.weights.perceptual == 0 and settings.inversion.perceptual == 0:
        return
    if chosen.name == "vgg16":
        if not chosen.file or not Path(chosen.file).expanduser().is_file():
            yield "VGG-16 for the perceptual term", f"{VGG16}\nOr say --features person_small."
    elif not _is_here(chosen.name):
        yield (
            f"the perceptual term's network {chosen.name!r}",
            "Name a segmenter's weights with --features, such as person_small.",
        )


def _generator_remedy(name: str) -> str:
    here = [known for known in generators() if known != name]
    choose = f"Generators here: {', '.join(here)}.\n" if here else ""
    own = "" if name != OUR_GENERATOR else f"{_own_remedy(name, 'stylegan2')}\n"
    return f"{choose}{own}{FACE_GENERATOR}\nWeights are kept in {user_folder()}."


def _own_remedy(name: str, recipe: str) -> str:
    return (
        f"Train {name} with 'matte-train run {recipe}' and 'matte-train export', then "
        f"'matte models add {name}.safetensors'."
    )


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
