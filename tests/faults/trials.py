"""One trial: a command meets a fault, and everything that must be true afterwards is looked at."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from support import once_for_bytes

from faults.commands import CODES, COMMANDS, EXIT, Command, build
from faults.harness import COUNT, Fault, Result, Server, compiled
from matcher.books import Books, init
from matcher.errors import MatcherError
from matcher.store.hardening import PREFIX

BOOKS_FILES = {"matcher.toml", "books.duckdb", "books.duckdb.wal"}


def dump(folder: Path) -> str:
    """What every table of the books holds, as one text that is the same for the same rows; '' where there are no books yet."""
    path = folder / "books" / "books.duckdb"
    return _dumped(path) if path.exists() else ""


def _opened(folder: Path) -> str:
    """The same after a fault: what DuckDB alone cannot open, the next command can."""
    try:
        return dump(folder)
    except duckdb.Error:
        Books(folder / "books").head()
        return dump(folder)


@once_for_bytes
def _dumped(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("SELECT concat_ws('.', schema_name, table_name) FROM duckdb_tables() ORDER BY ALL").fetchall()
        counted = (f"SELECT '{name}', count(*), sum(hash(t)) FROM {name} AS t" for (name,) in names)
        return repr(connection.execute(" UNION ALL ".join(counted) + " ORDER BY ALL").fetchall()) if names else ""


def failing_checks(books: Books) -> list[str]:
    """Names of the checks of `verify` that do not hold."""
    return [check.name for check in books.verify() if check.failure]


@once_for_bytes
def _failing_of(file: Path) -> list[str]:
    return failing_checks(Books(file.parent))


def _failing(books: Books) -> list[str]:
    """The same, for books whose matcher.toml no command writes."""
    return _failing_of(books.directory / "books.duckdb")


def sent_documents(folder: Path, name: str) -> set[str]:
    """External ids in a receipts file; raises where the file is a part."""
    path = folder / name
    if path.suffix == ".csv":
        rows = path.read_text(encoding="utf-8").splitlines()
        place = rows[0].split(",").index("external_id")
        return {row.split(",")[place] for row in rows[1:]}
    records = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    assert records[-1]["record"] == "trailer"
    return {record["external_id"] for record in records[1:-1]}


@dataclass
class Expected:
    """What a command does without a fault: dumps before, after, and after it is repeated; files; exit statuses; calls."""

    before: str
    after: str
    again: str
    first: Result
    second: Result
    files: dict[str, bytes] = field(default_factory=dict)
    reads: int = 0


class Bench:
    """Stages, the server, and what each command does when nothing fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "stages").mkdir()
        self.names = build(folder / "stages")
        self.server = Server(compiled(folder))
        self._expected: dict[str, Expected] = {}

    def place(self, command: Command) -> Path:
        """A fresh copy of the command's books."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self.folder / "stages" / command.stage, work)
        return work

    def arguments(self, command: Command, work: Path) -> list[str]:
        """What is typed."""
        return [word.format(books=work / "books", **self.names) for word in command.arguments.split()]

    def run(self, command: Command, work: Path, fault: Fault | None = None, memory: int | None = None) -> Result:
        """The command in a folder."""
        return self.server.one(work, self.arguments(command, work), fault, memory)

    def expected(self, command: Command) -> Expected:
        """What it does without a fault; found once."""
        if command.name not in self._expected:
            work = self.place(command)
            before = dump(work)
            first = self.run(command, work, COUNT)
            after = dump(work)
            files = {name: (work / name).read_bytes() for name in command.writes}
            second = self.run(command, work, COUNT)
            found = Expected(before, after, dump(work), first, second, files)
            self._expected[command.name] = found
        return self._expected[command.name]

    def reads(self, command: Command) -> int:
        """How many reading calls it makes."""
        return self.run(command, self.place(command), Fault("none", "count", reads=True)).calls

    def trial(self, command: Command, fault: Fault | None, memory: int | None = None) -> list[str]:
        """Runs the command with the fault; gives what is wrong afterwards, in words."""
        expected = self.expected(command)
        work = self.place(command)
        result = self.run(command, work, fault, memory)
        kind = "out of memory" if fault is None else _kind(fault)
        try:
            found = _opened(work)
        except (duckdb.Error, MatcherError) as error:
            return [f"the books do not open: {error}"]
        return [
            *_status(result, expected, kind),
            *_state(result, expected, found),
            *_files(command, work, expected, result),
            *self._told(command, work, found, expected),
            *self._again(command, work, found, expected),
        ]

    def _told(self, command: Command, work: Path, found: str, expected: Expected) -> Iterator[str]:
        """Whatever happened, a receipts file that stands is in the books."""
        if not command.name.startswith("export receipts") or not (work / command.writes[0]).exists():
            return
        with duckdb.connect(str(work / "books" / "books.duckdb"), read_only=True) as connection:
            remembered = {row[0] for row in connection.execute("SELECT external_id FROM log.export").fetchall()}
        if missing := sent_documents(work, command.writes[0]) - remembered:
            yield f"{len(missing)} documents stand in a file and the books do not know of them"

    def _again(self, command: Command, work: Path, found: str, expected: Expected) -> Iterator[str]:
        """The command is repeated, and ends as it would have."""
        result = self.run(command, work)
        wanted, status = (
            (expected.again, expected.second) if found == expected.after != expected.before else (expected.after, expected.first)
        )
        if result.status != status.status:
            yield f"repeated it ends with {result.status} instead of {status.status}: {result.said.strip()[-200:]}"
        if dump(work) != wanted:
            yield "repeated it does not lead to the same books"
        for name, contents in expected.files.items():
            if not (work / name).exists() or (work / name).read_bytes() != contents:
                yield f"repeated it does not give the same {name}"
        if list((work / "books").glob(f"{PREFIX}*")):
            init(work / "books")  # what a command left that only reads, the next that writes removes; this one writes nothing else
        allowed = {path.name for path in (self.folder / "stages" / command.stage).iterdir()} | {"books", *command.writes}
        left = {path.name for path in work.iterdir()} - allowed | {path.name for path in (work / "books").iterdir()} - BOOKS_FILES
        if left:
            yield f"left over: {', '.join(sorted(left))}"
        try:
            look = failing_checks if command.name == "init" else _failing
            if failing := look(Books(work / "books")):
                yield f"verify: {', '.join(failing)}"
        except MatcherError as error:
            yield f"the books do not open: {error}"


def _kind(fault: Fault) -> str:
    """The kind of `commands.EXIT`."""
    if fault.name.startswith("disk full"):
        return "disk full"
    return "kill -9" if fault.kind == "torn" else fault.name


def _status(result: Result, expected: Expected, kind: str) -> Iterator[str]:
    allowed = {expected.first.status, *EXIT[kind]}
    if result.status not in allowed:
        yield f"ends with {result.status} instead of {sorted(allowed)}: {result.said.strip()[-200:]}"
    elif result.status != expected.first.status:
        codes = CODES.get(kind, {}).get(result.status)
        if codes and not any(f"{code}:" in result.said for code in codes):
            yield f"ends with {result.status} and says none of {', '.join(codes)}: {result.said.strip()[-200:]}"


def _state(result: Result, expected: Expected, found: str) -> Iterator[str]:
    if found not in (expected.before, expected.after):
        yield "the books are neither as before nor as after"
    elif result.status == expected.first.status and found != expected.after:
        yield f"says that it is done ({result.status}), and the books are as before"
    elif "othing was changed" in result.said and found != expected.before:
        yield "says that nothing was changed, and the books are as after"


def _files(command: Command, work: Path, expected: Expected, result: Result) -> Iterator[str]:
    """Each file is whole or not there, and a command that ends by itself leaves no draft."""
    for name, contents in expected.files.items():
        path = work / name
        if path.exists() and path.read_bytes() != contents:
            yield f"{name} is a part"
        elif result.status == expected.first.status and not path.exists():
            yield f"says that it is done, and {name} is not there"
    if result.status >= 0 and (drafts := [path.name for path in work.rglob("*.part")]):
        yield f"left over: {', '.join(drafts)}"


def spread(count: int, points: int, shift: int) -> list[int]:
    """At most so many call numbers of 1 to count, spread evenly; the first and the last are among them where there are two or more."""
    if count <= points:
        return list(range(1, count + 1))
    if points == 1:
        return [1 + shift % count]
    return sorted({1 + round(n * (count - 1) / (points - 1)) for n in range(points)})


def by_name() -> Mapping[str, Command]:
    """The commands by their names."""
    return {command.name: command for command in COMMANDS}
