"""Which layout a table gets, and what is said when it gets none."""

import tomllib
from pathlib import Path

import pytest

from matcher.errors import MatcherError
from matcher.model import FileInfo, Problem
from matcher.parsers import registry
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.csv import PARSER
from matcher.parsers.csv.library import load_profile, shipped

BANKS = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "csv"
INDEX = tomllib.loads((BANKS / "index.toml").read_text(encoding="utf-8"))
HEADER = "account,booking_date,amount,currency\n"


def first(data: bytes, options: ParseOptions | None = None) -> FileInfo | Problem:
    for event in PARSER.parse(Source.of(data), options or ParseOptions()):
        if isinstance(event, (FileInfo, Problem)):
            return event
    raise AssertionError("no event")


def recognised(data: bytes, options: ParseOptions | None = None) -> str:
    source = Source.of(data)
    return PARSER.recognise(source.head(), source, options or ParseOptions())


@pytest.mark.parametrize("name", sorted(INDEX))
def test_each_fixture_has_its_own_layout_among_all(name: str) -> None:
    data = (BANKS / name).read_bytes()
    assert recognised(data) == f"csv:{name.rsplit('.', 1)[0]}"


def test_every_shipped_layout_has_a_fixture() -> None:
    assert set(shipped()) == {name.rsplit(".", 1)[0] for name in INDEX}


def test_the_shipped_layouts_are_many_and_say_where_they_were_seen() -> None:
    assert len(shipped()) >= 43
    assert [name for name, profile in shipped().items() if len(profile.seen) < 20] == []


@pytest.mark.parametrize("name", sorted(n for n in INDEX if n.endswith(".csv")))
def test_the_encoding_may_be_utf_16(name: str) -> None:
    text = (BANKS / name).read_bytes()
    found = first(text)
    assert isinstance(found, FileInfo)
    again = first(text.decode(found.encoding).encode("utf-16"))
    assert again == FileInfo(found.format, "utf-16")


def test_utf_16_without_a_mark_is_told_by_its_zero_bytes() -> None:
    data = (HEADER + "A,2026-01-05,1.00,EUR\n" * 3).encode()
    assert first(data.decode().encode("utf-16-le")) == FileInfo("csv:canonical", "utf-16-le")
    assert first(data.decode().encode("utf-16-be")) == FileInfo("csv:canonical", "utf-16-be")


@pytest.mark.parametrize(
    "data",
    [
        b"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKTRANLIST></BANKTRANLIST></OFX>",
        b'<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX></OFX>',
        b":20:STARTUMS\n:25:10010010/12345,67\n:28C:1/1\n:60F:C260101EUR0,\n:61:2601010101D12,50NMSC\n:62F:C260101EUR0,\n",
        b"{1:F01BANKDEFFXXXX0000000000}{2:I940}{4:\n:20:X\n-}",
        b'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>',
        b"01,SENDER,RECEIVER,260101,0800,1,80,,2/\n02,RECEIVER,SENDER,1,260101,0800,EUR,2/\n03,123,EUR,010,100,,/\n16,195,100,,,,X/\n",
        b"%PDF-1.7\n1,2026-01-05,3.00\n",
        b"Dear Sir,\nplease find attached, as agreed, our letter.\nKind regards,\nA. Smith\n",
        b"",
        b"\x00\x01\x02\x03" * 50,
    ],
)
def test_other_contents_are_not_claimed(data: bytes) -> None:
    assert recognised(data) == ""


def test_a_header_that_many_banks_share_needs_a_day_above_12() -> None:
    table = "Date,Description,Amount,Balance\n03/02/2026,A,1.00,11.00\n{},B,2.00,13.00\n"
    assert first(table.format("04/02/2026").encode(), ParseOptions(profile="gb-first-direct")) == FileInfo("csv:gb-first-direct", "utf-8")
    events = list(PARSER.parse(Source.of(table.format("04/02/2026").encode()), ParseOptions()))
    assert [event.code for event in events if isinstance(event, Problem) and event.severity == "fatal"] == ["date.ambiguous"]
    events = list(PARSER.parse(Source.of(table.format("02/14/2026").encode()), ParseOptions()))
    assert "day first, but these have not" in next(e.message for e in events if isinstance(e, Problem)).replace(
        "the day first", "day first"
    )


