"""Which words of a payer's text say nothing but that invoices are paid."""

import pytest

from matcher.matching.references.neutral import is_neutral
from matcher.matching.references.text import Text
from matcher.rules import rulebook

NEUTRAL = rulebook.default().words.neutral


@pytest.mark.parametrize("word", ["rebate", "rent", "retainer", "network", "lottery", "police", "podium", "返利", "返利2021", "保证金"])
def test_words_that_only_begin_like_a_short_one_say_something(word: str) -> None:
    assert not is_neutral(word, NEUTRAL)


@pytest.mark.parametrize("word", ["re", "inv", "invoic", "payment", "multiple", "fpi", "2026", "货款", "货款2026年", "第3期款"])
def test_words_of_paying_invoices_say_nothing(word: str) -> None:
    assert is_neutral(word, NEUTRAL)


def test_a_rebate_is_something_else_than_paying_invoices() -> None:
    assert Text("Rebate 2022").speaks_of(NEUTRAL, "Nordhavn A/S")
    assert not Text("Payment of multiple invoices").speaks_of(NEUTRAL, "Nordhavn A/S")


def test_few_digits_behind_letters_may_be_a_document_s() -> None:
    assert Text("Ihre Rechnung AR3097").lettered == {"AR3097"}
    assert Text("Ihre Rechnung 3097 AR23097 A7").lettered == frozenset()
