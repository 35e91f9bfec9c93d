"""GAN inversion: the latent codes that make a picture, w of each layer first, then the noise.

Source: Abdal, Qin, Wonka, "Image2StyleGAN++", 2020 (W+, then N, one after the other); start,
jitter, rates and the noise's regulariser as in the projector of Karras et al., "Analyzing and
Improving the Image Quality of StyleGAN", 2020, appendix D.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from engine.enhance.cache import Cache, key_of
from engine.enhance.descent import Descent, Keeping, descend, optimiser_of, rate_at
from engine.enhance.latent import LatentCodes, mean_style, psnr, self_correlation
from engine.enhance.objective import Features, consistency, perceptual
from engine.enhance.settings import InversionSettings
from engine.jobs.context import NOBODY, JobContext, SubContext
from engine.models.stylegan2 import Generator, Synthesis

W_SHARE = 0.6
"""Of the progress."""


@dataclass(frozen=True, eq=False)
class Inverted:
    """A picture's codes and how well they make it.

    Attributes:
        codes: w0 and n0.
        psnr_w: decibels after W+.
        psnr: decibels after N.
        curves: each term's values, those of N's stage named "noise: …".
        from_cache: nothing was computed.
    """

    codes: LatentCodes
    psnr_w: float
    psnr: float
    curves: dict[str, tuple[float, ...]] = field(default_factory=dict)
    from_cache: bool = False


def invert(
    generator: Generator,
    target: Tensor,
    settings: InversionSettings = InversionSettings(),
    *,
    features: Features | None = None,
    cache: Cache | None = None,
    key: tuple[str, ...] = (),
    ctx: JobContext = NOBODY,
) -> Inverted:
    """Find the codes of a picture. Runs outside of inference mode, whatever thread calls.

    Args:
        generator: frozen, in evaluation mode.
        target: 1×3×S×S in [0, 1] on the generator's device; S is its resolution.
        settings: steps and rates.
        features: of the perceptual term; None leaves it out.
        cache: where results and half-done work are kept.
        key: names of what else the result depends on: generator's weights, feature network.
        ctx: progress and cancel.

    Raises:
        Cancelled: when asked to stop; the next go begins there.
    """
    name = key_of("inversion", settings, key, pixels=target.detach().cpu().numpy())
    found = None if cache is None else cache.get(name)
    if found is not None:
        return _kept(*found, device=target.device)
    with torch.inference_mode(False), torch.enable_grad():
        return _inverted(generator, target.clone(), settings, features, cache, name, ctx)


def _inverted(
    generator: Generator,
    target: Tensor,
    settings: InversionSettings,
    features: Features | None,
    cache: Cache | None,
    name: str,
    ctx: JobContext,
) -> Inverted:
    wanted = None if features is None else features(target).detach()

    def terms(picture: Tensor) -> dict[str, Tensor]:
        found = {"pixels": settings.pixels * consistency(picture, target)}
        if features is not None and settings.perceptual > 0 and wanted is not None:
            seen = features(picture.clamp(0, 1))
            found["perceptual"] = settings.perceptual * perceptual(seen, wanted)
        return found

    start = _start(generator, settings)
    stage = _Stage(generator.synthesis, settings, terms, cache, name)
    codes, first = stage.styles(start, SubContext(ctx, 0.0, W_SHARE))
    with torch.no_grad():
        psnr_w = psnr(codes.picture(generator.synthesis), target)
    codes, second = stage.noises(codes, SubContext(ctx, W_SHARE, 1.0))
    with torch.no_grad():
        found = psnr(codes.picture(generator.synthesis), target)
    curves = {**first, **{f"noise: {term}": values for term, values in second.items()}}
    result = Inverted(codes, psnr_w, found, curves)
    if cache is not None:
        notes = {"psnr_w": psnr_w, "psnr": found, "curves": curves}
        cache.put(name, codes.named(), notes)
        stage.forget()
    return result


@dataclass(frozen=True)
class _Start:
    codes: LatentCodes
    deviation: float


def _start(generator: Generator, settings: InversionSettings) -> _Start:
    """The mean w at each layer, and the generator's own noise."""
    style = mean_style(generator.mapping, settings, latent=generator.size.latent)
    ws = style.mean.expand(1, generator.num_ws, -1).clone()
    buffers = dict(generator.synthesis.named_buffers())
    own = [value for name, value in buffers.items() if name.endswith("noise_const")]
    noise = tuple(plane.detach().clone()[None, None] for plane in own)
    return _Start(LatentCodes(ws, noise), style.deviation)


