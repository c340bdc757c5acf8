"""Names and numbers in the forms that people write them."""

import polars as pl
import pytest

from matcher.matching.keys import account_key, fold, item_keys, line_keys, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne GmbH", "MUELLER SOEHNE GMBH & CO. KG"),
        ("ACME Holding B.V.", "Holding Acme BV"),
        ("Société Générale des Eaux S.A.", "SOCIETE GENERALE DES EAUX"),
        ("上海华信贸易有限公司", "上海华信贸易"),
        ("Ｔｏｋｙｏ　Ｔｒａｄｉｎｇ　Co., Ltd.", "Tokyo Trading"),
        ("Łódź Transport Sp. z o.o.", "LODZ TRANSPORT"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("上海华信贸易有限公司", "上海华新贸易有限公司"), ("Nordwind Energie GmbH", "Südwind Energie GmbH")]
)
def test_different_firms_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_fold_and_account() -> None:
    assert fold("STRAẞE Ｎｏ．５") == "strasse no.5"
    assert account_key("de02 1203-0000") == "DE0212030000"


def items(*numbers: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(str(n), "1", "C1", "invoice", number, "", "") for n, number in enumerate(numbers)],
        schema=["item_id", "entity", "customer_id", "document_type", "document_no", "payment_reference", "purchase_order"],
        orient="row",
    )


def lines(*texts: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(str(n), "1", text, "", "") for n, text in enumerate(texts)],
        schema=["line_id", "entity", "remittance_information", "creditor_reference", "end_to_end_id"],
        orient="row",
    )


@pytest.mark.parametrize(
    "text",
    [
        "RE-2026-00123",
        "Rechnung RE202600123",
        "re 2026 00123",
        "RE 2026/00123 vom 01.10.",
        "Nr. 2026-00123",
        "Invoice 202600123 thanks",
        "RE2026 00123",
    ],
)
def test_a_document_number_is_found_in_any_written_form(text: str) -> None:
    own = set(item_keys(items("RE-2026-00123"))["key"])
    assert own & set(line_keys(lines(text))["key"])


def test_another_number_is_not_found() -> None:
    own = set(item_keys(items("RE-2026-00123")).filter(pl.col("class") != "tail")["key"])
    assert not own & set(line_keys(lines("RE-2026-00124 phone 0171 5550123"))["key"])
