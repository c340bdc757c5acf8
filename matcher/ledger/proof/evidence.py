"""What lines and entries say of themselves, in a form in which both can be compared: references, words, names."""

import polars as pl

LEAST_KEY = 4
"""Fewest letters and digits of a reference that is looked for inside a text."""
LEAST_WORD = 5
"""Fewest letters of a word that says whose money it is."""
LEAST_TEXT = 6
_EMPTY = ("notprovided", "nonref", "none", "na")
"""References that stand for none."""
_REVERSAL = r"\b(?:revers|storn|cancel|void|correct)|冲销|红冲|冲账|更正"

REFERENCES = ("bank_reference", "end_to_end_id", "creditor_reference")
LINE = ("line_id", "account", "booking_date", "amount", "counterparty_name", *REFERENCES, "remittance_information")
"""Columns of `frames.LINE` that are read."""


def of_lines(lines: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Lines as they are compared: id, account, date, amount, name, words, text, whole (references) and inside (keys in the text).

    Args:
        lines: columns of `LINE`.
        names: keys of names, ``name`` and ``key``: spellings of one name have one key.
    """
    whole = pl.concat_list(_key(name) for name in REFERENCES)
    inside = pl.col("remittance_information").str.split(" ").list.eval(_cut(pl.element())).list.unique()
    return _named(lines, names).select(
        pl.col("line_id").alias("id"), "account", pl.col("booking_date").alias("date"), "amount", "name", _words().alias("words"),
        _text("remittance_information").alias("text"), whole.list.unique().alias("whole"), inside.alias("inside"),
    )  # fmt: skip


def of_entries(entries: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Entries as they are compared: id, account, date, amount, name, words, text, reference, document, inside, reversal.

    Args:
        entries: columns of `frames.BOOK_ENTRY`.
        names: as of `of_lines`, with keys of the descriptions too.
    """
    inside = pl.col("description").str.split(" ").list.eval(_cut(pl.element())).list.unique()
    described = names.select(pl.col("name").alias("description"), pl.col("key").alias("described"))
    both = _named(entries, names).join(described, on="description", how="left", maintain_order="left")
    # an entry without a name has the words of its text
    words = pl.when(pl.col("name") == "").then(_words("described")).otherwise(_words())
    return both.with_columns(pl.col("described").fill_null("")).select(
        pl.col("entry_id").alias("id"), "account", "date", "amount", "name", words.alias("words"), _text("description").alias("text"),
        _key("reference").alias("reference"), _key("document_no").alias("document"), inside.alias("inside"),
        pl.col("description").str.to_lowercase().str.contains(_REVERSAL).alias("reversal"),
    )  # fmt: skip


def _named(frame: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    keys = names.select(pl.col("name").alias("counterparty_name"), pl.col("key").alias("name"))
    return frame.join(keys, on="counterparty_name", how="left", maintain_order="left").with_columns(pl.col("name").fill_null(""))


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


def _cut(part: pl.Expr) -> pl.Expr:
    key = _plain(part)
    return key.filter(key.str.len_chars() >= LEAST_KEY)


def _text(name: str) -> pl.Expr:
    text = _plain(pl.col(name))
    return pl.when(text.str.len_chars() >= LEAST_TEXT).then(text).otherwise(pl.lit(""))
