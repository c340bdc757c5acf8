"""What a payer's text says about numbers: each way to write or to damage one, counts, lists and ranges."""

import pytest

from matcher.matching.references.makes import shape
from matcher.matching.references.numbers import Number, fragments, index_keys, number
from matcher.matching.references.text import Text, says, spoken

OURS = number("RE-2026-00417")


def named(text: str, item: Number = OURS) -> set[str]:
    """How number keys of a text meet those of an item."""
    return {kind for form, key, kind in index_keys(item) if key in Text(text).forms[form]}


def held(text: str, item: Number) -> str:
    """How a number stands somewhere in a text."""
    return next((kind for fragment, kind in fragments(item) if Text(text).holds(fragment)), "")


def read(text: str, item: Number = OURS) -> str:
    """How a close reading finds the number: standing somewhere, or damaged."""
    return held(text, item) or Text(text).resembles(item)


def test_a_number_is_taken_apart() -> None:
    assert Number("RE202600417", "202600417", ("RE2026", ""), "00417", "RE|2026|417", "") == OURS
    assert number("417/2026") == Number("4172026", "4172026", ("", "2026"), "417", "417|2026", "")
    assert number("2026", "RF18 5390") == Number("2026", "2026", ("", ""), "2026", "2026", "RF185390")
    assert number("ACME") == Number("ACME", "", ("ACME", ""), "", "", "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RE-2026-00417", "whole"),
        ("Rechnung re202600417 danke", "whole"),
        ("RE-2026.00417", "whole"),
        ("Nr. 2026-00417", "digits"),  # the prefix is lost
        ("Nr 202600417", "digits"),
        ("RE 2026-417", "parts"),  # the zeros are lost
        ("RE/2026/0417", "parts"),
        ("Beleg 00417", "short"),  # the counter alone
        ("Beleg 417", "short"),
    ],
)
def test_a_number_written_in_another_way_has_a_key_in_common(text: str, kind: str) -> None:
    assert kind in named(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [("RE-2026-00418", set()), ("RE-2025-00417", {"short"}), *((text, set()) for text in ("2026", "RE", "00471", "10417"))],
)
def test_another_number_has_no_telling_key_in_common(text: str, kinds: set[str]) -> None:
    assert named(text) == kinds


@pytest.mark.parametrize(("counter", "kind"), [("12345", "run"), ("0417", "short"), ("417", "short"), ("00017", "short"), ("017", "short")])
def test_a_short_counter_is_a_weak_name(counter: str, kind: str) -> None:
    assert ("counter", counter, kind) in index_keys(number(f"AB26-{counter}"))


def test_a_digit_in_the_text_names_no_document_with_zeros_before_it() -> None:
    assert named("1. Rate", number("RE-2026-00001")) == set()
    assert named("00001", number("RE-2026-00001")) == {"short"}


def test_a_counter_of_two_digits_names_nothing() -> None:
    assert not any(form == "counter" for form, *_ in index_keys(number("AB26-17")))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("R E 2 0 2 6 0 0 4 1 7", "whole"),  # blanks
        ("RE-2026-\n00417", "whole"),  # wrapped
        ("RE-20 26-004 17 vom 1.10.", "whole"),
        ("EREF+X1 SVWZ+RE-2026-0 0417", "whole"),
        ("KD 88 2026 00417", "digits"),
        ("RE-2O26-OO4I7", "ocr"),  # letters for digits
        ("RE-2026-00427", "typo"),  # one digit off
        ("RE-2026-00147", "typo"),  # two neighbours swapped
        ("RE-2026-0417", "typo"),  # one digit lost
        ("RE-2026-004177", "typo"),  # one digit doubled
        ("RE-2026-004", "cut"),
        ("2026-00417", "digits"),
    ],
)
def test_a_damaged_number_is_recognised(text: str, kind: str) -> None:
    assert read(text) == kind


