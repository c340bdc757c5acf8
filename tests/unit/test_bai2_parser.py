"""BAI2: record cutting, fields and totals, one rule a test."""

from datetime import date
from typing import Any

import pytest

from matcher.errors import MatcherError
from matcher.inspection import inspect
from matcher.model import StatementEnd
from matcher.parsers.bai2.codes import MOVEMENTS
from matcher.parsers.bai2.fields import Summary, day, detail, summaries, whole
from matcher.parsers.bai2.parser import PARSER
from matcher.parsers.bai2.records import More, Record, records
from matcher.parsers.base import MAX_LINE, ParseOptions, Source

HEAD = "01,BANK,US,260331,0800,7,,,2/\n02,US,BANK,1,260331,2359,USD,2/\n"


def cut(text: str) -> list[tuple[str, str, int]]:
    return [(record.code, record.text, record.physical) for record in records([HEAD + text])][2:]


def one(*rows: str) -> Record:
    return next(r for r in records([HEAD + "\n".join(rows)]) if r.code not in ("01", "02"))


def look(text: str) -> dict[str, Any]:
    return inspect(Source.of(text.encode()), ParseOptions(), "bai2", transactions=True)


def account(*details: str, total: str = "", stated: str = "010,0,,", file: str = HEAD) -> str:
    return file + "\n".join((f"03,1,,{stated}/", *details, f"49,{total},/", "98,,,/", "99,,,/")) + "\n"


def test_a_slash_ends_a_record_only_at_the_end() -> None:
    assert cut("16,142,5,Z,A/B,C/D,E/F 16/142/  \n16,142,6,Z,,,x/y") == [
        ("16", "142,5,Z,A/B,C/D,E/F 16/142", 1),
        ("16", "142,6,Z,,,x/y", 1),
    ]


def test_records_share_a_line_only_where_a_record_really_follows() -> None:
    assert cut("16,142,5,Z,,,PPD/  16,451,6,Z,,,X/ 49,11,4/") == [("16", "142,5,Z,,,PPD", 1), ("16", "451,6,Z,,,X", 1), ("49", "11,4", 1)]
    assert cut("16,142,5,Z,,,HOUSE 12/ 16, HIGH STREET/") == [("16", "142,5,Z,,,HOUSE 12/ 16, HIGH STREET", 1)]


def test_continuations_are_kept_apart_by_their_kind() -> None:
    record = one("16,142,5,Z,,,first", "second/", "88,third/")
    assert record.more == [More(False, "second"), More(True, "third")]
    assert (record.physical, record.line) == (2, 3)
    assert record.raw == "16,142,5,Z,,,first\nsecond/\n88,third/"


def test_seams_between_pieces_change_nothing() -> None:
    text = HEAD + "16,142,5,Z,,,a\r\nb/\n88,c/\n"
    assert list(records(text)) == list(records([text]))


def test_a_line_too_long_is_refused() -> None:
    with pytest.raises(MatcherError) as caught:
        list(records(["x" * (MAX_LINE + 1)]))
    assert caught.value.code == "file.too_large"


def test_a_line_that_only_looks_like_a_record_is_refused_by_name() -> None:
    found = look(account("17,142,500,Z,,,X/", "16,142,5,Z,,,Y/"))
    assert (found["outcome"], len(found["transactions"])) == ("partial", 1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["03,1,USD,010,5,,,015,6,,/"], [("010", 5, None), ("015", 6, None)]),
        (["03,1,USD,,,,,060,7,,/"], [("060", 7, None)]),
        (["03,1,,010,+5,3,,015,-6,,,/"], [("010", 5, 3), ("015", -6, None)]),
        (["03,1,,010,5/", "88,015,6/"], [("010", 5, None), ("015", 6, None)]),
        (["03,1,,010,5,/", "88,015,6,/"], [("010", 5, None), ("015", 6, None)]),
        (["03,1,,010/", "88,5,,,015/", "88,6,2/"], [("010", 5, None), ("015", 6, 2)]),
        (["03,1,,072,5,,V,260401,1200,015,6,,/"], [("072", 5, None), ("015", 6, None)]),
        (["03,1,,110,5,2,S,1,2,3,015,6,,/"], [("110", 5, 2), ("015", 6, None)]),
        (["03,1,,110,5,2,D,2/", "88,0,1,1,4,015,6,,/"], [("110", 5, 2), ("015", 6, None)]),
        (["03,1,,010,5,,,0", "15,6,,/"], [("010", 5, None), ("015", 6, None)]),
        (["03,1/"], []),
    ],
)
def test_summaries_however_they_are_broken(rows: list[str], expected: list[tuple[str, int, int]]) -> None:
    assert list(summaries(one(*rows))) == [Summary(*summary) for summary in expected]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["16,142,5,Z,B1,C1,words, more/"], ("142", "5", "", "", "B1", "C1", "words, more")),
        (["16,142,5/"], ("142", "5", "", "", "", "", "")),
        (["16,142,5,V,260401,1030,B1,C1,t/"], ("142", "5", "260401", "1030", "B1", "C1", "t")),
        (["16,142,5,S,1,2,3,B1,C1,t/"], ("142", "5", "", "", "B1", "C1", "t")),
        (["16,142,5,D,2,0,1,1,4,B1,C1,t/"], ("142", "5", "", "", "B1", "C1", "t")),
        (["16,142,5,D,99,B1/"], ("142", "5", "", "", "", "", "")),
        (["16,142,5,0,B1,,/", "88,t/"], ("142", "5", "0", "", "B1", "", "t")),
        (["16,142,5,Z/", "88,B1,C1,t/", "88,u/"], ("142", "5", "", "", "B1", "C1", "t u")),
        (["16,142,5,Z,B1,C1/", "88,t, u/"], ("142", "5", "", "", "B1", "C1", "t, u")),
    ],
)
def test_details_however_they_are_broken(rows: list[str], expected: tuple[str, ...]) -> None:
    assert detail(one(*rows))[:7] == expected