def profile(name: str, **changes: str) -> str:
    text = f'name = "{name}"\nbank = "Bank {name}"\ncountry = "XX"\nseen = "invented"\ncurrency = "EUR"\n'
    columns = {"booking_date": '["Tag"]', "amount": '["Wert"]', "remittance_information": '["Text"]'} | changes
    return text + "[columns]\n" + "\n".join(f"{key} = {value}" for key, value in columns.items()) + "\n"


def test_a_tie_names_both_layouts() -> None:
    further = {"one": profile("one"), "two": profile("two")}
    found = first(b"Tag,Text,Wert\n2026-01-05,x,1.00\n", ParseOptions(profiles=further))
    assert isinstance(found, Problem)
    assert (found.code, found.severity) == ("file.ambiguous", "fatal")
    assert "one and two" in found.message


def test_layouts_with_the_same_titles_are_told_apart_by_what_they_read() -> None:
    further = {"one": profile("one"), "two": profile("two") + '[dates]\nformats = ["%d.%m.%Y"]\n'}
    assert first(b"Tag,Text,Wert\n05.01.2026,x,1.00\n", ParseOptions(profiles=further)) == FileInfo("csv:two", "utf-8")


def test_a_further_layout_takes_part_and_replaces_a_shipped_one_of_its_name() -> None:
    assert first(b"Tag,Text,Wert\n2026-01-05,x,1.00\n", ParseOptions(profiles={"mine": profile("mine")})) == FileInfo("csv:mine", "utf-8")
    own = {"de-n26": profile("de-n26")}
    assert first(b"Tag,Text,Wert\n2026-01-05,x,1.00\n", ParseOptions(profiles=own)) == FileInfo("csv:de-n26", "utf-8")


def test_an_unknown_table_says_what_was_recognised_in_which_row() -> None:
    found = first(b"Auszug\n\nBuchungstag;Wert EUR;Betrag;Irgendwas\n05.01.2026;x;1,00;y\n")
    assert isinstance(found, Problem)
    assert (found.code, found.line) == ("file.unknown", 3)
    assert "'Buchungstag' (booking_date)" in found.message
    assert "'Betrag' (amount)" in found.message
    assert "Irgendwas" not in found.message


def test_an_unknown_table_without_header_is_named_as_a_table() -> None:
    data = "".join(f"x;{day:02d}.01.2026;Firma {day};{day},50;EUR;ja;nein\n" for day in range(1, 8)).encode()
    assert recognised(data) == "csv"
    found = first(data)
    assert isinstance(found, Problem)
    assert (found.code, found.line) == ("file.unknown", 1)
    assert "Firma" not in found.message


def test_missing_columns_are_named() -> None:
    found = first(b"account,booking_date,value_date,currency,balance\nA,2026-01-05,,EUR,1\n")
    assert isinstance(found, Problem)
    assert (found.code, found.severity, found.line) == ("column.missing", "fatal", 1)
    assert "canonical" in found.message
    assert "amount" in found.message


def test_a_named_layout_that_does_not_fit_is_not_replaced_by_another() -> None:
    found = first((BANKS / "de-n26.csv").read_bytes(), ParseOptions(profile="nl-ing"))
    assert isinstance(found, Problem)
    assert found.code == "file.unknown"
    assert "nl-ing" in found.message


def test_an_unknown_layout_name_is_wrong_usage() -> None:
    found = first(HEADER.encode(), ParseOptions(profile="no-such"))
    assert isinstance(found, Problem)
    assert found.code == "usage.option"


def test_gb18030_is_not_believed_without_chinese_words() -> None:
    # These bytes decode as GB18030 too, into characters nobody wrote.
    data = (BANKS / "de-sparkasse-giro.csv").read_bytes()
    data.decode("gb18030", "replace")
    assert first(data) == FileInfo("csv:de-sparkasse-giro", "cp1252")


