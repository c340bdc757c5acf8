"""Keys of many names at once are those of each name by itself."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.names.forms import name_key
from matcher.matching.names.plain import KnownKeys, name_keys

NAMES = [
    "Mühle Brandt GmbH", "MUEHLE BRANDT", "Harbour Yard Ltd", "I.B.M. Data S.r.l.", "Anna Aae Elektro", "A & B Trading", "O'Ealy Oats",
    "Aea Aaa Baaes", "华信贸易有限公司", "GmbH & Co. KG", "Kowalski Sp. z o.o.", "Roe 7 Aerials", "Branch of the Baker", "Limited Company",
    "Public Limited Company Moore", "Baker Baker AG", "--", "12", "Müller-Lüdenscheidt", "Société Générale à responsabilité limitée",
]  # fmt: skip


def keys(*names: str) -> dict[str, str]:
    return dict(name_keys(pl.Series(list(names), dtype=pl.String())).iter_rows())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_one_key(name: str) -> None:
    for written in (name, name.upper(), name.lower(), " ".join(reversed(name.split()))):
        assert keys(written).get(written, "") == name_key(written)


@given(
    st.lists(
        st.lists(st.sampled_from(["gmbh", "co", "kg", "sp", "z", "o", "ae", "oe", "a", "Baa", "Ltd", "of", "&", "7", "Mill-Yard", "."]))
    )
)
def test_of_any_words_the_key_is_the_same(rows: list[list[str]]) -> None:
    names = [" ".join(row) for row in rows]
    assert keys(*names) == {name: key for name in names if (key := name_key(name))}


LETTERS = st.characters(max_codepoint=0x24F) | st.sampled_from("aeou'’‘ʼ´ \u0308\u0141")


@given(st.lists(st.text(LETTERS, min_size=1, max_size=9), max_size=20))
def test_of_any_latin_letters_the_key_is_the_same(names: list[str]) -> None:
    assert keys(*names) == {name: key for name in names if (key := name_key(name))}


def test_every_latin_letter_has_its_own_key_in_a_word() -> None:
    names = [f"Sil{chr(code)}ner {chr(code).upper()}b" for code in range(0x80, 0x250)]
    assert keys(*names) == {name: name_key(name) for name in names}


def test_names_asked_for_again_have_the_same_keys() -> None:
    known = KnownKeys()
    for chosen in (NAMES[:9], NAMES[4:], [], NAMES):
        names = pl.Series(chosen, dtype=pl.String())
        assert sorted(known(names).iter_rows()) == sorted(name_keys(names).iter_rows())
