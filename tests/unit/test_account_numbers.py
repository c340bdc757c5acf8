"""One account written in two ways is one; digits that occur in another number are another account."""

import pytest

from matcher.account_numbers import same

IBAN = "DE02120300000000202051"
ONE = [
    (IBAN, "DE02 1203 0000 0000 2020 51"),
    (IBAN, "12030000/0000202051"),
    (IBAN, "12030000/0000202051EUR"),
    (IBAN, "120300000000202051"),
    (IBAN, "12030000/202051"),
    (IBAN, "12030000/202051EUR"),
    ("DE02120300000012345678", "12030000 12345678"),
    ("AT611904300234573201", "19043/234573201"),
    (IBAN, f"{IBAN}EUR"),
    (IBAN, f"{IBAN} EUR"),
    (IBAN, "de02120300000000202051"),
    ("0000202051", "12030000/0000202051"),
    ("0000202051", IBAN),
    ("12345678", "GB29NWBK60161312345678"),
    ("12345678", "601613/12345678"),
    ("12345678", "60-16-13 12345678"),
    ("61109010140000071219812874", "PL61109010140000071219812874"),
    ("0000071219812874", "PL61109010140000071219812874"),
    ("539007547034", "BE68539007547034"),
    ("0417164300", "NL91ABNA0417164300"),
    ("NL91ABNA0417164300", "417164300"),
    ("11623852957", "CH9300762011623852957"),
    ("000000012345678", "12345678"),
    ("12345678", "12345678USD"),
    ("CHASUS33/000123456789", "123456789"),
]
OTHER = [
    ("12345678", "DE44987612345678990000"),  # in the middle
    ("12345678", "DE44500105179912345678"),  # at the end of a longer account
    ("12345678", "9912345678"),
    ("12345678", "5191230512345678"),
    ("12345678", "12345678990000"),
    ("12345678", "12030000/9912345678"),
    ("12345678", "1234 5678 9012345678 12345678"),  # groups of one long number
    ("202051", "DE44500105170000202051"),  # too short to mean one account
    (IBAN, "DE44500105170000202051"),
    (IBAN, "50010517/202051"),
    (IBAN, "0/202051"),
    (IBAN, "BYLADEM1001/202051"),
    ("12345678", "GB29NWBK12345678987654"),
    ("12345678", "FR7612345678901234567890185"),
    ("0417164300", "NL02RABO0417164399"),
    ("", "12345678"),
]


@pytest.mark.parametrize(("ours", "written"), ONE)
def test_one_account_in_two_ways(ours: str, written: str) -> None:
    assert same(ours, written)
    assert same(written, ours)


@pytest.mark.parametrize(("ours", "written"), OTHER)
def test_another_account(ours: str, written: str) -> None:
    assert not same(ours, written)
    assert not same(written, ours)
