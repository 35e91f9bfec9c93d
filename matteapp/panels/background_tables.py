"""The panels about what the subject is put on, row by row."""

from __future__ import annotations

from matteapp.panels.kinds import Colour, FieldSpec, File, Number, OneOf, Switch
from matteapp.panels.tables import PanelSpec, percent

_GRADIENT = (("kind", ("gradient",)),)
_IMAGE = (("kind", ("image",)),)
_BLURRED = (("kind", ("blurred",)),)
BACKGROUND = PanelSpec(
    "background",
    "Background",
    "transparent",
    (
        FieldSpec(
            "background.kind",
            "Kind",
            OneOf(
                (
                    ("transparent", "Nothing (transparent)", "Keep only the subject."),
                    ("colour", "A colour", "One even colour."),
                    ("gradient", "A gradient", "From one colour to another."),
                    ("image", "A picture", "A photograph of yours."),
                    ("blurred", "The original, blurred", "A softer version of what was there."),
                )
            ),
            "What the subject is put on.",
        ),
        FieldSpec(
            "background.colour",
            "Colour",
            Colour(),
            "The colour; of a gradient, where it starts; of a picture, what shows around it.",
            (("kind", ("colour", "gradient", "image")),),
        ),
        FieldSpec(
            "background.colour_end", "Ends in", Colour(), "Where the gradient ends.", _GRADIENT
        ),
        FieldSpec(
            "background.angle",
            "Angle",
            Number(0, 360, 1, "°"),
            "0 goes from left to right, 90 from top to bottom.",
            _GRADIENT,
        ),
        FieldSpec("background.path", "Picture", File(), "The picture behind the subject.", _IMAGE),
        FieldSpec(
            "background.fit",
            "Size",
            OneOf(
                (
                    ("fill", "Fill the frame", "Crops what does not fit."),
                    ("fit", "Fit inside", "Shows all of it, over the colour."),
                )
            ),
            "How the picture is fitted to the frame.",
            _IMAGE,
        ),
        FieldSpec(
            "background.scale",
            "Zoom",
            Number(10, 400, 1, "%", scale=100),
            "Zoom of the picture on top of the fit.",
            _IMAGE,
        ),
        FieldSpec(
            "background.offset.1",
            "Move right",
            Number(-100, 100, 0.5, "%", scale=100, decimals=1),
            "Shift of the picture in shares of the frame's width; below 0 to the left.",
            _IMAGE,
        ),
        FieldSpec(
            "background.offset.0",
            "Move down",
            Number(-100, 100, 0.5, "%", scale=100, decimals=1),
            "Shift of the picture in shares of the frame's height; below 0 upwards.",
            _IMAGE,
        ),
        FieldSpec(
            "background.rotate",
            "Turn",
            Number(-180, 180, 0.5, "°", decimals=1),
            "Turn the picture clockwise around its middle.",
            _IMAGE,
        ),
        FieldSpec(
            "background.flip",
            "Mirror",
            OneOf(
                (
                    ("none", "As it is", "Nothing is mirrored."),
                    ("across", "Left and right", "What was left is right."),
                    ("down", "Top and bottom", "What was on top is at the bottom."),
                    ("both", "Both ways", "Upside down, as if turned by half."),
                )
            ),
            "Mirror the picture before it is turned.",
            _IMAGE,
        ),
        FieldSpec(
            "background.blur",
            "Blur",
            Number(0, 10, 0.1, "%", scale=100, decimals=1),
            "How blurred the original is, in shares of its short side.",
            _BLURRED,
        ),
        FieldSpec(
            "background.lens",
            "Blur by",
            OneOf(
                (
                    ("gaussian", "Softening", "A Gaussian: even and quiet."),
                    ("disc", "An open lens (bokeh)", "Lights become discs, in linear light."),
                )
            ),
            "What the blur looks like.",
            _BLURRED,
        ),
        FieldSpec(
            "background.highlights",
            "Highlights",
            percent(),
            "How much brighter than white lamps and the sky are taken to have been.",
            (*_BLURRED, ("lens", ("disc",))),
        ),
        FieldSpec(
            "background.linear_light",
            "Blend in linear light",
            Switch(),
            "As light mixes; off blends as Photoshop does.",
            (("kind", ("colour", "gradient", "image", "blurred")),),
        ),
    ),
)

_SHADOW = (("shadow", ("drop", "contact")),)
HARMONY = PanelSpec(
    "harmony",
    "Blending",
    "off",
    (
        FieldSpec(
            "harmony.wrap",
            "Light wrap",
            percent(),
            "How much of the background's light falls over the subject's edge.",
        ),
        FieldSpec(
            "harmony.wrap_width",
            "Wrap width",
            Number(0.1, 5, 0.1, "%", scale=100, decimals=1),
            "How far that light reaches in, in shares of the short side.",
        ),
        FieldSpec(
            "harmony.match",
            "Match colours",
            percent(),
            "How far the subject's hue and saturation go towards the background's.",
        ),
        FieldSpec(
            "harmony.match_light",
            "Match light",
            percent(),
            "How far the subject's brightness and contrast go towards the background's.",
        ),
        FieldSpec(
            "harmony.shadow",
            "Shadow",
            OneOf(
                (
                    ("none", "None", "No shadow."),
                    ("drop", "On a wall", "The subject's outline, moved and softened."),
                    ("contact", "On the ground", "Lies flat from the subject's lowest row on."),
                )
            ),
            "The shadow that the subject throws; on nothing it becomes part of the cut-out.",
        ),
        FieldSpec(
            "harmony.shadow_opacity", "Opacity", percent(), "How dark the shadow is.", _SHADOW
        ),
        FieldSpec(
            "harmony.shadow_angle",
            "Falls towards",
            Number(0, 360, 1, "°"),
            "0 is to the right, 90 down, 180 to the left, 270 up or behind.",
            _SHADOW,
        ),
        FieldSpec(
            "harmony.shadow_distance",
            "Distance",
            percent(),
            "How far it falls: in shares of the short side, or on the ground of the height.",
            _SHADOW,
        ),
        FieldSpec(
            "harmony.shadow_blur",
            "Softness",
            Number(0, 10, 0.1, "%", scale=100, decimals=1),
            "How soft the shadow is, in shares of the short side.",
            _SHADOW,
        ),
        FieldSpec(
            "harmony.shadow_colour",
            "Shadow colour",
            Colour(),
            "Black, or a dark colour of the surroundings.",
            _SHADOW,
        ),
    ),
    open=False,
)
