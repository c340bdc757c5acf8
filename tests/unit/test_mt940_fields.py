"""Single fields of MT940: dates, amounts, marks, codes and references as literal rows."""

from datetime import date

import pytest

from matcher.model import Balance
from matcher.parsers.base import MAX_LINE, Source
from matcher.parsers.mt940 import text as mt940_text
from matcher.parsers.mt940.fields import decimal_text, statement_line, written_balance, written_sum
from matcher.parsers.mt940.text import END, Encoding, FieldTooLongError, Lines, detect, fields


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234,56", "1234.56"),
        ("0,", "0."),
        (",50", ".50"),
        ("000000000012,30", "000000000012.30"),
        ("1234.56", "1234.56"),
        ("1234", "1234"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1.234", "1.234"),
    ],
)
def test_amounts_as_banks_write_them(text: str, amount: str) -> None:
    assert decimal_text(text) == amount


@pytest.mark.parametrize("text", ["1,2,3", "1.2.3", "12.34,5,6", "1,234,567", ",", "."])
def test_marks_that_make_no_single_amount_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        decimal_text(text)


@pytest.mark.parametrize(
    ("text", "sign", "reversal", "pending"),
    [
        ("2403150315C1,N", 1, False, False),
        ("2403150315CR1,N", 1, False, False),
        ("2403150315D1,N", -1, False, False),
        ("2403150315DD1,N", -1, False, False),
        ("2403150315RC1,N", -1, True, False),
        ("2403150315RCR1,N", -1, True, False),
        ("2403150315RD1,N", 1, True, False),
        ("2403150315RDR1,N", 1, True, False),
        ("240315EC1,N", 1, False, True),
        ("240315ED1,N", -1, False, True),
        ("240315    D 1,N", -1, False, False),
    ],
)
def test_marks(text: str, sign: int, reversal: bool, pending: bool) -> None:
    line = statement_line(text)
    assert (line.sign, line.reversal, line.pending, line.amount) == (sign, reversal, pending, "1.")


@pytest.mark.parametrize(
    ("text", "booking", "value", "clamped"),
    [
        ("2403150318C1,", date(2024, 3, 18), date(2024, 3, 15), False),
        ("240315C1,", date(2024, 3, 15), date(2024, 3, 15), False),
        ("2312310102C1,", date(2024, 1, 2), date(2023, 12, 31), False),
        ("2401021231C1,", date(2023, 12, 31), date(2024, 1, 2), False),
        ("2302300301C1,", date(2023, 3, 1), date(2023, 2, 28), True),
        ("2402280230C1,", date(2024, 2, 29), date(2024, 2, 28), True),
        ("2303010229C1,", date(2023, 2, 28), date(2023, 3, 1), True),
        ("2402290229C1,", date(2024, 2, 29), date(2024, 2, 29), False),
        ("2401151345C1,", date(2024, 1, 15), date(2024, 1, 15), False),
        ("2401150000C1,", date(2024, 1, 15), date(2024, 1, 15), False),
        ("991231C1,", date(1999, 12, 31), date(1999, 12, 31), False),
    ],
)
def test_dates(text: str, booking: date, value: date, clamped: bool) -> None:
    line = statement_line(text)
    assert (line.booking_date, line.value_date, line.clamped) == (booking, value, clamped)


def test_an_entry_date_that_is_none_is_said() -> None:
    assert statement_line("2401151345C1,").note == "the entry date 1345 is not a date; the value date was taken"
    assert statement_line("2401150000C1,").note == ""


@pytest.mark.parametrize(
    ("rest", "code", "reference", "bank_reference"),
    [
        ("NTRFNONREF", "NTRF", "", ""),
        ("NTRFINV 7//B1", "NTRF", "INV 7", "B1"),
        ("NTRF//B1", "NTRF", "", "B1"),
        (" NTRF", "NTRF", "", ""),
        ("NGT NONREF", "NGT", "", ""),
        ("S   X", "S", "X", ""),
        ("NONREF", "", "", ""),
        ("//B1", "", "", "B1"),
        ("", "", "", ""),
        ("MCI0NONREF//B1", "MCI0", "", "B1"),
        ("REF2024", "", "REF2024", ""),
        ("S051", "S051", "", ""),
        ("NMSCNOTPROVIDED//NONREF", "NMSC", "", ""),
        ("NTRFA/B//C//D", "NTRF", "A/B", "C//D"),
        ("NTRF12345678901234567890", "NTRF", "12345678901234567890", ""),
    ],
)
def test_codes_and_references(rest: str, code: str, reference: str, bank_reference: str) -> None:
    line = statement_line("2403150315C1,00" + rest)
    assert (line.code, line.reference, line.bank_reference) == (code, reference, bank_reference)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "value date"),
        ("0315C1,00N", "value date"),
        ("241315C1,00N", "value date is not a date"),
        ("240300C1,00N", "value date is not a date"),
        ("240315X1,00N", "debit or credit mark"),
        ("240315CNTRF", "no amount"),
        ("240315C-1,00N", "no amount"),
        ("240315C1,0,0N", "not a number"),
    ],
)
def test_lines_that_cannot_be_booked_say_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        statement_line(text)


