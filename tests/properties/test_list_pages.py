"""Whatever a list holds and however wide the page is: no line is wider than it, and no id or amount is cut."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from matcher import money
from matcher.cli.tables import Column, Kind
from matcher.cli.tables.columns import Table
from matcher.cli.tables.terminal import Page, lines
from matcher.display.widths import cut, padded, width, wrapped

CURRENCIES = ("EUR", "JPY", "BHD", "CNY", "USD")
TEXT = st.text(max_size=60) | st.text("昆山裕丰印染有限公司 ", max_size=40) | st.text("Müller & Söhne GmbH ", max_size=80)
WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.", min_size=1, max_size=34)
COLUMNS = (
    Column("id", priority=0), Column("day", kind=Kind.DATE), Column("name", kind=Kind.TEXT, priority=1),
    Column("reason", kind=Kind.TEXT, priority=2, wrap=True), Column("state", priority=3),
    Column("amount", kind=Kind.AMOUNT, priority=0, total=True), Column("left", "not applied yet", Kind.AMOUNT, priority=3, total=True),
    Column("share", kind=Kind.SHARE, priority=4), Column("count", kind=Kind.COUNT, priority=5), Column("currency", priority=0, once=True),
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(1, 6))):
        currency = draw(st.sampled_from(CURRENCIES))
        amounts = draw(st.tuples(*[st.integers(-money.MAX_MINOR, money.MAX_MINOR)] * 2))
        amount, left = (money.render(minor, currency) for minor in amounts)
        found.append(
            {"id": draw(WORD), "day": draw(st.dates()), "name": draw(TEXT), "reason": draw(TEXT), "state": draw(WORD), "amount": amount,
             "left": left, "currency": currency, "share": draw(st.sampled_from(("", "0", "0.999999", "1"))),
             "count": draw(st.integers(0, 10**9))}
        )  # fmt: skip
    return found


def grouped(amount: str) -> str:
    whole, point, rest = amount.partition(".")
    return f"{int(whole):,}{point}{rest}" if int(whole) or whole[0] != "-" else f"-0{point}{rest}"


@given(rows(), st.integers(80, 220), st.booleans(), st.sampled_from(("", "a title of some length")), st.booleans())
def test_no_line_is_wider_than_the_page_and_no_id_or_amount_is_cut(
    found: list[dict[str, Any]], page: int, signs: bool, title: str, headed: bool
) -> None:
    shown = list(lines(Table(found, COLUMNS, COLUMNS, title, ("Brennhof group", "a list") if headed else ()), Page(page, signs=signs)))
    assert max(map(width, shown)) <= page
    words = {word for line in shown for word in line.split()}
    for row in found:
        assert row["id"] in words
        assert grouped(row["amount"]) in words | {"0", "0.00", "0.000"}


@given(TEXT, st.integers(2, 40))
def test_a_text_that_is_cut_fits_and_has_no_blank_before_its_mark(text: str, columns: int) -> None:
    found = cut(text, columns)
    assert width(padded(found, columns)) == columns
    if width(text) <= columns:
        assert found == text
    else:
        assert found.endswith("…")
        assert not found.endswith(" …")
        assert text.startswith(found[:-1])


@given(TEXT, st.integers(4, 40))
def test_a_text_in_lines_fits_and_keeps_every_sign_but_blanks(text: str, columns: int) -> None:
    found = wrapped(text, columns)
    assert max(map(width, found)) <= columns
    assert "".join("".join(found).split()) == "".join(text.split())
