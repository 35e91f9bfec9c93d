"""What this machine can do for a training run, in words."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.device import Gpu, Machine, choose_device, look_at_machine, runs_on

DATA_VARIABLE = "MATTE_DATA"
GIB = 1 << 30


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


def examine(*, machine: Machine | None = None, data: Path | None = None) -> list[Finding]:
    """Look at everything a training run depends on.

    Args:
        machine: what torch can use; None looks.
        data: the folder with data sets; None takes `$MATTE_DATA`.
    """
    machine = look_at_machine() if machine is None else machine
    if data is None and os.environ.get(DATA_VARIABLE):
        data = Path(os.environ[DATA_VARIABLE])
    checks: list[Callable[[], Iterator[Finding]]] = [
        _python,
        lambda: _torch(machine),
        lambda: _devices(machine),
        _resources,
        _packages,
        lambda: _data(data),
    ]
    return [finding for check in checks for finding in check()]


def _python() -> Iterator[Finding]:
    yield Finding("python", f"{platform.python_version()} on {platform.platform()}")


def _torch(machine: Machine) -> Iterator[Finding]:
    cuda = f"built for CUDA {machine.cuda}" if machine.cuda else "built without CUDA"
    yield Finding("torch", f"{machine.torch}, {cuda}")
    if machine.archs:
        yield Finding("architectures", ", ".join(machine.archs))


def _devices(machine: Machine) -> Iterator[Finding]:
    for gpu in machine.gpus:
        usable = runs_on(gpu.capability, machine.archs)
        yield Finding("device", _gpu_line(gpu, usable=usable), good=usable)
    if machine.mps:
        yield Finding("device", "Apple graphics processor")
    native = "natively" if machine.cpu_bfloat16 else "only by emulation, slowly"
    yield Finding("device", f"processor; computes in bfloat16 {native}")
    choice = choose_device(machine=machine)
    yield Finding("training runs on", f"{choice.name} in {choice.precision}. {choice.why}")


def _gpu_line(gpu: Gpu, *, usable: bool) -> str:
    line = f"{gpu.name}, {gpu.arch}, {gpu.memory / GIB:.0f} GiB"
    return line if usable else f"{line}: this build of torch has no code for it"


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


def _data(folder: Path | None) -> Iterator[Finding]:
    if folder is None:
        yield Finding("data", f"${DATA_VARIABLE} names no folder")
        return
    if not folder.is_dir():
        yield Finding("data", f"{folder} of ${DATA_VARIABLE} is not there", good=False)
        return
    kinds = sorted(path for path in folder.iterdir() if path.is_dir())
    if not kinds:
        yield Finding("data", f"{folder} holds no folders", good=False)
    for kind in kinds:
        count = sum(path.is_file() for path in kind.rglob("*"))
        yield Finding("data", f"{kind}: {count} files")
