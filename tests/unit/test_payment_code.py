"""The text of a payment code, held against EPC069-12 element by element."""

import pytest

from matcher.credit_control.payment_code import epc, is_iban

IBAN = "DE02 1203 0000 0000 2020 51"


def test_a_reference_of_iso_11649_has_its_own_element() -> None:
    assert epc("Nordkai Handel GmbH", IBAN, 19900, "EUR", "RF18 5390 0754 7034").split("\n") == [
        "BCD", "002", "1", "SCT", "", "Nordkai Handel GmbH", "DE02120300000000202051", "EUR199.00", "", "RF18539007547034",
    ]  # fmt: skip


@pytest.mark.parametrize("reference", ["RE-2026-1", "RF19 5390 0754 7034", "RF"])
def test_anything_else_is_text(reference: str) -> None:
    assert epc("N", IBAN, 1, "EUR", reference).split("\n")[7:] == ["EUR0.01", "", "", reference]


def test_nothing_follows_the_last_element() -> None:
    assert epc("N", IBAN, 100, "EUR", "").split("\n")[-1] == "EUR1.00"


def test_names_and_texts_are_cut_and_never_break_a_line() -> None:
    lines = epc("N" * 90, IBAN, 100, "EUR", "x\ny " + "z" * 200).split("\n")
    assert (len(lines), len(lines[5]), len(lines[10]), lines[10][:4]) == (11, 70, 140, "x y ")


@pytest.mark.parametrize(
    ("name", "iban", "minor", "currency"),
    [
        ("N", IBAN, 100, "CHF"),
        ("N", "DE03120300000000202051", 100, "EUR"),
        ("N", "1234567", 100, "EUR"),
        ("N", "", 100, "EUR"),
        ("", IBAN, 100, "EUR"),
        ("N", IBAN, 0, "EUR"),
        ("N", IBAN, 100_000_000_000, "EUR"),
    ],
)
def test_where_the_standard_has_no_code_there_is_none(name: str, iban: str, minor: int, currency: str) -> None:
    assert epc(name, iban, minor, currency, "RE-1") == ""


def test_a_code_is_331_bytes_at_most() -> None:
    assert epc("漢" * 70, IBAN, 100, "EUR", "漢" * 140) == ""


def test_an_iban_is_told_by_its_check_digits() -> None:
    assert [is_iban(number) for number in ("DE02120300000000202051", "DE02120300000000202052", "GB82WEST12345698765432")] == [
        True, False, True,
    ]  # fmt: skip
