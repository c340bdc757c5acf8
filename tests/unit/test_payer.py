"""Who paid, where account or name make it certain."""

from typing import Any

import polars as pl
import pytest
from engine import receipt

from matcher.frames import CUSTOMER
from matcher.matching.payer import certain_payer, payer_of
from matcher.matching.records import Payer

NOTHING = pl.DataFrame(schema={"line_id": pl.String(), "customer_id": pl.String()})


def customers(*rows: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(CUSTOMER, "") | row for row in rows], schema=CUSTOMER)


def certain(*known: dict[str, str], account: str = "", name: str = "", taught: pl.DataFrame = NOTHING, entity: str = "1") -> str:
    line = {"line_id": "L1", "entity": entity, "counterparty_account": account, "counterparty_name": name}
    found = certain_payer(pl.DataFrame([line]), customers(*known), taught).rows()
    return found[0][1] if found else ""


MILL: dict[str, str] = {"customer_id": "C1", "name": "Mühle Brandt GmbH", "account": "DE11 22|GB99", "alias": "Brandtmühle|Mill"}
YARD: dict[str, str] = {"customer_id": "C2", "name": "Harbour Yard Ltd", "trade_name": "Yardworks", "account": "GB55"}


@pytest.mark.parametrize(
    ("stated", "who"),
    [
        ({"account": "de1122"}, "C1"),
        ({"account": "GB-55", "name": "Somebody"}, "C2"),
        ({"name": "BRANDT MUEHLE"}, "C1"),
        ({"name": "brandtmühle"}, "C1"),
        ({"name": "Yardworks"}, "C2"),
        ({"account": "FR77", "name": "Harbour Yard"}, "C2"),  # an account that nobody is known by
        ({"account": "GB55", "name": "Mühle Brandt GmbH"}, "C2"),  # the account decides
        ({"name": "Harbour Yards"}, ""),
        ({}, ""),
    ],
)
def test_the_account_or_the_whole_name_makes_the_payer_certain(stated: dict[str, str], who: str) -> None:
    assert certain(MILL, YARD, **stated) == who


def test_an_account_or_a_name_of_two_customers_makes_nothing_certain() -> None:
    both = MILL | {"customer_id": "C3", "account": "DE1122"}
    assert certain(MILL, both, account="DE1122") == ""
    assert certain(MILL, both, name="Mühle Brandt") == ""
    assert certain(MILL, both, account="DE1122", name="Mill") == ""
    assert certain(MILL, both, account="GB99") == "C1"


def test_a_parent_that_pays_for_its_subsidiaries_is_the_payer() -> None:
    child = YARD | {"parent_id": "C1"}
    assert certain(MILL, child, account="DE1122") == "C1"
    assert certain(MILL, child, account="GB55") == "C2"


def test_a_customer_of_another_entity_is_none_of_ours() -> None:
    assert certain(MILL | {"entity": "2"}, account="DE1122") == ""
    assert certain(MILL | {"entity": "2"}, account="DE1122", entity="2") == "C1"


def test_what_earlier_receipts_taught_counts_as_an_account() -> None:
    taught = pl.DataFrame({"line_id": ["L1"], "customer_id": ["C2"]})
    assert certain(MILL, YARD, account="FR1", name="Mill", taught=taught) == "C2"
    assert certain(MILL, YARD, account="DE1122", taught=taught) == ""


@pytest.mark.parametrize(
    ("payers", "who"),
    [
        ([Payer("C1", "account")], "C1"),
        ([Payer("C1", "account"), Payer("C2", "account")], ""),
        ([Payer("C1", "account"), Payer("C2", "equal")], "C1"),
        ([Payer("C2", "equal"), Payer("C3", "alike", 85, 0)], "C2"),
        ([Payer("C2", "trade", 97, 20)], "C2"),
        ([Payer("C2", "equal"), Payer("C3", "equal", 94, 0)], ""),
        ([Payer("C2", "learned"), Payer("C2", "number"), Payer("C2", "part", 90, 20)], ""),
    ],
)
def test_the_payer_of_a_receipt(payers: list[Payer], who: str) -> None:
    paying: Any = receipt(50_00)._replace(payers=tuple(payers))
    assert payer_of(paying) == who
