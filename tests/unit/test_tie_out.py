"""Before + new + changed - closed = after; and documents that a list is too late to tell."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from matcher.openitems.tie_out import LateDocument, TieOut, late_documents, tie_out

COLUMNS = ("item_id", "entity", "currency", "listed")
Listed = list[tuple[str, str, str, int]]


def frame(rows: Listed) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(zip(COLUMNS, (pl.String(), pl.String(), pl.String(), pl.Int64()), strict=True)), orient="row")


def test_each_figure_by_entity_and_currency() -> None:
    before = [
        ("same", "1", "EUR", 100_00),
        ("paid in part", "1", "EUR", 50_00),
        ("closed", "1", "EUR", 30_00),
        ("credit note", "1", "EUR", -20_00),
        ("open again", "1", "EUR", 0),
        ("moves", "1", "EUR", 7_00),
        ("yen", "1", "JPY", 5),
    ]
    after = [
        ("same", "1", "EUR", 100_00),
        ("paid in part", "1", "EUR", 20_00),
        ("closed", "1", "EUR", 0),
        ("open again", "1", "EUR", 4_00),
        ("new", "1", "EUR", 11_00),
        ("moves", "2", "EUR", 7_00),
        ("yen", "1", "JPY", 9),
    ]
    assert tie_out(frame(before), frame(after)) == (
        TieOut("1", "EUR", 5, 167_00, 2, 15_00, 1, -30_00, 3, 17_00, 4, 135_00),
        TieOut("1", "JPY", 1, 5, 0, 0, 1, 4, 0, 0, 1, 9),
        TieOut("2", "EUR", 0, 0, 1, 7_00, 0, 0, 0, 0, 1, 7_00),
    )


def test_a_machine_is_told_decimal_text() -> None:
    (told,) = [one.to_dict() for one in tie_out(frame([("a", "1", "EUR", 5)]), frame([("a", "1", "EUR", 105)]))]
    assert told == {
        "entity": "1", "currency": "EUR", "before_items": 1, "before": "0.05", "new_items": 0, "new": "0.00", "changed_items": 1,
        "changed": "1.00", "closed_items": 0, "closed": "0.00", "after_items": 1, "after": "1.05",
    }  # fmt: skip


LISTS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.sampled_from("12"), st.sampled_from(["EUR", "JPY"]), st.sampled_from([-3, 0, 1, 2])),
    max_size=8,
).map(lambda items: [(item_id, *rest) for item_id, rest in items.items()])


@given(LISTS, LISTS)
def test_the_figures_always_tie(before: Listed, after: Listed) -> None:
    for one in tie_out(frame(before), frame(after)):
        assert one.before + one.new + one.changed - one.closed == one.after
        assert one.before_items + one.new_items - one.closed_items == one.after_items
        assert one.after == sum(amount for _, entity, currency, amount in after if (entity, currency) == (one.entity, one.currency))


def test_late_is_what_an_earlier_list_of_the_same_entity_should_have_told() -> None:
    days = {"before": date(2026, 9, 29), "on": date(2026, 9, 30), "after": date(2026, 10, 1)}
    rows = [
        {"item_id": f"{entity}-{name}", "entity": entity, "customer_id": "C1", "document_no": name, "issue_date": day, "currency": "EUR",
         "amount": 5_00}
        for entity in "12"
        for name, day in days.items()
    ]  # fmt: skip
    known_until = {"1": date(2026, 9, 30)}
    assert late_documents(pl.DataFrame(rows), known_until) == tuple(
        LateDocument(f"1-{name}", "1", "C1", name, days[name], "EUR", 5_00, date(2026, 9, 30)) for name in ("before", "on")
    )
    assert late_documents(pl.DataFrame(rows), {}) == ()