@dataclass(frozen=True)
class _Stage:
    """Both stages of an inversion."""

    synthesis: Synthesis
    settings: InversionSettings
    terms: Callable[[Tensor], dict[str, Tensor]]
    cache: Cache | None
    name: str

    def styles(
        self, start: _Start, ctx: JobContext
    ) -> tuple[LatentCodes, dict[str, tuple[float, ...]]]:
        settings, noise = self.settings, start.codes.noise
        ws = start.codes.ws.requires_grad_()

        def terms(step: int) -> dict[str, Tensor]:
            moved = ws + _jitter(ws, step, settings) * start.deviation
            return self.terms(LatentCodes(moved, noise).picture(self.synthesis))

        curves = self._descend({"w": ws}, terms, settings.w_steps, settings.w_rate, ctx, "Finding")
        return replace(start.codes, ws=ws.detach()), curves

    def noises(
        self, codes: LatentCodes, ctx: JobContext
    ) -> tuple[LatentCodes, dict[str, tuple[float, ...]]]:
        settings = self.settings
        noise = tuple(plane.clone().requires_grad_() for plane in codes.noise)
        found = LatentCodes(codes.ws, noise)

        def terms(step: int) -> dict[str, Tensor]:
            regular = settings.noise_regularisation * self_correlation(noise)
            return {**self.terms(found.picture(self.synthesis)), "regularisation": regular}

        planes = {name: plane for name, plane in found.named().items() if name != "w"}
        steps, rate = settings.noise_steps, settings.noise_rate
        curves = self._descend(planes, terms, steps, rate, ctx, "Finding noise:")
        return LatentCodes(codes.ws, tuple(plane.detach() for plane in noise)), curves

    def forget(self) -> None:
        """Drop what was kept half-way."""
        if self.cache is not None:
            for stage in ("w", "noise"):
                self.cache.drop(self._key(stage))

    def _descend(
        self,
        parameters: dict[str, Tensor],
        terms: Callable[[int], dict[str, Tensor]],
        steps: int,
        highest: float,
        ctx: JobContext,
        title: str,
    ) -> dict[str, tuple[float, ...]]:
        settings = self.settings
        descent = Descent(parameters, optimiser_of(parameters, rate=highest))
        stage = "w" if "w" in parameters else "noise"
        keeping = None if self.cache is None else Keeping(self.cache, self._key(stage), every=200)
        descend(
            descent,
            terms,
            steps=steps,
            rate=lambda step: rate_at(step, steps, highest, rise=settings.rise, fall=settings.fall),
            after=lambda: _renormalised(parameters) if settings.renormalise else None,
            keeping=keeping,
            title=title,
            ctx=ctx,
        )
        return {name: tuple(values) for name, values in descent.curves.items()}

    def _key(self, stage: str) -> str:
        return f"{self.name}-{stage}"


def _jitter(ws: Tensor, step: int, settings: InversionSettings) -> Tensor:
    """Normal noise times its share of w's deviation at a step; each step has its own seed."""
    at = step / max(1, settings.w_steps)
    share = settings.jitter * max(0.0, 1 - at / settings.jitter_until) ** 2
    rng = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
    return torch.randn(ws.shape, generator=rng).to(ws) * share


@torch.no_grad()
def _renormalised(parameters: Mapping[str, Tensor]) -> None:
    for name, plane in parameters.items():
        if name != "w":
            plane.sub_(plane.mean())
            plane.mul_(plane.square().mean().clamp_min(1e-12).rsqrt())


def _kept(
    tensors: Mapping[str, Tensor], notes: Mapping[str, object], *, device: torch.device
) -> Inverted:
    codes = LatentCodes.of({name: tensor.to(device) for name, tensor in tensors.items()})
    curves = notes["curves"]
    curves = curves if isinstance(curves, dict) else {}
    return Inverted(
        codes,
        float(str(notes["psnr_w"])),
        float(str(notes["psnr"])),
        {name: tuple(values) for name, values in curves.items()},
        from_cache=True,
    )
