"""The code of a Swiss QR-bill, element by element."""

import pytest

from matcher.credit_control.swiss_code import Address, is_qr_reference, swiss

OURS = Address("Reederei Säntis AG", "Hafenstrasse", "12", "9000", "St. Gallen", "CH")
QR_IBAN, IBAN = "CH44 3199 9123 0008 8901 2", "CH93 0076 2011 6238 5295 7"
QRR, RF = "21 00000 00003 13947 14300 09017", "RF18 5390 0754 7034"


def test_a_qr_reference_goes_with_a_qr_iban() -> None:
    lines = swiss(OURS, QR_IBAN, 194975, "CHF", QRR).split("\n")
    assert lines == [
        "SPC", "0200", "1", "CH4431999123000889012", "S", "Reederei Säntis AG", "Hafenstrasse", "12", "9000", "St. Gallen", "CH",
        *[""] * 7, "1949.75", "CHF", *[""] * 7, "QRR", "210000000003139471430009017", "", "EPD",
    ]  # fmt: skip
    assert len(lines) == 31


@pytest.mark.parametrize(
    ("reference", "kind", "told", "text"),
    [
        (RF, "SCOR", "RF18539007547034", ""),
        ("RF19 5390 0754 7034", "NON", "", "RF19 5390 0754 7034"),
        (QRR, "NON", "", QRR),
        ("FA-7001 FA-7002", "NON", "", "FA-7001 FA-7002"),
        ("付款 7001", "NON", "", ".. 7001"),
        ("x" * 200, "NON", "", "x" * 140),
    ],
)
def test_on_any_other_iban_a_creditor_reference_is_structured_and_the_rest_is_text(reference: str, kind: str, told: str, text: str) -> None:
    assert swiss(OURS, IBAN, 100, "EUR", reference).split("\n")[27:] == [kind, told, text, "EPD"]


@pytest.mark.parametrize(
    ("address", "iban", "minor", "currency", "reference"),
    [
        (OURS, QR_IBAN, 100, "CHF", RF),  # a QR-IBAN takes no other reference
        (OURS, QR_IBAN, 100, "CHF", QRR[:-1] + "8"),
        (OURS, IBAN, 100, "USD", RF),
        (OURS, IBAN, 0, "CHF", RF),
        (OURS, IBAN, 100_000_000_000, "CHF", RF),
        (OURS, "DE02120300000000202051", 100, "EUR", RF),
        (OURS, "CH93 0076 2011 6238 5295 8", 100, "CHF", RF),
        (Address("Reederei Säntis AG", town="St. Gallen", country="CH"), IBAN, 100, "CHF", RF),
    ],
)
def test_where_there_is_no_such_code(address: Address, iban: str, minor: int, currency: str, reference: str) -> None:
    assert not swiss(address, iban, minor, currency, reference)


def test_a_qr_reference_has_its_check_digit_and_is_not_all_zero() -> None:
    assert is_qr_reference("210000000003139471430009017")
    assert not is_qr_reference("0" * 27)
    assert not is_qr_reference("210000000003139471430009071")
