"""Three people at work on one set of books, each in a process of their own: random decisions, undos, re-imports and runs.

Every command is one of the command line's, and waits while another process has the books. After each the books are looked at by
`accounting`, which shares no code with the product. One of the three is killed in the middle and comes back.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from click.testing import CliRunner
from quicker import catalogue_once
from support import CONFIG, customers_file, items_file, lines_file

from faults import world
from faults.accounting import Ledger, text
from faults.erp import Erp
from matcher.books import Books, init
from matcher.cli.main import main
from matcher.exports.matches import matches
from matcher.ledger.aging import aging
from matcher.money import render
from matcher.store import schema
from matcher.store.waiting import Wait

ACTORS = ("ada", "ben", "cleo")
KILLED = "ben"
ENDLESS = 1_000_000
"""More commands than a process has time for."""
PATIENCE = 300
"""Seconds that a command waits for the books."""
END = date(2027, 12, 31)
HERE = Path(__file__).resolve().parent


def prepare(folder: Path, seed: int, *, lines: int = 40) -> None:
    """Books with a firm's documents, customers and lines, matched once; and the files for those who import them again."""
    rng = random.Random(seed)
    (folder / "books").mkdir()
    (folder / "books" / "matcher.toml").write_text(CONFIG, encoding="utf-8")
    init(folder / "books")
    invoices = [world.ANCHOR, *(world.invoice(rng, n) for n in range(lines * 2 // 3))]
    entries = world.lines(rng, invoices[1:], lines)
    days = sorted({entry.day for entry in entries})
    books = Books(folder / "books", actor="ada")
    snapshot = items_file(folder, Erp(invoices, lists_closed=True).snapshot())
    customers = customers_file(folder, world.customers())
    books.import_files("customers", [customers])
    books.import_files("items", [snapshot])
    half = days[len(days) // 2]
    parts = {"early": (days[0], half), "all": (days[0], days[-1]), "late": (half, days[-1])}
    files = {
        name: str(lines_file(folder, [one.row(balance=False) for one in entries if first <= one.day <= last], f"{name}.csv"))
        for name, (first, last) in parts.items()
    }
    books.ingest([Path(files["early"])])
    books.run()
    plan = {
        "items": str(snapshot), "customers": str(customers), "files": sorted(files.values()),
        "lines": {one.reference: one.amount for one in entries}, "documents": {one.item_id: one.amount for one in invoices},
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")


class Actor:
    """One person. What was done is kept in a file, a line for each command, so that who kills the process knows of it."""

    def __init__(self, folder: Path, name: str, seed: int) -> None:
        self.folder, self.name = folder, name
        self.rng = random.Random(f"{name} {seed}")
        self.plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        self.books = Books(folder / "books", actor=name, wait=Wait(PATIENCE, reading=PATIENCE))
        self.seen: set[str] = set()
        self.runner = CliRunner()
        self.rows: list[dict[str, str]] = []
        self.decided: list[str] = []

    def look(self) -> list[str]:
        """What is wrong with the books at one moment."""
        state = self.books.state(END)
        self.rows = [
            {"line_id": row["line_id"], "bank_reference": row["bank_reference"], "line_amount": render(row["line_amount"], "EUR"),
             "item_id": row["item_id"], "amount_applied": render(row["amount_applied"], "EUR"), "state": row["state"],
             "adjustment_amount": render(row["adjustment_amount"], "EUR")}
            for row in matches(state).frame.iter_rows(named=True)
        ]  # fmt: skip
        aged = [
            {"item_id": row["item_id"], "document_type": row["document_type"], "open_amount": render(row["open_amount"], "EUR")}
            for row in aging(state).iter_rows(named=True)
        ]
        decisions = state.decisions.select("decision_id", "live", "kind")
        self.decided = [one for one, live, kind in decisions.iter_rows() if live and kind != "undo"]
        known = {row["bank_reference"] for row in self.rows}
        wrong = [f"{name} is gone" for name in sorted(self.seen - known)]
        self.seen |= known
        ledger = Ledger({name: amount for name, amount in self.plan["lines"].items() if name in known}, self.plan["documents"])
        return wrong + list(ledger.check(self.rows, aged))

    def act(self) -> list[str]:
        """A command's words."""
        rng = self.rng
        lines = sorted({row["line_id"] for row in self.rows}) or ["0"]
        line, reason = rng.choice(lines), f"{self.name} says so"
        proposed = sorted({row["line_id"] for row in self.rows if row["state"] == "proposed"}) or [line]
        documents = sorted(self.plan["documents"])
        word = rng.choice("accept accept accept allocate allocate allocate on-account classify reject undo undo undo hold note run run "
                          "items items customers ingest".split())  # fmt: skip
        match word:
            case "accept" | "reject":
                return [word, *rng.sample(proposed, min(len(proposed), rng.choice((1, 1, 2)))), "--reason", reason]
            case "allocate":
                part = "" if rng.random() < 0.5 else f"={text(rng.randrange(1_00, 200_00))}"
                return [word, line, *(f"{one}{part}" for one in rng.sample(documents, rng.choice((1, 1, 2)))), "--reason", reason]
            case "on-account":
                return [word, line, "--customer", f"C{rng.randrange(len(world.NAMES))}", "--reason", reason]
            case "classify":
                return [word, line, "--as", rng.choice(("fee", "interest", "booked_elsewhere")), "--reason", reason]
            case "undo":
                return [word, rng.choice(self.decided or [line]), "--reason", reason]
            case "hold":
                return [word, line, "--until", "2027-06-30", "--reason", reason]
            case "note":
                return [word, line, reason]
            case "items" | "customers":
                return ["import", word, self.plan[word]]
            case "ingest":
                return [word, rng.choice(self.plan["files"])]
        return ["run"]

    def work(self, first: int, last: int) -> None:
        """Commands number `first` to `last`; each is told in the file once it is done."""
        found = self.look()
        with (self.folder / f"{self.name}.log").open("a", encoding="utf-8", buffering=1) as told:
            for number in range(first, last):
                words = self.act()
                listed = ["-O", "json"] if words[0] not in ("ingest", "import", "run") else []
                result = self.runner.invoke(main, [*words, *listed, "--wait", str(PATIENCE)])
                made = [json.loads(row)["decision_id"] for row in result.stdout.splitlines()] if listed and not result.exit_code else []
                found += self.look()
                if result.exit_code not in (0, 1, 2, 3, 4):
                    found.append(f"exit status {result.exit_code}: {result.output[-2000:]}")
                said = {"number": number, "words": words, "status": result.exit_code, "made": made, "wrong": found}
                told.write(json.dumps(said) + "\n")
                if found:
                    return


@dataclass(slots=True)
class Told:
    """What happened: commands by name and by exit status, decisions that were reported as made, and what went wrong."""

    done: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    made: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def _start(folder: Path, name: str, seed: int, first: int, last: int) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "MATCHER_BOOKS": str(folder / "books"),
        "MATCHER_ACTOR": name,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "POLARS_MAX_THREADS": "1",
    }
    words = [str(folder), name, str(seed), str(first), str(last)]
    return subprocess.Popen(
        [sys.executable, "-m", "faults.actors", *words], env=environment, cwd=HERE.parent, stderr=subprocess.PIPE, text=True
    )


def _told(folder: Path, name: str) -> list[str]:
    path = folder / f"{name}.log"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def play(folder: Path, seed: int, acts: int) -> Told:
    """So many commands or a few more by three processes, one of which is killed when it has done half of its own, and started anew.

    The one to be killed has work without end until then, so that it cannot be done before it is killed.
    """
    prepare(folder, seed)
    share = -(-acts // len(ACTORS))
    running = {name: _start(folder, name, seed, 0, ENDLESS if name == KILLED else share) for name in ACTORS}
    killed = running[KILLED]
    while killed.poll() is None and len(_told(folder, KILLED)) < share // 2:
        time.sleep(0.02)
    time.sleep(random.Random(seed).random())
    told = Told()
    if killed.poll() is None:
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
        done = len(_told(folder, KILLED))
        running[KILLED] = _start(folder, KILLED, seed + 1, done, max(share, done + 1))
    for name, process in running.items():
        _, error = process.communicate()
        if process.returncode:
            told.wrong.append(f"{name} ended with {process.returncode}: {error[-2000:]}")
    for name in ACTORS:
        for row in _told(folder, name):
            said = json.loads(row)
            told.done[said["words"][0]] += 1
            told.statuses[said["status"]] += 1
            told.made |= dict.fromkeys(said["made"], name)
            told.wrong += [f"{name}, {said['number']}, {' '.join(said['words'])}: {what}" for what in said["wrong"]]
    told.wrong += _at_the_end(folder, told)
    return told


def _at_the_end(folder: Path, told: Told) -> list[str]:
    """Nobody's decision is lost or another's, and the books hold."""
    books = Books(folder / "books")
    kept = dict(books.state(END).decisions.select("decision_id", "actor").iter_rows())
    wrong = [f"decision {one} of {name} is {kept.get(one, 'nobody')!r}'s" for one, name in told.made.items() if kept.get(one) != name]
    return wrong + [f"verify: {check.name}: {check.failure}" for check in books.verify() if check.failure]


if __name__ == "__main__":
    schema.catalogue = catalogue_once()
    where, who, number, begin, end = sys.argv[1:]
    Actor(Path(where), who, int(number)).work(int(begin), int(end))
