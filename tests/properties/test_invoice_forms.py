"""A random invoice, written in each form, is one and the same open item."""

from datetime import date
from decimal import Decimal

import invoices
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st
from invoices import Sold

from matcher import money
from matcher.openitems import einvoices, readers
from matcher.openitems.einvoices.rows import PlacedInvoice, table

TEXT = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x2FF, exclude_categories=("Cc", "Cf", "Mn")), max_size=20)
NUMBER = TEXT.filter(lambda text: bool(text.strip()))
MINOR = st.integers(0, 10**12)
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@st.composite
def sold(draw: st.DrawFn) -> Sold:
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", "CNY"]))
    gross, prepaid = draw(MINOR), draw(st.one_of(st.just(0), MINOR))
    code = draw(st.sampled_from(["380", "381", "384", "389", "383"]))
    prepaid = min(gross, prepaid)

    def text(minor: int) -> str:
        return money.render(minor, currency)

    return Sold(
        number=draw(NUMBER), code=code, issued=str(draw(DAYS)), due=str(draw(DAYS)), currency=currency, gross=text(gross),
        prepaid=text(prepaid) if prepaid or draw(st.booleans()) else "", payable=text(gross - prepaid), reference=draw(TEXT),
        buyer=draw(NUMBER), order=draw(TEXT.filter(lambda text: text.upper() != "NA")), preceding=draw(TEXT),
    )  # fmt: skip


@settings(max_examples=tries(60), deadline=None)
@given(sold())
def test_every_form_is_the_same_item(one: Sold) -> None:
    forms = [invoices.ubl(one), invoices.cii(one), invoices.cii(one, first_version=True)]
    read = [einvoices.read(data, "f") for data in forms]
    rows = [readers.read_table("items", table([PlacedInvoice(invoice, "1", "C1")])).frame for invoice in read]
    assert rows[0].equals(rows[1])
    assert rows[0].equals(rows[2])
    (item,) = rows[0].to_dicts()
    sign = -1 if one.code == "381" else 1
    assert item["open_amount"] == sign * money.parse(one.payable, one.currency)
    assert item["amount"] == sign * money.parse(one.gross, one.currency)
    assert Decimal(abs(item["open_amount"])) <= abs(item["amount"])
    assert (str(item["issue_date"]), str(item["due_date"]), item["payment_reference"]) == (one.issued, one.due, one.reference)
