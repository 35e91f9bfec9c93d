"""Everything a user can choose about a cut, as frozen values that window, CLI and files share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from engine.errors import UserError

BackgroundKind = Literal["transparent", "colour", "gradient", "image", "blurred"]
ForegroundMethod = Literal["multilevel", "closed_form", "blur_fusion", "network"]
GuidanceSource = Literal["automatic", "grabcut", "file", "strokes"]
ImageFit = Literal["fill", "fit"]
ImageFlip = Literal["none", "across", "down", "both"]
Lens = Literal["gaussian", "disc"]
ShadowKind = Literal["none", "drop", "contact"]
TrimapSource = Literal["radius", "network", "finder"]

FINDER = "person_small"


@dataclass(frozen=True)
class GuidanceSettings:
    """Where the coarse mask comes from.

    Attributes:
        source: automatic mask, GrabCut from box or strokes, a file of the user's, strokes alone.
        box: (top, left, bottom, right): the subject is in there alone; or None.
        finder: name of the weights of the network that finds people; empty looks for an outline
            by place and colour, without a network.
        clicks: (row, column, keep) on persons who were found: rows and columns are shares of the
            photograph's sides, and whoever is there is kept or left out; the last click counts.
        cuts: (row, column, row, column), lines that divide persons who touch; as shares, too.
    """

    source: GuidanceSource = "automatic"
    box: tuple[int, int, int, int] | None = None
    finder: str = FINDER
    clicks: tuple[tuple[float, float, bool], ...] = ()
    cuts: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True)
class TrimapSettings:
    """How the unknown band is made from a mask.

    Attributes:
        radius: half the width of a band in pixels; None scales it with the image.
        smart: widen a band where hair or texture makes the edge uncertain.
        source: what a network makes of the mask and finds uncertain; a band along the mask's edge
            ("radius"); or what the network that found the person was not sure of ("finder").
        model: name of that network's weights.
        hair: what leaves the subject's edge in strands is unknown, too.
    """

    radius: int | None = None
    smart: bool = True
    source: TrimapSource = "network"
    model: str = "mask_small"
    hair: bool = False


@dataclass(frozen=True)
class EdgeSettings:
    """The edge tools, applied to the matte in this order.

    Attributes:
        fill_holes: largest hole to fill, in pixels of area; 0 is off.
        remove_specks: largest speck to remove, in pixels of area; 0 is off.
        smooth: radius of contour smoothing in pixels.
        feather: standard deviation of the blur in pixels.
        contrast: 0 to 1, how much steeper the edge becomes.
        shift: −1 to 1, negative pulls the edge in, positive pushes it out.
        clean_black: alpha at or below this becomes 0 (0 to 1, then rescaled).
        clean_white: alpha at or above this becomes 1 (0 to 1, then rescaled).
    """

    fill_holes: int = 0
    remove_specks: int = 0
    smooth: float = 0.0
    feather: float = 0.0
    contrast: float = 0.0
    shift: float = 0.0
    clean_black: float = 0.0
    clean_white: float = 1.0


@dataclass(frozen=True)
class ForegroundSettings:
    """How the background's colour is taken out of the edge.

    Attributes:
        method: the estimator.
        amount: 0 keeps the photograph's own colours, 1 decontaminates fully.
        despill: 0 to 1, how much of `despill_colour` is taken out of what is left.
        despill_colour: sRGB-encoded RGB in [0, 1]: whose light fell on the subject.
        despill_inside: take it out of the whole subject, not of its edge alone.
    """

    method: ForegroundMethod = "multilevel"
    amount: float = 1.0
    despill: float = 0.0
    despill_colour: tuple[float, float, float] = (0.0, 0.7, 0.2)
    despill_inside: bool = False


@dataclass(frozen=True)
class BackgroundSettings:
    """What the subject is put on.

    Attributes:
        kind: which of the following is used.
        colour: sRGB-encoded RGB in [0, 1]; also where a gradient starts.
        colour_end: where a gradient ends.
        angle: direction of the gradient in degrees, 0 is left to right, 90 top to bottom.
        path: the background image's file.
        fit: fill the frame (cropping), or fit inside it (over `colour`).
        scale: zoom of the image on top of `fit`.
        offset: (row, col) shift of the image in shares of the frame's size.
        rotate: degrees that the image is turned by, clockwise, around its middle.
        flip: mirror the image; before it is turned.
        blur: standard deviation of the blurred original, in shares of the short side.
        lens: what it is blurred by: a Gaussian, or the disc of an open lens, in linear light.
        highlights: 0 to 1, how much brighter than white a lens saw what the file has as white.
        linear_light: blend in linear light instead of on encoded values.
    """

    kind: BackgroundKind = "transparent"
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    colour_end: tuple[float, float, float] = (0.5, 0.5, 0.5)
    angle: float = 90.0
    path: str = ""
    fit: ImageFit = "fill"
    scale: float = 1.0
    offset: tuple[float, float] = (0.0, 0.0)
    rotate: float = 0.0
    flip: ImageFlip = "none"
    blur: float = 0.02
    lens: Lens = "gaussian"
    highlights: float = 0.5
    linear_light: bool = False


@dataclass(frozen=True)
class HarmonySettings:
    """How the subject and what it is put on are made to belong together; off unless asked for.

    Attributes:
        wrap: 0 to 1, how much of the background's light falls over the subject's edge.
        wrap_width: standard deviation of its fall-off, in shares of the short side.
        match: 0 to 1, how far the subject's hue and saturation go towards the background's.
        match_light: 0 to 1, how far its brightness and contrast do.
        shadow: none; as on a wall behind the subject ("drop"); flat on the ground from the lowest
            row of the subject on ("contact").
        shadow_opacity: 0 to 1.
        shadow_angle: where it falls, in degrees; 0 is to the right, 90 down.
        shadow_distance: of a drop shadow in shares of the short side; of a contact shadow in shares
            of the height that it is cast from.
        shadow_blur: standard deviation in shares of the short side.
        shadow_colour: sRGB-encoded RGB in [0, 1].
    """

    wrap: float = 0.0
    wrap_width: float = 0.01
    match: float = 0.0
    match_light: float = 0.0
    shadow: ShadowKind = "none"
    shadow_opacity: float = 0.5
    shadow_angle: float = 45.0
    shadow_distance: float = 0.04
    shadow_blur: float = 0.02
    shadow_colour: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def shadowed(self) -> bool:
        """Whether there is a shadow to be seen."""
        return self.shadow != "none" and self.shadow_opacity > 0

    @property
    def lit(self) -> bool:
        """Whether the background changes the subject's colours."""
        return max(self.wrap, self.match, self.match_light) > 0


