"""Papers that look like an advice and are none."""

import pytest

from matcher.remittance.documents.words import no_payment


@pytest.mark.parametrize(
    "text",
    [
        "Folgende Rechnungen werden NICHT bezahlt (Reklamation)", "STORNO unseres Zahlungsavis Nr. 88121", "Saldenbestätigung zum 31.10.",
        "We have not paid the following invoices", "invoices due for payment on 30.10.2026", "本付款通知作废",
    ],
)  # fmt: skip
def test_a_paper_that_says_that_nothing_is_paid_is_heard(text: str) -> None:
    assert no_payment(text)


@pytest.mark.parametrize("text", ["Zahlungsavis 88121 vom 14.10.2026", "We have paid the following invoices", "付款通知 合计 1,435.00"])
def test_an_advice_says_nothing_of_the_kind(text: str) -> None:
    assert no_payment(text) == ""
