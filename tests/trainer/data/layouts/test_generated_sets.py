"""The layout `generated`: what is written is read, and what was cut off never counts."""

from __future__ import annotations

import json
import multiprocessing

import numpy as np
import pytest

from engine.errors import BugError, UserError
from trainer.data.generated import (
    GeneratedWriter,
    generated_photographs,
    generated_subjects,
    read_manifest,
)
from trainer.data.layouts import LAYOUTS
from trainer.data.layouts.opening import open_photographs, open_subjects
from trainer.data.names import Selection
from trainer.data.sample import Photograph


def sample(name, seed=0, *, foreground=True):
    rng = np.random.default_rng(seed)
    image, colours = rng.integers(0, 256, (2, 9, 7, 3), dtype=np.uint8)
    alpha = rng.integers(0, 256, (9, 7)).astype(np.float32) / 255
    return Photograph(image, alpha, name, "strands", foreground=colours if foreground else None)


def test_what_is_written_is_read(tmp_path):
    writer = GeneratedWriter(tmp_path)
    first, second = sample("a"), sample("b é", 1, foreground=False)
    writer.add(first, made={"model": "portraits", "seed": 3, "psi": -0.5})
    writer.add(second, split="validation")
    rows = read_manifest(tmp_path)
    assert [row.name for row in rows] == ["a", "b é"]
    assert rows[0].made == {"model": "portraits", "seed": 3, "psi": -0.5}
    photographs = generated_photographs(tmp_path)
    for index, written in enumerate((first, second)):
        read = photographs.photograph(index)
        assert (read.image == written.image).all()
        assert (read.alpha == written.alpha).all()
        assert (read.name, read.family) == (written.name, "strands")
    assert (photographs.photograph(0).foreground == first.foreground).all()
    assert photographs.photograph(1).foreground is None


def test_splits_and_subjects(tmp_path):
    writer = GeneratedWriter(tmp_path)
    writer.add(sample("a"))
    writer.add(sample("b", foreground=False))
    writer.add(sample("c"), split="validation")
    assert open_photographs("generated", root=tmp_path).names == ["a", "b", "c"]
    assert open_photographs("generated", "validation", root=tmp_path).names == ["c"]
    assert open_subjects("generated", root=tmp_path).names == ["a", "c"]
    assert open_subjects("generated", "train_subjects", root=tmp_path).names == ["a"]
    left = generated_photographs(tmp_path, selection=Selection(frozenset({"b"})))
    assert (left.names, left.left_out) == (["a", "c"], 1)
    subject = generated_subjects(tmp_path).subject(0)
    assert (subject.foreground == sample("a").foreground).all()


def test_a_set_without_colours_has_no_subjects(tmp_path):
    GeneratedWriter(tmp_path).add(sample("a", foreground=False))
    with pytest.raises(UserError, match="foreground colours"):
        open_subjects("generated", root=tmp_path)


@pytest.mark.parametrize("kept", range(1, 60, 7))
def test_a_half_written_last_line_does_not_count_and_is_cut_off(kept, tmp_path):
    writer = GeneratedWriter(tmp_path)
    writer.add(sample("a"))
    writer.add(sample("b"))
    manifest = tmp_path / "manifest.jsonl"
    whole = manifest.read_bytes()
    start = whole.index(b"\n") + 1
    manifest.write_bytes(whole[: start + kept])
    assert generated_photographs(tmp_path).names == ["a"]
    resumed = GeneratedWriter(tmp_path)
    assert resumed.names == {"a"}
    resumed.add(sample("b"))
    assert manifest.read_bytes() == whole


def test_a_line_without_its_newline_does_not_count(tmp_path):
    GeneratedWriter(tmp_path).add(sample("a"))
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-1])
    assert read_manifest(tmp_path) == []
    assert GeneratedWriter(tmp_path).names == frozenset()


def _write_forever(folder):
    writer = GeneratedWriter(folder)
    for number in range(len(writer.names), 100_000):
        writer.add(sample(f"{number:06d}", number))


def test_a_killed_writer_leaves_a_set_that_is_whole(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=_write_forever, args=(tmp_path,))
    process.start()
    manifest = tmp_path / "manifest.jsonl"
    while not manifest.exists() or manifest.read_bytes().count(b"\n") < 3:
        assert process.is_alive()
    process.kill()
    process.join()
    GeneratedWriter(tmp_path)
    photographs = generated_photographs(tmp_path)
    assert len(photographs) >= 3
    for index in range(len(photographs)):
        assert (photographs.photograph(index).image == sample("x", index).image).all()


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"name": 3}',
        '{"name": "x", "colour": 1}',
        '{"name": "../x"}',
        '{"name": ""}',
        '{"name": "x", "split": "test"}',
        '{"name": "x", "made": 1}',
        '{"name": "a"}',
    ],
)
def test_a_bad_line_is_named(line, tmp_path):
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text('{"name": "a"}\n' + line + "\n")
    with pytest.raises(UserError) as raised:
        read_manifest(tmp_path)
    assert raised.value.path == manifest
    assert "2" in raised.value.problem or "twice" in raised.value.problem
    assert not all(finding.good for finding in LAYOUTS["generated"].check(tmp_path))


def test_files_the_manifest_speaks_of_must_be_there(tmp_path):
    GeneratedWriter(tmp_path).add(sample("a"))
    (tmp_path / "foreground/a.png").unlink()
    told = [path for f in LAYOUTS["generated"].check(tmp_path) for path in f.missing]
    assert told == [tmp_path / "foreground/a.png"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\nb", ".a"])
def test_bad_names_are_bugs(name, tmp_path):
    with pytest.raises(BugError):
        GeneratedWriter(tmp_path).add(sample(name))


def test_a_name_is_generated_once(tmp_path):
    writer = GeneratedWriter(tmp_path)
    writer.add(sample("a"))
    with pytest.raises(BugError):
        writer.add(sample("a"))


def test_each_line_is_json_of_its_own(tmp_path):
    GeneratedWriter(tmp_path).add(sample("a"), made={"text": "two\nlines"})
    (line,) = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["made"] == {"text": "two\nlines"}
