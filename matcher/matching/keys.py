"""One form for what people write in many: account numbers, and document numbers in any written form. Names are in `names.forms`.

Number keys are made for both sides (an open item's numbers, a payer's text) and met by equality. A key's class says how much
meets: ``whole`` (letters and digits), ``digits`` (all digits without leading zeros), ``run`` (one run of digits without
leading zeros), ``tail`` (the digits after a year).
"""

import polars as pl

from matcher.matching.names.forms import fold as fold
from matcher.matching.names.forms import name_key as name_key
from matcher.states import DocumentType

MIN_KEY = 3
"""Shortest number key; shorter numbers say nothing."""


def account_key(number: str) -> str:
    """An account number without spaces and punctuation, in capitals."""
    upper = number.upper()
    return upper if upper.isalnum() else "".join(filter(str.isalnum, upper))


def item_keys(items: pl.DataFrame) -> pl.DataFrame:
    """Keys of open items: columns item_id, document, entity, key, class, source (``document``, ``payment_reference``, ``order``).

    ``document`` is one for all instalments of a document, and the item itself else.
    """
    plan = pl.concat_str("customer_id", "document_no", separator="\n")
    document = pl.when(pl.col("document_type") == DocumentType.INSTALMENT).then(plan).otherwise(pl.col("item_id")).alias("document")
    numbers = pl.concat(
        items.select("item_id", document, "entity", pl.col(column).alias("text"), pl.lit(source).alias("source")).filter(
            pl.col("text") != ""
        )
        for column, source in (("document_no", "document"), ("payment_reference", "payment_reference"), ("purchase_order", "order"))
    ).with_columns(pl.col("text").str.to_uppercase())
    whole = pl.col("text").str.replace_all(r"[^\p{L}\p{N}]", "")
    digits = pl.col("text").str.replace_all(r"\D", "")
    last_run = pl.col("text").str.extract(r"(\d+)\D*$", 1)
    after_year = digits.str.extract(r"^(?:19|20)\d\d(\d+)$", 1)
    parts = [
        _keyed(numbers, whole, "whole"),
        _keyed(numbers, digits.str.strip_chars_start("0"), "digits"),
        _keyed(numbers, last_run.str.strip_chars_start("0"), "run"),
        _keyed(numbers, after_year.str.strip_chars_start("0"), "tail"),
    ]
    return _one_class_each(pl.concat(parts), ["item_id", "entity", "key", "source"])


def line_keys(lines: pl.DataFrame) -> pl.DataFrame:
    """Keys found in what the payer wrote: columns line_id, entity, key, class.

    Read are remittance information, structured reference and end-to-end id, with numbers split by blanks, dots, slashes
    and dashes put together as well as taken apart.
    """
    texts = pl.concat_str("remittance_information", "creditor_reference", "end_to_end_id", separator=" | ").str.to_uppercase()
    written = lines.select("line_id", "entity", texts.alias("text"))
    keyed = []
    for pattern in (r"[\p{L}\p{N}]+(?:[-/._][\p{L}\p{N}]+)*", r"\p{L}{1,6}[ :.#/-]{0,3}\d[\d ./-]*\d"):
        token = _tokens(written, pattern)
        keyed.append(_keyed(token, pl.col("token").str.replace_all(r"[^\p{L}\p{N}]", ""), "whole"))
    for pattern in (r"\d+(?:[-/._]\d+)*", r"\d+(?:[ ./-]\d+)+"):
        token = _tokens(written, pattern)
        joined = pl.col("token").str.replace_all(r"\D", "").str.strip_chars_start("0")
        keyed.append(_keyed(token, joined, "digits"))
    keyed.append(_keyed(_tokens(written, r"\d+"), pl.col("token").str.strip_chars_start("0"), "run"))
    return _one_class_each(pl.concat(keyed), ["line_id", "entity", "key"])


_CLASSES = ("whole", "digits", "run", "tail")


def _tokens(written: pl.DataFrame, pattern: str) -> pl.DataFrame:
    tokens = pl.col("text").str.extract_all(pattern).alias("token")
    return written.select("line_id", "entity", tokens).explode("token").drop_nulls("token")


def _keyed(frame: pl.DataFrame, key: pl.Expr, kind: str) -> pl.DataFrame:
    columns = [c for c in ("item_id", "document", "line_id", "entity", "source") if c in frame.columns]
    keyed = frame.select(*columns, key.alias("key"), pl.lit(kind).alias("class"))
    return keyed.filter((pl.col("key").str.len_chars() >= MIN_KEY) & pl.col("key").str.contains(r"\d"))


def _one_class_each(keys: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The most telling class of each key, in a fixed order."""
    rank = pl.col("class").replace_strict(_CLASSES, range(len(_CLASSES)), return_dtype=pl.Int8)
    return keys.with_columns(rank.alias("rank")).sort(*by, "rank").unique(by, keep="first", maintain_order=True).drop("rank")
