"""`forms.name_key` of many names at once: names in plain letters in columns, the few others one by one."""

import polars as pl

from matcher.matching.names.forms import name_form, name_key, plain_words


def name_keys(names: pl.Series) -> pl.DataFrame:
    """The distinct names that have a key, with it: name, key."""
    distinct = pl.DataFrame({"name": names.drop_nulls().unique()})
    legal, phrases = plain_words()
    text = pl.col("name").str.to_lowercase().str.replace_all("['`]", "").str.replace_all("([aou])e", "$1")
    words = text.str.extract_all("[a-z0-9]+")
    shaped = distinct.with_columns(text.alias("text"), words.alias("words"))
    # what is not in plain letters, has initials that run together, or a legal form of several words, is taken apart by itself
    apart = (
        (pl.col("name").str.len_bytes() != pl.col("name").str.len_chars())
        | pl.col("text").str.contains("aa|(?:^|[^a-z0-9])[a-z](?:[^a-z0-9]|$)")
        | pl.col("text").str.contains_any(phrases)
    )
    split = shaped.with_columns(apart.alias("apart"))
    alone = split.filter("apart").get_column("name")
    telling = pl.col("words").list.eval(pl.element().filter(~pl.element().is_in(legal)))
    chosen = pl.when(telling.list.len() > 0).then(telling).otherwise(pl.col("words"))
    plain = split.filter(~pl.col("apart")).select("name", chosen.list.sort().list.join(" ").alias("key"))
    others = pl.DataFrame({"name": alone, "key": [name_key(name) for name in alone]}, schema={"name": pl.String(), "key": pl.String()})
    return pl.concat([plain, others]).filter(pl.col("key") != "")


def name_marks(names: pl.Series) -> pl.DataFrame:
    """The same with the distinguishing signs (字号) of names without spaces: name, key, mark; '' for others."""
    keys = name_keys(names)
    signed = keys.filter(pl.col("name").str.contains(r"[\x{2E80}-\x{FFFF}]"))["name"]
    marks = pl.DataFrame(
        {"name": signed, "mark": [name_form(name).mark for name in signed]}, schema={"name": pl.String(), "mark": pl.String()}
    )
    return keys.join(marks, on="name", how="left", maintain_order="left").with_columns(pl.col("mark").fill_null(""))
