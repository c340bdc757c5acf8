"""Names: the order of rows does not matter, nor who else pays, and equal forms are equal both ways."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from parties import customers, payers

from matcher.matching.names.forms import fold, name_form, name_key
from matcher.matching.names.matching import BEST, LEAST, match_names

WORDS = (
    "Osterwald Osterwalt Nordlicht Bau Bau Metall Keller Anna Thun GmbH AG Ltd. Masch. & Sohn Söhne 24 Кедр ООО 华信 贸易 有限公司 上海"
).split()
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30)


@given(st.lists(NAMES, min_size=1, max_size=12), st.lists(NAMES, min_size=1, max_size=8), st.randoms())
def test_the_order_of_rows_does_not_matter(known: list[str], asked: list[str], chance: object) -> None:
    people = customers(*known)
    once = match_names(payers(*asked), people)
    again = match_names(payers(*reversed(asked)), people.reverse())
    assert once.equals(again)


@given(st.lists(NAMES, min_size=1, max_size=12), st.lists(NAMES, min_size=2, max_size=4, unique=True))
def test_a_name_finds_the_same_whoever_else_pays(known: list[str], asked: list[str]) -> None:
    people = customers(*known)
    together = match_names(payers(*asked), people)
    alone = pl.concat([match_names(payers(name), people) for name in sorted(asked)])
    assert together.equals(alone)


@given(NAMES, NAMES)
def test_equal_forms_are_equal_both_ways(one: str, other: str) -> None:
    def hows(payer: str, customer: str) -> list[tuple[str, int]]:
        # a person's name meets no firm's, which is the one rule with a direction
        if name_form(payer).person or name_form(customer).person:
            return []
        rows = match_names(payers(payer), customers(customer)).select("how", "similarity").rows()
        return [row for row in rows if row[0] in ("equal", "script", "branch")]

    assert hows(one, other) == hows(other, one)


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_any_text_is_a_name(known: list[str], asked: list[str]) -> None:
    found = match_names(payers(*asked), customers(*known)) if known else match_names(payers(*asked), customers("Nordlicht"))
    assert found["similarity"].is_between(LEAST, 100).all()
    assert found["margin"].is_between(0, 100).all()
    assert found.group_by("entity", "name").len().get_column("len").le(BEST).all()


@given(TEXTS)
def test_a_key_is_its_own_key(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == name_key(name_key(key))
    assert match_names(payers(text), customers(text)).select("how", "similarity").rows() == ([("equal", 100)] if key else [])


@given(st.one_of(NAMES, TEXTS))
def test_a_key_in_plain_letters_has_only_letters_of_its_name(name: str) -> None:
    """What `classify` passes over by letters alone could not have had the key."""
    key = name_key(name)
    if key.isascii():
        assert set(key) - {" "} <= set(fold(name))
