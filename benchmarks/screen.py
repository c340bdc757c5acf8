"""Times the keys of the full-screen program: `python -m benchmarks.screen --books DIR`.

What is timed for a key is from its press until the screen has been painted anew for the first time. Keys come as fast as they are
answered: saving and looking for choices go on meanwhile, and are waited for between the parts only. The decisions are taken back at the
end. (Textual's own pilot waits after a key until the whole process is idle, its saving thread too, and so times something else.)
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.events import Key

import matcher
from benchmarks.machine import facts
from matcher.fullscreen.app import FIRST
from matcher.fullscreen.keys import Review
from matcher.gc_pause import spare_nothing

PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("down, one receipt", ("down",) * 20),
    ("page down", ("pagedown",) * 20),
    ("to the end and back", ("end", "home") * 5),
    ("highlight a choice", ("right", "left") * 5),
    ("mark", ("space",) * 10),
    ("unmark all", ("escape",)),
    ("accept (with its saving behind it)", ("home", "enter", "enter", "enter", "enter", "enter")),
    ("undo", ("u",) * 5),
    ("help, open and close", ("question_mark", "escape") * 3),
    ("search, opened and typed in", ("slash", "g", "m", "b", "h", "escape")),
)

_SIGNS = {"space": " ", "slash": "/", "question_mark": "?"}
_PATIENCE = 5.0
"""Seconds that the painting of a key is waited for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Times first screen and keys, prints a table, and writes a JSON file where --json says so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen", description=__doc__.splitlines()[0])
    parser.add_argument("--books", type=Path, required=True, metavar="DIR", help="books on which a run has left receipts waiting")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    try:
        result = asyncio.run(_timed(given.books))
    finally:
        spare_nothing()
    print(f"{result['waiting']} receipts wait; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"first receipts on the screen after {result['first']:.0f} ms, all of the program's own work {result['first_cpu']:.0f} ms")
    for name, row in result["keys"].items():
        told = f"median {row['median']:>6.1f} ms   worst {row['worst']:>6.1f} ms"
        told += f"   work {row['cpu']:>6.1f} ms   most {row['worst_cpu']:>6.1f} ms"
        print(f"{name:<38} {row['count']:>3} keys   {told}")
    if given.json:
        given.json.write_text(json.dumps({"machine": facts()} | result, indent=1) + "\n", encoding="utf-8")
    return 0


class _Painted(Review):
    """The program, which knows when its screen was painted last."""

    painted = 0.0
    spares = True

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        self.painted = time.perf_counter()


async def _timed(folder: Path) -> dict[str, Any]:
    began, worked = time.perf_counter(), time.process_time()
    books = matcher.open(folder, wait=10)
    program = _Painted(books, None, books.waiting(first=FIRST))
    async with program.run_test(size=(130, 40)):
        while not program.desk.ids or program.desk.record is None:
            await asyncio.sleep(0.001)
        there = time.perf_counter()
        while program.painted < there:
            await asyncio.sleep(0.001)
        first, first_cpu = (program.painted - began) * 1000, (time.process_time() - worked) * 1000
        waiting = len(program.desk.ids)
        await _settled(program)
        keys = {}
        for name, pressed in PARTS:
            keys[name] = await _part(program, pressed)
            await _settled(program)
    return {"waiting": waiting, "first": first, "first_cpu": first_cpu, "keys": keys}


async def _part(program: _Painted, pressed: Sequence[str]) -> dict[str, float]:
    times, cpu = [], []
    for key in pressed:
        began, worked = time.perf_counter(), time.thread_time()
        assert program._driver is not None
        event = Key(key, _SIGNS.get(key, key if len(key) == 1 else None))
        event.set_sender(program)
        program._driver.send_message(event)
        while program.painted < began and time.perf_counter() < began + _PATIENCE:
            await asyncio.sleep(0.001)
        times.append((program.painted - began) * 1000)
        await asyncio.sleep(0.02)  # what is painted a moment later is the work of this key too
        cpu.append((time.thread_time() - worked) * 1000)
    return {
        "count": len(times),
        "median": statistics.median(times),
        "worst": max(times),
        "cpu": statistics.median(cpu),
        "worst_cpu": max(cpu),
    }


async def _settled(program: Review) -> None:
    while not program.settled:
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    raise SystemExit(main())
