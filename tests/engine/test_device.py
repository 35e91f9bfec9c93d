"""The choice of a device, in words, and the ladder for lack of memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.device import (
    DEVICES,
    Gpu,
    Machine,
    choose_device,
    is_out_of_memory,
    look_at_machine,
    retry_on_memory,
    runs_on,
    solver_cores,
)
from engine.errors import Cancelled, UserError
from tests.contexts import Listener, StoppedAfter

MODERN = ("sm_75", "sm_80", "sm_86", "sm_90", "compute_90")
OLDER = ("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90")
V100 = Gpu("Tesla V100-SXM2-32GB", (7, 0), 32 << 30)
H100 = Gpu("NVIDIA H100", (9, 0), 80 << 30)


def machine(*gpus, archs=OLDER, cuda="12.6", **more):
    return Machine(torch="2.8.0+cu126", cuda=cuda, archs=archs, gpus=gpus, **more)


@pytest.mark.parametrize(
    ("gpu", "precision"),
    [
        (V100, "float16"),
        (Gpu("RTX 2080", (7, 5)), "float16"),
        (Gpu("A100", (8, 0)), "bfloat16"),
        (H100, "bfloat16"),
        (Gpu("GTX 1080", (6, 1)), "float32"),
    ],
)
def test_precision_follows_what_the_device_multiplies_fast(gpu, precision):
    choice = choose_device(machine=machine(gpu))
    assert (choice.name, choice.precision) == ("cuda", precision)
    assert gpu.name in choice.why


def test_auto_says_why_it_is_the_processor():
    choice = choose_device(machine=Machine(torch="2.13.0+cpu"))
    assert choice.name == "cpu"
    assert "2.13.0+cpu was built without it" in choice.why
    assert choice.precision == "float32"


def test_the_processor_computes_in_bfloat16_only_where_it_can():
    able = Machine(torch="2.13.0+cpu", cpu_bfloat16=True)
    assert choose_device("cpu", machine=able).precision == "bfloat16"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Machine(torch="2.13.0+cpu"), "built without"),
        (machine(), "no NVIDIA device"),
        (machine(V100, archs=MODERN), "no code for the Tesla V100-SXM2-32GB (sm_70)"),
    ],
)
def test_asking_for_cuda_without_one_is_refused_with_the_reason(given, said):
    with pytest.raises(UserError, match="CUDA cannot be used") as refused:
        choose_device("cuda", machine=given)
    assert said in str(refused.value)
    assert refused.value.remedy


def test_a_v100_with_a_build_that_dropped_it_is_told_which_build_it_needs():
    with pytest.raises(UserError, match=r"CUDA 12\.6"):
        choose_device("cuda", machine=machine(V100, archs=MODERN))


def test_auto_never_hides_that_the_build_cannot_use_the_device():
    choice = choose_device(machine=machine(V100, archs=MODERN))
    assert choice.name == "cpu"
    assert "sm_70" in choice.why


def test_apples_device_is_taken_when_it_is_there_and_refused_when_not():
    assert choose_device(machine=Machine(torch="2.8.0", mps=True)).name == "mps"
    with pytest.raises(UserError, match="Apple"):
        choose_device("mps", machine=Machine(torch="2.8.0"))


def test_an_unknown_device_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="auto, cpu, cuda, mps"):
        choose_device("gpu", machine=Machine(torch="2.8.0"))


@pytest.mark.parametrize(
    ("capability", "archs", "runs"),
    [
        ((8, 6), ("sm_80",), True),
        ((8, 0), ("sm_86",), False),
        ((9, 0), ("sm_80",), False),
        ((9, 0), ("sm_80", "compute_80"), True),
        ((9, 0), ("sm_90a",), True),
        ((10, 0), ("sm_90a", "sm_90"), False),
        ((12, 0), ("sm_100", "sm_120"), True),
        ((12, 1), ("sm_120f",), True),
        ((7, 0), (), False),
        ((7, 0), ("gfx906",), False),
    ],
)
def test_which_builds_run_on_which_capability(capability, archs, runs):
    assert runs_on(capability, archs) is runs


def test_this_machine_can_be_looked_at_and_always_has_a_device():
    here = look_at_machine()
    assert here.torch
    assert choose_device(machine=here).name in DEVICES


def test_counting_cores_does_not_import_torch():
    program = (
        "import sys\n"
        "from engine.device import solver_cores\n"
        "assert solver_cores() >= 1\n"
        "print('torch' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == "False", told.stderr
    assert solver_cores() >= 1


def test_the_ladder_goes_to_smaller_tiles_then_to_the_processor_and_says_so():
    tried, listener = [], Listener()

    def attempt(tile, device):
        tried.append((tile, device))
        if device == "cuda" or tile > 256:
            # more than any address space: the allocation itself is refused
            np.empty((1 << 46, 1 << 10), np.float64)
        return tile

    got = retry_on_memory(attempt, tiles=(512, 256), devices=("cuda", "cpu"), ctx=listener)
    assert got == 256
    assert tried == [(512, "cuda"), (256, "cuda"), (512, "cpu"), (256, "cpu")]
    assert listener.messages == [
        "Out of memory: going on with 256-pixel tiles on the CUDA",
        "Out of memory: going on with 512-pixel tiles on the CPU",
        "Out of memory: going on with 256-pixel tiles on the CPU",
    ]


def test_the_ladder_ends_in_words():
    def attempt(tile, device):
        bytearray(1 << 62)

    with pytest.raises(UserError, match="128-pixel tiles") as ended:
        retry_on_memory(attempt, tiles=(512, 128))
    assert isinstance(ended.value.__cause__, MemoryError)


def test_the_ladder_passes_other_errors_on():
    def attempt(tile, device):
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        retry_on_memory(attempt, tiles=(512, 256))


def test_the_ladder_stops_when_it_is_cancelled():
    with pytest.raises(Cancelled):
        retry_on_memory(lambda tile, device: None, tiles=(1,), ctx=StoppedAfter(0))


def test_work_without_tiles_goes_to_the_next_device_and_speaks_of_no_tiles():
    tried: list[str] = []
    listener = Listener()

    def attempt(_tile, device):
        tried.append(device)
        bytearray(1 << 62)

    with pytest.raises(UserError, match="not enough memory") as told:
        retry_on_memory(attempt, devices=("cuda", "cpu"), ctx=listener)
    assert tried == ["cuda", "cpu"]
    assert "tiles" not in told.value.problem
    assert listener.messages == ["Out of memory: going on, on the CPU"]


def test_torch_running_out_of_memory_is_recognised():
    import torch

    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60)
    assert is_out_of_memory(raised.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"))


def test_opencv_running_out_of_memory_is_recognised():
    import cv2

    with pytest.raises(cv2.error) as raised:
        cv2.resize(np.zeros((4, 4), np.uint8), (1 << 30, 1 << 30))
    assert is_out_of_memory(raised.value)
    assert not is_out_of_memory(cv2.error("assertion failed"))