@pytest.mark.parametrize("text", ["", "danke", "RE-2026-00528", "RE-2025-00471", "2026", "417", "RE-20"])
def test_a_number_that_is_too_different_is_not_recognised(text: str) -> None:
    assert read(text) == ""


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("RE-2026-00417 12.10.2026", "whole"),
        ("12 RE-2026-00417", "whole"),
        ("RE-2026-004 17 2026", "whole"),
        ("88 2026004 17, 5", "digits"),
    ],
)
def test_other_digits_may_stand_beside_a_number(text: str, how: str) -> None:
    assert held(text, OURS) == how


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("RE-2026-004170", "typo"),
        ("RE-2026-0041 70", "typo"),
        ("12026 00417", ""),
        ("RE-2026-00417000", ""),
        ("RE-2O26-OO4I70", ""),
    ],
)
def test_a_longer_number_is_another_one(text: str, alike: str) -> None:
    assert held(text, OURS) == ""
    assert Text(text).resembles(OURS) == alike


def test_a_longer_reference_is_another_one() -> None:
    assert held("RF18 5390 0754 7034 9", number("R-1", "RF1853900754703")) == ""


def test_too_short_a_number_is_never_read_as_a_damaged_one() -> None:
    assert read("4718", number("4717")) == ""
    assert read("A-471B", number("A-4717")) == ""


def test_a_payment_reference_is_found_with_its_blanks() -> None:
    ours = number("R-1", "RF18 5390 0754 7034")
    assert held("Ref RF18 5390 0754 7034", ours) == "structured"
    assert held("RF18539007547034", ours) == "structured"
    assert held("RF18 5390 0754", ours) == ""


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("RE-1 + 3 others", 3),
        ("RE-1 and 3 more", 3),
        ("RE-1 UND 12 WEITERE", 12),
        ("RE-1 und 2 andere", 2),
        ("RE-1 et 4 autres", 4),
        ("RE-1 y 5 otras", 5),
        ("RE-1 e 2 altre", 2),
        ("RE-1 en 2 andere", 2),
        ("RE-1 og 3 andre", 3),
        ("RE-1 och 3 andra", 3),
        ("RE-1 i 2 inne", 2),
        ("RE-1 +4", 4),
        ("RE-1 +4 | E2E-77", 4),
        ("RE-1 u.a. (3)", 3),
        ("发票 SZ2609-018 等3张", None),
        ("RE-1", None),
        ("RE-1 + RE-2", None),
        ("3 others", None),
    ],
)
def test_how_many_others_a_text_speaks_of(text: str, others: int | None) -> None:
    assert Text(text).others == others


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("5 invoices", 5),
        ("Sammelzahlung 12 Rechnungen", 12),
        ("3 factures", 3),
        ("4 FACTUREN", 4),
        ("2 fatture", 2),
        ("6 facturas", 6),
        ("共3张", 3),
        ("invoices of May", None),
        ("15000 invoices", None),
    ],
)
def test_how_many_documents_a_text_speaks_of_in_all(text: str, total: int | None) -> None:
    assert Text(text).total == total


FIRST = number("RE-2026-01234")


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("RE-2026-01234/235/236", ["01235", "01236"]),
        ("RE-2026-01234, 36, 41", ["01236", "01241"]),
        ("RE-2026-01234 + 1240", ["01240"]),
        ("RE-2026-01234 und 1240 und 1247", ["01240", "01247"]),
        ("RE-2026-01234; 1235 & 1239", ["01235", "01239"]),
        ("RE-2026-01234", []),
        ("RE-2026-01234 vom 12.10.", []),
        ("RE-2026-01234 2026", []),  # a year is no counter
        ("RE-2026-01234 0171555", []),  # longer than a counter
        ("RE-2026-01234 + 3 others", []),  # a count is no counter
        ("RE-2026-01234/35 und 2 weitere", ["01235"]),
        ("RE-2026-01234 +4", []),
        ("RE-2026-01234, 3 Rechnungen", []),
        ("RE-2026-01234 8.921,43/RE-2026-01236 8.921,43", []),  # an amount is no counter
        ("RE-2026-01234 36,50", []),
    ],
)
def test_a_shortened_list_goes_on_from_the_first_number(text: str, listed: list[str]) -> None:
    assert Text(text).continued(FIRST) == (listed, "")


