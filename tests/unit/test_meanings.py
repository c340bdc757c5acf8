"""What a number in a text is: a document's, or a day, an amount, goods, an order, a customer, a place, a telephone, an account."""

import pytest

from matcher.matching.references.meanings import blanked, orders
from matcher.matching.references.numbers import number
from matcher.matching.references.text import Text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("KM-2026-00418", "KM-2026-00418"),
        ("RECHNUNG 20457 HAMBURG", "RECHNUNG 20457 HAMBURG"),  # the word before it says what it is
        ("20457 HAMBURG", "      HAMBURG"),  # a postcode
        ("10417 DANKE", "10417 DANKE"),
        ("KD.-NR. 20017 WARTUNG", "KD.-NR.       WARTUNG"),
        ("KD 88 2026 00417", "KD    2026 00417"),
        ("SPENDE 2026-10-14", "SPENDE     -  -  "),
        ("RE-2026-00417 VOM 14.10.2026", "RE-2026-00417 VOM   .  .    "),
        ("RECHNUNG 14.10.2026", "RECHNUNG   .  .    "),  # a day is a day
        ("RE-2026-10-0417", "RE-2026-10-0417"),  # a number with a month in it
        ("ABO 2026-10", "ABO     -  "),
        ("RE 2026-10", "RE 2026-10"),
        ("20260530", "        "),
        ("2026-D-02139 / 2026-D-02138 / DEBITOR 2254", "2026-D-02139 / 2026-D-02138 / DEBITOR     "),  # letters among the digits
        ("YOUR INVOICE 2026-B-03954 | 2026-B-04097", "YOUR INVOICE 2026-B-03954 | 2026-B-04097"),
        ("20260530-043", "20260530-043"),
        ("20260530,20271103", "20260530,20271103"),  # a list of numbers, no days
        ("LASKUT 20260118 20260131", "LASKUT 20260118 20260131"),
        ("417 STUECK SCHRAUBEN", "    STUECK SCHRAUBEN"),
        ("KM-2026-00417 KM-2026-00423", "KM-2026-00417 KM-2026-00423"),  # no kilometres
        ("20267446 TO 20267460", "20267446 TO 20267460"),
        ("LIEFERSCHEIN 10417", "LIEFERSCHEIN      "),
        ("FILIALE 815", "FILIALE    "),
        ("ORDER 4711, 4712 RE-2026-0003", "ORDER     ,      RE-2026-0003"),
        ("ABZUG 700,00", "ABZUG    ,  "),
        ("26/004511,26/004892", "26/004511,26/004892"),
        ("TEL 0171 4455667", "TEL             "),
        ("20263025+20264292", "20263025+20264292"),  # no telephone number
        ("THANK YOU +49 40 123456", "THANK YOU +            "),
        ("IBAN DE02 1203 0000 0000 2020 51", "IBAN DE                         "),
        ("RE202600 RE202600471", "RE202600 RE202600471"),  # its check digits are wrong: no account
        ("发票 2026-1014 货款", "发票 2026-1014 货款"),
        ("订单20261014", "订单        "),
    ],
)
def test_numbers_that_are_no_documents_are_blanked(text: str, left: str) -> None:
    assert blanked(text) == left
    assert len(left) == len(text)


def test_orders_stay_where_they_are_asked_for() -> None:
    assert blanked("PO 4500071893 KD 704512", orders=True) == "PO 4500071893 KD       "
    assert orders("PO 4500071893, AUFTRAG B26/4149") == ["4500071893", "B26/4149"]


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("Rechnung 417", True),
        ("2026/417", True),  # behind its own year
        ("Ref 26W30.21.417", False),  # the last piece of another number
        ("26W33 11 417", False),
        ("Beleg 93-417", False),
    ],
)
def test_a_short_number_is_no_piece_of_another(text: str, stands: bool) -> None:
    assert Text(text).counts(number("RE-2026-00417")) == stands


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("RE-2026-00417 u.a.", True),
        ("siehe Avis 7540", True),
        ("RE-2026-00417,", True),
        ("RE-2026-00417 danke", False),
        ("法兰等3张", True),
    ],
)
def test_a_list_that_goes_on(text: str, more: bool) -> None:
    assert Text(text).goes_on == more


@pytest.mark.parametrize(
    ("text", "others"),
    [("RE-2026-00417 +2", 2), ("RE-2026-00417 und 3 weitere", 3), ("RE-2026-00417 Rate 1+2", None), ("RE 417 Rate 11 + 12", None)],
)
def test_how_many_further_documents_a_text_speaks_of(text: str, others: int | None) -> None:
    assert Text(text).others == others


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("vielen Dank", False),
        ("Rechnungen Oktober", False),
        ("Alsterwerft", False),
        ("Darlehen Tilgung", True),
        ("货款", False),
        ("押金", True),
        ("", False),
    ],
)
def test_what_else_a_text_speaks_of(text: str, other: bool) -> None:
    neutral = ("vielen", "dank", "rechnung", "oktober", "货款")
    assert Text(text).speaks_of(neutral, "Alsterwerft GmbH") == other


def test_a_number_before_a_currency_and_its_amount_stays() -> None:
    assert blanked("KM-2026-00417 USD 1100.00").startswith("KM-2026-00417 USD ")
