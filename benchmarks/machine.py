"""Running a command and measuring it, and what machine that was."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("matcher-recon", "duckdb", "polars", "numpy", "rapidfuzz", "lxml", "pyarrow")

_STARTER = """
import json, os, sys, time
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)])
_, status, used = os.wait4(child, 0)
print(json.dumps([status, time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


def run(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Runs a command to its end, its output in a file.

    Returns:
        exit, wall and cpu seconds (user and system, of the child and what it waited for), peak resident memory in MiB, and
        `calibration`: seconds of a fixed loop right before, which tells a quiet machine from a busy one.
    """
    quiet = calibrate()
    # a child begins with the peak of whoever starts it, which may have read a large file: a small process stands between
    starter = (sys.executable, "-S", "-c", _STARTER, str(log), *command)
    told = subprocess.run(
        starter, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, text=True, env={**os.environ, **(environment or {})}
    ).stdout
    status, wall, cpu, peak = json.loads(told)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "wall_seconds": round(wall, 3),
        "cpu_seconds": round(cpu, 3),
        # Linux counts KiB, macOS bytes
        "peak_mib": round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1),
        "calibration": quiet,
    }


def calibrate() -> float:
    """Seconds for a fixed loop of arithmetic: compare times between machines and moments by their ratio to it."""
    start, state = time.perf_counter(), 1
    for _ in range(1_000_000):
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & 0xFFFFFFFFFFFFFFFF
    return round(time.perf_counter() - start, 4)


def facts() -> dict[str, Any]:
    """Processor, cores, memory, system, Python and library versions."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30), 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
