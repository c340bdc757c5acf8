"""What stops a receipt before any fallback, and what is said of one that nothing explains."""

from datetime import timedelta

import pytest
from engine import BOOK, DAY, item, names, pool, receipt

from matcher.matching.decisions.stops import Settlement, SettlementHistory, Stop, stopped
from matcher.matching.explanations.build import explanations
from matcher.matching.records import Item, Payer, Receipt, Reference


def memory(payer: str = "PAYER", amount: int = 50_00, days_ago: int = 3) -> SettlementHistory:
    """Item 1 of customer C1 was closed some days ago by line L0."""
    return SettlementHistory({"1": Settlement("L0", payer, amount, DAY - timedelta(days_ago))}, {"1": (50_00, "C1")})


def stop(paying: Receipt, *items: Item, known: SettlementHistory | None = None) -> Stop | None:
    stock = pool(items)
    return stopped(paying, explanations(paying, stock, BOOK, 0), stock, known or memory(), BOOK.limits)


def test_the_same_payer_and_amount_again_is_a_duplicate() -> None:
    found = stop(receipt(50_00, names("1")))
    assert found == Stop("duplicate", "line L0 of the same payer and amount has paid the named item", "C1")


@pytest.mark.parametrize(("days", "outcome"), [(0, "duplicate"), (30, "duplicate"), (31, "closed_item")])
def test_a_duplicate_comes_within_a_month(days: int, outcome: str) -> None:
    found = stop(receipt(50_00, names("1")), known=memory(days_ago=days))
    assert found is not None
    assert found.outcome == outcome


@pytest.mark.parametrize(("payer", "amount"), [("OTHER", 50_00), ("PAYER", 49_00), ("", 50_00)])
def test_another_payer_or_amount_is_a_closed_item(payer: str, amount: int) -> None:
    found = stop(receipt(50_00, names("1"), payer="PAYER" if payer else ""), known=memory(payer, amount))
    assert found == Stop("closed_item", "the named item is closed", "C1")


def test_a_closed_item_is_never_replaced_by_a_neighbour_of_its_amount() -> None:
    found = stop(receipt(50_00, names("1"), account="C1"), item("2", 50_00))
    assert found is not None
    assert found.outcome == "duplicate"


def test_an_old_number_with_the_amount_of_an_open_item_is_that_item_s() -> None:
    assert stop(receipt(77_00, names("1"), account="C1"), item("2", 77_00)) is None


def test_an_old_number_with_an_amount_that_nothing_has_is_a_closed_item() -> None:
    found = stop(receipt(77_00, names("1"), account="C1"), item("2", 80_00))
    assert found is not None
    assert found.outcome == "closed_item"


def test_an_old_number_before_other_items_with_the_amount_is_a_person_s_question() -> None:
    stock = pool([item("2", 70_00), item("3", 7_00)])
    paying = receipt(77_00, names("1"), account="C1", text="RE-2026-00001")
    (everything,) = explanations(paying, stock, BOOK, 0)
    assert "reference_closed" in dict(everything.evidence)
    assert stop(paying, item("2", 70_00), item("3", 7_00)) is None
    assert stop(paying, item("2", 70_00), item("3", 8_00)) is not None


def test_one_open_item_among_the_named_ones_is_no_stop() -> None:
    assert stop(receipt(50_00, names("1"), names("2", key="202600124")), item("2", 50_00)) is None


@pytest.mark.parametrize("reference", [names("1", "short"), names("1", key="4711"), names("1", source="order"), names("1", "cut")])
def test_a_weak_reference_to_a_closed_item_is_no_stop(reference: Reference) -> None:
    assert stop(receipt(50_00, reference)) is None


def test_an_item_that_is_named_in_another_way_is_no_stop() -> None:
    open_one = item("2", 50_00, payment_reference="RF18539007547034")
    assert stop(receipt(50_00, names("1"), account="C1", text="RF18 5390 0754 7034"), open_one) is None


def test_closing_an_item_is_remembered_within_the_batch() -> None:
    known = SettlementHistory({}, {})
    known.close(item("1", 50_00), receipt(50_00, names("1"), line_id="L7"))
    found = stop(receipt(50_00, names("1")), known=known)
    assert found is not None
    assert (found.outcome, "L7" in found.reason) == ("duplicate", True)


