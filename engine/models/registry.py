"""The table of networks. A new one is a file in this package, a row here, and its weights.

The methods that need no weights are in `engine.matting.methods.METHODS`.
"""

from __future__ import annotations

from engine.models.spec import Ability, ModelSpec

_REFINES: frozenset[Ability] = frozenset({"mask", "trimap", "region"})
_PROPOSES: frozenset[Ability] = frozenset({"mask"})
_FROM_MASKS: frozenset[Ability] = frozenset({"mask", "region"})
_PAINTS: frozenset[Ability] = frozenset({"foreground", "region"})
_FINDS: frozenset[Ability] = frozenset({"automatic"})
_POMAGAN = "Yaman et al., Alpha Matte Generation from Single Input for Portrait Matting (2021)"
_PAPER = "Yu et al., Mask Guided Matting via Progressive Refinement Network (2021)"
_ENHANCED = "Xu et al., Matting-specific Portrait Enhancement and Generation (2022)"

_ROWS = (
    ModelSpec(
        name="prn_small",
        title="Refinement, small",
        kind="matting",
        summary="Corrects a matte or a coarse mask; sized for two processor cores.",
        builder="engine.models.prn_small:build",
        weights="prn_small.safetensors",
        licence="MIT",
        origin=f"trained with matte-train mg_matting; after {_PAPER}",
        size_multiple=32,
        abilities=_REFINES,
    ),
    ModelSpec(
        name="mask_small",
        title="Coarse masks, small",
        kind="proposal",
        summary="Weighs what classical methods make of a coarse mask; proposes trimaps.",
        builder="engine.models.mask_small:build",
        weights="mask_small.safetensors",
        licence="MIT",
        origin=f"trained with matte-train mg_matting; after {_PAPER}",
        size_multiple=32,
        abilities=_PROPOSES,
    ),
    ModelSpec(
        name="prn",
        title="Mask Guided Matting",
        kind="matting",
        summary="The published network; bring its weights, or train them.",
        builder="engine.models.prn:build",
        weights="prn.safetensors",
        licence="of the released weights: CC BY-NC 2.0",
        origin=_PAPER,
        size_multiple=32,
        abilities=_REFINES,
    ),
    ModelSpec(
        name="foreground_small",
        title="Foreground colours, small",
        kind="foreground",
        summary="Colours without the background's, for any matte; sized for two processor cores.",
        builder="engine.models.foreground_net:build_small",
        weights="foreground_small.safetensors",
        licence="MIT",
        origin=f"trained with matte-train mg_foreground; after {_PAPER}",
        size_multiple=32,
        abilities=_PAINTS,
    ),
    ModelSpec(
        name="foreground",
        title="Foreground colours",
        kind="foreground",
        summary="The paper's network for colours; train its weights, none were released.",
        builder="engine.models.foreground_net:build",
        weights="foreground.safetensors",
        licence="yours",
        origin=_PAPER,
        size_multiple=32,
        abilities=_PAINTS,
    ),
    ModelSpec(
        name="person_small",
        title="Person, small",
        kind="segmentation",
        summary="Finds people by itself; sized for two processor cores.",
        builder="engine.models.segmentation_net:build_small",
        weights="person_small.safetensors",
        licence="MIT",
        origin=f"trained with matte-train pomagan_segmentation; after {_POMAGAN}",
        size_multiple=32,
        abilities=_FINDS,
    ),
    ModelSpec(
        name="pomagan_segmentation",
        title="POMAGAN, segmentation",
        kind="segmentation",
        summary="The network of the published size; train its weights, none were released.",
        builder="engine.models.segmentation_net:build",
        weights="pomagan_segmentation.safetensors",
        licence="yours",
        origin=_POMAGAN,
        size_multiple=16,
        abilities=_FINDS,
    ),
    ModelSpec(
        name="pomagan_small",
        title="POMAGAN, small",
        kind="matting",
        summary="A matte from photograph and coarse mask; for two processor cores; train it.",
        builder="engine.models.alpha_generation:build_small",
        weights="pomagan_small.safetensors",
        licence="yours",
        origin=f"after {_POMAGAN}",
        size_multiple=16,
        abilities=_FROM_MASKS,
    ),
    ModelSpec(
        name="pomagan",
        title="POMAGAN",
        kind="matting",
        summary="The alpha generation network; train its weights, none were released.",
        builder="engine.models.alpha_generation:build",
        weights="pomagan.safetensors",
        licence="yours",
        origin=_POMAGAN,
        size_multiple=16,
        abilities=_FROM_MASKS,
    ),
    ModelSpec(
        name="trimap_small",
        title="Trimap, small",
        kind="trimap",
        summary="Background, unknown or person at each pixel; for two processor cores.",
        builder="engine.models.trimap_net:build_small",
        weights="trimap_small.safetensors",
        licence="MIT",
        origin=f"trained with matte-train trimap; after {_ENHANCED}",
        size_multiple=16,
        abilities=_FINDS,
    ),
    ModelSpec(
        name="trimap_deeplab",
        title="Trimap, DeepLabV3",
        kind="trimap",
        summary="The paper's trimap network; train it from DeepLabV3 weights that you bring.",
        builder="engine.models.deeplab:build",
        weights="trimap_deeplab.safetensors",
        licence="yours",
        origin=_ENHANCED,
        size_multiple=8,
        abilities=_FINDS,
    ),
)
MODELS: dict[str, ModelSpec] = {row.name: row for row in _ROWS}
