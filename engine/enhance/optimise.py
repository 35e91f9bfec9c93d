"""Algorithm 1 without its inversion: codes of a portrait are changed until mattes are easy.

Source: paper 002, algorithm 1 and equation 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.enhance.cache import Cache
from engine.enhance.descent import TOTAL, Descent, Keeping, descend, optimiser_of
from engine.enhance.latent import LatentCodes
from engine.enhance.objective import Objective
from engine.enhance.settings import EnhanceSettings, Mode
from engine.jobs.context import NOBODY, JobContext
from engine.models.refinement import clamped
from engine.models.stylegan2 import Synthesis

SMOOTHED = 10
"""Steps whose mean total says which codes are the best: backgrounds are drawn anew at each."""
_FOREGROUND = "foreground"


@dataclass(frozen=True, eq=False)
class Optimised:
    """Where the descent ended.

    Attributes:
        codes: w* and n*; the best so far if it was stopped.
        picture: what the terms judge at them, 1×3×W×W in [0, 1].
        curves: each weighted term at each step.
        steps: that were made.
        complete: all of them.
    """

    codes: LatentCodes
    picture: Tensor
    curves: dict[str, tuple[float, ...]]
    steps: int
    complete: bool


class Shown:
    """From codes to the picture that is judged and comes back.

    Args:
        synthesis: of the generator.
        start: w0 and n0.
        original: 1×3×W×W in [0, 1]; None where the generator's picture is all there is.
        side: W, of the pictures that are judged; the generator's are enlarged to it.
        mode: "change" adds what the generator's picture has changed to the original; "plain" takes
            the generator's picture.
    """

    def __init__(
        self,
        synthesis: Synthesis,
        start: LatentCodes,
        original: Tensor | None,
        *,
        mode: Mode,
        side: int,
    ) -> None:
        self._synthesis, self._side = synthesis, side
        self._beneath: Tensor | None = None
        if mode == "change" and original is not None:
            with torch.no_grad():
                self._beneath = original - self._made(start)

    def __call__(self, codes: LatentCodes) -> Tensor:
        """1×3×W×W in [0, 1]; the gradient passes where it is cut to that."""
        made = self._made(codes)
        return clamped(made if self._beneath is None else self._beneath + made)

    def _made(self, codes: LatentCodes) -> Tensor:
        made, side = codes.picture(self._synthesis), self._side
        if made.shape[-1] == side:
            return made
        return F.interpolate(made, size=(side, side), mode="bicubic", align_corners=False)


def optimise(
    synthesis: Synthesis,
    start: LatentCodes,
    objective: Objective,
    settings: EnhanceSettings,
    *,
    cache: Cache | None = None,
    key: str = "",
    stop: Callable[[], bool] = lambda: False,
    ctx: JobContext = NOBODY,
) -> Optimised:
    """Change codes along the gradient of equation 2. Runs outside of inference mode.

    Args:
        synthesis: of the generator, frozen.
        start: w0 and n0: found by inversion, or drawn.
        objective: the terms; knows the original.
        settings: steps, rate, decay, and which codes change.
        cache: where half-done work is kept.
        key: says what all of it depends on; see `engine.enhance.cache.key_of`.
        stop: asked before each step; True ends with the best so far.
        ctx: progress and cancel.

    Raises:
        Cancelled: when asked to stop; the next go with the same key begins there.
    """
    with torch.inference_mode(False), torch.enable_grad():
        first = {name: tensor.detach().clone() for name, tensor in start.named().items()}
        shown = Shown(
            synthesis,
            LatentCodes.of(first),
            objective.original,
            mode=settings.mode,
            side=settings.working_side(synthesis.size.resolution),
        )
        moving = _moving(first, settings)
        optimiser = optimiser_of(
            moving, rate=settings.rate, decay=settings.decay, kind=settings.optimiser
        )
        descent = Descent(moving, optimiser)
        keeping = None if cache is None else _keeping(cache, key, settings, objective)
        complete = descend(
            descent,
            lambda step: objective(shown(LatentCodes.of({**first, **moving})), step),
            steps=settings.steps,
            score=lambda found: _mean(descent.curves[TOTAL][-SMOOTHED:]),
            keeping=keeping,
            stop=stop,
            title="Enhancing:",
            ctx=ctx,
        )
        best = moving if complete else descent.best
        codes = LatentCodes.of({**first, **_apart(best)})
        if complete and cache is not None:
            cache.drop(key)
        with torch.no_grad():
            picture = shown(codes)
    curves = {name: tuple(values) for name, values in descent.curves.items()}
    return Optimised(codes, picture, curves, descent.step, complete)


def _moving(codes: Mapping[str, Tensor], settings: EnhanceSettings) -> dict[str, Tensor]:
    """The codes that change, as leaves."""
    wanted = {"both": ("w", "noise"), "w": ("w",), "noise": ("noise",)}[settings.codes]
    return {
        name: tensor.clone().requires_grad_()
        for name, tensor in codes.items()
        if name.split(".")[0] in wanted
    }


def _keeping(cache: Cache, key: str, settings: EnhanceSettings, objective: Objective) -> Keeping:
    def more() -> dict[str, Tensor]:
        found = objective.foreground
        return {} if found is None else {_FOREGROUND: found}

    def restore(tensors: Mapping[str, Tensor]) -> None:
        if _FOREGROUND in tensors:
            objective.foreground = tensors[_FOREGROUND].to(objective.device)

    return Keeping(cache, key, settings.kept_every, more, restore)


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
