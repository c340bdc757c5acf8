"""Damaged tables never raise, never hang, and never lose a row without saying so."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import money
from matcher.inspection import records
from matcher.model import Problem, Transaction
from matcher.parsers.base import ParseOptions, RowBatch, Source
from matcher.parsers.csv import PARSER, parser
from matcher.parsers.tally import FileTally

BANKS = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "csv"
INDEX = tomllib.loads((BANKS / "index.toml").read_text(encoding="utf-8"))
PACKED = (".xlsx", "in-sbi.xls")
MARKUP = ("in-hdfc.xls", "ch-ubs.xml")
TEXTS = sorted(name for name in INDEX if not name.endswith((*PACKED, *MARKUP)))
NEUTRAL = re.compile(r"rows that move no money: (\d+)")
UNDATED = re.compile(r"left out: (\d+)$")


def options(name: str) -> ParseOptions:
    return ParseOptions(account=INDEX[name].get("account", ""), profile=name.rsplit(".", 1)[0])


def read(data: bytes, chosen: ParseOptions) -> tuple[list[Transaction], FileTally]:
    tally = FileTally()
    rows: list[Transaction] = []
    for event in tally.watch(PARSER.parse(Source.of(data), chosen)):
        if isinstance(event, RowBatch):
            rows += records(event)
    return rows, tally


def accounted(rows: list[Transaction], tally: FileTally) -> int:
    """Rows that became an entry, or of which the file's problems speak."""
    found = len(rows)
    for problem in tally.problems:
        found += problem.severity == "error"
        for pattern in (NEUTRAL, UNDATED):
            if match := pattern.search(problem.message):
                found += int(match[1])
    return found


def fatal(tally: FileTally) -> bool:
    return any(problem.severity == "fatal" for problem in tally.problems)


@settings(max_examples=tries(150), deadline=None)
@given(st.sampled_from(TEXTS), st.data())
def test_a_changed_byte_in_a_row_never_loses_a_row(name: str, data: st.DataObject) -> None:
    original = (BANKS / name).read_bytes()
    before, tally = read(original, options(name))
    lines = original.splitlines(keepends=True)
    booked = data.draw(st.sampled_from(sorted({row.line for row in before})))
    line = lines[booked - 1]
    place = data.draw(st.integers(0, len(line.rstrip(b"\r\n")) - 1))
    hostile = data.draw(st.sampled_from(b"\"';,\t|\0 xX9-.\xff="))
    changed = b"".join(lines[: booked - 1]) + line[:place] + bytes([hostile]) + line[place + 1 :] + b"".join(lines[booked:])
    after, damaged = read(changed, options(name))
    if fatal(damaged):
        assert damaged.outcome == "reject"
    else:
        assert accounted(after, damaged) >= accounted(before, tally)


@settings(max_examples=tries(150), deadline=None)
@given(st.sampled_from(sorted(INDEX)), st.data())
def test_any_damage_is_answered_with_problems_not_exceptions(name: str, data: st.DataObject) -> None:
    content = bytearray((BANKS / name).read_bytes())
    insert = [b'"', b"\0", b"\n", b"\r", b";;;;", b",,,,,,,,,,", b'"' * 7, b"\xff\xfe", b"<!ENTITY", b"\x1c", b"9" * 40]
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(0, len(content) - 1)))
        match data.draw(st.integers(0, 3)):
            case 0:
                content[place : place + 1] = bytes([data.draw(st.integers(0, 255))])
            case 1:
                del content[place : place + data.draw(st.integers(1, 200))]
            case 2:
                content[place:place] = data.draw(st.sampled_from(insert))
            case _:
                del content[place:]
    source = Source.of(bytes(content))
    PARSER.recognise(source.head(), source, ParseOptions())
    for chosen in (ParseOptions(), options(name)):
        rows, tally = read(bytes(content), chosen)
        assert (tally.outcome == "reject") == fatal(tally)
        assert len(rows) == sum(s.booked.count for s in tally.statements.values()) + sum(row.pending for row in rows)


