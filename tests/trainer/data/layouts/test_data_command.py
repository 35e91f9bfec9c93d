"""`matte-train data`: list, check and compose."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from layout_trees import TREES

from engine.errors import UserError
from trainer.commands.data import data
from trainer.data import roots
from trainer.data.layouts import LAYOUTS
from trainer.data.protocols import PROTOCOLS


@pytest.fixture(autouse=True)
def no_roots(monkeypatch, tmp_path):
    monkeypatch.delenv("MATTE_DATA", raising=False)
    monkeypatch.setattr(roots, "user_file", lambda: tmp_path / "none.toml")


def run(*arguments):
    command = typer.main.get_command(data)
    return command.main(args=list(arguments), prog_name="data", standalone_mode=False)


def test_all_layouts_and_protocols_are_listed(capsys):
    run("list")
    told = capsys.readouterr().out
    assert all(spec.title in told for spec in LAYOUTS.values())
    run("compose")
    told = capsys.readouterr().out
    assert all(protocol.title in told for protocol in PROTOCOLS.values())


def test_a_whole_set_is_good(tmp_path, capsys):
    TREES["p3m_10k"](tmp_path)
    assert run("check", "p3m_10k", "--root", str(tmp_path)) in (0, None)
    told = capsys.readouterr().out
    assert "!!" not in told
    assert "9421 were published" in told


def test_what_is_missing_is_printed_and_fails(tmp_path, capsys):
    TREES["p3m_10k"](tmp_path)
    gone = tmp_path / "P3M-10k/validation/P3M-500-P/trimap/p_00000002.png"
    gone.unlink()
    assert run("check", "p3m_10k", "--root", str(tmp_path)) == 1
    assert str(gone) in capsys.readouterr().out


def test_all_that_the_environment_names_is_checked(tmp_path, capsys, monkeypatch):
    TREES["people"](tmp_path / "sets" / "people")
    TREES["coco"](tmp_path / "sets" / "coco")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "sets"))
    assert run("check") in (0, None)
    told = capsys.readouterr().out
    assert "people: " in told
    assert "coco: " in told


def test_nothing_to_check_says_how_to_name_something():
    with pytest.raises(UserError, match="MATTE_DATA"):
        run("check")


def test_a_test_set_is_composed(tmp_path, capsys):
    TREES["distinctions_646"](tmp_path / "set")
    TREES["voc"](tmp_path / "voc")
    places = ("--root", str(tmp_path / "set"), "--voc", str(tmp_path / "voc"))
    run("compose", "distinctions_646", "--out", str(tmp_path / "out"), *places)
    assert "20 written, 0 were there" in capsys.readouterr().out
    assert len(list((tmp_path / "out" / "merged").iterdir())) == 20


def test_where_to_write_must_be_said():
    with pytest.raises(UserError, match="--out"):
        run("compose", "composition_1k")


def test_neither_help_nor_check_loads_torch(tmp_path):
    program = (
        "import sys, typer\n"
        "from trainer.commands.data import data\n"
        "command = typer.main.get_command(data)\n"
        f"command.main(['check', 'plain', '--root', {str(tmp_path)!r}], standalone_mode=False)\n"
        "print('torch' in sys.modules)\n"
    )
    TREES["plain"](tmp_path)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.splitlines()[-1] == "False", told.stderr