@pytest.mark.parametrize(
    "text",
    [
        "RE-2026-01234 - RE-2026-01238", "RE-2026-01234-38", "RE-2026-01234 bis RE-2026-01238", "RE-2026-01234 to 1238",
        "RE-2026-01234 through 01238", "RE-2026-01234 t/m 38", "RE-2026-01234 au RE-2026-01238", "RE-2026-01234 al 238",
        "RE-2026-01234 tot 38", "RE-2026-01234至01238", "RE-2026-01234..38", "RE-2026-01234 ~ 38", "RE-2026-01234 – 38",
    ],
)  # fmt: skip
def test_a_range_has_a_last_number(text: str) -> None:
    assert Text(text).continued(FIRST) == ([], "01238")


def test_a_suffix_after_the_counter_belongs_to_the_number() -> None:
    ours = number("1234/2026")
    assert Text("1234/2026 - 1238/2026").continued(ours) == ([], "1238")
    assert Text("1234/2026, 1236").continued(ours) == (["1236"], "")


def test_numbers_of_one_make_have_one_shape() -> None:
    assert [shape(number) for number in ("RE202600417", "R26W3131024", "4500071893")] == ["RE#", "R#W#", "##########"]


@pytest.mark.parametrize("text", ["RE-2026-00417", "Beleg 88120", "IBAN NL15NGRA0417164300 4711123"])
def test_a_payer_wrote_a_number(text: str) -> None:
    assert Text(text).numbered


@pytest.mark.parametrize(
    "text",
    [
        "", "Danke", "4711", "12.10.2026", "2026-10-12", "Tel 0171 5550123", "09/2026", "IBAN: NL15NGRA0417164300 Valutadatum: 16-10-2026",
        "IBAN DE02 1203 0000 0000 2020 51",
    ],
)  # fmt: skip
def test_dates_telephones_and_accounts_are_no_numbers_of_documents(text: str) -> None:
    assert not Text(text).numbered


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Interest Q3", ["interest"], True),
        ("INTERESTS", ["interest"], True),
        ("Pinterest Europe", ["interest"], False),
        ("Stripe", ["stripe "], True),
        ("STRIPE-Payout", ["stripe "], True),
        ("Stripes Fashion", ["stripe "], False),
        ("pro-forma 7", ["pro forma"], True),
        ("Kontoführung", ["kontofuhrung"], True),
        ("corporate services", ["rate "], False),
        ("货款利息收入", ["利息"], True),
        ("Предоплата", ["предоплата"], True),
        ("", ["rate "], False),
    ],
)
def test_words_are_found_where_a_word_of_the_text_begins(text: str, words: list[str], found: bool) -> None:
    assert says(spoken(text), words) is found


def test_a_piece_of_a_longer_number_is_only_within_it() -> None:
    longer = ["RE2026020413"]
    assert Text("RE-2026-020413 vom 01.10.").only_within("20413", longer)
    assert not Text("RE-2026-020413 und 20413").only_within("20413", longer)
    assert not Text("RE-2026-020413").only_within("RE2026020413", longer)
    assert not Text("RE-2026-020413").only_within("77", longer)


def test_a_number_is_alone_between_blanks_and_other_signs_and_never_inside_a_longer_one() -> None:
    assert Text("R E 2.0-2/6 417").holds("RE2026417")
    assert Text("NR 0002026417").holds("2026417")
    assert not Text("NR 12026417").holds("2026417")
    assert not Text("20264171").holds("2026417")
    assert not Text("RE_2026417").holds("RE2026417")


@pytest.mark.parametrize("text", ["RE202600 RE202600471", "RE202600471 RE202600", "AE20260041 RE202600471 RE2026004"])
def test_of_several_damaged_numbers_the_most_telling_counts_whatever_their_order(text: str) -> None:
    assert Text(text).resembles(number("RE-2026-00417")) == "typo"
    assert Text("RE202600").resembles(number("RE-2026-00417")) == "cut"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("inv nos 15567,6068", [("15567", "6068")]),
        ("货款14843, 6205 客户编号38351", [("14843", "6205")]),
        ("payment of 49957 & 5014 und 50152", [("49957", "5014"), ("5014", "50152")]),
        ("RE-2026-00401; RE-2026-00402", [("RE202600401", "RE202600402")]),
        ("1234,56 EUR fuer 12345, 1.234,56", []),
        ("Kd 12345 Rg 45678", []),
        ("15249, am 15.10.2026", []),
    ],
)
def test_numbers_that_are_listed_beside_each_other(text: str, pairs: list[tuple[str, str]]) -> None:
    assert Text(text).listed == pairs
