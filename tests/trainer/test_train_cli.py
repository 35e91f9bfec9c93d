"""`matte-train`: its doctor tells what is there and what stands in the way."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from engine.device import Gpu, Machine
from tests.called import exit_code
from trainer.cli import main
from trainer.doctor import examine, memory_bytes
from trainer.estimate import estimate

V100 = Gpu("Tesla V100-SXM2-32GB", (7, 0), 32 << 30)


def found(name, findings):
    return [finding for finding in findings if finding.name == name]


def test_version(capsys):
    assert exit_code(main, "--version") == 0
    assert capsys.readouterr().out.strip() == f"matte-train {version('matteapp')}"


def test_help_names_the_commands_and_does_not_load_torch():
    program = (
        "import sys\n"
        "from trainer.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('torch' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    for command in ("list", "run", "finetune", "export", "doctor"):
        assert command in told.stdout
    assert told.stdout.splitlines()[-1] == "False"


def test_the_doctor_reports_this_machine(capsys, monkeypatch, tmp_path):
    import torch

    for folder, name in (("image", "one.jpg"), ("label", "one.png")):
        (tmp_path / "people" / folder).mkdir(parents=True)
        (tmp_path / "people" / folder / name).write_bytes(b"x")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    code = exit_code(main, "doctor")
    told = capsys.readouterr().out
    assert code == (1 if "!!" in told else 0)
    assert torch.__version__ in told
    assert "people:" in told
    for name in ("python", "training runs on", "cores", "memory", "free disk", "pydantic"):
        assert name in told


def test_the_doctor_says_that_a_build_cannot_use_the_device():
    machine = Machine("2.15.0+cu130", cuda="13.0", archs=("sm_75", "sm_90"), gpus=(V100,))
    device = found("device", examine(machine=machine))[0]
    assert not device.good
    assert "V100" in device.value
    assert "no code for it" in device.value


def test_the_doctor_says_which_precision_a_v100_trains_in():
    machine = Machine("2.10.0+cu126", cuda="12.6", archs=("sm_70", "sm_90"), gpus=(V100,))
    (choice,) = found("training runs on", examine(machine=machine))
    assert "float16" in choice.value


def test_the_doctor_advises_on_a_v100_with_too_new_a_build():
    machine = Machine("2.15.0+cu130", cuda="13.0", archs=("sm_75", "sm_90"), gpus=(V100,))
    findings = examine(machine=machine)
    assert "CUDA 12.6" in found("device", findings)[0].value
    assert "too new" in found("V100 (sm_70)", findings)[0].value


def test_several_devices_need_torchrun():
    machine = Machine("2.10.0+cu126", cuda="12.6", archs=("sm_70",), gpus=(V100, V100))
    findings = examine(machine=machine)
    assert "no bf16" in found("device", findings)[0].value
    assert "--nproc-per-node 2" in found("several devices", findings)[0].value


def test_a_data_folder_that_is_not_there_stands_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setenv("MATTE_DATA", str(tmp_path / "gone"))
    (data,) = found("data", examine())
    assert not data.good


def test_what_a_data_set_lacks_is_named(tmp_path, monkeypatch):
    (tmp_path / "people" / "image").mkdir(parents=True)
    (tmp_path / "people" / "image" / "one.jpg").write_bytes(b"x")
    monkeypatch.setenv("MATTE_DATA", str(tmp_path))
    (data,) = found("data", examine())
    assert not data.good
    assert "label" in data.value


def test_an_estimate_says_how_it_was_found(tiny):
    guess = estimate("tiny", "default")
    assert guess.samples == 12 * 4
    assert guess.sample_bytes == (3 + 1) * 8 * 8 * 4
    assert guess.parameters == 3 * 8 * 9 + 8 + 16 + 8 * 9 + 1
    assert guess.hours > 0 and guess.memory > 5 * 4 * guess.parameters
    assert guess.how == "two steps of 2 samples, reckoned to 4, on cpu"


def test_an_unnamed_data_folder_is_said_but_no_obstacle(monkeypatch):
    monkeypatch.delenv("MATTE_DATA", raising=False)
    monkeypatch.setattr("trainer.doctor.known_roots", dict)
    (data,) = found("data", examine())
    assert data.good
    assert "$MATTE_DATA" in data.value


@pytest.mark.skipif(sys.platform == "win32", reason="not known there")
def test_memory_is_at_least_what_python_runs_in():
    assert memory_bytes() > 100 << 20