COLUMNS = (
    "account", "booking_date", "value_date", "amount", "currency", "remittance_information", "instructed_amount",
    "instructed_currency", "balance",
)  # fmt: skip
TEXT = st.text(st.sampled_from('ab,;"\n\r é=\t\x1f\u00a0ﬁ0'), max_size=12)
AMOUNT = st.one_of(
    st.decimals(-99999, 99999, places=2).map(str),
    st.sampled_from(
        ["1200.00", "5", "+7.5", "-0.000", ".5", "12.345", "1,5", "", " 3.00 ", "1e3", "9" * 18, "--1", "(2)", "€5", "１", "5."]
    ),
)
DAY = st.one_of(st.dates().map(str), st.sampled_from(["", "2026-02-30", "2026-1-5", "05.01.2026", "2026-01-05 10:22", " 2026-01-06 "]))
CURRENCY = st.sampled_from(["EUR", "EUR", "EUR", "JPY", "KWD", "eur", "XXY", ""])
ROW = st.tuples(
    st.sampled_from(["A1", "A2", "", " A1 "]), DAY, DAY, AMOUNT, CURRENCY, TEXT,
    st.sampled_from(["", "", "5.00", "-7.125", "x"]), st.sampled_from(["", "USD", "USD", "JPY"]),
    st.sampled_from(["", "10.00", "x", "100"]), st.lists(st.just("more"), max_size=1),
)  # fmt: skip
GOOD = st.tuples(
    st.sampled_from(["A1", "A2"]), st.just("2026-01-05"), st.just(""), st.decimals(-999, 999, places=2).map(str), st.just("EUR"), TEXT,
    st.just(""), st.just(""), st.just(""), st.just([]),
)  # fmt: skip
ROWS = st.lists(st.one_of(ROW, GOOD), min_size=1, max_size=12)


def written(rows: list[tuple[object, ...]], end: str = "\n") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(COLUMNS)
    for *cells, more in rows:
        assert isinstance(more, list)
        writer.writerow([*cells, *more])
    return text.getvalue().encode()


def by_rows(data: bytes) -> tuple[list[Transaction], FileTally]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "is_plain", lambda *_: False)
        return read(data, ParseOptions())


def said(problem: Problem) -> tuple[int, str, str]:
    return (problem.line, problem.code, problem.message)


@settings(max_examples=tries(200), deadline=None)
@given(ROWS, st.sampled_from(["\n", "\r\n"]))
def test_both_ways_of_reading_plain_tables_agree(rows: list[tuple[object, ...]], end: str) -> None:
    data = written(rows, end)
    fast, fast_tally = read(data, ParseOptions())
    slow, slow_tally = by_rows(data)
    assert sorted(fast, key=lambda row: row.line) == sorted(slow, key=lambda row: row.line)
    assert sorted(map(said, fast_tally.problems)) == sorted(map(said, slow_tally.problems))
    sums = [[(s.start.account, s.booked.credit, s.booked.debit) for s in t.statements.values()] for t in (fast_tally, slow_tally)]
    assert sums[0] == sums[1]


@settings(max_examples=tries(200), deadline=None)
@given(ROWS)
def test_every_row_of_a_plain_table_is_an_entry_or_an_error_at_its_line(rows: list[tuple[object, ...]]) -> None:
    data = written(rows)
    found, tally = read(data, ParseOptions())
    errors = [problem.line for problem in tally.problems if problem.severity == "error"]
    table = dict(numbered(data))
    # A row of no digits at all holds neither a date nor an amount: it is no booking, and nothing is lost with it.
    expected = [line for line, cells in table.items() if line > 1 and any(c.isdigit() for c in "".join(cells))]
    assert sorted([row.line for row in found] + errors) == expected
    for row in found:
        assert money.parse(table[row.line][3], row.currency) == row.amount


def numbered(data: bytes) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(data.decode(), newline=""))
    start = 1
    for cells in reader:
        yield start, cells
        start = reader.line_num + 1
