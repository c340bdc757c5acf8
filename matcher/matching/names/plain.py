"""`forms.name_key` of many names at once: names in plain letters in columns, the few others one by one."""

from collections.abc import Callable
from functools import cache

import polars as pl

from matcher.matching.names.forms import fold, name_form, name_key, plain_words

Keys = Callable[[pl.Series], pl.DataFrame]
"""Gives names with their keys, as `name_keys` does."""


def name_keys(names: pl.Series) -> pl.DataFrame:
    """The distinct names that have a key, with it: name, key."""
    return _read(names.drop_nulls().unique()).filter(pl.col("key") != "")


class KnownKeys:
    """`name_keys`, where the same names are asked for again and again: each is read once."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known = pl.DataFrame(schema=_KEY)

    def __call__(self, names: pl.Series) -> pl.DataFrame:
        """See `name_keys`."""
        asked = pl.DataFrame({"name": names.drop_nulls().unique()}, schema={"name": pl.String()})
        new = asked.join(self._known, on="name", how="anti")
        if new.height:
            self._known = pl.concat([self._known, _read(new["name"])])
        return asked.join(self._known, on="name").filter(pl.col("key") != "")


_KEY = {"name": pl.String(), "key": pl.String()}


def _read(distinct: pl.Series) -> pl.DataFrame:
    """Distinct names and their keys, '' for none."""
    legal, phrases = plain_words()
    letters = _letters()
    latin = pl.col("name").str.replace_many(list(letters), list(letters.values())).str.to_lowercase().str.replace_all("['`]", "")
    text = latin.str.replace_all("([aou])e", "$1")
    shaped = pl.DataFrame({"name": distinct}, schema={"name": pl.String()}).with_columns(text.alias("text"))
    # what is not in Latin letters, has initials that run together, or a legal form of several words, is taken apart by itself
    apart = (
        (pl.col("text").str.len_bytes() != pl.col("text").str.len_chars())
        | pl.col("text").str.contains("aa|(?:^|[^a-z0-9])[a-z](?:[^a-z0-9]|$)")
        | pl.col("text").str.contains_any(phrases)
    )
    split = shaped.with_columns(pl.col("text").str.extract_all("[a-z0-9]+").alias("words"), apart.alias("apart"))
    alone = split.filter("apart").get_column("name")
    telling = pl.col("words").list.eval(pl.element().filter(~pl.element().is_in(legal)))
    chosen = pl.when(telling.list.len() > 0).then(telling).otherwise(pl.col("words"))
    plain = split.filter(~pl.col("apart")).select("name", chosen.list.sort().list.join(" ").alias("key"))
    return pl.concat([plain, pl.DataFrame({"name": alone, "key": [name_key(name) for name in alone]}, schema=_KEY)])


@cache
def _letters() -> dict[str, str]:
    """Latin letters and signs beside the plain ones, and the plain letters that `forms.fold` makes of them wherever they stand."""
    signs = (*map(chr, range(0x80, 0x250)), "\u2018", "\u2019", "\u02bc")
    return {sign: plain for sign in signs if (plain := fold(sign)).isascii()}


def name_marks(names: pl.Series) -> pl.DataFrame:
    """The same with the distinguishing signs (字号) of names without spaces: name, key, mark; '' for others."""
    keys = name_keys(names)
    signed = keys.filter(pl.col("name").str.contains(r"[\x{2E80}-\x{FFFF}]"))["name"]
    marks = pl.DataFrame(
        {"name": signed, "mark": [name_form(name).mark for name in signed]}, schema={"name": pl.String(), "mark": pl.String()}
    )
    return keys.join(marks, on="name", how="left", maintain_order="left").with_columns(pl.col("mark").fill_null(""))
