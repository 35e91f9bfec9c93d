"""A batch: what fails ends nothing, what is done is not done again, and settings go to all."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.batch.batch import Batch, Means
from engine.batch.journal import NAME, read_journal, resumed
from engine.batch.order import Order, for_many, from_order_dict, to_order_dict
from engine.batch.preview import LONGEST, make_preview, preview_path
from engine.cli import main
from engine.delivery import Delivery
from engine.errors import UserError
from engine.imaging.read import read_image
from engine.imaging.write import write_picture
from engine.output_presets import Output
from engine.settings import CutSettings, EdgeSettings, GuidanceSettings, TrimapSettings
from tests.called import exit_code

FAST = CutSettings(
    guidance=GuidanceSettings("grabcut", (8, 8, 46, 46), ""),
    trimap=TrimapSettings(4, source="radius"),
)


class Owner:
    """The thread that a batch belongs to."""

    def __init__(self, order: Order, kept=(), *, means: Means = Means()) -> None:
        self.events: queue.SimpleQueue = queue.SimpleQueue()
        self.states: list[tuple[str, str]] = []
        self.worked: list[str] = []
        self.batch = Batch(
            order,
            kept,
            means=means,
            post=self.events.put,
            reason_of=lambda error, source: str(error),
            changed=self._hear,
        )

    def _hear(self, item) -> None:
        self.states.append((item.source.name, item.state))
        if item.state == "works":
            self.worked.append(item.source.name)

    def work_off(self) -> dict[str, str]:
        self.batch.start()
        while self.batch.working:
            self.batch.take(self.events.get(timeout=60))
        return {item.source.name: item.state for item in self.batch.items}


def blob(path: Path, *, shift: int = 0) -> Path:
    """A dark figure on a light ground, which the outline by place and colour finds."""
    rows, cols = np.mgrid[:48, :48]
    inside = (rows > 14) & (np.abs(cols - 22 - shift) < 9)
    pixels = np.where(inside[..., None], (70, 40, 30), (225, 228, 235)).astype(np.uint8)
    write_picture(path, pixels + (rows % 3)[..., None].astype(np.uint8))
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "in"
    folder.mkdir()
    return [blob(folder / f"{name}.png", shift=n) for n, name in enumerate("abc")]


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(tmp_path / "out", settings=FAST)


@pytest.fixture
def owner(order: Order):
    made = Owner(order)
    yield made
    made.batch.close()


def again(order: Order) -> Owner:
    return Owner(order, resumed(read_journal(order.folder / NAME), order))


def test_a_bad_file_is_told_and_ends_nothing(owner, order, photographs) -> None:
    bad = photographs[0].with_name("bad.png")
    bad.write_bytes(b"no picture")
    owner.batch.add([photographs[0], bad, *photographs[1:]])
    states = owner.work_off()
    assert states.pop("bad.png") == "failed"
    assert set(states.values()) <= {"done", "doubtful"}
    assert "not a picture" in owner.batch.item(bad).remark
    assert sorted(path.name for path in order.folder.glob("*.png")) == [
        "a_cutout.png",
        "b_cutout.png",
        "c_cutout.png",
    ]


def test_nothing_begins_while_it_is_paused(owner, photographs) -> None:
    owner.batch.add(photographs)
    assert owner.batch.counts == {"waits": 3}
    owner.batch.start()
    owner.batch.pause()
    while owner.batch.working:
        owner.batch.take(owner.events.get(timeout=60))
    assert owner.batch.counts["waits"] == 2


def test_cancelled_ones_wait_for_a_retry(owner, photographs) -> None:
    owner.batch.add(photographs)
    owner.batch.cancel([photographs[1]])
    assert owner.work_off()["b.png"] == "stopped"
    owner.batch.again([photographs[1]])
    assert owner.work_off()["b.png"] != "stopped"


def test_cancelling_all_stops_what_is_under_way(owner, photographs) -> None:
    owner.batch.add(photographs)
    owner.batch.start()
    owner.batch.cancel()
    while owner.batch.working:
        owner.batch.take(owner.events.get(timeout=60))
    assert owner.batch.paused
    assert owner.batch.counts["stopped"] >= 2


def test_what_is_done_and_unchanged_is_not_done_again(owner, order, photographs) -> None:
    owner.batch.add(photographs)
    owner.work_off()
    owner.batch.close()
    blob(photographs[1], shift=9)  # it was replaced meanwhile
    (order.folder / "c_cutout.png").unlink()
    second = again(order)
    second.work_off()
    second.batch.close()
    assert second.worked == ["b.png", "c.png"]
    assert (order.folder / "c_cutout.png").is_file()


def test_a_crash_loses_only_what_was_under_way(owner, order, photographs) -> None:
    owner.batch.add(photographs)
    owner.batch.start()
    owner.batch.pause()
    while owner.batch.working:
        owner.batch.take(owner.events.get(timeout=60))
    owner.batch.close()
    journal = order.folder / NAME
    with journal.open("a") as file:  # the line that was being written when it was killed
        file.write('{"item": {"source": "')
    second = again(order)
    second.work_off()
    second.batch.close()
    assert second.worked == ["b.png", "c.png"]
    assert [item.source.name for item in read_journal(journal).items] == ["a.png", "b.png", "c.png"]


def test_other_settings_are_for_all_but_what_was_made_by_hand(owner, order, photographs) -> None:
    owner.batch.add(photographs)
    owner.work_off()
    owner.batch.hand_in(photographs[2], {"cutout": order.folder / "c_cutout.png"})
    by_hand = (order.folder / "c_cutout.png").read_bytes()
    before = (order.folder / "a_cutout.png").read_bytes()
    softer = replace(FAST, edge=EdgeSettings(feather=3.0))
    owner.worked.clear()
    owner.batch.give_order(replace(order, settings=softer))
    owner.work_off()
    assert sorted(set(owner.worked)) == ["a.png", "b.png"]
    assert (order.folder / "a_cutout.png").read_bytes() != before
    assert (order.folder / "c_cutout.png").read_bytes() == by_hand
    assert owner.batch.item(photographs[2]).by_hand


def test_files_of_others_are_left_unless_they_may_be_replaced(tmp_path, order, photographs) -> None:
    order.folder.mkdir()
    theirs = order.folder / "a_cutout.png"
    write_picture(theirs, np.zeros((4, 4, 3), np.uint8))
    for replaces in (False, True):
        owner = Owner(replace(order, replace=replaces))
        owner.batch.add(photographs[:1])
        owner.work_off()
        owner.batch.close()
        (order.folder / NAME).unlink()
        assert (read_image(theirs).size == (48, 48)) is replaces


def test_going_back_to_an_order_costs_nothing(owner, order, photographs) -> None:
    owner.batch.add(photographs)
    owner.work_off()
    owner.batch.pause()
    owner.batch.give_order(replace(order, bits=16))
    assert owner.batch.counts == {"waits": 3}
    owner.batch.give_order(order)
    assert owner.batch.counts["waits"] == 0


def test_two_that_would_be_one_file_are_told_apart(owner, photographs) -> None:
    twin = photographs[0].parent / "sub" / "a.png"
    twin.parent.mkdir()
    blob(twin)
    owner.batch.add([photographs[0], twin])
    owner.work_off()
    assert owner.batch.item(photographs[0]).has_result
    assert owner.batch.item(twin).state == "failed"
    assert "already" in owner.batch.item(twin).remark


def test_photographs_are_counted_and_keep_their_numbers(owner, order, photographs) -> None:
    counted = replace(order, template="{counter}_{size}_{product}", scale=0.5)
    owner.batch.give_order(counted)
    owner.batch.add(photographs[:2])
    owner.work_off()
    owner.batch.drop([photographs[1]])
    owner.batch.close()
    second = again(counted)
    assert [item.number for item in second.batch.add(photographs[1:])] == [2, 3]
    second.batch.close()
    names = sorted(path.name for path in order.folder.glob("*.png"))
    assert names == ["001_24x24_cutout.png", "002_24x24_cutout.png"]


def test_a_file_with_a_mere_number_is_not_taken_for_a_photographs_own(order, photographs) -> None:
    counted = replace(order, template="{counter}")
    order.folder.mkdir()
    theirs = order.folder / "001.png"
    write_picture(theirs, np.zeros((4, 4, 3), np.uint8))
    first = Owner(counted)
    first.batch.add(photographs[:2])
    states = first.work_off()
    first.batch.close()
    assert states["a.png"] == "failed" != states["b.png"]
    assert "another photograph" in first.batch.item(photographs[0]).remark
    theirs.unlink()
    second = again(counted)
    second.work_off()
    second.batch.close()
    assert second.worked == ["a.png"]
    assert read_image(theirs).size == (48, 48)


def test_what_was_written_before_a_crash_is_ones_own(order, photographs) -> None:
    counted = replace(order, template="{counter}")
    first = Owner(counted)
    first.batch.add(photographs[:1])
    first.batch.start()
    first.batch.close()
    write_picture(order.folder / "001.png", np.zeros((48, 48, 3), np.uint8))
    second = again(counted)
    assert second.work_off() == {"a.png": "done"}
    second.batch.close()


def test_a_journal_of_an_older_program_is_read(owner, order, photographs) -> None:
    owner.batch.add(photographs)
    owner.batch.close()
    journal = order.folder / NAME
    words = [json.loads(line) for line in journal.read_text().splitlines()]
    for word in words:
        for name in ("number", "begun_by"):
            word.get("item", {}).pop(name, None)
    journal.write_text("".join(json.dumps(word) + "\n" for word in words))
    second = again(order)
    second.batch.close()
    assert [item.number for item in second.batch.items] == [1, 2, 3]


def test_a_batch_and_matte_cut_write_the_same_bytes(order, photographs, tmp_path) -> None:
    output = Output(
        ("cutout", "alpha", "on_white"),
        "tiff",
        "{counter} {name} {view} {size}",
        Delivery(16, scale=0.5, colour_space="adobe_rgb", metadata=False),
    )
    owner = Owner(order.saving(output))
    owner.batch.add(photographs)
    owner.work_off()
    owner.batch.close()
    theirs = tmp_path / "theirs"
    arguments = ["cut", photographs[0].parent, "-o", theirs, "--find", "none", "--radius", "4"]
    arguments += ["--box", "8,8,46,46", "--save", ",".join(output.products), "--format", "tiff"]
    arguments += ["--bits", 16, "--scale", 50, "--colour-space", "adobe_rgb", "--strip-metadata"]
    assert exit_code(main, *arguments, "--name-template", output.template) == 0
    ours = {path.name: path.read_bytes() for path in order.folder.glob("*.tif")}
    assert "002 b Alpha matte 24x24.tif" in ours
    assert ours == {path.name: path.read_bytes() for path in theirs.iterdir()}


def test_marks_and_what_was_dropped_are_kept(owner, order, photographs) -> None:
    owner.batch.add(photographs)
    owner.batch.mark(photographs[1], True)
    owner.batch.drop([photographs[0]])
    owner.batch.close()
    kept = read_journal(order.folder / NAME)
    assert kept.order == order
    assert [(item.source.name, item.marked) for item in kept.items] == [
        ("b.png", True),
        ("c.png", False),
    ]


def test_a_watched_photograph_that_was_replaced_is_cut_again(owner, photographs) -> None:
    owner.batch.offer(photographs)
    owner.work_off()
    owner.worked.clear()
    blob(photographs[0], shift=8)
    owner.batch.offer(photographs)
    owner.work_off()
    assert owner.worked == ["a.png"]


def test_a_preview_shows_the_result(order, photographs, tmp_path) -> None:
    owner = Owner(order, means=Means(previews=tmp_path / "small"))
    owner.batch.add(photographs[:1])
    owner.work_off()
    owner.batch.close()
    path = preview_path(tmp_path / "small", photographs[0], order.folder)
    shown, cutout = read_image(path), read_image(order.folder / "a_cutout.png")
    assert shown.size == cutout.size
    assert np.abs(shown.alpha - cutout.alpha).mean() < 0.01
    other = tmp_path / "other.webp"
    make_preview(other, photographs[0], {"alpha": order.folder / "a_cutout.png"})
    assert max(read_image(other).size) <= LONGEST


HOLD = """
import sys
from pathlib import Path
from engine.batch.journal import NAME, Journal
Journal(Path(sys.argv[1]) / NAME)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_batch_is_one_programs_at_a_time_until_that_dies(order, photographs) -> None:
    order.folder.mkdir()
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(order.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    journal = (order.folder / NAME).read_bytes()
    with pytest.raises(UserError, match="Another program"):
        Owner(order)
    assert (order.folder / NAME).read_bytes() == journal
    other.kill()
    other.wait(30)
    owner = Owner(order)
    owner.batch.add(photographs[:1])
    owner.batch.close(forget=True)
    assert list(order.folder.iterdir()) == []


def test_a_journal_that_is_none_is_not_taken_for_one(tmp_path) -> None:
    path = tmp_path / NAME
    path.write_text("[1]\n")
    with pytest.raises(UserError, match="damaged"):
        read_journal(path)
    path.write_text("{}\n")
    with pytest.raises(UserError, match="not the journal"):
        read_journal(path)
    assert read_journal(tmp_path / "none").items == ()


def test_an_order_survives_its_file_and_refuses_what_cannot_be(order) -> None:
    assert from_order_dict(to_order_dict(order)) == order
    assert replace(order, folder=Path("other")).fingerprint == order.fingerprint
    assert replace(order, bits=16).fingerprint != order.fingerprint
    with pytest.raises(UserError, match="Nothing is to be saved"):
        replace(order, products=()).check()
    with pytest.raises(UserError, match="put on"):
        replace(order, products=("composite",)).check()


def test_what_belongs_to_one_photograph_is_not_for_others() -> None:
    one = CutSettings(
        guidance=GuidanceSettings("strokes", (0, 0, 5, 5), clicks=((0.5, 0.5, True),))
    )
    many = for_many(replace(one, edge=EdgeSettings(feather=2.0)))
    assert many.guidance == GuidanceSettings()
    assert many.edge.feather == 2.0
