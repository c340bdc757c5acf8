"""What one text names by close reading, for each customer."""

from engine import item

from matcher.matching.references import index
from matcher.matching.references.index import Numbers
from matcher.matching.references.text import Text

STOCK = [item("1", 10_00, "C1", no="RE-26-00417"), item("2", 20_00, "C2", no="RE-26-00417"), item("3", 30_00, "C1", no="K-26-00999")]


def named(text: str, customer: str, keys: dict[str, str] | None = None, *, spaced: bool = True) -> dict[str, str]:
    return Numbers(STOCK).named(Text(text)).by(customer, keys or {}, spaced=spaced)


def test_a_number_names_only_the_items_of_the_customer_that_is_asked_for() -> None:
    assert named("invoice 417", "C1") == {"1": "short"}
    assert named("invoice 417", "C2") == {"2": "short"}
    assert named("invoice 417", "C3") == {}


def test_the_more_telling_kind_stands() -> None:
    assert named("RE-26-00417", "C1", {"1": "short"}) == {"1": "whole"}
    assert named("invoice 417", "C1", {"1": "structured"}) == {"1": "structured"}


def test_a_number_with_blanks_is_looked_for_where_nothing_else_names_an_item() -> None:
    text = "R E 2 6 0 0 4 1 7"
    assert named(text, "C1") == {"1": "whole"}
    assert named(text, "C1", spaced=False) == {}
    assert named(text, "C1", {"3": "whole"}) == {"3": "whole"}


def test_a_text_without_a_digit_names_nothing() -> None:
    assert named("thank you for the goods", "C1") == {}


def test_a_number_that_very_many_items_share_is_found_for_each_customer() -> None:
    crowd = [item(str(n), 10_00, f"C{n}", no=f"A{n}-00417") for n in range(1, index.CROWD + 10)]
    found = Numbers(crowd).named(Text("invoice 417"))
    assert [found.by(f"C{n}", {}) for n in (1, 60)] == [{"1": "short"}, {}]
    assert found.by(f"C{index.CROWD + 9}", {}) == {str(index.CROWD + 9): "short"}


def test_the_documents_numbers_have_few_shapes() -> None:
    assert Numbers(STOCK).shapes == {"RE#", "K#", "#######"}
