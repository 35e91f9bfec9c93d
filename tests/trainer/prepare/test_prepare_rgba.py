"""`matte-train prepare rgba`: which pictures stay, which go and why; stopped anywhere, in parts."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import BugError, Cancelled, UserError
from engine.models.loaded import forget_networks
from tests import made_networks
from tests.called import exit_code
from trainer.cli import main
from trainer.data.files import read_cutout
from trainer.data.generated import read_manifest
from trainer.data.layouts.opening import open_photographs
from trainer.data.picture_folders import pictures_below
from trainer.generate.portraits import Shard
from trainer.prepare.domains import DOMAINS
from trainer.prepare.finders import open_finder
from trainer.prepare.mattes import Matter
from trainer.prepare.report import read_dropped
from trainer.prepare.rgba import Order, prepare_rgba
from trainer.prepare.verdicts import REASONS, Rules, Verdict, disagreement

SIZE = (96, 128)
ORANGE, BLUE, VIOLET = (220, 120, 40), (40, 80, 170), (190, 30, 255)
LEFT, RIGHT, WIDE = (20, 10, 90, 45), (20, 80, 90, 118), (10, 30, 90, 100)
PEOPLE = {
    "nested/alone": [(LEFT, ORANGE)],
    "large": [(WIDE, ORANGE)],
    "two": [(LEFT, ORANGE), (RIGHT, ORANGE)],
    "empty": [],
    "other": [(LEFT, ORANGE), (RIGHT, VIOLET)],
}
"""The network that finds people finds what is orange, the one that makes mattes all that is red."""
WHY = {"two": "several", "empty": "nobody", "other": "disagrees", "torn": "unreadable"}


@pytest.fixture(autouse=True)
def weights(monkeypatch, tmp_path):
    """The only weights there are."""
    folder = made_networks.only_these(monkeypatch, tmp_path, matting="random")
    made_networks.save_red(folder, monkeypatch)
    monkeypatch.setenv("MATTE_DATA", "")
    forget_networks()
    yield folder
    forget_networks()


@pytest.fixture
def photographs(tmp_path) -> Path:
    """A folder of them, with a file that is cut short."""
    root = tmp_path / "photographs"
    for name, shapes in PEOPLE.items():
        draw(root / f"{name}.png", shapes)
    torn = draw(root / "torn.png", PEOPLE["large"])
    torn.write_bytes(torn.read_bytes()[:200])
    return root


def draw(path: Path, shapes) -> Path:
    pixels = np.empty((*SIZE, 3), np.float64)
    pixels[:] = BLUE
    for (top, left, bottom, right), colour in shapes:
        pixels[top:bottom, left:right] = colour
    pixels += np.random.default_rng(len(path.name)).normal(0, 3, pixels.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.clip(pixels, 0, 255).astype(np.uint8)[..., ::-1])
    return path


def order(photographs: Path, **choices) -> Order:
    finder = open_finder(DOMAINS["person"])
    return Order(pictures_below(photographs), finder, Matter("red"), choices=choices)


def test_the_right_ones_are_dropped_and_the_report_is_right(photographs, tmp_path, capsys) -> None:
    out = tmp_path / "set"
    assert exit_code(main, "prepare", "rgba", photographs, out, "--method", "red") == 0
    told = capsys.readouterr().out
    report = json.loads((out / "report.json").read_text())
    assert (report["pictures"], report["kept"], report["left"]) == (6, 2, 0)
    assert {row["name"]: row["reason"] for row in report["files"]} == WHY
    assert report["dropped"] == dict.fromkeys(("unreadable", "nobody", "several", "disagrees"), 1)
    assert report["settings"]["epsilon"] == report["settings"]["threshold"] == 0.1
    for reason in WHY.values():
        assert REASONS[reason] in told
    assert "2 pictures" in told
    assert sorted(path.name for path in out.glob("*.png")) == ["large.png", "nested-alone.png"]
    by_name = {row["name"]: row for row in report["files"]}
    violet = (RIGHT[2] - RIGHT[0]) * (RIGHT[3] - RIGHT[1]) / (SIZE[0] * SIZE[1])
    assert by_name["other"]["figures"]["disagreement"] == pytest.approx(violet, abs=0.01)
    assert by_name["two"]["figures"] == {"subjects": 2}
    assert "damaged" in by_name["torn"]["detail"]


def test_a_picture_keeps_its_colours_and_gets_the_matte(photographs, tmp_path) -> None:
    out = tmp_path / "set"
    prepare_rgba(order(photographs), out)
    colours, alpha = read_cutout(out / "nested-alone.png")
    original = cv2.imread(str(photographs / "nested" / "alone.png"))[..., ::-1]
    assert np.array_equal(colours, original)
    person = np.zeros(SIZE, bool)
    person[LEFT[0] : LEFT[2], LEFT[1] : LEFT[3]] = True
    assert ((alpha > 0.5) == person).mean() > 0.999
    opened = open_photographs("rgba", root=out)
    assert opened.names == ["large", "nested-alone"]
    photograph = opened.photograph(1)
    assert np.array_equal(photograph.image, original) and np.array_equal(photograph.alpha, alpha)
    row = read_manifest(out)[1]
    assert row.made["method"] == "red" and row.made["source"].endswith("nested/alone.png")
    assert row.made["disagreement"] < 0.01


class Stopping:
    """Asks to stop after some checks."""

    def __init__(self, checks: int) -> None:
        self.left = checks

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled

    def progress(self, fraction: float, message: str = "") -> None:
        return None


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_stopped_anywhere_goes_on_to_the_same_set(photographs, tmp_path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    prepare_rgba(order(photographs), whole)
    for checks in (1, 2, 4):
        with pytest.raises(Cancelled):
            prepare_rgba(order(photographs), parts, ctx=Stopping(checks))
    for name in ("manifest.jsonl", "dropped.jsonl"):
        with (parts / name).open("a", encoding="utf-8") as file:
            file.write('{"name": "oth')  # as a kill leaves it
    seen = []
    prepare_rgba(order(photographs), parts, told=lambda done, wanted: seen.append((done, wanted)))
    assert seen[0][0] >= 1 and seen[-1] == (6, 6)
    assert files(parts) == files(whole)


def test_processes_share_the_work_and_another_number_of_them_goes_on(photographs, tmp_path) -> None:
    whole, shared = tmp_path / "whole", tmp_path / "shared"
    all_at_once = prepare_rgba(order(photographs), whole)
    first = prepare_rgba(order(photographs), shared, shard=Shard(2, 3))
    assert first.left == 4
    prepare_rgba(order(photographs), shared, shard=Shard(1, 2))
    last = prepare_rgba(order(photographs), shared)
    assert last.as_dict() == all_at_once.as_dict()
    names = [row.name for row in read_manifest(shared)] + [row.name for row in read_dropped(shared)]
    assert len(names) == len(set(names)) == 6
    assert {n: b for n, b in files(shared).items() if n.endswith("png")} == {
        n: b for n, b in files(whole).items() if n.endswith("png")
    }


def test_other_choices_need_another_folder(photographs, tmp_path) -> None:
    out = tmp_path / "set"
    prepare_rgba(order(photographs, threshold=0.1), out)
    with pytest.raises(UserError, match=r"threshold was 0\.1"):
        prepare_rgba(order(photographs, threshold=0.2), out)


def test_a_set_inside_of_the_folder_is_not_prepared_again(photographs, tmp_path) -> None:
    out = photographs / "set"
    for _ in range(2):
        assert exit_code(main, "prepare", "rgba", photographs, out, "--method", "red") == 0
    assert json.loads((out / "report.json").read_text())["pictures"] == 6


def test_a_method_with_a_trimap_gets_what_is_not_sure(photographs, tmp_path) -> None:
    wanted = Order(pictures_below(photographs), open_finder(DOMAINS["person"]), Matter("random"))
    report = prepare_rgba(wanted, tmp_path / "set")
    kept = {row.name for row in read_manifest(tmp_path / "set")}
    assert kept == {"large", "nested-alone", "other"}  # violet is none of its trimap's
    assert report.counts == {"unreadable": 1, "nobody": 1, "several": 1}


def test_the_rules_are_settings(photographs, tmp_path) -> None:
    loose = order(photographs)
    loose = Order(loose.pictures, loose.finder, loose.matter, Rules(0.1, 0.9, (0.0, 1.0)))
    prepare_rgba(loose, tmp_path / "loose")
    assert "other" in {row.name for row in read_manifest(tmp_path / "loose")}
    strict = Order(loose.pictures, loose.finder, loose.matter, Rules(covered=(0.3, 0.98)))
    report = prepare_rgba(strict, tmp_path / "strict")
    assert report.counts["uncovered"] == 1


def test_equation_4() -> None:
    alpha = np.array([[0.0, 0.1, 0.11, 1.0]], np.float32)
    mask = np.array([[0.0, 1.0, 0.0, 1.0]], np.float32)
    assert disagreement(alpha, mask, epsilon=0.1) == 0.5
    assert disagreement(alpha, mask, epsilon=0.05) == 0.25
    with pytest.raises(BugError, match="kept with a matte"):
        Verdict()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--method", "nobody"), "no matting method"),
        (("--method", "red", "--domain", "plant"), "no domain"),
        (("--method", "red", "--domain", "animal"), "deeplabv3_resnet50"),
        (("--method", "red", "--shard", "3/2"), "no part of the work"),
        (("--method", "red", "--segmenter", "nothing"), "nothing"),
        (("--method", "red", "--split", "train"), "has no splits"),
    ],
)
def test_what_cannot_be_prepared_is_said(options, told, photographs, tmp_path, capsys) -> None:
    assert exit_code(main, "prepare", "rgba", photographs, tmp_path / "set", *options) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "set").exists()
