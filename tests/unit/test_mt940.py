"""Messages of MT940 and MT942 made into statements: recognition, pages, currencies, cut files, batches."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO

import pytest

from matcher.model import Problem, StatementEnd, StatementStart, Transaction
from matcher.parsers.base import BATCH_ROWS, MAX_LINE, Event, ParseOptions, RowBatch, Source
from matcher.parsers.mt940 import statements
from matcher.parsers.mt940.parser import PARSER
from matcher.parsers.registry import detect
from matcher.parsers.tally import FileTally

HEAD = ":20:A\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C240101EUR10,00\n"
ENTRY = ":61:2401020102C1,00NTRFNONREF\n:86:text\n"


def events(text: str, options: ParseOptions | None = None) -> list[Event]:
    return list(PARSER.parse(Source.of(text.encode()), options or ParseOptions()))


def tallied(text: str, options: ParseOptions | None = None) -> FileTally:
    tally = FileTally()
    for _ in tally.watch(iter(events(text, options))):
        pass
    return tally


def entries(found: Iterable[Event]) -> list[Transaction]:
    gathered: list[Transaction] = []
    for event in found:
        if isinstance(event, RowBatch):
            assert isinstance(event.rows, list)
            gathered += event.rows
    return gathered


def rows(text: str, options: ParseOptions | None = None) -> list[Transaction]:
    return entries(events(text, options))


def codes(tally: FileTally) -> list[tuple[str, str, int]]:
    return [(p.code, p.severity, p.line) for p in tally.problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEAD, "mt940"),
        ("{1:F01BANK}{2:O940BANK}{4:\n" + HEAD, "mt940"),
        ("\x01\n" + HEAD.replace("\n", "\r\n"), "mt940"),
        (HEAD.replace("\n", "\r"), "mt940"),
        (":20:A\n:25:1\n:28C:1\n:34F:EUR0,\n:13D:2401011200+0100\n" + ENTRY, "mt942"),
        (":20:A\n:21:B\n:25:1\n:28:1\n:62F:C240101EUR1,00\n", "mt940"),
        (":20:A\n:23B:CRED\n:32A:240101EUR1,00\n:59:NAME\n", ""),
        (":61:2401020102C1,00NTRF\n", ""),
        (":86:166?00GUTSCHRIFT\n", ""),
        ("date,amount\n:20:,1\n", ""),
        ("OFXHEADER:100\n", ""),
        ("", ""),
    ],
)
def test_recognises_by_content(text: str, found: str) -> None:
    data = text.encode()
    assert PARSER.recognise(data, Source.of(data), ParseOptions()) == found


def test_utf_16_is_recognised_and_read() -> None:
    source = Source.of((HEAD + ENTRY + ":62F:C240102EUR11,00\n-\n").encode("utf-16"))
    found = detect(source, ParseOptions())
    assert not isinstance(found, Problem)
    assert found[1] == "mt940"
    tally = FileTally()
    assert [row.remittance_information for row in entries(tally.watch(PARSER.parse(source, ParseOptions())))] == ["text"]
    assert tally.outcome == "read"


def test_raw_text_and_line_of_an_entry() -> None:
    text = HEAD + ":61:2401020102C1,00NTRFNONREF\nsecond line\n:86:first\n more\n:86:again\n:62F:C240102EUR11,00\n-\n"
    (row,) = rows(text)
    assert row.line == 5
    assert row.raw == ":61:2401020102C1,00NTRFNONREF\nsecond line\n:86:first\n more\n:86:again"
    assert row.remittance_information == "first more again"


def test_pages_join_across_another_account() -> None:
    page = ":20:A\n:25:{}\n:28C:7/{}\n:60{}:C240101EUR{}\n:61:240102C1,00NTRF\n:62{}:C240102EUR{}\n-\n"
    pages = (("A1", 1, "F", "0,", "M", "1,"), ("B1", 1, "F", "5,", "F", "6,"), ("A1", 2, "M", "1,", "F", "2,"))
    found = events("".join(page.format(*parts) for parts in pages))
    assert [(e.statement, e.account) for e in found if isinstance(e, StatementStart)] == [(0, "A1"), (1, "B1")]
    assert [(e.statement, e.closing and e.closing.amount) for e in found if isinstance(e, StatementEnd)] == [(1, 600), (0, 200)]
    assert [e.statement for e in found if isinstance(e, RowBatch)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (":28C:7/2\n:60M:C240102EUR9,", [("statement.gap", "warning", 7)]),
        (":28C:8/1\n:60M:C240102EUR1,", []),
        (":28C:7/2\n:60F:C240102EUR1,", []),
        (":28C:7/2\n:60M:C240102USD1,", []),
    ],
)
def test_messages_that_are_not_the_next_page_stay_apart(second: str, said: list[tuple[str, str, int]]) -> None:
    first = ":20:A\n:25:A1\n:28C:7/1\n:60F:C240101EUR1,\n:62M:C240102EUR1,\n-\n"
    tally = tallied(first + ":20:A\n:25:A1\n" + second + "\n-\n:20:B\n:25:B1\n:28C:1\n:60F:C240101EUR1,\n:62F:C240101EUR1,\n-\n")
    assert len(tally.statements) == 3
    assert [c for c in codes(tally) if c[0] != "note.balance_missing"] == said


def test_the_last_page_may_never_come() -> None:
    tally = tallied(":20:A\n:25:A1\n:28C:7/1\n:60F:C240101EUR1,\n:62M:C240102EUR1,\n-\n")
    assert tally.outcome == "read"
    assert tally.statements[0].balanced is True


def test_currency_from_whatever_names_one() -> None:
    entry = ":61:240102C1,00NTRF\n"
    after = ":20:A\n:25:1\n:28C:1\n:60F:C2401011,00\n" + entry + ":62F:C240102CHF2,00\n-\n"
    suffix = ":20:A\n:25:123.456EUR\n:28C:1\n:60F:C2401011,00\n" + entry + ":62F:C2401022,00\n-\n"
    nothing = ":20:A\n:25:1\n:28C:1\n:60F:C2401011,00\n" + entry + ":62F:C2401022,00\n-\n"
    sums = ":20:A\n:25:1\n:28C:1\n:13D:2401021200\n" + entry + ":90C:1SEK1,00\n-\n"
    assert [rows(text)[0].currency for text in (after, suffix, sums)] == ["CHF", "EUR", "SEK"]
    assert rows(nothing, ParseOptions(currency="NOK"))[0].currency == "NOK"
    refused = tallied(nothing)
    assert refused.outcome == "partial"
    assert codes(refused) == [("row.invalid", "error", 5), ("currency.unknown", "error", 1)]


def test_unknown_and_mixed_currencies_are_named() -> None:
    unknown = tallied(HEAD.replace("EUR", "XQQ") + ENTRY + ":62F:C240102XQQ11,00\n-\n")
    mixed = tallied(HEAD + ENTRY + ":62F:C240102USD11,00\n-\n")
    assert {c[0] for c in codes(unknown)} == {"currency.unknown", "row.invalid"}
    assert unknown.outcome == "partial"
    assert ("currency.mixed", "warning", 7) in codes(mixed)
    assert mixed.statements[0].closing is None


def test_account_from_the_caller() -> None:
    text = HEAD.replace(":25:DE89370400440532013000\n", "") + ENTRY + ":62F:C240102EUR11,00\n-\n"
    assert codes(tallied(text)) == [("account.missing", "warning", 1)]
    given = tallied(text, ParseOptions(account="77"))
    assert (given.outcome, given.statements[0].start.account) == ("read", "77")


WHOLE = HEAD + ENTRY + ":62F:C240102EUR11,00\n-\n"


@pytest.mark.parametrize(
    ("tail", "outcome"),
    [
        ("", "read"),
        (HEAD + ENTRY + ":62F:C240102EUR11,00", "read"),
        (HEAD + ENTRY + ":62F:C240102EUR11,00\n:64:C240102EUR1", "read"),
        (HEAD + ENTRY + ":62F:C240102EUR11", "reject"),
        (HEAD + ENTRY + ":62F:C240102EUR", "reject"),
        (HEAD + ENTRY + ":62F", "reject"),
        (HEAD + ENTRY, "reject"),
        (HEAD + ":61:2401020102C1,0", "reject"),
        (HEAD[:-4], "reject"),
        (":20:A\n", "reject"),
        (HEAD + ENTRY + "-\n", "read_with_warnings"),
        (HEAD + ENTRY + ":65F:Dnullnull\n-\n", "read"),
    ],
)
def test_a_file_cut_inside_its_last_message_is_refused(tail: str, outcome: str) -> None:
    tally = tallied(WHOLE + tail)
    assert tally.outcome == outcome
    assert (outcome == "reject") == any(p.code == "file.cut" and p.severity == "fatal" for p in tally.problems)


def test_a_single_message_without_closing_balance_is_doubted_unless_it_breaks_off() -> None:
    assert codes(tallied(HEAD + ENTRY)) == [("note.balance_missing", "warning", 1)]
    assert [c[0] for c in codes(tallied((HEAD + ENTRY)[:-1]))] == ["file.cut"]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (":90C:1EUR1,\n:90D:0EUR0,\n-\n", []),
        (":90C:2EUR5,\n:90D:0EUR0,\n-\n", [("note.totals", "info", 1)]),
        (":90C:1EUR5,\n-\n", [("note.totals", "info", 1)]),
        (":90C:0EUR0,\n-\n", [("statement.totals", "warning", 1)] * 2),
        (":90C:1EUR1,\n:90D:1EUR9,\n-\n", [("note.totals", "info", 1)]),
        (":90C:0EUR0,\n:90D:1EUR9,\n-\n", [("statement.totals", "warning", 1)] * 4),
        ("-\n", [("statement.unproven", "info", 1)]),
        ("", [("statement.unproven", "info", 1)]),
    ],
)
def test_sums_of_an_interim_report(end: str, said: list[tuple[str, str, int]]) -> None:
    tally = tallied(":20:A\n:25:1\n:28C:1\n:34F:EUR0,\n" + ENTRY + end)
    assert codes(tally) == said
    assert tally.statements[0].balanced is None


def test_sums_of_a_report_without_floor_limit() -> None:
    assert codes(tallied(":20:A\n:25:1\n:28C:1\n:61:240102C1,00NTRF\n:90C:2EUR5,\n-\n")) == [("note.totals", "info", 1)]


def test_sums_of_a_statement_must_hold() -> None:
    assert tallied(HEAD + ENTRY + ":90C:1EUR1,\n:62F:C240102EUR11,00\n-\n").outcome == "read"
    assert [c[0] for c in codes(tallied(HEAD + ENTRY + ":90C:2EUR5,\n:62F:C240102EUR11,00\n-\n"))] == ["statement.totals"] * 2


def test_a_message_whose_beginning_is_lost_does_not_join_the_one_before() -> None:
    tally = tallied(WHOLE.replace("-\n", "") + ":28C:2/1\n:60F:C240102EUR11,00\n" + ENTRY + ":62F:C240103EUR12,00\n-\n")
    assert [(s.start.account, s.booked.count) for s in tally.statements.values()] == [("DE89370400440532013000", 1), ("", 1)]
    assert [c[0] for c in codes(tally)] == ["note.syntax", "account.missing"]


def test_a_second_account_after_an_entry_begins_a_message_when_a_heading_follows() -> None:
    text = HEAD + ENTRY + ":25:OTHER\n:28C:1/1\n:60F:C240102USD5,00\n:61:240102C1,00NTRF\n:62F:C240102USD6,00\n-\n"
    tally = tallied(text)
    assert [(s.start.account, s.currency, s.booked.count) for s in tally.statements.values()] == [
        ("DE89370400440532013000", "EUR", 1),
        ("OTHER", "USD", 1),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        ":20:A\n:25:DE89\n:25P:DE89\nBANKDEFF\n:28:1\n:28C:1/1\n:60F:C240101EUR10,00\n",
        ":20:A\n:28C:1/1\n:60F:C240101EUR10,00\n:25:DE89\n",
        ":20:A\n:21:NONREF\n:13D:2401021200+0100\n:28C:1/1\n:25:DE89\n:60F:C240101EUR10,00\n",
    ],
)
def test_a_heading_in_another_order_or_written_twice_is_one_heading(heading: str) -> None:
    tally = tallied(heading + ENTRY + ":62F:C240102EUR11,00\n-\n")
    assert codes(tally) == []
    assert [(s.start.account, s.balanced) for s in tally.statements.values()] == [("DE89", True)]


def test_two_closing_balances() -> None:
    tally = tallied(HEAD + ENTRY + ":62F:C240102EUR9,00\n:62F:C240102EUR11,00\n-\n")
    assert codes(tally) == [("note.syntax", "warning", 8)]
    assert tally.statements[0].balanced is True


def test_a_missing_opening_balance_is_said() -> None:
    assert codes(tallied(HEAD.replace(":60F:C240101EUR10,00\n", "") + ENTRY + ":62F:C240102EUR11,00\n-\n")) == [
        ("note.balance_missing", "warning", 1)
    ]


def test_expected_entries_are_pending() -> None:
    found = rows(":20:A\n:25:1\n:28C:1\n:34F:EUR0,\n:61:240102EC1,00NTRF\n:61:240102C2,00NTRF\n-\n")
    assert [(row.amount, row.pending) for row in found] == [(100, True), (200, False)]


def test_amounts_beyond_the_bound_are_refused() -> None:
    tally = tallied(HEAD + ":61:240102C99999999999999,00NTRF\n:62F:C240102EUR10,00\n-\n")
    assert codes(tally) == [("row.invalid", "error", 5)]


def test_rows_come_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "BATCH_ROWS", 2)
    found = events(HEAD + ENTRY * 5 + ":62F:C240102EUR15,00\n-\n")
    assert [len(e.rows) for e in found if isinstance(e, RowBatch)] == [2, 2, 1]


class _Endless:
    """A source of many entries that is never held as a whole."""

    def __init__(self, entries: int) -> None:
        self.entries = entries

    def open(self) -> BinaryIO:
        parts = self._parts()

        class Stream(BytesIO):
            def read(self, _size: int | None = -1) -> bytes:
                return next(parts, b"")

        return Stream()

    def _parts(self) -> Iterator[bytes]:
        yield HEAD.encode()
        for _ in range(self.entries // 100):
            yield (ENTRY * 100).encode()


def test_a_long_statement_is_streamed() -> None:
    source = Source("endless", 0, _Endless(60_000).open)
    sizes, first = [], True
    for event in PARSER.parse(source, ParseOptions()):
        if isinstance(event, RowBatch):
            sizes.append(len(event.rows))
            first = False
    assert not first
    assert sum(sizes) == 60_000
    assert set(sizes[:-1]) == {BATCH_ROWS}


@pytest.mark.parametrize("text", [HEAD + ":86:" + "x\n" * 6000, HEAD + ":86:" + "x" * (2 * MAX_LINE)])
def test_what_exceeds_the_bounds_is_refused(text: str) -> None:
    tally = tallied(text)
    assert tally.outcome == "reject"
    assert codes(tally)[-1][:2] == ("file.too_large", "fatal")


def test_a_file_without_statement_is_empty_and_says_so() -> None:
    tally = tallied(":20:A\n:25:1\n-\n")
    assert tally.outcome == "empty"
    assert codes(tally) == [("note.syntax", "info", 1), ("file.no_statement", "warning", 0)]


@pytest.mark.parametrize(
    ("currency", "text", "read"),
    [
        ("EUR", "166?00GUTSCHRIFT?20F}r drei T}ren?32J[GER & GR\\NBERG KG", ("Für drei Türen", "JÄGER & GRÖNBERG KG")),
        ("SEK", "166?00INSATTNING?20Fr}n R|d|n?32L]NG & \\STLUND", ("Från Rödön", "LÅNG & ÖSTLUND")),
        # brackets that are brackets, and one that may be anything
        ("EUR", "166?00GUTSCHRIFT?20Auftrag [12] {a}?32Jaeger KG", ("Auftrag [12] {a}", "Jaeger KG")),
        ("GBP", "166?00CREDIT?20F}r drei T}ren?32J[GER", ("F}r drei T}ren", "J[GER")),
    ],
)
def test_letters_of_iso_646(currency: str, text: str, read: tuple[str, str]) -> None:
    message = f"{{1:F01BANK}}{{4:\n{HEAD}:61:2401020102C1,00NTRFNONREF\n:86:{text}\n:62F:C240102EUR11,00\n-}}\n".replace(
        "EUR1", f"{currency}1"
    )
    (row,) = rows(message)
    assert (row.remittance_information, row.counterparty_name) == read


@pytest.mark.parametrize("tail", [":90C:1EU", ":90C:1", ":90D:0EUR0,00\n:90C:1EUR9"])
def test_a_report_that_ends_inside_its_sums_is_cut(tail: str) -> None:
    report = f":20:A\n:25:1\n:28C:1\n:34F:EUR0,\n:13D:2401011200+0100\n{ENTRY}{tail}"
    assert ("file.cut", "fatal") in [(p.code, p.severity) for p in tallied(report).problems]
    assert tallied(report + "\n-\n").outcome != "reject"
