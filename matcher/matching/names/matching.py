"""Which customer a payer's name may be: equal forms first, then the ones that share rare words or letters, each pair compared.

One name is looked up once however many lines carry it. Nothing compares every payer with every customer: equal forms are a join,
beginnings are looked up in a sorted list, and other candidates share one of a payer's rarest words, or groups of three letters.
Each such index has a cap on how many customers may carry an entry; more frequent ones carry no information.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from matcher.frames import of_rows
from matcher.matching.names.forms import NameForm, name_form, roman_form
from matcher.matching.names.similarity import BRANCH, MIN_CUT, SIGN, Weights, similarity

TRADE = 8
"""How much less like a trade name is, which is no registered name, than another one."""

BEST = 3
"""How many customers are given for a name."""

LEAST = 60
"""Least similarity, 0 to 100, at which a customer is given at all."""

WORD_CAP, GRAM_CAP, PREFIX_CAP = 60, 100, 12
"""How many names of customers in one legal entity may share a word, three letters, a beginning."""

RAREST, RAREST_GRAMS = 3, 6
"""How many of a payer's rarest words, and groups of three letters, are looked up."""

CANDIDATES = 6
"""How many candidates of a payer are compared."""

LETTERS = 30
"""How many of a name's letters are looked at in groups of three."""

SIGNS = 0x2E80
"""The first Unicode number of signs that are words, and no letters."""

SLICE = 5_000
"""How many payers are given candidates at a time."""

MIN_DOTTED = 4
"""Fewest letters of an abbreviated word that is looked up."""

MATCH: dict[str, pl.DataType] = {
    "entity": pl.String(),
    "name": pl.String(),
    "customer_id": pl.String(),
    "how": pl.String(),
    "similarity": pl.Int64(),
    "margin": pl.Int64(),
}
"""Columns of `match_names`."""

_FORM: dict[str, pl.DataType] = {
    "name": pl.String(), "words": pl.String(), "key": pl.String(), "joined": pl.String(), "full": pl.String(),
    "legal": pl.String(), "branch": pl.String(), "mark": pl.String(), "person": pl.Boolean(), "traditional": pl.Boolean(),
    "dotted": pl.String(),
}  # fmt: skip
_PAIRS: dict[str, pl.DataType] = {"row": pl.UInt32(), "form": pl.UInt32()}
_WORDS = pl.col("words").str.split(" ")
_LATIN = pl.col("full").str.contains("^[\x00-\x7f]*$")
_KINDS = ("name", "trade", "alias", "script")
_HOWS = ("equal", "script", "trade", "cut", "part", "abbreviated", "branch", "alike")


def customer_names(customers: pl.DataFrame) -> pl.DataFrame:
    """All forms of all names of customers: customer_id, entity, name, how, and what each form says (see `NameForm`).

    `how` is ``name``, ``trade`` or ``alias`` for what the master data holds, and ``script`` for the form in Latin letters of a name in
    another script. The order is by customer.
    """
    fields = {"name": pl.concat_list("name"), "trade": pl.col("trade_name").str.split("|"), "alias": pl.col("alias").str.split("|")}
    stated = pl.concat(
        customers.select("customer_id", "entity", names.alias("name"), pl.lit(how).alias("how")).explode("name")
        for how, names in fields.items()
    )
    stated = stated.with_columns(pl.col("name").str.strip_chars()).filter(pl.col("name") != "")
    written = stated.join(_formed(stated["name"], name_form), on="name")
    foreign = written.filter(~_LATIN).select(stated.columns)
    roman = foreign.with_columns(pl.lit("script").alias("how")).join(_formed(foreign["name"], roman_form), on="name")
    rank = pl.col("how").replace_strict(_KINDS, range(len(_KINDS)), return_dtype=pl.Int8)
    return (
        pl.concat([written, roman])
        .filter(pl.col("key") != "")
        .sort("customer_id", "entity", rank, "name")
        .unique(["customer_id", "entity", "full", "legal", pl.col("how") == "script"], keep="first", maintain_order=True)
    )


