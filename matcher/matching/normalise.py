"""One form for what people write in many: names, account numbers, and document numbers in any written form.

Number keys are made for both sides (an open item's numbers, a payer's text) and met by equality. A key's class says how much
meets: ``whole`` (letters and digits), ``digits`` (all digits without leading zeros), ``run`` (one run of digits without
leading zeros), ``tail`` (the digits after a year).
"""

import re
import unicodedata
from functools import lru_cache

import polars as pl

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_WORD = re.compile(r"\w+", re.UNICODE)
_LEGAL = frozenset(
    "gmbh mbh ag kg kgaa ohg gbr ug ev eg se co company cie ltd limited llc llp lp inc incorporated corp corporation plc pty pvt pte "
    "sa sas sarl sasu eurl snc sci srl sl slu spa sapa scarl bv nv cv vof bvba sprl ab hb as asa ans aps a s is oy oyj oü uab sia doo "
    "dd sro spol sp z o oo zoo zrt kft bt nyrt ltda me eireli sab de und and et y og the".split()
)
_CJK_FORMS = re.compile(r"(股份)?有限(责任)?公司|(株式|有限|合同)会社|集团|㈱")
_UMLAUT = re.compile(r"([aou])e")
MIN_KEY = 3
"""Shortest number key; shorter numbers say nothing."""


@lru_cache(maxsize=1 << 17)
def fold(text: str) -> str:
    """NFKC, case-folded, without diacritics; full-width forms become ordinary ones."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 17)
def name_key(name: str) -> str:
    """A firm's name without legal forms and punctuation, words sorted: equal for spellings of one name.

    A name that consists of legal forms alone keeps its words. Empty when there is no letter.
    """
    # Müller is written Mueller where a bank's character set has no umlaut, so both become muller
    plain = _UMLAUT.sub(r"\1", _CJK_FORMS.sub(" ", fold(name)).replace(".", ""))
    words = _WORD.findall(plain)
    telling = [w for w in words if w not in _LEGAL]
    return " ".join(sorted(telling or words))


def account_key(number: str) -> str:
    """An account number without blanks and punctuation, in capitals."""
    return "".join(c for c in number.upper() if c.isalnum())


def item_keys(items: pl.DataFrame) -> pl.DataFrame:
    """Keys of open items: columns item_id, entity, key, class, source (``document``, ``payment_reference``, ``order``)."""
    numbers = pl.concat(
        items.select("item_id", "entity", pl.col(column).alias("text"), pl.lit(source).alias("source")).filter(pl.col("text") != "")
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
    found = []
    for pattern in (r"[\p{L}\p{N}]+(?:[-/._][\p{L}\p{N}]+)*", r"\p{L}{1,6}[ :.#/-]{0,3}\d[\d ./-]*\d"):
        token = _tokens(written, pattern)
        found.append(_keyed(token, pl.col("token").str.replace_all(r"[^\p{L}\p{N}]", ""), "whole"))
    for pattern in (r"\d+(?:[-/._]\d+)*", r"\d+(?:[ ./-]\d+)+"):
        token = _tokens(written, pattern)
        joined = pl.col("token").str.replace_all(r"\D", "").str.strip_chars_start("0")
        found.append(_keyed(token, joined, "digits"))
    found.append(_keyed(_tokens(written, r"\d+"), pl.col("token").str.strip_chars_start("0"), "run"))
    return _one_class_each(pl.concat(found), ["line_id", "entity", "key"])


_CLASSES = ("whole", "digits", "run", "tail")


def _tokens(written: pl.DataFrame, pattern: str) -> pl.DataFrame:
    tokens = pl.col("text").str.extract_all(pattern).alias("token")
    return written.select("line_id", "entity", tokens).explode("token").drop_nulls("token")


def _keyed(frame: pl.DataFrame, key: pl.Expr, kind: str) -> pl.DataFrame:
    columns = [c for c in ("item_id", "line_id", "entity", "source") if c in frame.columns]
    keyed = frame.select(*columns, key.alias("key"), pl.lit(kind).alias("class"))
    return keyed.filter((pl.col("key").str.len_chars() >= MIN_KEY) & pl.col("key").str.contains(r"\d"))


def _one_class_each(keys: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The most telling class of each key, in a fixed order."""
    rank = pl.col("class").replace_strict(_CLASSES, range(len(_CLASSES)), return_dtype=pl.Int8)
    return keys.with_columns(rank.alias("rank")).sort(*by, "rank").unique(by, keep="first", maintain_order=True).drop("rank")
