"""Times the keys of the full-screen program: `python -m benchmarks.screen --books DIR`.

The books are worked on as a person would, through Textual's pilot: what is timed for a key is from its press until the screen has been
painted anew and nothing is left to be painted. Saving and looking for choices go on meanwhile, and are waited for between the parts
only, so that a key is timed as it is in the middle of work. The decisions are taken back at the end.
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

from textual.pilot import Pilot

import matcher
from benchmarks.machine import facts
from matcher.fullscreen.keys import Review

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Times first screen and keys, prints a table, and writes a JSON file where --json says so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen", description=__doc__.splitlines()[0])
    parser.add_argument("--books", type=Path, required=True, metavar="DIR", help="books on which a run has left receipts waiting")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    result = asyncio.run(_timed(given.books))
    print(f"{result['waiting']} receipts wait; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"first receipts on the screen after {result['first']:.0f} ms, all of the program's own work {result['first_cpu']:.0f} ms")
    for name, row in result["keys"].items():
        print(
            f"{name:<38} {row['count']:>3} keys   median {row['median']:>6.1f} ms   worst {row['worst']:>6.1f} ms   "
            f"work {row['cpu']:>6.1f} ms"
        )
    if given.json:
        given.json.write_text(json.dumps({"machine": facts()} | result, indent=1) + "\n", encoding="utf-8")
    return 0


async def _timed(folder: Path) -> dict[str, Any]:
    program = Review(matcher.open(folder, wait=10))
    began, worked = time.perf_counter(), time.process_time()
    async with program.run_test(size=(130, 40)) as pilot:
        while not program.desk.ids or program.desk.record is None:
            await asyncio.sleep(0.005)
        await pilot.pause()
        first, first_cpu = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
        waiting = len(program.desk.ids)
        await _settled(program)
        keys = {}
        for name, pressed in PARTS:
            keys[name] = await _part(program, pilot, pressed)
            await _settled(program)
    return {"waiting": waiting, "first": first, "first_cpu": first_cpu, "keys": keys}


async def _part(program: Review, pilot: Pilot[None], pressed: Sequence[str]) -> dict[str, float]:
    times, cpu = [], []
    for key in pressed:
        began, worked = time.perf_counter(), time.thread_time()
        await pilot.press(key)
        times.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - worked) * 1000)
    return {"count": len(times), "median": statistics.median(times), "worst": max(times), "cpu": statistics.median(cpu)}


async def _settled(program: Review) -> None:
    while not program.settled:
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    raise SystemExit(main())