def match_names(payers: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Customers whose name a payer's name may be: up to `BEST` for each, best first, with the columns of `MATCH`.

    Args:
        payers: entity and name as the bank wrote it; rows may repeat.
        customers: `frames.CUSTOMER`; a customer without entity is every legal entity's.

    `how` says what meets, most telling first: ``equal`` (spelled differently at most), ``script`` (equal once both are in one script),
    ``trade`` (equal to a trade name, which is no registered name and several firms may have), ``cut`` (the payer's name is the
    beginning of the customer's), ``part`` (all distinguishing words of one are in the other), ``abbreviated``, ``branch`` (one firm,
    but one of the two names is a branch), ``alike``. `similarity` goes from `LEAST` to 100, `margin` is how far the best other customer
    is behind, and 0 where there is none behind.
    """
    asked = payers.select("entity", "name").unique().filter(pl.col("name").str.strip_chars() != "").sort("entity", "name")
    if not asked.height:
        return pl.DataFrame(schema=MATCH)
    forms = customer_names(customers).with_row_index("form").with_columns((pl.col("how") == "script").alias("roman"))
    if not forms.height:
        return pl.DataFrame(schema=MATCH)
    asked = asked.with_row_index("payer").join(_formed(asked["name"], name_form), on="name", maintain_order="left")
    asked = asked.with_columns(pl.lit(False).alias("roman")).filter(pl.col("key") != "")
    weights = Weights(forms.select(_WORDS).to_series())
    matches = [_equal(asked, forms)]
    unmatched = asked.join(matches[0], on="payer", how="anti")
    if forms["roman"].any():
        # an alias in Latin letters may be another customer's name in its own script
        by_alias = asked.join(matches[0].filter(pl.col("field") == "alias"), on="payer", how="semi")
        latin = pl.concat([unmatched, by_alias]).filter(_LATIN)
        roman = latin.select("payer", "entity", "name").join(_formed(latin["name"], roman_form), on="name", maintain_order="left")
        roman = roman.with_columns(pl.lit(True).alias("roman")).select(unmatched.columns)
        matches.append(_equal(roman, forms))
        unmatched = pl.concat([unmatched, roman]).join(pl.concat(matches), on="payer", how="anti")
    unmatched = unmatched.sort("payer", "roman").with_row_index("row")
    for candidates in (_sharing_words, _sharing_letters):
        if not unmatched.height:
            break
        matches.append(_compared(candidates(unmatched, forms), unmatched, forms, weights))
        unmatched = unmatched.join(matches[-1], on="payer", how="anti")
    return _best(pl.concat(frame.select("payer", "customer_id", "how", "similarity") for frame in matches), asked)


def _formed(names: pl.Series, form: Callable[[str], NameForm]) -> pl.DataFrame:
    """What distinct names say: a column for each field of `NameForm`, its words as a text with blanks."""
    rows = []
    for name in names.unique().sort().to_list():
        parts = form(name)
        rows.append((name, " ".join(parts.words), *parts[1:-1], " ".join(parts.dotted)))
    return of_rows(rows, _FORM)


def _form(row: Sequence[Any]) -> NameForm:
    """The name that a row of `_formed` without its name stands for."""
    words, *fields, dotted = row
    return NameForm._make((tuple(words.split(" ")), *fields, tuple(dotted.split())))


def _of(payers: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Payers once for their legal entity's customers and once for everybody's, in the column ``entity``."""
    shared = payers.with_columns(pl.lit("").alias("entity"))
    return (
        pl.concat([payers, shared])
        .join(forms.select("entity").unique(), on="entity", how="semi")
        .unique(["entity", payers.columns[0], "roman"])
    )


def _equal(asked: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Customers with an equal form: payer, customer_id, how, similarity, and the field that held the customer's name."""
    columns = ("legal", "branch", "person", "traditional", "key", "full")
    forms = forms.rename({"how": "field"})
    of = _of(asked, forms).select("payer", "entity", "roman", "joined", *columns)
    forms = forms.select("entity", "roman", "customer_id", "field", "joined", *columns)
    pairs = pl.concat(
        of.join(forms, left_on=["entity", "roman", form], right_on=["entity", "roman", form], suffix="_known", coalesce=False)
        for form in ("key", "joined", "full")
    )
    branch = pl.col("branch") != pl.col("branch_known")
    script = pl.col("roman") | (pl.col("traditional") != pl.col("traditional_known"))
    lost = (
        pl.when(pl.col("roman") | (pl.col("field") == "trade")).then(3)
        .when(pl.col("full") == pl.col("full_known")).then(0)
        .when(pl.col("legal") == pl.col("legal_known")).then(1)
        .when((pl.col("legal") == "") | (pl.col("legal_known") == "")).then(2)
        .otherwise(6)
    )  # fmt: skip
    spread = (pl.col("key") != pl.col("key_known")).cast(pl.Int64)
    trade = pl.col("field") == "trade"
    how = (
        pl.when(branch).then(pl.lit("branch")).when(trade).then(pl.lit("trade")).when(script).then(pl.lit("script"))
        .otherwise(pl.lit("equal"))
    )  # fmt: skip
    points = pl.when(branch).then(BRANCH).otherwise(100 - lost - spread)
    firm = ~pl.col("person") | pl.col("person_known")
    return pairs.filter(firm).select("payer", "customer_id", how.alias("how"), points.cast(pl.Int64).alias("similarity"), "field")


def _sharing_words(payers: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Payers and customers that share one of the payer's rarest words, or of which the payer's is a beginning."""
    asked = _of(payers, forms).select("row", "entity", "roman", _WORDS.alias("entry")).explode("entry").unique()
    entries = _numbered(asked)
    words = forms.select("form", "entity", "roman", _WORDS.alias("entry")).explode("entry")
    shared = _first(_by_number(asked, entries, "row"), _by_number(words, entries, "form"), WORD_CAP, RAREST)
    return pl.concat([shared, _beginnings(payers, forms)]).unique().sort("row", "form")


def _beginnings(payers: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Payers and customers where the payer's name, or an abbreviated word of it, is the beginning of the customer's."""
    asked = _of(payers, forms)
    signs = pl.when(pl.col("mark") == "").then(1).otherwise(SIGN)
    whole = asked.filter(pl.col("full").str.len_chars() * signs >= MIN_CUT).select("row", "entity", "roman", pl.col("full").alias("text"))
    words = asked.select("row", "entity", "roman", pl.col("dotted").str.split(" ").alias("text")).explode("text")
    words = words.filter(pl.col("text").str.len_chars() >= MIN_DOTTED)
    names = forms.select("entity", "roman", "form", pl.col("full").alias("text"))
    parts = forms.select("entity", "roman", "form", _WORDS.alias("text")).explode("text") if words.height else names.clear()
    return pl.concat([_begun(whole, names), _begun(words, parts)])


def _begun(asked: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Rows and forms where a text of the one is the beginning of a text of the other; beginnings that too many share say nothing."""
    sought: dict[tuple[str, bool], tuple[list[str], list[int]]] = {}
    for entity, roman in asked.select("entity", "roman").unique().iter_rows():
        part = texts.filter((pl.col("entity") == entity) & (pl.col("roman") == roman)).sort("text", "form")
        sought[entity, roman] = part["text"].to_list(), part["form"].to_list()
    rows: list[tuple[int, int]] = []
    for row, entity, roman, text in asked.select("row", "entity", "roman", "text").iter_rows():
        ordered, forms = sought[entity, roman]
        first, last = bisect_left(ordered, text), bisect_right(ordered, text + "\U0010ffff")
        if last - first <= PREFIX_CAP:
            rows += ((row, form) for form in forms[first:last])
    return of_rows(rows, _PAIRS)


def _sharing_letters(payers: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Payers and customers that share at least two of the payer's rarest groups of three letters."""
    scopes = forms.select("entity", "roman").unique().sort("entity", "roman").with_row_index("scope")
    lettered = pl.col("mark").eq("") & ~pl.col("person")
    asked, customers = _of(payers.filter(lettered), forms), forms.filter(lettered)
    return _first(_grams(asked, scopes, "row"), _grams(customers, scopes, "form"), GRAM_CAP, RAREST_GRAMS, least=2).sort("row", "form")


def _grams(names: pl.DataFrame, scopes: pl.DataFrame, of: str) -> pl.DataFrame:
    """Groups of three of the first thirty letters, one number for each group of a scope: a name's own number, and ``number``.

    Letters have numbers up to `SIGNS`: names with signs of their own are not compared by letters.
    """
    placed = names.join(scopes, on=["entity", "roman"], maintain_order="left")
    letters = np.array(placed["joined"].to_list(), dtype=f"U{LETTERS}").view(np.uint32).reshape(-1, LETTERS).astype(np.int64)
    groups = placed["scope"].to_numpy().astype(np.int64)[:, None]
    for place in range(3):
        groups = groups * SIGNS + letters[:, place : LETTERS - 2 + place]
    rows, places = np.nonzero(letters[:, 2:])
    return pl.DataFrame({of: placed[of].to_numpy()[rows], "number": groups[rows, places]}).unique()


def _numbered(asked: pl.DataFrame) -> pl.DataFrame:
    """What payers look up, with a number each: numbers take a tenth of the memory of texts."""
    return asked.select("entity", "roman", "entry").unique().sort("entity", "roman", "entry").with_row_index("number")


def _by_number(names: pl.DataFrame, entries: pl.DataFrame, of: str) -> pl.DataFrame:
    return names.join(entries, on=["entity", "roman", "entry"]).select(of, "number").unique()


def _first(asked: pl.DataFrame, carriers: pl.DataFrame, cap: int, rarest: int, least: int = 1) -> pl.DataFrame:
    """The candidates of each payer that share most of its rarest entries, the rarer the better: row, form.

    Args:
        asked: row and number of an entry, a word or a group of letters.
        carriers: form and number of an entry.
        cap: entries that more names carry say nothing.
        rarest: how many entries of a payer count.
        least: how many entries a candidate must share.
    """
    carried = carriers.group_by("number").len("item_count").filter(pl.col("item_count") <= cap)
    telling = carriers.join(carried, on="number", how="semi")
    ranked = asked.join(carried, on="number").sort("row", "item_count", "number").group_by("row", maintain_order=True).head(rarest)
    shares, frames = pl.col("number").n_unique().alias("len"), [pl.DataFrame(schema=_PAIRS)]
    for rows in _whole_rows(ranked):
        shared = (
            rows.join(telling, on="number").group_by("row", "form").agg((100_000 // pl.col("item_count")).sum().alias("weight"), shares)
        )
        best = shared.filter(pl.col("len") >= least).sort("row", "weight", "form", descending=[False, True, False])
        frames.append(best.group_by("row", maintain_order=True).head(CANDIDATES).select("row", "form").cast(pl.Schema(_PAIRS)))
    return pl.concat(frames)


def _whole_rows(ranked: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Parts of about `SLICE` payers, so that memory does not grow with their number."""
    numbers = ranked["row"].unique().sort()
    for start in range(0, len(numbers), SLICE):
        part = numbers.slice(start, SLICE)
        yield ranked.filter(pl.col("row").is_between(part[0], part[-1]))


def _compared(pairs: pl.DataFrame, payers: pl.DataFrame, forms: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Likeness of pairs: payer, customer_id, how, similarity."""
    fields = list(NameForm._fields)
    ours = {
        row[0]: (row[1], _form(row[2:])) for row in payers.join(pairs, on="row", how="semi").select("row", "payer", *fields).iter_rows()
    }
    theirs = {
        row[0]: (row[1], row[2], _form(row[3:]))
        for row in forms.join(pairs, on="form", how="semi").select("form", "customer_id", pl.col("how") == "trade", *fields).iter_rows()
    }
    rows = []
    for row, form in pairs.iter_rows():
        payer, name = ours[row]
        customer, trade, other = theirs[form]
        how, points = similarity(name, other, weights)
        points -= TRADE if trade else 0
        if points >= LEAST:
            rows.append((payer, customer, how, points))
    return of_rows(rows, {"payer": pl.UInt32(), **{c: MATCH[c] for c in ("customer_id", "how", "similarity")}})


def _best(matches: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The best customers of each payer, once each, with the margin."""
    rank = pl.col("how").replace_strict(_HOWS, range(len(_HOWS)), return_dtype=pl.Int8).alias("rank")
    ranked = matches.with_columns(rank).sort("payer", "similarity", "rank", "customer_id", descending=[False, True, False, False])
    one_each = ranked.unique(["payer", "customer_id"], keep="first", maintain_order=True)
    behind = pl.col("similarity").shift(-1).over("payer").fill_null(0)
    first = pl.int_range(pl.len()).over("payer") == 0
    margin = pl.when(first).then(pl.col("similarity") - behind).otherwise(0).alias("margin")
    best = one_each.with_columns(margin).group_by("payer", maintain_order=True).head(BEST)
    return best.join(asked.select("payer", "entity", "name"), on="payer", maintain_order="left").select(list(MATCH)).cast(pl.Schema(MATCH))
