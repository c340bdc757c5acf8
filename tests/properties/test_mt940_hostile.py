"""Damaged MT940 files: never an exception, never a hang, never a :61: that is neither a row nor named."""

import re
from collections.abc import Callable
from pathlib import Path

from effort import tries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.model import Problem, Transaction
from matcher.parsers.base import ParseOptions, RowBatch, Source
from matcher.parsers.mt940.parser import PARSER
from matcher.parsers.tally import FileTally

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "mt940"
FIXTURES = [path.read_bytes() for path in sorted(FOLDER.glob("*.sta"))]
SNIPPETS = (
    b"\n:61:",
    b"\n:61:2402300230RCR1,NTRFX//Y\n",
    b"\n:86:",
    b"\n:20:",
    b"\n:25:",
    b"\n:28C:1/1",
    b"\n:60F:C",
    b"\n:60M:C240101EUR1,",
    b"\n:62F:",
    b"\n:62M:D240101USD5,",
    b"\n:34F:EUR0,",
    b"\n:90C:1EUR1,",
    b"\n:65F:Dnullnull",
    b"\n-\n",
    b"-}",
    b"{4:",
    b"\xc3",
    b"\xe9\xfc",
    b"\x1a",
    b"\x00\x01",
    b"\xff\xfe",
    b"\r",
    b"?20",
    b"/REMI/",
    b"99999999999999999999,",
    b"XYZ",
)


def cut(data: bytes, at: float, _size: int, _snippet: bytes) -> bytes:
    return data[: int(at * len(data))]


def flip(data: bytes, at: float, size: int, _snippet: bytes) -> bytes:
    place = int(at * len(data))
    return data[:place] + bytes([data[place] ^ (1 << size % 8)]) + data[place + 1 :] if place < len(data) else data


def drop(data: bytes, at: float, size: int, _snippet: bytes) -> bytes:
    place = int(at * len(data))
    return data[:place] + data[place + size :]


def insert(data: bytes, at: float, _size: int, snippet: bytes) -> bytes:
    place = int(at * len(data))
    return data[:place] + snippet + data[place:]


def drop_line(data: bytes, at: float, _size: int, _snippet: bytes) -> bytes:
    lines = data.split(b"\n")
    del lines[min(int(at * len(lines)), len(lines) - 1)]
    return b"\n".join(lines)


def move_line(data: bytes, at: float, size: int, _snippet: bytes) -> bytes:
    lines = data.split(b"\n")
    line = lines.pop(min(int(at * len(lines)), len(lines) - 1))
    lines.insert(size % (len(lines) + 1), line)
    return b"\n".join(lines)


def repeat_line(data: bytes, at: float, _size: int, _snippet: bytes) -> bytes:
    lines = data.split(b"\n")
    place = min(int(at * len(lines)), len(lines) - 1)
    return b"\n".join([*lines[:place], lines[place], *lines[place:]])


Damage = Callable[[bytes, float, int, bytes], bytes]
DAMAGES: tuple[Damage, ...] = (cut, flip, drop, insert, drop_line, move_line, repeat_line)
damage = st.tuples(
    st.sampled_from(DAMAGES),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 60),
    st.sampled_from(SNIPPETS) | st.binary(max_size=6),
)


def read(data: bytes) -> tuple[FileTally, list[Transaction]]:
    tally, rows = FileTally(), []
    for event in tally.watch(PARSER.parse(Source.of(data), ParseOptions())):
        if isinstance(event, RowBatch):
            assert isinstance(event.rows, list)
            rows += event.rows
    return tally, rows


def refused(tally: FileTally) -> list[Problem]:
    return [problem for problem in tally.problems if problem.code == "row.invalid"]


def statement_lines(data: bytes, lead: bytes = b"") -> int:
    plain = data.replace(b"\r", b"\n")
    return len(re.findall(rb"(?m)^" + lead + rb":61:", plain))


def check(data: bytes) -> None:
    tally, rows = read(data)
    if tally.info is None or tally.info.encoding == "utf-16" or any(p.code == "file.too_large" for p in tally.problems):
        return
    found = len(rows) + len(refused(tally))
    assert statement_lines(data) <= found <= statement_lines(data, rb".*")
    if tally.outcome in ("read", "read_with_warnings"):
        assert not refused(tally)
    assert all(statement.ended for statement in tally.statements.values())
    assert all(row.raw.startswith(":61:") and row.line > 0 for row in rows)


@settings(max_examples=tries(400), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FIXTURES), st.lists(damage, min_size=1, max_size=8))
def test_a_damaged_file_loses_no_statement_line_silently(data: bytes, damages: list[tuple[Damage, float, int, bytes]]) -> None:
    for how, at, size, snippet in damages:
        data = how(data, at, size, snippet)
    check(data)


@settings(max_examples=tries(150), deadline=None)
@given(st.lists(st.sampled_from(SNIPPETS) | st.binary(max_size=12), max_size=40).map(b"".join))
def test_rubbish_is_read_without_an_exception(data: bytes) -> None:
    check(data)


@settings(max_examples=tries(150), deadline=None)
@given(st.sampled_from([f for f in FIXTURES if b":62F:" in f and b":65F:D" not in f]), st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_whole_up_to_the_cut_or_says_so(data: bytes, at: float) -> None:
    """Either every statement that the cut file shows adds up, or a problem stands beside what is missing."""
    whole, _ = read(data)
    tally, _ = read(data[: int(at * len(data))])
    if tally.outcome == "read" and whole.outcome == "read":
        for statement in tally.statements.values():
            if not statement.balanced:
                assert [p for p in tally.problems if p.code.startswith(("note.", "statement."))] != []


def test_the_check_sees_a_lost_line() -> None:
    """The property can fail: a fixture with one line more than the parser is shown must be noticed."""
    data = FIXTURES[0]
    _, rows = read(data)
    assert statement_lines(data + b"\n:61:2401010101C1,NTRFNONREF") == len(rows) + 1
