"""Payers' names and the customers they may be."""

import polars as pl
from parties import customers, payers

from matcher.matching.names.matching import MATCH, customer_names, match_names


def found(name: str, known: pl.DataFrame, entity: str = "1") -> list[tuple[str, str, int, int]]:
    return match_names(payers(name, entity=entity), known).select("customer_id", "how", "similarity", "margin").rows()


OTHERS = tuple(f"{mark} {trade} GmbH" for mark in ("Ahrendt", "Birkhoff", "Cassel", "Dornau") for trade in ("Bau", "Druck", "Metall"))


def test_forms_of_customers_names() -> None:
    known = customers("上海华信贸易有限公司", trade_name="华信", alias="Huaxin Trading|Hua Xin Shanghai")
    forms = customer_names(known).select("name", "how", "words").rows()
    assert forms == [
        ("上海华信贸易有限公司", "name", "上海 华信 贸易"),
        ("华信", "trade", "华信"),
        ("Hua Xin Shanghai", "alias", "hua xin shanghai"),
        ("Huaxin Trading", "alias", "huaxin trading"),
        ("上海华信贸易有限公司", "script", "shanghai huaksin trading"),
        ("华信", "script", "huaksin"),
    ]


def test_nothing_asked_or_nothing_known() -> None:
    assert match_names(payers(), customers("Ahrendt")).schema == pl.Schema(MATCH)
    assert found("Ahrendt", customers()) == []
    assert found(" ", customers("Ahrendt")) == []
    assert found("---", customers("Ahrendt")) == []


def test_equal_names_by_how_much_is_written_alike() -> None:
    known = customers("Osterwald Bau GmbH", *OTHERS)
    assert found("OSTERWALD BAU GMBH", known) == [("C1", "equal", 100, 100)]
    assert found("Bau Osterwald GmbH", known) == [("C1", "equal", 99, 99)]
    assert found("Osterwald Bau", known) == [("C1", "equal", 98, 98)]
    assert found("Osterwald Bau AG", known) == [("C1", "equal", 94, 94)]
    assert found("OSTERWALDBAUGMBH", known) == [("C1", "equal", 99, 99)]


def test_the_legal_form_tells_two_firms_of_one_name_apart() -> None:
    known = customers("Osterwald GmbH", "Osterwald AG", *OTHERS)
    assert found("OSTERWALD AG", known) == [("C2", "equal", 100, 6), ("C1", "equal", 94, 0)]
    assert found("Osterwald", known) == [("C1", "equal", 98, 0), ("C2", "equal", 98, 0)]


def test_a_trade_name_says_less_than_a_registered_one() -> None:
    known = customers("Osterwald GmbH", "Blaustein", *OTHERS, trade_name="Blaustein")
    assert found("Blaustein", known) == [("C2", "equal", 100, 3), ("C1", "trade", 97, 0)]


def test_scripts() -> None:
    known = customers("上海华信贸易有限公司", "上海华新机械有限公司", "臺北順聯紡織有限公司", "ООО «Кедрпром»", *OTHERS)
    assert found("Shanghai Huaxin Maoyi", known) == [("C1", "script", 97, 97)]
    assert found("SHANGHAI HUA XIN TRADING CO LTD", known) == [("C1", "script", 96, 96)]
    assert found("台北顺联纺织有限公司", known) == [("C3", "script", 100, 100)]
    assert found("OOO KEDRPROM", known) == [("C4", "script", 97, 97)]


def test_an_alias_does_not_hide_another_customers_name_in_its_own_script() -> None:
    known = customers("Osterwald", "株式会社大和電機", *OTHERS, alias="Daiwa Denki Co., Ltd.")
    assert found("DAIWA DENKI CO., LTD.", known) == [("C1", "equal", 100, 3), ("C2", "script", 97, 0)]


def test_a_cut_name_that_two_customers_begin_with_is_a_tie() -> None:
    known = customers("Osterwald Kältetechnik Thun GmbH", "Osterwald Kälteanlagen AG", *OTHERS)
    assert found("Osterwald Kältetechn", known) == [("C1", "cut", 95, 95)]
    assert found("Osterwald Kälte", known) == [("C1", "cut", 95, 0), ("C2", "cut", 95, 0)]


def test_a_branch_is_another_payer() -> None:
    known = customers("上海华信贸易有限公司", "上海华信贸易有限公司深圳分公司", *OTHERS)
    assert found("上海华信贸易有限公司深圳分公司", known) == [("C2", "equal", 100, 20), ("C1", "branch", 80, 0)]
    assert found("上海华信贸易有限公司北京分公司", known) == [("C1", "branch", 80, 0), ("C2", "branch", 80, 0)]


def test_a_private_person_is_no_firm() -> None:
    known = customers("Anna Keller GmbH", "Keller Bau GmbH", "Anna Keller-Osterwald", *OTHERS)
    assert found("Anna Keller", known) == []
    assert found("Anna Keller Osterwald", known) == [("C3", "equal", 100, 100)]


def test_misspelled_names_are_found_by_groups_of_letters() -> None:
    known = customers("Osterwald Schiffstechnik GmbH", *OTHERS)
    assert [row[:2] for row in found("Ostervald Schiffstehcnik GmbH", known)] == [("C1", "alike")]


def test_names_are_looked_up_in_the_selling_company() -> None:
    known = pl.concat([customers("Osterwald", "Ahrendt", entity="2"), customers("Osterwald").with_columns(customer_id=pl.lit("C9"))])
    assert found("Osterwald", known, entity="2") == [("C1", "equal", 100, 0), ("C9", "equal", 100, 0)]
    assert found("Osterwald", known, entity="1") == [("C9", "equal", 100, 100)]


def test_at_most_three_customers() -> None:
    assert len(found("Osterwald", customers(*["Osterwald"] * 5))) == 3
