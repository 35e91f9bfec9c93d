"""Which device computes, at which precision, why, and what happens when memory runs out."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, TypeVar

from engine.errors import UserError
from engine.jobs.context import NOBODY, JobContext

WHOLE = 0
"""Side of a tile of work that isn't divided."""
DEVICES = ("auto", "cpu", "cuda", "mps")
Precision = Literal["float32", "float16", "bfloat16"]
T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA device as torch sees it.

    Attributes:
        name: as its maker calls it.
        capability: compute capability, (7, 0) for a V100.
        memory: bytes.
    """

    name: str
    capability: tuple[int, int]
    memory: int = 0

    @property
    def arch(self) -> str:
        """The architecture a torch build must have code for, such as `sm_70`."""
        return f"sm_{self.capability[0]}{self.capability[1]}"


@dataclass(frozen=True)
class Machine:
    """What torch can use on this machine.

    Attributes:
        torch: version of torch, with its build tag.
        cuda: version of CUDA that torch was built for, or None.
        archs: architectures that this build of torch has code for.
        gpus: NVIDIA devices.
        mps: Apple's graphics processor can be used.
        cpu_bfloat16: the processor multiplies bfloat16 natively.
    """

    torch: str
    cuda: str | None = None
    archs: tuple[str, ...] = ()
    gpus: tuple[Gpu, ...] = ()
    mps: bool = False
    cpu_bfloat16: bool = False


@dataclass(frozen=True)
class DeviceChoice:
    """The device to compute on.

    Attributes:
        name: "cpu", "cuda" or "mps", as torch spells it.
        why: one sentence for people: why this one.
        precision: of a network's arithmetic.
        channels_last: memory layout that convolutions are fastest in.
    """

    name: str
    why: str
    precision: Precision = "float32"
    channels_last: bool = True


@dataclass(frozen=True)
class Compute:
    """Where and how exactly networks compute; the classical methods ignore it.

    Attributes:
        device: one of `DEVICES`.
        precision: "auto" takes what the device is fastest in; "float32" is the reference.
    """

    device: str = "auto"
    precision: Literal["auto", "float32"] = "auto"


def device_ladder(compute: Compute) -> tuple[str, ...]:
    """The devices to try, for `retry_on_memory`; the processor after one that nobody asked for.

    Raises:
        UserError: if a device that was asked for cannot be used.
    """
    chosen = choose_device(compute.device).name
    return (chosen, "cpu") if compute.device == "auto" and chosen != "cpu" else (chosen,)


def look_at_machine() -> Machine:
    """Ask torch what there is (imports torch)."""
    import torch

    gpus: tuple[Gpu, ...] = ()
    if torch.cuda.is_available():
        found = map(torch.cuda.get_device_properties, range(torch.cuda.device_count()))
        gpus = tuple(Gpu(p.name, (p.major, p.minor), p.total_memory) for p in found)
    return Machine(
        torch=torch.__version__,
        cuda=torch.version.cuda,
        archs=tuple(torch.cuda.get_arch_list()),
        gpus=gpus,
        mps=torch.backends.mps.is_available(),
        cpu_bfloat16=_cpu_multiplies_bfloat16(torch),
    )


def choose_device(wanted: str = "auto", *, machine: Machine | None = None) -> DeviceChoice:
    """Choose where networks run.

    Args:
        wanted: one of `DEVICES`; "auto" takes a graphics processor if one can be used.
        machine: what there is; None looks.

    Raises:
        UserError: for an unknown name, or a device that was asked for and cannot be used. What
            was asked for is never replaced by something slower.
    """
    if wanted not in DEVICES:
        raise UserError(f"There is no device {wanted!r}.", remedy=f"Known: {', '.join(DEVICES)}.")
    machine = look_at_machine() if machine is None else machine
    if wanted != "auto":
        return _asked_for(wanted, machine)
    no_cuda = _OBSTACLES["cuda"](machine)
    if no_cuda is None:
        return _CHOICES["cuda"](machine)
    if machine.mps:
        return _CHOICES["mps"](machine)
    cpu = _CHOICES["cpu"](machine)
    return DeviceChoice(cpu.name, f"{no_cuda.problem} {cpu.why}", cpu.precision)


def solver_cores() -> int:
    """Processor cores that solvers run on, whatever networks do; does not import torch."""
    return os.cpu_count() or 1


def runs_on(capability: tuple[int, int], archs: Sequence[str]) -> bool:
    """Whether a torch build with code for `archs` runs on a device of this compute capability.

    Machine code (`sm_XY`) runs within its major version from its minor on; intermediate code
    (`compute_XY`) runs on everything newer. Source: CUDA C++ Programming Guide, compatibility of
    binaries and PTX.
    """
    for arch in archs:
        parts = re.fullmatch(r"(sm|compute)_(\d+)(\d)([af]?)", arch)
        if parts is None:
            continue
        kind, built = parts[1], (int(parts[2]), int(parts[3]))
        if parts[4] == "a":  # code for one chip alone
            fits = capability == built
        elif kind == "sm" or parts[4]:
            fits = capability[0] == built[0] and capability[1] >= built[1]
        else:
            fits = capability >= built
        if fits:
            return True
    return False


def _asked_for(wanted: str, machine: Machine) -> DeviceChoice:
    obstacle = _OBSTACLES[wanted](machine)
    if obstacle is not None:
        raise obstacle
    chosen = _CHOICES[wanted](machine)
    return DeviceChoice(chosen.name, f"It was asked for: {chosen.why}", chosen.precision)


def _cuda_obstacle(machine: Machine) -> UserError | None:
    if machine.cuda is None:
        return UserError(
            f"CUDA cannot be used: torch {machine.torch} was built without it.",
            remedy="Install a CUDA build of torch (the README has the command), or use the CPU.",
        )
    if not machine.gpus:
        return UserError(
            "CUDA cannot be used: there is no NVIDIA device, or its driver is missing or too old.",
            remedy="Check what nvidia-smi says, or use the CPU.",
        )
    gpu = machine.gpus[0]
    if not runs_on(gpu.capability, machine.archs):
        return UserError(
            f"CUDA cannot be used: torch {machine.torch} has no code for the {gpu.name} "
            f"({gpu.arch}), only for {', '.join(machine.archs)}.",
            remedy=_BUILD_ADVICE.get(gpu.capability, "Install a build of torch that has it."),
        )
    return None


def _mps_obstacle(machine: Machine) -> UserError | None:
    if machine.mps:
        return None
    return UserError("There is no Apple graphics processor.", remedy="Use the CPU.")


def _cuda_choice(machine: Machine) -> DeviceChoice:
    gpu = machine.gpus[0]
    # Turing and Volta have no bfloat16 units, and what came before has no fast half at all.
    precision: Precision = "float32"
    if gpu.capability >= (7, 0):
        precision = "bfloat16" if gpu.capability >= (8, 0) else "float16"
    return DeviceChoice("cuda", f"{gpu.name} ({gpu.arch}) computes in {precision}.", precision)


def _mps_choice(machine: Machine) -> DeviceChoice:
    return DeviceChoice("mps", "Apple's graphics processor computes in float16.", "float16")


def _cpu_choice(machine: Machine) -> DeviceChoice:
    precision: Precision = "bfloat16" if machine.cpu_bfloat16 else "float32"
    return DeviceChoice("cpu", f"The processor computes in {precision}.", precision)


_OBSTACLES: dict[str, Callable[[Machine], UserError | None]] = {
    "cuda": _cuda_obstacle,
    "mps": _mps_obstacle,
    "cpu": lambda machine: None,
}
_CHOICES: dict[str, Callable[[Machine], DeviceChoice]] = {
    "cuda": _cuda_choice,
    "mps": _mps_choice,
    "cpu": _cpu_choice,
}
_BUILD_ADVICE = {
    (7, 0): "A V100 needs torch 2.14 or older from the CUDA 12.6 wheels; see the README.",
}


def _cpu_multiplies_bfloat16(torch: Any) -> bool:
    """Where the processor only emulates it, bfloat16 is slower than float32."""
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # newer than torch 2.6
    if capabilities is None:
        return False
    known = capabilities()
    return any(bool(known.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def retry_on_memory(
    attempt: Callable[[int, str], T],
    *,
    tiles: Sequence[int] = (WHOLE,),
    devices: Sequence[str] = ("cpu",),
    ctx: JobContext = NOBODY,
) -> T:
    """Run `attempt(tile, device)`, and on lack of memory again with less: the ladder.

    First every tile size on the first device, then on the next one. Each step down is said through
    `ctx.progress` and in the log.

    Args:
        attempt: does the work from the start; it is called again after it ran out of memory.
        tiles: sides of tiles in pixels, largest first; `WHOLE` for work that has none.
        devices: such as ("cuda", "cpu"), the wanted one first.
        ctx: progress and cancel.

    Raises:
        UserError: if even the last step has too little memory.
    """
    lacked: BaseException | None = None
    for device, tile in product(devices, tiles):
        ctx.check()
        if lacked is not None:
            smaller = f" with {tile}-pixel tiles" if tile != WHOLE else ","
            _say(f"Out of memory: going on{smaller} on the {device.upper()}", ctx)
        try:
            return attempt(tile, device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            # Without its frames: they hold the arrays that filled the memory.
            lacked = error.with_traceback(None)
        _release_cached_memory()
    least = min(tiles)
    even = f", even for {least}-pixel tiles" if least != WHOLE else ""
    raise UserError(
        f"There is not enough memory{even}.",
        remedy="Close other programs, or use a smaller photograph.",
    ) from lacked


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of Python, numpy, OpenCV or torch says that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    if type(error).__module__ == "cv2":
        # its attribute `code` lives on the class, so that another thread's error may have set it
        return _CV_NO_MEMORY in str(error)
    return isinstance(error, RuntimeError) and any(t in str(error) for t in _NO_MEMORY_TEXTS)


_CV_NO_MEMORY = "(-4:"
# torch raises plain RuntimeErrors on the CPU and on Apple's devices
_NO_MEMORY_TEXTS = ("out of memory", "can't allocate memory", "not enough memory")


def _say(message: str, ctx: JobContext) -> None:
    _log.warning("%s", message)
    ctx.progress(0.0, message)


def _release_cached_memory() -> None:
    torch: Any = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
