"""A column that is empty throughout one part of a file, and not in the next."""

from pathlib import Path

from matcher import inspection
from matcher.parsers.base import ParseOptions
from matcher.parsers.files import file_source

HEADER = "account,booking_date,amount,currency,remittance_information,instructed_amount,instructed_currency\n"


def test_a_small_account_may_have_a_column_in_one_part_of_a_long_file_and_not_in_another(tmp_path: Path) -> None:
    small = "B,2026-10-01,5.00,EUR,first,,\n"
    many = "".join(f"A,2026-10-01,1.00,EUR,payment {n} {'x' * 200},,\n" for n in range(30_000))
    last = "B,2026-10-02,7.00,EUR,second,8.00,USD\n"
    path = tmp_path / "two.csv"
    path.write_text(HEADER + small + many + last, encoding="utf-8")
    found = inspection.inspect(file_source(path), ParseOptions())
    sums = {s["account"]: (s["transactions"], s["credit"]) for s in found["statements"]}
    assert sums == {"A": (30_000, "30000.00"), "B": (2, "12.00")}
