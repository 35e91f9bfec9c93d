"""`matte-train generate stylemattegan`: schedule, places, files, going on, sharing the work."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from engine.enhance.with_matte import Placement, draw_with_matte, open_with_matte
from engine.errors import UserError
from engine.imaging.digital_source import GENERATED, source_type
from engine.imaging.read import read_image
from engine.models.loaded import forget_networks
from engine.models.stylegan3 import Generator, Size
from tests.called import exit_code
from tests.made_networks import save_weights, seeded
from trainer.cli import main
from trainer.data.generated import read_manifest
from trainer.data.layouts.opening import open_photographs, open_subjects
from trainer.generate.numbered import LEFT_OUT, Shard
from trainer.generate.stylemattegan import Order, generate_with_mattes

SIDE = 32
SIZE = Size(SIDE, 4, latent=8, style=8, base=256, most=16, layers=6, margin=4)


@pytest.fixture
def drawers(tmp_path, monkeypatch):
    """A generator called `drawn` whose mattes are half and half."""
    folder = tmp_path / "weights"
    monkeypatch.setenv("MATTE_HOME", str(folder))
    generator = seeded(Generator, SIZE)
    with torch.inference_mode(False), torch.no_grad():
        generator.mapping.w_avg.normal_(generator=torch.Generator().manual_seed(1))
        last = generator.synthesis.get_submodule(SIZE.rows[-1].name)
        last.weight.mul_(4)
    save_weights(folder, "drawn", generator, network="stylegan3")
    forget_networks()
    yield folder
    forget_networks()


def order(count: int = 3, **more) -> Order:
    return replace(Order(count, "drawn", seed=5), **more)


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.png")}


def test_the_schedule_goes_from_nothing_to_everything():
    drawn = [order(44, psi=None).drawn(number) for number in range(44)]
    psis = [one.psi for one in drawn]
    assert [abs(psi) for psi in psis[::4]] == pytest.approx([n / 10 for n in range(11)])
    assert all(abs(psis[4 * n + k]) == abs(psis[4 * n]) for n in range(11) for k in range(4))
    assert psis[40:] == [1.0] * 4
    assert min(psis) < 0 < max(psis[:40])
    assert {order(2, psi=0.7).drawn(number).psi for number in range(2)} == {0.7}
    for one in drawn:
        assert all(abs(by) <= 0.05 for by in one.place.translation)
        assert 0 <= one.place.degrees <= 10
    assert len({one.seed for one in drawn}) == 44


def test_a_portrait_is_drawn_where_it_is_asked_for(drawers):
    generator = open_with_matte("drawn")
    before = generator.synthesis.input.transform.clone()
    still = draw_with_matte(generator, 3)
    down = draw_with_matte(generator, 3, place=Placement((0.25, 0.0)))
    assert torch.equal(generator.synthesis.input.transform, before)
    assert still[0].shape == (SIDE, SIDE, 3) and still[1].shape == (SIDE, SIDE)
    apart = [np.abs(down[0][8:] - one).mean() for one in (still[0][:-8], still[0][8:])]
    assert apart[0] < 0.5 * apart[1]
    mean = [draw_with_matte(generator, seed, psi=0.0)[0] for seed in (1, 2)]
    assert np.array_equal(*mean)
    assert not np.array_equal(draw_with_matte(generator, 1)[0], mean[0])
    with pytest.raises(UserError, match="truncation of"):
        draw_with_matte(generator, 1, psi=1.5)


def test_a_set_with_mattes_colours_and_pictures_of_four_channels(drawers, tmp_path):
    out = tmp_path / "set"
    tally = generate_with_mattes(order(), out)
    assert (tally.there, tally.made, tally.left_out) == (0, 3, 0)
    rows = read_manifest(out)
    assert [row.name for row in rows] == [f"5-00000{n}" for n in range(3)]
    assert rows[0].made["generator"] == "drawn" and rows[0].made["psi"] == 1
    photograph = open_photographs("generated", root=out).photograph(1)
    subject = open_subjects("generated", root=out).subject(1)
    assert photograph.image.shape == subject.foreground.shape == (SIDE, SIDE, 3)
    path = out / "rgba" / "5-000001.png"
    planes = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(planes[..., 2::-1], photograph.image)
    assert np.abs(planes[..., 3] / 255 - photograph.alpha).max() <= 0.5 / 255 + 1e-6
    assert source_type(read_image(path).metadata.xmp) == GENERATED


def test_it_goes_on_where_it_stopped_and_processes_share_the_work(drawers, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    generate_with_mattes(order(4), whole)
    generate_with_mattes(order(4), parts, shard=Shard(2, 2))
    assert generate_with_mattes(order(4), parts, shard=Shard(2, 2)).made == 0
    with (parts / "manifest-2-of-2.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"name": "5-0000')  # as a kill leaves it
    tally = generate_with_mattes(order(4), parts)
    assert (tally.there, tally.made) == (2, 2)
    assert files(parts) == files(whole)


def test_a_matte_of_nothing_is_left_out(drawers, tmp_path, monkeypatch):
    monkeypatch.setattr("trainer.generate.stylemattegan.SOMEBODY", (0.999, 1.0))
    out = tmp_path / "set"
    assert generate_with_mattes(order(2), out).left_out == 2
    assert "the matte covers" in (out / LEFT_OUT / "5-000000.json").read_text()
    assert generate_with_mattes(order(2), out).left_out == 2 and read_manifest(out) == []


def test_the_command_and_what_it_refuses(drawers, tmp_path, capsys):
    out = [str(tmp_path / "set"), "--count", "2"]
    made = ["generate", "stylemattegan", *out, "--generator", "drawn", "--device", "cpu"]
    assert exit_code(main, *made, "--psi", "0.5") == 0
    assert "2 samples (2 new), 0 left out." in capsys.readouterr().out
    assert {row.made["psi"] for row in read_manifest(tmp_path / "set")} == {0.5}
    assert exit_code(main, *made, "--psi", "0.5", "--schedule") == 1
    assert "say two things" in capsys.readouterr().err
    colours = seeded(Generator, replace(SIZE, colours=3))
    save_weights(drawers, "colours", colours, network="stylegan3")
    other = ["generate", "stylemattegan", str(tmp_path / "other"), "--count", "1"]
    assert exit_code(main, *other, "--generator", "colours") == 1
    assert "draws no mattes" in capsys.readouterr().err
