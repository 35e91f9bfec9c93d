"""StyleMatte: sizes, released weights under their own names, and a quiet, optional transformers."""

from __future__ import annotations

import logging
import socket
import sys
import warnings
from dataclasses import replace
from importlib import import_module

import pytest
import torch

from engine.errors import BugError, NotInstalled, UserError
from engine.models.convert_stylematte import released as converted
from engine.models.fitting import shapes_wanted
from engine.models.import_weights import import_weights
from engine.models.loaded import forget_networks, load_network
from engine.models.registry import MODELS
from engine.models.stylematte import StyleMatte, build_small, network_of, small_network_of
from engine.models.stylematte_size import (
    PAPER,
    RELEASED,
    SMALL,
    Architecture,
    architecture_of,
)
from engine.models.weights import find_weights, load_weights, user_folder
from tests import slow_stylematte as slow

TINY = Architecture(
    embed=16,
    depths=(2, 2, 2, 2),
    heads=(1, 2, 2, 4),
    window=3,
    features=64,
    decoder_layers=2,
    feed_forward=48,
    upsampling="fast_guided",
)
PIXELS = "pixel_decoder."


@pytest.fixture(scope="module")
def rgb():
    return torch.rand(1, 3, 72, 88, generator=torch.Generator().manual_seed(3))


@pytest.fixture(scope="module")
def released(rgb):
    """A released file's tensors, and what they answer by a slow reading of them."""
    state = slow.released_state(TINY, torch.Generator().manual_seed(0))
    logits = slow.logits(state, rgb, TINY)
    state["conv.bias"] -= logits.median()  # as drawn, nearly all of the matte is one
    return state, (logits - logits.median()).sigmoid()


def shapes_of(network: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def on_meta(architecture: Architecture) -> StyleMatte:
    with torch.device("meta"):
        return StyleMatte(architecture)


def saved(folder, state, name="stylematte_pure.pth"):
    torch.save(state, folder / name)
    return folder / name


def test_a_released_file_loads_strictly_and_answers_the_same(tmp_path, released, rgb) -> None:
    state, wanted = released
    assert wanted.std() > 0.1 and wanted.min() < 0.1 and wanted.max() > 0.9
    row = import_weights(saved(tmp_path, state))
    assert (row.model, row.network) == ("stylematte_pure", "stylematte")
    network = load_network(row.model).module
    assert network.architecture == TINY
    with torch.inference_mode():
        torch.testing.assert_close(network.predict(rgb), wanted, atol=1e-5, rtol=0)


def test_its_pixel_decoder_is_that_of_the_slow_reading(released, rgb) -> None:
    state, _ = released
    network = StyleMatte(TINY).eval()
    network.load_state_dict(converted(state, set(network.state_dict())))
    x = (rgb - network.mean) / network.scale
    with torch.inference_mode():
        found = network.encode(rgb)
    for one, other in zip(found, slow.pixels(state, x, TINY), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_the_released_network_has_the_released_tensors_and_no_others() -> None:
    names = slow.released_shapes(RELEASED)
    assert sum(name.startswith(PIXELS) for name in names) == 354
    network = on_meta(RELEASED)
    assert sum(one.numel() for one in network.parameters()) == 34_912_123
    assert sum(one.numel() for one in network.pixel_decoder.parameters()) == 32_942_202
    once = {
        name.replace("smooth_conv.0.", "smooth_conv."): shape
        for name, shape in names.items()
        if "position_index" not in name
        and not name.startswith(("fpn.smooth_conv.1", "fpn.smooth_conv.2"))
    }
    assert shapes_of(network) == once
    assert architecture_of(names) == RELEASED


@pytest.mark.parametrize(
    "chosen",
    [
        RELEASED,
        PAPER,
        SMALL,
        replace(SMALL, head="last", upsampling="bilinear"),
        replace(TINY, upsampling="guided", encoder="swinv2", window=8),
    ],
)
def test_weights_say_which_network_they_are_for(chosen) -> None:
    shapes = shapes_of(on_meta(chosen))
    assert architecture_of(shapes) == chosen
    with torch.device("meta"):
        assert shapes_of(network_of(shapes)) == shapes


def test_the_small_row_is_for_the_small_size_only() -> None:
    plain = shapes_of(on_meta(replace(SMALL, head="last")))
    with torch.device("meta"):
        assert small_network_of(plain).fpn is None
    with pytest.raises(UserError, match="no weights of the small"):
        small_network_of(shapes_of(on_meta(TINY)))
    with pytest.raises(UserError, match="no weights of a StyleMatte"):
        network_of({"conv.weight": (1, 32, 3, 3)})


def test_the_small_network_is_small() -> None:
    assert sum(one.numel() for one in on_meta(SMALL).parameters()) < 3e6


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("conv.bias"),
        lambda state: state.update({"fpn.smooth_conv.1.bias": torch.zeros(64)}),
        lambda state: state.update({"stray": torch.zeros(1)}),
        lambda state: state.update({f"{PIXELS}encoder.swin.embeddings.norm.bias": torch.ones(16)}),
        lambda state: state.update({"conv.bias": torch.zeros(2)}),
    ],
)
def test_a_file_that_differs_in_anything_is_refused(tmp_path, released, change) -> None:
    state = dict(released[0])
    change(state)
    with pytest.raises(UserError, match="no weights of stylematte"):
        import_weights(saved(tmp_path, state), name="stylematte")
    assert not list(user_folder().glob("*"))