def test_labelled_lines_name_the_other_side() -> None:
    row = look(account("16,195,5,,B1,C1,Wire/", "88,DBNM: HOLT INC/", "88,DACT: 77/", "88,DABA: 021/", "88,EREF: E9/"))["transactions"][0]
    assert (row["counterparty_name"], row["counterparty_account"], row["counterparty_bank"], row["end_to_end_id"]) == (
        "HOLT INC",
        "77",
        "021",
        "E9",
    )


def test_numbers_and_days() -> None:
    assert [whole(text) for text in ("", " +005 ", "-7", "0")] == [None, 5, -7, 0]
    for text in ("1.5", "x", "+", "١", "9" * 17, "9" * 5000):
        with pytest.raises(MatcherError):
            whole(text)
    assert whole("9" * 30, bound=False) == int("9" * 30)
    assert [day(text) for text in ("260331", "20260331", "990101", "", "000000")] == [
        date(2026, 3, 31),
        date(2026, 3, 31),
        date(1999, 1, 1),
        None,
        None,
    ]
    for text in ("260230", "26033", "abcdef"):
        with pytest.raises(MatcherError):
            day(text)


def test_type_codes_give_direction_kind_and_reversal() -> None:
    signs = {code: MOVEMENTS[code].sign for code in ("100", "399", "400", "699", "706", "760", "828", "829", "930", "959", "960", "999")}
    assert signs == {
        "100": 1,
        "399": 1,
        "400": -1,
        "699": -1,
        "706": 1,
        "760": -1,
        "828": -1,
        "829": 1,
        "930": 1,
        "959": 1,
        "960": -1,
        "999": -1,
    }
    assert not {"010", "099", "703", "890", "900", "929"} & MOVEMENTS.keys()
    assert (MOVEMENTS["555"].kind, MOVEMENTS["552"].reversal) == ("return", True)


def test_every_level_is_checked_and_a_fault_is_told_once() -> None:
    text = HEAD + "03,1,,010,100,,/\n16,142,50,Z,,,/\n49,151,3/\n98,151,1,5/\n99,151,1,7/\n"
    found = look(text)
    assert [(p["code"], p["line"]) for p in found["problems"]] == [("statement.totals", 5)]
    assert look(text.replace("49,151", "49,150").replace("151", "150"))["outcome"] == "read"
    for good, wrong in (("98,150,1,5", "98,150,2,5"), ("99,150,1,7", "99,150,1,8"), ("49,150,3", "49,150,4"), ("49,150,3", "49,x,3")):
        assert look(text.replace("151", "150").replace(good, wrong))["outcome"] == "read_with_warnings"


def test_totals_with_counts_of_their_own_lines_are_control_totals() -> None:
    def totals(stated: str) -> tuple[int | None, int | None]:
        data = account("16,142,50,Z,,,/", "16,475,20,Z,,,/", stated=stated).encode()
        end = next(event for event in PARSER.parse(Source.of(data), ParseOptions()) if isinstance(event, StatementEnd))
        return end.totals.credit, end.totals.debit

    assert totals("100,60,1,,400,20,1,") == (60, 20)
    assert totals("100,60,2,,400,20,,") == (None, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file.malformed"),
        ("hello\n", "file.malformed"),
        (HEAD, "file.cut"),
        (account("16,142,5,Z,,,/")[:-6], "file.cut"),
        (account("16,142,5,Z,,,/") + "03,2,,010,0,,/\n16,142,6,Z,,,/\n", "file.cut"),
        (HEAD + "98,0,0,2/\n99,0,1,4/\n", "file.no_statement"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    found = look(text)
    assert (found["outcome"], found["problems"][-1]["code"]) == ("reject", code)


WARNED = "read_with_warnings"


@pytest.mark.parametrize(
    ("broken", "outcomes"),
    [
        ("16,142,5,Z,,,early/\n", ["partial", "partial", "partial"]),
        ("03,1,,010,0,,/\n", [WARNED, WARNED, "reject"]),
        ("49,0,1/\n", [WARNED, WARNED, WARNED]),
        ("98,0,0,1/\n", [WARNED, WARNED, WARNED]),
        ("99,0,0,1/\n", ["partial", WARNED, WARNED]),
        ("88,x/\n", [WARNED, WARNED, WARNED]),
    ],
)
def test_records_in_the_wrong_place_are_told(broken: str, outcomes: list[str]) -> None:
    first, second = HEAD.splitlines(keepends=True)
    rest = account("16,142,5,Z,,,/", file="")
    texts = (first + broken + second + rest, HEAD + broken + rest, HEAD + rest + broken)
    assert [look(text)["outcome"] for text in texts] == outcomes


def test_a_damaged_file_header_hides_nothing() -> None:
    found = look("1" + account("16,142,5,Z,,,/")[1:] + account("16,142,6,Z,,,/"))
    assert (found["outcome"], [row["amount"] for row in found["transactions"]]) == ("partial", ["0.05", "0.06"])


def test_recognition() -> None:
    def recognised(text: str) -> str:
        return PARSER.recognise(text.encode(), Source.of(text.encode()), ParseOptions())

    assert recognised(account()) == "bai2"
    assert recognised("\ufeff\r\n" + account().replace("\n", "\r\n")) == "bai2"
    assert recognised(account().replace("\n", "")) == "bai2"
    assert recognised("01,BANK,US,260331,0800,7,,,2/\n03,1,,/\n") == ""
    assert recognised("01,02,03,04\n05,06,07,08\n") == ""
    assert recognised("Date,Amount\n") == ""