@pytest.mark.parametrize(
    ("text", "day", "currency", "amount"),
    [
        ("C240315EUR1,5", date(2024, 3, 15), "EUR", "1.5"),
        ("D240315EUR1,5", date(2024, 3, 15), "EUR", "-1.5"),
        ("C240315EUR-1,5", date(2024, 3, 15), "EUR", "-1.5"),
        ("C240315105000,00", date(2024, 3, 15), "", "105000.00"),
        ("C105000,00", None, "", "105000.00"),
        ("C240315,00", None, "", "240315.00"),
        ("CEUR7,", None, "EUR", "7."),
        ("C000000EUR7,", None, "EUR", "7."),
        ("C240230EUR7,-}", date(2024, 2, 29), "EUR", "7."),
    ],
)
def test_balances(text: str, day: date | None, currency: str, amount: str) -> None:
    found = written_balance(text)
    assert found is not None
    assert (found.day, found.currency, found.amount) == (day, currency, amount)


@pytest.mark.parametrize("text", ["", " ", "Dnullnull", "C240315EUR", "X240315EUR1,", "C240315EUR1,2,3"])
def test_what_states_no_balance(text: str) -> None:
    assert written_balance(text) is None


def test_a_balance_with_more_places_than_its_currency_keeps_its_text() -> None:
    found = written_balance("C240315JPY100,25")
    assert found is not None
    assert found.balance("JPY") == Balance(100, date(2024, 3, 15), "100.25")


def test_sums() -> None:
    found = written_sum("3PLN0,03")
    assert found is not None
    assert (found.entries, found.currency, found.amount) == (3, "PLN", "0.03")
    assert written_sum("3XYZ0,03") is None
    assert written_sum("PLN0,03") is None


def test_only_listed_tags_are_fields() -> None:
    text = [":20:A", ":61:x", "second", ":86:text", ":12:11", ":08 cards", ": blank", "-still text", ":62F:C", "-", "{1:", ":25:B"]
    got = [(f.tag, f.line, f.lines) for f in fields(text)]
    assert got == [
        ("20", 1, ["A"]),
        ("61", 2, ["x", "second"]),
        ("86", 4, ["text", ":12:11", ":08 cards", ": blank", "-still text"]),
        ("62F", 9, ["C"]),
        (END, 10, ["-"]),
        (END, 11, ["-}"]),
        ("25", 12, ["B"]),
    ]


def test_a_tag_has_two_colons() -> None:
    assert [f.lines for f in fields([":86:text", ":612", ":62Fx", ":6"])] == [["text", ":612", ":62Fx", ":6"]]


def test_a_time_broken_after_its_hour_is_text_and_a_message_is_a_message() -> None:
    broken = [f.tag for f in fields([":86:booked 2016-03-03T08", ":20:31 no. 7"])]
    message = [f.tag for f in fields([":86:order 4408", ":20:STARTUMS"])]
    another = [f.tag for f in fields([":86:order no", ":20:31"])]
    assert (broken, message, another) == (["86"], ["86", "20"], ["86", "20"])


def test_line_ends_of_every_kind() -> None:
    source = Source.of(b"a\r\nb\rc\nd\n\r\ne")
    lines = Lines(source, "ascii")
    assert list(lines) == ["a", "b", "c", "d", "", "e"]
    assert lines.unfinished
    assert [list(Lines(Source.of(b"a\r\n" * 3), "ascii"))] == [["a"] * 3]


def test_line_ends_are_seen_across_the_reading_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"line {n} ä\r\n" for n in range(50))
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(mt940_text, "CHUNK_BYTES", size)
        assert list(Lines(Source.of(text.encode()), "utf-8")) == text.split("\r\n")[:-1]
        assert detect(Source.of(text.encode())).name == "utf-8"


@pytest.mark.parametrize(
    ("data", "name", "certain"),
    [
        (b":20:A", "ascii", True),
        (":20:ä".encode(), "utf-8", True),
        (":20:ä€".encode()[:-1], "utf-8", True),
        (":20:ä".encode("utf-8-sig"), "utf-8-sig", True),
        (":20:A".encode("utf-16"), "utf-16", True),
        (":20:Müller".encode("cp1252"), "cp1252", False),
        ("äöü Größe".encode() + b" \xfc", "utf-8", False),
        (":60F:C240101HUF1,\nátutalás jóváírása".encode("cp852"), "cp852", False),
        (":60F:C240101PLN1,\nprzelew środków żółć".encode("cp1250"), "cp1250", False),
        (":60F:C240101EUR1,\nGebühr für Müller".encode("cp850"), "cp850", False),
    ],
)
def test_the_bytes_decide_the_encoding(data: bytes, name: str, certain: bool) -> None:
    found = detect(Source.of(data))
    assert (found.name, found.problem is None) == (name, certain)


def test_bytes_of_another_encoding_are_kept() -> None:
    data = "äöü Größe".encode() + b" \xfc\x81"
    assert list(Lines(Source.of(data), Encoding("utf-8").name)) == ["äöü Größe ü\x81"]


def test_fields_and_lines_are_bounded() -> None:
    with pytest.raises(FieldTooLongError):
        list(fields([":86:x", *["y"] * mt940_text.MAX_FIELD_LINES]))
    with pytest.raises(FieldTooLongError):
        list(Lines(Source.of(b"x" * (MAX_LINE + mt940_text.CHUNK_BYTES + 1)), "ascii"))
