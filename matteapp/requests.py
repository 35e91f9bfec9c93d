"""What the window asks of the engine thread besides the steps of a cut: files and pictures.

Each is a frozen snapshot of its inputs. The engine's rooms are imported when it runs, over there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from engine.device import Compute
from engine.document.enhancement import Enhancement
from engine.document.planes import Plane
from engine.document.project_file import SUFFIX, load_project, save_project
from engine.document.snapshot_file import load_snapshots
from engine.document.snapshots import Snapshot
from engine.document.source import open_photograph
from engine.document.state import DocumentState, SourceLink
from engine.errors import UserError
from engine.imaging.types import Alpha, Image, Pixels, Rect, to_float
from engine.jobs.context import JobContext, SubContext
from engine.settings import BackgroundSettings, EnhancementSettings, HarmonySettings
from matteapp.language import _

if TYPE_CHECKING:
    from engine.delivery import Delivery
    from engine.enhance.settings import ModelChoice
    from engine.jobs.requests import CutRequest
    from engine.models.manifest import WeightsRow
    from engine.models.sources import Source


@dataclass(frozen=True)
class Opened:
    """A document that was opened.

    Attributes:
        state: the document.
        project: its project file, None for a photograph.
        snapshots: states of it that were saved by name.
    """

    state: DocumentState
    project: Path | None
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(frozen=True)
class OpenRequest:
    """Open a photograph or a project.

    Attributes:
        path: the file.
        source: where a project's photograph is now, if it was asked for.
        accept_different: take `source` even if it isn't the same file.
    """

    path: Path
    source: Path | None = None
    accept_different: bool = False

    def __call__(self, ctx: JobContext) -> Opened:
        if self.path.suffix.lower() != SUFFIX:
            return Opened(open_photograph(self.path, ctx=ctx), None)
        state = load_project(
            self.path, source=self.source, accept_different=self.accept_different, ctx=ctx
        )
        return Opened(state, self.path, load_snapshots(self.path, state))


@dataclass(frozen=True)
class SaveRequest:
    """Save a document as a project; returns how its photograph is linked then."""

    path: Path
    state: DocumentState
    embed: bool
    snapshots: tuple[Snapshot, ...] = ()

    def __call__(self, ctx: JobContext) -> SourceLink:
        kept = self.snapshots
        return save_project(self.path, self.state, embed=self.embed, snapshots=kept, ctx=ctx)


@dataclass(frozen=True)
class GuideRequest:
    """Read a mask or a trimap of the user's.

    Attributes:
        kind: which of the two the file is.
        size: (height, width) it must have.
    """

    kind: Literal["mask", "trimap"]
    path: Path
    size: tuple[int, int]

    def __call__(self, ctx: JobContext) -> Guide:
        from engine.imaging.read import read_mask, read_trimap

        if self.kind == "mask":
            return Guide(mask=read_mask(self.path, self.size))
        trimap, snapped = read_trimap(self.path, self.size)
        return Guide(trimap=trimap, snapped=snapped)


@dataclass(frozen=True, eq=False)
class Guide:
    """A mask or a trimap.

    Attributes:
        mask: H×W float32 in [0, 1], or None.
        trimap: H×W uint8, or None.
        snapped: how many values of the trimap were not exact.
    """

    mask: NDArray[np.float32] | None = None
    trimap: NDArray[np.uint8] | None = None
    snapped: int = 0


@dataclass(frozen=True)
class BackdropRequest:
    """Read the picture behind the subject."""

    path: Path

    def __call__(self, ctx: JobContext) -> Image:
        from engine.imaging.read import read_image

        return read_image(self.path)


@dataclass(frozen=True, eq=False)
class CopyRequest:
    """The cut-out as it is shown, H×W×4 uint8 RGBA, straight; on nothing with its shadow.

    Attributes:
        image: the photograph.
        alpha: the matte after the edge tools.
        foreground: the subject's colours; None for the photograph's.
        harmony: has the shadow; None where the subject is on something.
    """

    image: Image
    alpha: Plane
    foreground: Plane | None
    harmony: HarmonySettings | None = None

    @classmethod
    def of(cls, state: DocumentState, alpha: Plane) -> CopyRequest:
        """What is copied of a document that has this matte."""
        nothing = state.settings.background.kind == "transparent"
        return cls(
            state.image, alpha, state.foreground, state.settings.harmony if nothing else None
        )

    def __call__(self, ctx: JobContext) -> NDArray[np.uint8]:
        height, width = self.image.size
        out = np.empty((height, width, 4), np.uint8)
        shadowed = self._shadowed()
        for top in range(0, height, 256):
            ctx.check()
            rect = Rect(top, 0, min(top + 256, height), width)
            colours = self.foreground.read(rect) if self.foreground else None
            part = self.image.pixels[rect.slices] if colours is None else colours
            part, cover = shadowed(part, self.alpha.read(rect), rect)
            out[rect.slices][..., :3] = np.rint(to_float(part) * 255)
            out[rect.slices][..., 3] = np.rint(cover * 255)
        return out

    def _shadowed(self) -> Callable[[Pixels, Alpha, Rect], tuple[Pixels, Alpha]]:
        """What adds the shadow to a part."""
        from engine.compositing.harmony import Harmony, shadowed
        from engine.compositing.pyramid import Pyramid

        chosen = self.harmony
        if chosen is None or not chosen.shadowed:
            return lambda colours, alpha, rect: (colours, alpha)
        made = Harmony(chosen, BackgroundSettings(), Pyramid(self.image), self.alpha)
        return lambda colours, alpha, rect: shadowed(made, colours, alpha, rect=rect)


@dataclass(frozen=True)
class Advice:
    """What an enhancement needs and could have, in words.

    Attributes:
        missing: what isn't on this machine, whose it is and how it gets here; empty if nothing.
        better: what would do better than what is chosen, or empty.
    """

    missing: str = ""
    better: str = ""


@dataclass(frozen=True)
class AdviceRequest:
    """Look whether the chosen networks are there."""

    chosen: EnhancementSettings

    def __call__(self, ctx: JobContext) -> Advice:
        from engine.jobs.enhancing import advice, check_enhancing
        from engine.models.sources import FACE_GENERATOR

        models = models_of(self.chosen)
        told = str(FACE_GENERATOR), _in_the_window(FACE_GENERATOR)
        try:
            check_enhancing(models)
        except UserError as error:
            return Advice(missing=f"{error.problem}{error.remedy.replace(*told)}")
        return Advice(better=advice(models).replace(*told))


def _in_the_window(source: Source) -> str:
    """What to get, with what to do in the window instead of commands."""
    lines = (
        _("{title}, from {whose}:").format(title=source.title, whose=source.whose),
        source.url,
        *source.also,
        _("Licence: {licence}.").format(licence=source.licence),
        _("Then choose Import… below; the licence is shown before anything is taken in."),
    )
    return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class EnhancePortrait:
    """Enhance a document's photograph.

    Attributes:
        state: the document.
        stop: asked before each step; True ends there with the best so far.
        compute: where networks run.
    """

    state: DocumentState
    stop: Callable[[], bool]
    compute: Compute = field(default_factory=Compute)

    def __call__(self, ctx: JobContext) -> Enhancement:
        from engine.enhance.settings import DEFAULT
        from engine.jobs.enhancing import EnhanceRequest

        state, chosen = self.state, self.state.settings.enhance
        found = EnhanceRequest(
            state.image,
            models_of(chosen),
            replace(DEFAULT, steps=chosen.steps, strength=chosen.strength),
            box=None if chosen.box is None else Rect(*chosen.box),
            mask=None if state.mask is None else state.mask.read(),
            compute=self.compute,
            stop=self.stop,
        )(ctx)
        return Enhancement.of(found)


@dataclass(frozen=True)
class ImportRequest:
    """Bring a weights file into the user's folder.

    Attributes:
        path: the file.
        accepted: people have accepted the licence that they were shown.
    """

    path: Path
    accepted: bool = False

    def __call__(self, ctx: JobContext) -> tuple[WeightsRow, ...]:
        from engine.models.import_weights import import_every

        return import_every(self.path, accepted=self.accepted, ctx=ctx)


def models_of(chosen: EnhancementSettings) -> ModelChoice:
    """The networks of an enhancement by name."""
    from engine.enhance.settings import ModelChoice

    return ModelChoice(generator=chosen.generator, trimap=chosen.trimap, reference=chosen.reference)


@dataclass(frozen=True)
class Exported:
    """Files that were written.

    Attributes:
        paths: they.
        doubts: sentences for people about what a file could not hold.
    """

    paths: tuple[Path, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ExportRequest:
    """The full cut on the final guidance and the enhanced photograph, written as files.

    Attributes:
        state: the document.
        targets: product name (of `engine.product_table.EVERY`) to file.
        delivery: how the files are written.
        compute: where networks run.
    """

    state: DocumentState
    targets: Mapping[str, Path]
    delivery: Delivery
    compute: Compute = field(default_factory=Compute)

    def __call__(self, ctx: JobContext) -> Exported:
        from engine.product_table import CUTS

        self.delivery.check()
        cut = {name: path for name, path in self.targets.items() if name in CUTS}
        doubts = self._write_cut(cut, SubContext(ctx, 0.0, 0.95)) if cut else ()
        ctx.check()
        more = {name: path for name, path in self.targets.items() if name not in CUTS}
        doubts += self._write_enhanced(more) if more else ()
        return Exported(tuple(self.targets.values()), tuple(dict.fromkeys(doubts)))

    def _write_cut(self, targets: Mapping[str, Path], ctx: JobContext) -> tuple[str, ...]:
        from engine.products import check_targets, is_transparent, write_products

        request = replace(cut_request(self.state), compute=self.compute)
        bits = self.delivery.bits
        check_targets(targets, bits=bits, transparent=is_transparent(request))
        result = request(SubContext(ctx, 0.0, 0.8))
        return write_products(
            request,
            result,
            targets=targets,
            delivery=self.delivery,
            ctx=SubContext(ctx, 0.8, 1.0),
        )

    def _write_enhanced(self, targets: Mapping[str, Path]) -> tuple[str, ...]:
        """The enhanced photograph and its change map."""
        from engine.enhanced_products import write_change, write_enhanced
        from engine.product_table import check_targets

        state, strength = self.state, self.state.settings.enhance.strength
        check_targets(targets, bits=self.delivery.bits)
        if state.enhancement is None:
            raise UserError(_("The photograph is not enhanced."), remedy=_("Enhance it first."))
        if "change" in targets:  # as it was found: a map is not an image to be scaled
            write_change(targets["change"], state.size, state.enhancement.kept(strength))
        if "enhanced" not in targets:
            return ()
        pixels = state.enhancement.picture(state.image, strength).pixels
        return write_enhanced(targets["enhanced"], state.image, pixels, delivery=self.delivery)


def cut_request(state: DocumentState) -> CutRequest:
    """The full cut of a document: the same request that the command line runs.

    Only a trimap of the user's own is handed over. One that was made from the mask is made again:
    it may not have caught up yet with the settings.
    """
    from engine.jobs.requests import CutRequest

    strokes = state.strokes.read()
    chosen = state.settings.enhance
    enhanced = enhanced_picture(state) if chosen.matte or chosen.colours else None
    own = state.mask is None and state.settings.guidance.source == "file"
    return CutRequest(
        state.image,
        state.settings,
        mask=None if state.mask is None else state.mask.read(),
        trimap=state.trimap.read() if own and state.trimap is not None else None,
        strokes=strokes if strokes.any() else None,
        solved_on=enhanced if chosen.matte else None,
        coloured_by=enhanced if chosen.colours else None,
    )


def enhanced_picture(state: DocumentState) -> Image | None:
    """The photograph with its enhancement at the strength that is set, or None."""
    if state.enhancement is None:
        return None
    return state.enhancement.picture(state.image, state.settings.enhance.strength)