def test_the_registry_finds_the_parser() -> None:
    found = registry.detect(Source.of((BANKS / "nl-ing.csv").read_bytes()), ParseOptions())
    assert not isinstance(found, Problem)
    assert found[1] == "csv:nl-ing"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (profile("x") + "nonsense = 1\n", "columns.nonsense"),
        (profile("x", amount='["A"]\ncredit = 3'), "columns"),
        (profile("x") + '[amounts]\nstyle = "split"\n', "columns.credit"),
        (profile("x") + '[amounts]\ndecimal = ";"\n', "amounts.decimal"),
        (profile("x") + '[dates]\nformats = ["%m/%Y"]\n', "dates.formats"),
        (profile("x").replace('"EUR"', '"EURO"'), "currency"),
        (profile("x") + '[[special]]\ncolumn = "nowhere"\nwords = ["a"]\nmeans = "skip"\n', "special.0"),
        (profile("x") + '[facts]\naccount = { pattern = "(" }\n', "facts.account"),
        (profile("x").replace('"x"', '"No Good"', 1), "name"),
        ("name = ", "not valid TOML"),
        (profile("x", indicator='["D"]'), "amounts.credit"),
    ],
)
def test_a_wrong_profile_is_an_error_naming_file_and_key(text: str, key: str) -> None:
    with pytest.raises(MatcherError) as caught:
        load_profile(text, "mine.toml")
    assert caught.value.code == "profile.invalid"
    assert caught.value.where == "mine.toml"
    assert key in caught.value.what
    with pytest.raises(MatcherError):
        recognised(HEADER.encode(), ParseOptions(profiles={"x": text}))


COMMON = "Date,Description,Amount,Currency\n"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        # day and month, the direction, thousands: a bank of our guess would read them all by its own rules
        (COMMON + "05/02/2026,Retainer Okafor,840.00,USD\n07/02/2026,Rent,-310.00,USD\n", "days as months"),
        ("Date,Description,Type,Amount,Currency\n2026-02-05,Retainer,Credit,840.00,NGN\n2026-02-07,Rent,Debit,310.00,NGN\n", "no signs"),
        (COMMON + "2026-02-05,Retainer,2.000,EUR\n2026-02-07,Rent,-1.000,EUR\n", "thousands"),
        ("Date,Time,Name,Category,Notes,Amount,Currency\n2026-02-05,10:00,Okafor,Income,x,840.00,GBP\n", "a budget program"),
        ("Date,Amount (EUR),Description\n2026-02-05,840.00,Retainer\n", "a currency in the title"),
    ],
)
def test_a_header_of_words_that_all_banks_use_is_nobody_s(table: str, why: str) -> None:
    found = first(table.encode())
    assert isinstance(found, Problem), why
    assert (found.code, found.severity) == ("file.unknown", "fatal")
    assert not any(name in found.message for name in shipped() if name != "any")


def test_a_common_header_with_a_balance_is_read_when_its_marks_are_beyond_doubt() -> None:
    table = 'Date,Description,Amount,Balance\n03/02/2026,A,"{0}","{0}"\n14/02/2026,B,"{1}","{2}"\n'
    assert first(table.format("1.00", "2.50", "3.50").encode()) == FileInfo("csv:gb-first-direct", "utf-8")
    for amounts in (("1,000", "2,000", "3,000"), ("1.000", "2.000", "3.000")):
        events = list(PARSER.parse(Source.of(table.format(*amounts).encode()), ParseOptions()))
        assert [event.code for event in events if isinstance(event, Problem)] == ["amount.ambiguous"]


def test_layouts_that_cannot_read_the_days_of_a_common_header_do_not_claim_it() -> None:
    found = first(b"Date,Description,Amount,Balance\n15 Mar 2026,A,1.00,11.00\n16 Mar 2026,B,2.00,13.00\n")
    assert isinstance(found, Problem)
    assert found.code == "file.unknown"


def test_a_layout_of_the_books_goes_before_a_shipped_one_with_the_same_titles() -> None:
    titles = {"booking_date": "Date", "amount": "Amount", "remittance_information": "Description", "balance": "Balance"}
    own = {"mine": profile("mine", **{name: f'["{title}"]' for name, title in titles.items()})}
    table = b"Date,Description,Amount,Balance\n2026-02-05,A,1.00,11.00\n"
    assert first(table, ParseOptions(profiles=own)) == FileInfo("csv:mine", "utf-8")
