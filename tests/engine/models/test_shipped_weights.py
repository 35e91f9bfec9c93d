"""The weights that come with the product are what their list says, and fit their networks."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from engine.models.fitting import fit
from engine.models.manifest import read_manifest
from engine.models.provenance import provenance_of
from engine.models.safetensors_header import read_notes
from engine.models.weights import FoundWeights, verify
from trainer.export import without_folders

FOLDER = Path(str(files("resources"))) / "weights"
LARGEST = 15_000_000
ROWS = read_manifest(FOLDER)


def test_every_file_is_listed_and_every_listed_file_is_there():
    assert {row.file for row in ROWS} == {path.name for path in FOLDER.glob("*.safetensors")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.model)
def test_a_file_is_what_its_row_says(row):
    path = FOLDER / row.file
    verify(FoundWeights(row, path, "built in"))
    assert path.stat().st_size == row.bytes <= LARGEST
    assert row.licence and row.data and row.commit and row.figures


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.model)
def test_a_file_fits_its_network_as_it_is(row, tmp_path):
    copy = tmp_path / row.file
    copy.write_bytes((FOLDER / row.file).read_bytes())
    assert fit(copy, row.model) == ""
    assert copy.read_bytes() == (FOLDER / row.file).read_bytes()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.model)
def test_a_file_says_what_its_row_says_and_no_full_path(row, tmp_path):
    alone = tmp_path / row.file
    alone.write_bytes((FOLDER / row.file).read_bytes())
    assert provenance_of(alone) == provenance_of(FOLDER / row.file)
    config = json.loads(read_notes(alone)["config"])
    assert without_folders(config) == config
