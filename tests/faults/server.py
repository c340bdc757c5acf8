"""Runs commands in forked copies of one process that has imported the program: a second is saved on each, and a fault can be armed.

Started by `harness.Server`, with inject.c preloaded where faults are armed. One JSON list of jobs comes in a line, one list of results
goes out; the jobs of a list run at the same time.
"""

import ctypes
import importlib
import json
import mmap
import os
import pkgutil
import resource
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import polars  # noqa: F401
import pyarrow  # noqa: F401

import matcher
import matcher.books
import matcher.cli
from matcher.matching.names import forms
from matcher.rules import rulebook

PATIENCE = 300
"""Seconds after which a command that hangs is ended; far from any time that one takes."""

LIBRARY = ctypes.CDLL(None)


class Counter(ctypes.Structure):
    """What inject.c counts, in memory that outlives the process."""

    _fields_ = (("calls", ctypes.c_int), ("hits", ctypes.c_int), ("last", ctypes.c_char * 32))


def run(job: dict[str, Any], counter: Counter) -> NoReturn:
    """The copy's side: one command, from its arguments to its exit status."""
    status = 99
    try:
        signal.alarm(PATIENCE)
        os.chdir(job["folder"])
        for number, name in enumerate(job["screens"], 1):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
        os.environ.update(job["environment"])
        exec(job["before"], {})
        sys.argv = ["matcher", *job["command"]]
        if job["memory"] is not None:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
            resource.setrlimit(resource.RLIMIT_AS, (used + job["memory"],) * 2)
        if job["fault"]:
            under = os.path.join(os.path.realpath(job["folder"]), job["fault"]["under"])
            numbers = (job["fault"][name] for name in ("kind", "argument", "nth", "reads"))
            LIBRARY.faults_arm(under.encode(), *numbers, ctypes.byref(counter))
        while True:
            # `program` ends with os._exit, so the one that tries again while the books are in use is a copy of its own
            if not job["while_busy"]:
                matcher.cli.program()
            if not (child := os.fork()):
                matcher.cli.program()
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if status != 5:
                break
            counter.calls += 1
            time.sleep(0.1)  # the others are to get on meanwhile
    finally:
        os._exit(status)


def serve() -> None:
    """Answers until standard input ends."""
    for line in sys.stdin:
        started = []
        for job in json.loads(line):
            counter = Counter.from_buffer(mmap.mmap(-1, mmap.PAGESIZE))
            child = os.fork()
            if not child:
                run(job, counter)
            started.append((child, counter))
        results = []
        for child, counter in started:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            results.append({"status": status, "calls": counter.calls, "hits": counter.hits, "last": counter.last.decode()})
        sys.stdout.write(json.dumps(results) + "\n")
        sys.stdout.flush()


LATE = (
    "encodings.cp1250", "encodings.cp1252", "encodings.cp932", "encodings.gb18030", "encodings.iso8859_15", "encodings.utf_8_sig",
    "numpy.ma", "rich._emoji_codes", "rich.box", "rich.console", "rich.emoji", "rich.markup", "rich.padding", "rich.table",
)  # fmt: skip
"""What others than the program's own modules a command imports when it needs it."""


def warm() -> None:
    """Imports what commands import late. No command is run: its threads would be missing in the copies."""
    for name in LATE:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(matcher.__path__, "matcher."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    rulebook.default()
    forms.name_key("Alster Werft GmbH")  # makes patterns of many words


if __name__ == "__main__":
    warm()
    assert matcher.books.Books.__init__.__kwdefaults__ is not None
    moment = datetime.fromisoformat(sys.argv[1])
    # the same moment in every copy: what two commands leave can be compared to the byte
    matcher.books.Books.__init__.__kwdefaults__["clock"] = lambda: moment
    serve()
