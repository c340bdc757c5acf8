"""How books are changed for a challenge, and how postings are compared: on literal rows."""

from datetime import date

import polars as pl
import pytest

from matcher.matching.entity import EntityInput, MasterData
from matcher.pipeline.challenge import changes
from matcher.pipeline.challenge.verdicts import FOLDS, Count, Posting, Share, chosen, compared, counts, folds, touching


def posting(line: str, *items: str, rule: str = "named-full", basis: str = "named") -> Posting:
    return Posting(line, rule, basis, tuple(Share(item, 100, 100, 0, "") for item in items))


def test_amounts_go_to_other_customers() -> None:
    rows = [(f"I{n}", f"C{n % 4}", "EUR", n) for n in range(40)] + [("U1", "C1", "USD", 900), ("U2", "C2", "USD", 901)]
    items = pl.DataFrame(rows, ["item_id", "customer_id", "currency", "amount"], orient="row")
    mixed = changes.exchanged(items, ["amount"], ["currency"])
    assert sorted(mixed["amount"]) == sorted(items["amount"])
    was = dict(items.select("amount", "customer_id").iter_rows())
    assert [item for item, customer, _, amount in mixed.iter_rows() if was[amount] == customer] == []
    assert dict(mixed.filter(pl.col("currency") == "USD").select("item_id", "amount").iter_rows()) == {"U1": 901, "U2": 900}
    assert changes.exchanged(items.reverse(), ["amount"], ["currency"]).equals(mixed)


def test_what_would_keep_an_amount_of_its_customer_is_left_out() -> None:
    items = pl.DataFrame({"item_id": list("abcde"), "customer_id": list("CCCCD"), "currency": ["EUR"] * 5, "amount": [1, 2, 3, 4, 5]})
    mixed = changes.exchanged(items, ["amount"], ["currency"])
    was = dict(items.select("amount", "customer_id").iter_rows())
    assert 0 < mixed.height < items.height
    assert [row for row in mixed.iter_rows(named=True) if was[row["amount"]] == row["customer_id"]] == []


def test_a_twin_is_older_and_has_no_number_that_a_text_could_name() -> None:
    day = date(2026, 9, 10)
    items = pl.DataFrame(
        {
            "item_id": ["I1"], "customer_id": ["C1"], "document_no": ["RE-1"], "amount": [500], "purchase_order": ["P1"],
            "payment_reference": ["RF12"], "issue_date": [day], "due_date": [None],
        },
        schema_overrides={"due_date": pl.Date()},
    )  # fmt: skip
    (twin,) = changes.twins(items).iter_rows(named=True)
    assert (twin["item_id"], twin["customer_id"], twin["amount"], twin["issue_date"]) == ("twin of I1", "C1", 500, date(2026, 9, 1))
    assert (twin["purchase_order"], twin["payment_reference"], twin["due_date"]) == ("", "", None)
    assert not any(sign.isdigit() for sign in twin["document_no"])


def job(*items: tuple[str, str, str, int]) -> EntityInput:
    """Items by id, customer, number and open amount; one line for each, of its id in small letters."""
    frame = pl.DataFrame(items, ["item_id", "customer_id", "document_no", "open"], orient="row")
    lines = frame.select(line_id=pl.col("item_id").str.to_lowercase())
    return EntityInput(lines, frame, pl.DataFrame(), pl.DataFrame(), {}, {}, MasterData({}, {}, {}, lambda currency, day: None))


def test_a_document_goes_with_its_other_instalments() -> None:
    made = job(("A1", "C1", "R-1", 50), ("A2", "C1", "R-1", 50), ("B", "C2", "R-1", 50), ("U-X", "C1", "", 9), ("U-Y", "C1", "", 9))
    assert changes.without(made, ["A1", "U-X"]).items["item_id"].to_list() == ["B", "U-Y"]