@pytest.mark.parametrize(
    ("text", "name", "outcome"),
    [
        ("Habenzinsen 3. Quartal", "", "non_receivable"),
        ("Interest credited", "", "non_receivable"),
        ("利息", "", "non_receivable"),
        ("Erstattung Kontoführung", "", "non_receivable"),
        ("Refund of charges", "", "non_receivable"),
        ("Umsatzsteuer 09/2026", "", "non_receivable"),
        ("StNr 12/345", "finanzamt mittelaue", "non_receivable"),
        ("Batch 77", "stripe payments europe", "non_receivable"),
        ("Payout 4711", "", "non_receivable"),
        ("Rechnung 12", "", "unexplained"),
        ("Bestellung", "pinterest europe", "unexplained"),
        ("Bestellung", "stripes fashion ltd", "unexplained"),
        ("Batch 77", "mollie b.v.", "non_receivable"),
        ("SumUp Payments", "", "non_receivable"),
        ("Skatteverket", "", "non_receivable"),
        ("Zinsgutschrift", "", "non_receivable"),
        # names, streets and things that begin like such words
        ("faktura", "Mollie Andersson", "unexplained"),
        ("Körkort simulator", "Trafikskolan Lund AB", "unexplained"),
        ("Lieferung Finanzamtstr. 12", "Labor Weiss", "unexplained"),
        ("77", "Skattkammaren AB", "unexplained"),
        ("Zähler Haus 4", "Interest Plus GmbH", "unexplained"),
        ("Auszahlung der Rechnung an Sie", "Reederei Janssen", "unexplained"),
        ("12", "Tax Office Furniture Ltd", "unexplained"),
        ("12", "Stripe & Sons Ltd", "unexplained"),
        ("order 7, interest free", "", "unexplained"),
    ],
)
def test_words_tell_what_an_unknown_payer_s_money_is(text: str, name: str, outcome: str) -> None:
    assert SettlementHistory({}, {}).unexplained(receipt(50_00, text=text, payer_name=name), [], BOOK)[0] == outcome


def test_money_with_the_amount_of_an_open_item_stays_in_the_queue_whatever_its_text() -> None:
    paying = receipt(50_00, text="Habenzinsen")
    assert SettlementHistory({}, {}).unexplained(paying, [], BOOK, pool([item("1", 50_00)]))[0] == "unexplained"
    assert SettlementHistory({}, {}).unexplained(paying, [], BOOK, pool([item("1", 51_00)]))[0] == "non_receivable"


def test_a_named_document_in_another_currency_is_called_named() -> None:
    named = item("1", 50_00, currency="USD")
    outcome, why = SettlementHistory({}, {}).unexplained(receipt(90_00, names("1"), account="C1"), [], BOOK, pool([named]))
    assert (outcome, why) == (
        "unexplained",
        "the named document RE-2026-00001 is in USD, the line in EUR, and the amount is not the open one at the day's rate",
    )


def test_what_was_taken_back_makes_no_duplicate() -> None:
    known = SettlementHistory({"1": Settlement("L0", "PAYER", 50_00, DAY, "R0")}, {"1": (50_00, "C1")})
    found = stop(receipt(50_00, names("1")), known=known)
    assert found == Stop("unexplained", "line L0 paid the named item, and line R0 took it back: accept that first", "C1")


@pytest.mark.parametrize(
    "who",
    [
        receipt(50_00, account="C1", text="RE-1 plus Zinsen"),
        receipt(50_00, name="C1", text="RE-1 plus Zinsen"),
        receipt(50_00, names("1"), text="RE-2026-00001 plus Zinsen"),
        receipt(50_00, text="plus Zinsen")._replace(payers=(Payer("C1", "cut", 95, 30),)),
    ],
)
def test_money_of_a_customer_stays_in_the_queue_whatever_its_text(who: Receipt) -> None:
    assert SettlementHistory({}, {}).unexplained(who, [], BOOK)[0] == "unexplained"


@pytest.mark.parametrize("text", ["Anzahlung Auftrag 88", "Deposit for order", "PROFORMA 12", "预付款", "Acompte commande 7"])
def test_a_customer_s_payment_in_advance_is_on_account(text: str) -> None:
    known = SettlementHistory({}, {})
    assert known.unexplained(receipt(50_00, account="C1", text=text), [], BOOK)[0] == "on_account"
    assert known.unexplained(receipt(50_00, text=text), [], BOOK)[0] == "unexplained"


@pytest.mark.parametrize(
    ("paying", "why"),
    [
        (receipt(50_00, account="C1"), "the customer is known, but no open item or set of items has this amount, and none is named"),
        (receipt(50_00), "no open item is named, and the payer is not a known customer"),
        (receipt(50_00, payer=""), "no open item is named, and the payer is not stated"),
    ],
)
def test_what_is_unexplained_says_why(paying: Receipt, why: str) -> None:
    assert SettlementHistory({}, {}).unexplained(paying, [], BOOK) == ("unexplained", why)


def test_an_unlikely_explanation_is_mentioned() -> None:
    paying = receipt(30_00, names("1"))
    near = explanations(paying, pool([item("1", 50_00)]), BOOK, 0)
    outcome, why = SettlementHistory({}, {}).unexplained(paying, near, BOOK)
    assert (outcome, f"{near[0].points} points" in why) == ("unexplained", True)
