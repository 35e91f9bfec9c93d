"""What this machine can do for a training run, in words."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.device import Gpu, Machine, choose_device, look_at_machine, runs_on
from engine.errors import UserError
from trainer.data.layouts.opening import layout_of
from trainer.data.roots import DATA_VARIABLE, DataRoot, known_roots, user_file

GIB = 1 << 30
V100 = (7, 0)
_BFLOAT16 = (8, 0)
_HALF = (7, 0)


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        name: what was looked at.
        value: what was found.
        good: False for something that stands in the way of training.
    """

    name: str
    value: str
    good: bool = True


def examine(*, machine: Machine | None = None) -> list[Finding]:
    """Look at everything a training run depends on.

    Args:
        machine: what torch can use; None looks.
    """
    machine = look_at_machine() if machine is None else machine
    checks: list[Callable[[], Iterator[Finding]]] = [
        _python,
        lambda: _torch(machine),
        lambda: _devices(machine),
        _resources,
        _packages,
        _data,
    ]
    return [finding for check in checks for finding in check()]


def _python() -> Iterator[Finding]:
    yield Finding("python", f"{platform.python_version()} on {platform.platform()}")


def _torch(machine: Machine) -> Iterator[Finding]:
    cuda = f"built for CUDA {machine.cuda}" if machine.cuda else "built without CUDA"
    yield Finding("torch", f"{machine.torch}, {cuda}")
    if machine.archs:
        yield Finding("architectures", ", ".join(machine.archs))
        able = runs_on(V100, machine.archs)
        yield Finding("V100 (sm_70)", "this build has code for it" if able else _TOO_NEW)


def _devices(machine: Machine) -> Iterator[Finding]:
    for gpu in machine.gpus:
        usable = runs_on(gpu.capability, machine.archs)
        yield Finding("device", _gpu_line(gpu, machine), good=usable)
    if len(machine.gpus) > 1:
        yield Finding("several devices", f"{_TORCHRUN} --nproc-per-node {len(machine.gpus)} …")
    if machine.mps:
        yield Finding("device", "Apple graphics processor")
    native = "natively" if machine.cpu_bfloat16 else "only by emulation, slowly"
    yield Finding("device", f"processor; computes in bfloat16 {native}")
    choice = choose_device(machine=machine)
    yield Finding("training runs on", f"{choice.name} in {choice.precision}. {choice.why}")


def _gpu_line(gpu: Gpu, machine: Machine) -> str:
    line = f"{gpu.name}, {gpu.arch}, {gpu.memory / GIB:.0f} GiB"
    try:
        choose_device("cuda", machine=replace(machine, gpus=(gpu,)))
    except UserError as error:
        return f"{line}: this build of torch has no code for it. {error.remedy}"
    return f"{line}; trains in {_precisions(gpu)}"


def _precisions(gpu: Gpu) -> str:
    if gpu.capability >= _BFLOAT16:
        return "32, bf16, fp16"
    if gpu.capability >= _HALF:
        return "32 and fp16 (it has no bf16)"
    return "32 (its half precision is no faster)"


def _resources() -> Iterator[Finding]:
    yield Finding("cores", _cores())
    memory = memory_bytes()
    if memory is not None:
        yield Finding("memory", f"{memory / GIB:.1f} GiB")
    free = shutil.disk_usage(Path.cwd()).free
    yield Finding("free disk", f"{free / GIB:.1f} GiB here", good=free > GIB)


def _cores() -> str:
    total = os.cpu_count() or 1
    allowed = getattr(os, "sched_getaffinity", None)  # Linux only
    return str(total) if allowed is None else f"{len(allowed(0))} of {total} may be used"


def memory_bytes() -> int | None:
    """Physical memory, or the share a container may use if that is less; None if unknown."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return None
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    if not limit.is_file():
        return physical
    text = limit.read_text().strip()
    return min(physical, int(text)) if text.isdigit() else physical


def _packages() -> Iterator[Finding]:
    """What the extra `train` brings."""
    for name in ("lightning-fabric", "pydantic", "tensorboard"):
        yield _package(name)


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "not installed: pip install 'matteapp[train]'", good=False)


def _data() -> Iterator[Finding]:
    """The data sets that are named somewhere, and what they lack."""
    try:
        roots = known_roots()
    except UserError as error:
        yield Finding("data", str(error), good=False)
        return
    if not roots:
        yield Finding("data", f"none: ${DATA_VARIABLE} names no folder, nor does {user_file()}")
    for root in roots.values():
        yield _data_set(root)


def _data_set(root: DataRoot) -> Finding:
    if not root.path.is_dir():
        return Finding("data", f"{root.name}: {root.path} is not there", good=False)
    try:
        findings = layout_of(root).check(root.path)
    except UserError as error:
        return Finding("data", f"{root.name}: {error}")
    lacking = [finding for finding in findings if not finding.good]
    told = "; ".join(f"{finding.name} {finding.value}" for finding in lacking or findings)
    return Finding("data", f"{root.name}: {told}", good=not lacking)


_TORCHRUN = "train on all of them with torchrun"
_TOO_NEW = "this build of torch is too new for it, or was built without it (see the README)"