@dataclass(frozen=True)
class EnhancementSettings:
    """How the photograph is enhanced for matting, and what is used of that.

    Attributes:
        generator: name of the weights that draw faces.
        reference: the matting model that it is enhanced for: a method's or a network's name.
        trimap: name of a trimap network's weights.
        steps: of gradient descent.
        box: (top, left, bottom, right) around head and hair; None looks for them.
        strength: share of the change that is shown and used, 0 to 1.5.
        matte: the matte is solved on the enhanced picture.
        colours: the subject's colours are the enhanced picture's, too.
    """

    generator: str = "portrait_small"
    reference: str = "prn_small"
    trimap: str = "trimap_small"
    steps: int = 500
    box: tuple[int, int, int, int] | None = None
    strength: float = 1.0
    matte: bool = False
    colours: bool = False


@dataclass(frozen=True)
class CutSettings:
    """All choices of one cut.

    Attributes:
        method: a name of the method table (`engine.matting.methods.METHODS`), or of a network's
            weights.
        refine: name of the weights of a network that refines the matte; empty for none.
    """

    guidance: GuidanceSettings = field(default_factory=GuidanceSettings)
    trimap: TrimapSettings = field(default_factory=TrimapSettings)
    method: str = "closed_form"
    refine: str = ""
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    foreground: ForegroundSettings = field(default_factory=ForegroundSettings)
    background: BackgroundSettings = field(default_factory=BackgroundSettings)
    harmony: HarmonySettings = field(default_factory=HarmonySettings)
    enhance: EnhancementSettings = field(default_factory=EnhancementSettings)


S = TypeVar("S")


def to_dict(settings: Any) -> dict[str, Any]:
    """A settings value as plain JSON-able types."""
    return asdict(settings)


def from_dict(kind: type[S], values: dict[str, Any]) -> S:
    """Build settings of `kind` from plain types; missing keys keep their defaults.

    Raises:
        UserError: for an unknown key or a value of the wrong kind, named by its key.
    """
    if not isinstance(values, dict):
        raise UserError(f"Settings of {kind.__name__} are not a table of names and values.")
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise UserError(
            f"Unknown setting {unknown[0]!r} in {kind.__name__}.",
            remedy=f"Known are: {', '.join(sorted(known))}.",
        )
    given = {name: _value(hints[name], name, value) for name, value in values.items()}
    return replace(kind(), **given)  # type: ignore[type-var]


def _value(hint: Any, name: str, value: Any) -> Any:
    if is_dataclass(hint):
        return from_dict(hint, value)  # type: ignore[arg-type]
    value = _frozen(value)
    if not _fits(hint, value):
        raise UserError(f"Setting {name!r} has the value {value!r}, which it cannot have.")
    return value


def _frozen(value: Any) -> Any:
    """Lists, as files have them, as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def _fits_each(options: tuple[Any, ...], value: tuple[Any, ...]) -> bool:
    """Whether a tuple has these types; one type and an ellipsis is for all of it."""
    if options[1:] == (...,):
        return all(_fits(options[0], one) for one in value)
    return len(value) == len(options) and all(map(_fits, options, value))


def _fits(hint: Any, value: Any) -> bool:
    options = get_args(hint)
    if getattr(hint, "__origin__", None) is tuple:
        return isinstance(value, tuple) and _fits_each(options, value)
    if getattr(hint, "__origin__", None) is Literal:
        return value in options
    if options:
        return any(_fits(option, value) for option in options)
    if hint is float:
        finite = isinstance(value, int | float) and not isinstance(value, bool)
        return finite and abs(value) < float("inf")
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)
