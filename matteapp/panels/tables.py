"""Every panel that edits the cut's settings, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from matteapp.panels.kinds import Colour, FieldSpec, Number, OneOf, Switch


@dataclass(frozen=True)
class PanelSpec:
    """A panel of settings.

    Attributes:
        key: its name, as objects and tests call it.
        title: its heading.
        untouched: what the heading says while everything is at its default.
        rows: what is in it, top to bottom.
        open: whether it starts unfolded.
    """

    key: str
    title: str
    untouched: str
    rows: tuple[FieldSpec, ...]
    open: bool = True


def _px(high: float, *, step: float = 0.5) -> Number:
    return Number(0, high, step, "px", decimals=1)


def percent(low: float = 0, high: float = 100) -> Number:
    return Number(low, high, 1, "%", scale=100)


_BAND = (("source", ("radius",)),)
TRIMAP = PanelSpec(
    "trimap",
    "Trimap",
    "automatic",
    (
        FieldSpec(
            "trimap.source",
            "Unknown is",
            OneOf(
                (
                    ("radius", "A band along the mask", "As wide as set below."),
                    ("network", "What a network doubts", "It may overrule the mask."),
                    ("finder", "What the finder doubts", "For a mask that was found by itself."),
                )
            ),
            "What the mask leaves open, to be solved.",
        ),
        FieldSpec(
            "trimap.radius",
            "Band",
            Number(1, 200, 1, "px", whole=True, automatic=True),
            "How far on each side of the mask's edge pixels count as unknown.",
            _BAND,
        ),
        FieldSpec(
            "trimap.smart",
            "Smart radius",
            Switch(),
            "Widen the band where hair or texture makes the edge uncertain.",
            _BAND,
        ),
        FieldSpec(
            "trimap.hair",
            "Refine hair",
            Switch(),
            "Look for strands around the subject's edge and have them solved, too.",
        ),
    ),
)

EDGE = PanelSpec(
    "edge",
    "Edge",
    "untouched",
    (
        FieldSpec("edge.smooth", "Smooth", _px(20), "Smooth the outline; small bumps go."),
        FieldSpec("edge.feather", "Feather", _px(20), "Blur the edge."),
        FieldSpec("edge.contrast", "Contrast", percent(), "Make the edge steeper."),
        FieldSpec(
            "edge.shift", "Shift edge", percent(-100, 100), "Pull the edge in or push it out."
        ),
        FieldSpec(
            "edge.clean_black",
            "Clean black",
            percent(0, 50),
            "Alpha up to this becomes fully transparent.",
        ),
        FieldSpec(
            "edge.clean_white",
            "Clean white",
            percent(50, 100),
            "Alpha from this on becomes fully opaque.",
        ),
        FieldSpec(
            "edge.fill_holes",
            "Fill holes",
            Number(0, 5000, 10, "px²", whole=True),
            "Close holes in the subject up to this area.",
        ),
        FieldSpec(
            "edge.remove_specks",
            "Remove specks",
            Number(0, 5000, 10, "px²", whole=True),
            "Drop loose spots up to this area.",
        ),
    ),
    open=False,
)

FOREGROUND = PanelSpec(
    "foreground",
    "Foreground",
    "automatic",
    (
        FieldSpec(
            "foreground.amount",
            "Decontaminate",
            percent(),
            "How much of the old background's colour is taken out of the edge.",
        ),
        FieldSpec(
            "foreground.method",
            "Method",
            OneOf(
                (
                    ("multilevel", "Multi-level", "Fast and good for nearly everything."),
                    ("closed_form", "Closed form", "Slower; smooth colours, small pictures."),
                    ("blur_fusion", "Blur fusion", "Fastest; two passes of blurred colours."),
                    ("network", "Network", "Learned colours; needs its weights."),
                )
            ),
            "How the subject's own colours are estimated.",
        ),
        FieldSpec(
            "foreground.despill",
            "Despill",
            percent(),
            "How much of the light of the colour below is taken off the subject.",
        ),
        FieldSpec(
            "foreground.despill_colour",
            "Spilled colour",
            Colour(),
            "The colour of the wall or screen whose light fell on the subject.",
        ),
        FieldSpec(
            "foreground.despill_inside",
            "Despill all of it",
            Switch(),
            "Take the colour out of the whole subject; off does so near its edge alone.",
        ),
    ),
)

Choices = tuple[tuple[str, str, str], ...]
"""What a drop-down offers: (value, title, tip) each."""

METHODS: Choices = (
    ("closed_form", "Closed form", "Precise for hair and soft edges; the default."),
    ("knn", "KNN", "Looks for similar colours anywhere in the band; for see-through things."),
    ("learning_based", "Learning based", "Learns colours from each neighbourhood."),
    ("random_walk", "Random walk", "Simple and smooth; for clear edges."),
)
"""What the matte's panel offers besides networks; a test holds it to
`engine.matting.methods.METHODS`."""


_ENHANCED_BY = "for which the photograph is made easier"


def enhance_panel(generators: Choices, references: Choices, trimaps: Choices) -> PanelSpec:
    """The panel of enhancement, for the networks there are."""
    rows = (
        FieldSpec(
            "enhance.generator",
            "Generator",
            OneOf(generators),
            "The network that draws faces; the change comes from it, and as fine as it draws.",
        ),
        FieldSpec(
            "enhance.reference",
            "For",
            OneOf(references),
            f"The matting model {_ENHANCED_BY}; the matte itself is made as the Matte panel says.",
        ),
        FieldSpec(
            "enhance.trimap",
            "Trimap by",
            OneOf(trimaps),
            "The network whose doubt about the trimap is made less.",
        ),
        FieldSpec(
            "enhance.steps",
            "Steps",
            Number(10, 2000, 10, whole=True),
            "More steps change more and take longer; 500 as published.",
        ),
        FieldSpec(
            "enhance.strength",
            "Strength",
            percent(0, 150),
            "How much of the change is shown and used; nothing is computed again.",
        ),
        FieldSpec(
            "enhance.matte",
            "Use the enhanced matte",
            Switch(),
            "Solve the matte on the enhanced picture; switch to compare the two in Alpha "
            "(<view.alpha>).",
        ),
        FieldSpec(
            "enhance.colours",
            "Enhanced colours",
            Switch(),
            "Take the subject's colours from the enhanced picture, too; off keeps the original's.",
        ),
    )
    return PanelSpec("enhance", "Enhance", "not enhanced", rows, open=False)


def matte_panel(methods: Choices, networks: Choices = (), refiners: Choices = ()) -> PanelSpec:
    """The matte's panel, for the methods and networks there are."""
    nothing = (("", "Nothing", "Leave the matte as the method found it."),)
    rows = (
        FieldSpec("method", "Method", OneOf(methods + networks), "How the unknown band is solved."),
        FieldSpec(
            "refine",
            "Refine with",
            OneOf(nothing + refiners),
            "A network that improves the matte which the method found.",
        ),
    )
    return PanelSpec("matte", "Matte", "automatic", rows)
