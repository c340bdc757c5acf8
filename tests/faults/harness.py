"""Commands with a fault armed: what is asked of the server, and what came of it."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from support import NOW

HERE = Path(__file__).parent
KINDS = ("count", "kill", "fail", "fail from", "short", "torn", "signal")
"""In the order of inject.c's `enum what`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the n-th call that changes (or, with `reads`, reads) a file below the folder."""

    name: str
    kind: str
    argument: int = 0
    nth: int = 0
    reads: bool = False
    under: str = ""

    def at(self, nth: int) -> "Fault":
        """The same fault at another call."""
        return Fault(self.name, self.kind, self.argument, nth, self.reads, self.under)


COUNT = Fault("none", "count")
FAULTS = (
    Fault("kill -9", "kill"),
    Fault("half a write, then kill -9", "torn"),
    Fault("half a write", "short"),
    Fault("disk full from there on", "fail from", errno.ENOSPC),
    Fault("disk full once", "fail", errno.ENOSPC),
    Fault("I/O error", "fail", errno.EIO),
    Fault("Ctrl-C", "signal", signal.SIGINT),
    Fault("SIGTERM", "signal", signal.SIGTERM),
)
READ_FAULT = Fault("I/O error on reading", "fail", errno.EIO, reads=True)


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended.

    Attributes:
        status: exit status; negative: the signal that ended it.
        calls: calls counted.
        hits: calls hit.
        call: name of the last one.
        said: what it wrote to standard error, and to standard output where that has no place of its own.
    """

    status: int
    calls: int
    hits: int
    call: str
    said: str


@dataclass(frozen=True, slots=True)
class Job:
    """A command to run in a folder.

    Attributes:
        memory: bytes of address space beyond what the process has at its start; None for no bound.
        while_busy: tried again for as long as its exit status is 5; the result's calls are the tries that met it.
        before: Python that the command's process runs first.
        out: where its standard output goes; None for where its standard error goes.
        err: where its standard error goes; None for the result.
    """

    folder: Path
    command: tuple[str, ...]
    fault: Fault | None = None
    memory: int | None = None
    while_busy: bool = False
    before: str = ""
    out: Path | None = None
    err: Path | None = None


def compiler() -> str | None:
    """The C compiler, if there is one."""
    return shutil.which("cc") or shutil.which("gcc")


def compiled(folder: Path) -> Path:
    """inject.c as a library."""
    program, made = compiler(), folder / "inject.so"
    assert program is not None
    subprocess.run([program, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", made, HERE / "inject.c", "-ldl"], check=True)
    return made


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


class Server:
    """The process that commands are forked from. `library`: inject.c compiled, without which no fault can be armed."""

    def __init__(self, library: Path | None = None) -> None:
        environment = os.environ | {"MATCHER_ACTOR": "ada", "PYTHONFAULTHANDLER": ""} | ({"LD_PRELOAD": str(library)} if library else {})
        command = [sys.executable, "-P", HERE / "server.py", NOW.isoformat()]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """Runs the jobs at the same time."""
        asked = []
        for n, job in enumerate(jobs):
            said = (job.folder / f"../{job.folder.name}.said{n}").resolve()
            said.unlink(missing_ok=True)
            fault = asdict(job.fault) | {"kind": KINDS.index(job.fault.kind), "reads": int(job.fault.reads)} if job.fault else None
            asked.append(
                {
                    "folder": str(job.folder), "command": job.command, "fault": fault, "memory": job.memory, "while_busy": job.while_busy,
                    "said": str(said), "screens": [str(job.out or job.err or said), str(job.err or said)], "before": job.before,
                    "environment": {"MATCHER_BOOKS": "books"},
                }
            )  # fmt: skip
        to, back = self._pipes()
        to.write(json.dumps(asked) + "\n")
        to.flush()
        answers = json.loads(back.readline())
        return [
            Result(one["status"], one["calls"], one["hits"], one["last"], _text(Path(job["said"])))
            for one, job in zip(answers, asked, strict=True)
        ]

    def one(self, folder: Path, command: Sequence[str], fault: Fault | None = None, memory: int | None = None) -> Result:
        """Runs one command."""
        return self.run([Job(folder, tuple(command), fault, memory)])[0]

    def close(self) -> None:
        """Ends the process."""
        for pipe in self._pipes():
            pipe.close()
        self._process.wait()