def test_names_of_newer_versions_are_read_too(tmp_path) -> None:
    network = StyleMatte(TINY)
    own = {
        f"{PIXELS}{name}.{key}": tensor
        for name, part in network.pixel_decoder.named_children()
        for key, tensor in part.state_dict().items()
    }
    assert f"{PIXELS}encoder.swin.embeddings.norm.weight" in own  # transformers 5 is installed
    newer = {**own, **{n: t for n, t in network.state_dict().items() if PIXELS not in n}}
    row = import_weights(saved(tmp_path, newer, "newer.pth"))
    assert row.network == "stylematte"
    kept = load_weights(find_weights("newer"))
    assert set(kept) == set(network.state_dict())
    for name, tensor in network.state_dict().items():
        assert torch.equal(kept[name], tensor)


@pytest.mark.parametrize("encoder", ["swin", "swinv2"])
@pytest.mark.parametrize("size", [(8, 8), (8, 72), (40, 56)])
def test_any_multiple_of_eight_is_a_size(encoder, size) -> None:
    network = StyleMatte(replace(TINY, encoder=encoder, window=4)).eval()
    rgb = torch.rand(2, 3, *size)
    with torch.inference_mode():
        seen, alpha = network.encode(rgb), network(rgb)
    expected = [tuple(-(-side // stride) for side in size) for stride in (32, 16, 8, 4)]
    assert [tuple(one.shape[2:]) for one in seen] == expected
    assert alpha.shape == (2, 1, *size) and alpha.dtype == torch.float32
    assert alpha.min() >= 0 and alpha.max() <= 1 and alpha.std() > 0


def test_other_sizes_are_padded_and_cut(tmp_path, released, rgb) -> None:
    import_weights(saved(tmp_path, released[0]), name="stylematte")
    network = load_network("stylematte")
    plane = rgb[0].permute(1, 2, 0).numpy()
    whole = network.run(plane)
    assert whole.shape == (72, 88)
    for height, width in ((71, 87), (65, 81), (1, 5)):
        found = network.run(plane[:height, :width])
        assert found.shape == (height, width) and found.std() >= 0
    with pytest.raises(BugError, match="multiples of 8"):
        network.module.predict(rgb[..., :71, :])


def test_the_first_weights_are_finite_and_everything_learns() -> None:
    torch.manual_seed(0)
    network = build_small()
    network(torch.rand(2, 3, 64, 64)).mean().backward()
    for name, one in network.named_parameters():
        assert one.grad is not None and torch.isfinite(one.grad).all(), name
        assert torch.isfinite(one).all(), name
    encoder, decoder = set(network.encoder_parameters()), set(network.decoder_parameters())
    assert not encoder & decoder and encoder | decoder == set(network.parameters())
    assert network.conv.weight in decoder and network.fpn.smooth_conv.weight in decoder


def test_a_network_that_was_looked_through_learns_at_the_same_size() -> None:
    network = StyleMatte(TINY)
    with torch.inference_mode():
        network(torch.rand(1, 3, 40, 48))
    network(torch.rand(1, 3, 40, 48)).mean().backward()


def test_nothing_is_asked_of_the_network_and_nothing_is_said(monkeypatch, caplog, capfd) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    before = logging.getLogger("transformers").level
    with caplog.at_level(logging.WARNING), warnings.catch_warnings():
        warnings.simplefilter("error")
        for encoder in ("swin", "swinv2"):
            on_meta(replace(PAPER, encoder=encoder))
    said = capfd.readouterr()
    assert not caplog.records and not said.out and not said.err
    assert logging.getLogger("transformers").level == before


def test_nothing_but_a_network_imports_transformers(monkeypatch) -> None:
    ours = ("stylematte", "convert_stylematte", "guided_upsampling", "fitting", "loaded")
    for name in [name for name in sys.modules if name.startswith("engine.models.")]:
        if name.removeprefix("engine.models.").startswith(ours):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "transformers", None)
    for name in ours:
        import_module(f"engine.models.{name}")


def test_without_transformers_it_says_what_to_install(tmp_path, released, monkeypatch) -> None:
    import_weights(saved(tmp_path, released[0]), name="stylematte")
    forget_networks()
    shapes_wanted.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "transformers"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "transformers", None)
    for attempt in (
        lambda: load_network("stylematte"),
        lambda: import_weights(saved(tmp_path, released[0]), name="again"),
        MODELS["stylematte_small"].load_builder(),
    ):
        with pytest.raises(NotInstalled, match=r"pip install 'matteapp\[stylematte\]'"):
            attempt()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"features": 48}, "multiple of 32 above 32"),
        ({"heads": (3, 5, 12, 24)}, "must divide"),
        ({"depths": (2, 2)}, "four stages"),
    ],
)
def test_a_size_that_cannot_be_is_refused(wrong, problem) -> None:
    with pytest.raises(UserError, match=problem):
        replace(RELEASED, **wrong)
