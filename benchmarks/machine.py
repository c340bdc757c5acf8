"""Running a command and measuring it, and what machine that was."""

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


def run(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Runs a command to its end, its output in a file.

    Returns:
        exit, wall and cpu seconds (user and system, of the child and what it waited for), peak resident memory in MiB, and
        `calibration`: seconds of a fixed loop right before, which tells a quiet machine from a busy one.
    """
    quiet = calibrate()
    with log.open("wb") as out:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts KiB, macOS bytes
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return {
        "exit": child.returncode,
        "wall_seconds": round(wall, 3),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 3),
        "peak_mib": round(peak, 1),
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