def test_what_the_lines_that_are_left_out_have_taken_is_not_open() -> None:
    made = job(("A", "C1", "R-1", 50), ("B", "C2", "R-2", 60), ("D", "C3", "R-3", 70))
    fewer = changes.only_lines(made, ["a"], {"B": 60, "D": 20})
    assert fewer.lines["line_id"].to_list() == ["a"]
    assert fewer.items["open"].to_list() == [50, 0, 50]
    assert changes.only_lines(made, ["a", "b", "d"], {}).items.equals(made.items)


def test_lines_are_chosen_by_chance_and_always_the_same() -> None:
    lines = [f"{n:04}" for n in range(200)]
    some = chosen(lines, 20)
    assert some == chosen(reversed(lines), 20)
    assert some != lines[:20]
    assert sorted(chosen(lines, None)) == lines


def test_postings_of_a_customer_are_spread_and_those_of_an_item_stay_together() -> None:
    customers = {f"I{n}": "C1" for n in range(12)} | {"J": "C2"}
    several = [posting(f"L{n}", f"I{n}") for n in range(12)]
    parts = folds([*several, posting("M", "I0"), posting("N", "J")], customers)
    assert len(parts) == FOLDS
    at = {one.line_id: place for place, part in enumerate(parts) for one in part}
    assert sorted(at) == sorted([*(one.line_id for one in several), "M", "N"])
    assert len({at[f"L{n}"] for n in range(FOLDS)}) == FOLDS
    assert at["M"] == at["L0"]
    assert folds([posting("L0", "I0"), posting("N", "J")], customers) == [[posting("L0", "I0"), posting("N", "J")]]


def test_lines_that_touch_a_customer_are_decided_together() -> None:
    about = {"L1": frozenset({"C1", "C2"}), "L2": frozenset({"C2"}), "L3": frozenset({"C3"}), "L4": frozenset[str]()}
    assert touching(["L1"], about) == {"L1", "L2"}
    assert touching(["L4"], about) == {"L4"}
    assert touching([], about) == frozenset()


def test_what_posts_without_its_document_is_wrong() -> None:
    before = {"L1": posting("L1", "A"), "L2": posting("L2", "B")}
    done = compared("removed", ["L1", "L2"], before, [posting("L1", "C", rule="name-amount", basis="single"), posting("L9", "D")])
    assert [(one.verdict, one.now.line_id) for one in done] == [("wrong", "L1")]
    assert counts("removed", ["L1", "L2"], before, done) == [
        Count("removed", "", 2, 2, 1, 0, 1),
        Count("removed", "name-amount", 2, 0, 1, 0, 1),
    ]


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (posting("L1", "A"), "same"),
        (posting("L1", "A", basis="order"), "same"),
        (posting("L1", "A", basis="single"), "wrong"),
        (posting("L1", "twin of A"), "wrong"),
        (posting("L1", "B"), "wrong"),
    ],
)
def test_beside_a_twin_only_a_reference_to_the_document_is_right(now: Posting, verdict: str) -> None:
    (one,) = compared("twin", ["L1"], {"L1": posting("L1", "A")}, [now])
    assert one.verdict == verdict


def test_without_texts_nobody_knows_of_a_line_that_was_not_posted() -> None:
    before = {"L1": posting("L1", "A"), "L2": posting("L2", "B")}
    done = compared("blank", ["L1", "L2", "L3"], before, [posting("L3", "C"), posting("L2", "X"), posting("L1", "A")])
    assert [one.verdict for one in done] == ["same", "wrong", "new"]
    assert [one.verdict for one in compared("shuffled", ["L1", "L3"], before, [posting("L3", "C"), posting("L1", "A")])] == [
        "same",
        "wrong",
    ]


def test_few_lines_prove_little() -> None:
    assert Count("removed", "", 300, 300, 0, 0, 0).one_in == 100
    assert Count("removed", "", 6_000, 6_000, 0, 0, 0).one_in == 2_003
    assert Count("removed", "", 0, 0, 0, 0, 0).one_in is None
    assert Count("removed", "", 5, 5, 5, 0, 5).one_in == 1
