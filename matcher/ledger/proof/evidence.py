"""What lines and entries say of themselves, in a form in which both can be compared: references, words, names."""

import polars as pl

LEAST_KEY = 4
"""Fewest letters and digits of a reference that is looked for inside a text."""
LEAST_WORD = 5
"""Fewest letters of a word that says whose money it is."""
LEAST_TEXT = 6
"""Fewest bytes of a text that says anything, two signs of Chinese."""
_EMPTY = ("notprovided", "nonref", "none", "na")
"""References that stand for none."""
_REVERSAL = r"\b(?:revers|storn|cancel|void|correct)|冲销|红冲|冲账|更正"

REFERENCES = ("bank_reference", "end_to_end_id", "creditor_reference")
LINE = ("line_id", "account", "booking_date", "amount", "counterparty_name", *REFERENCES, "remittance_information")
"""Columns of `frames.LINE` that are read."""


def of_lines(lines: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Lines as they are compared: id, account, date, amount, name, mark, words (of it), text, whole (references), inside (keys in it).

    Args:
        lines: columns of `LINE`.
        names: name, key and mark: spellings of one name have one key; the mark is what tells a name without blanks from others, else ''.
    """
    whole = pl.concat_list(_key(name) for name in REFERENCES)
    parts = pl.col("remittance_information").str.split(" ").list.eval(_plain(pl.element()))
    # a reference may have a blank in it
    twos = parts.list.eval(pl.element() + pl.element().shift(-1).fill_null(""))
    inside = pl.concat_list(parts, twos).list.eval(_long(pl.element())).list.unique()
    return _named(lines, names).select(
        pl.col("line_id").alias("id"), "account", pl.col("booking_date").alias("date"), "amount", "name", "mark", _words().alias("words"),
        _text("remittance_information").alias("text"), whole.list.unique().alias("whole"), inside.alias("inside"),
    )  # fmt: skip


def of_entries(entries: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Entries as they are compared: id, account, date, amount, name, words (of it), described (words of its text), text, reference,
    document, inside, reversal.

    Args:
        entries: columns of `frames.BOOK_ENTRY`.
        names: as of `of_lines`, with keys of the descriptions too.
    """
    inside = pl.col("description").str.split(" ").list.eval(_long(_plain(pl.element()))).list.unique()
    described = names.select(pl.col("name").alias("description"), pl.col("key").alias("described"))
    both = _named(entries, names).join(described, on="description", how="left", maintain_order="left")
    return both.with_columns(pl.col("described").fill_null("")).select(
        pl.col("entry_id").alias("id"), "account", "date", "amount", "name", _words().alias("words"),
        _words("described").alias("described"), _text("description").alias("text"),
        _key("reference").alias("reference"), _key("document_no").alias("document"), inside.alias("inside"),
        pl.col("description").str.to_lowercase().str.contains(_REVERSAL).alias("reversal"),
    )  # fmt: skip


def _named(frame: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    keys = names.select(pl.col("name").alias("counterparty_name"), pl.col("key").alias("name"), "mark")
    named = frame.join(keys, on="counterparty_name", how="left", maintain_order="left")
    return named.with_columns(pl.col("name").fill_null(""), pl.col("mark").fill_null(""))


def _words(column: str = "name") -> pl.Expr:
    """The words of a name; one without blanks, as in Chinese, is a word whatever its length."""
    parts = pl.col(column).str.split(" ")
    return parts.list.eval(
        pl.element().filter((pl.element().str.len_chars() >= LEAST_WORD) | pl.element().str.contains(r"[\x{2E80}-\x{FFFF}]"))
    )


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def _key(name: str) -> pl.Expr:
    key = _plain(pl.col(name))
    return pl.when(key.is_in(_EMPTY)).then(pl.lit("")).otherwise(key)


def _long(key: pl.Expr) -> pl.Expr:
    return key.filter(key.str.len_chars() >= LEAST_KEY)


def _text(name: str) -> pl.Expr:
    text = _plain(pl.col(name))
    return pl.when(text.str.len_bytes() >= LEAST_TEXT).then(text).otherwise(pl.lit(""))
