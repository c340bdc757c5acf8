"""Money that the bank took back or that came back: which earlier line a returned line belongs to.

A line that the bank marks as returned or reversed pays nothing. Its partner is an earlier line of the other sign on the same bank account,
with the same amount or that and a fee, told by the payer's account or name or by a shared reference. A person accepts the pair.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.states import LineState, Outcome

FEE = 25
"""Most that a bank keeps for a return without stating it, in whole units of the currency."""

MONTHS = "13mo"
"""How long before its return a line may lie: a direct debit that was not allowed may be returned for so long."""

NEAR, FAR = 10, 20
"""Of partners that fit equally a date decides where one lies within so many days before the return, and all others this far."""

MOST_ALIKE = 1_000
"""Lines of one account and amount among which a return without a payer looks for a shared number."""

_WORDS = (
    r"r(?:ü|ue|u)ck(?:buchung|lastschrift|belastung|(?:ü|ue|u)berweisung|ruf)|lastschriftr(?:ü|ue|u)ck(?:gabe|belastung)|retoure|retouren|"
    r"storno(?:buchung)?|stornierung|stornato|returned|unpaid|chargeback|reversal|reversed|bounced|dishonou?red|insufficient funds|nsf|"
    r"rejet|rejet[ée]e?|impay[ée]e?|contrepassation|devoluci[óo]n|devuelt[oa]|impagado|insoluto|respinto|terugboeking|gestorneerd|"
    r"odrzucony|zwrot przelewu|återföring|tilbageført|tilbakeført"
)
_SIGNS = "退汇|退匯|冲账|冲正|沖正|退票|組戻"
_AT_ONCE = (
    r"r(?:ü|ue|u)ck(?:buchung|lastschrift|belastung|(?:ü|ue|u)berweisung|ruf)|lastschriftr(?:ü|ue|u)ck(?:gabe|belastung)|retoure|"
    r"storno(?:buchung)?|stornato|returned (?:payment|transfer|item|cheque|check|wire|funds|ach|direct debit)|"
    r"(?:payment|transfer) returned|return(?: of)?(?: your)? (?:payment|transfer|funds)|(?:payment|transfer) return|"
    r"return of (?:payment|transfer|funds)|unpaid (?:item|cheque|check|direct debit|transfer)|chargeback|reversal|bounced|nsf\b|"
    r"insufficient funds|rejet|virement rejet[ée]|impay[ée]|contrepassation|devoluci[óo]n de|insoluto|terugboeking|zwrot przelewu"
)
_CODES = r"(?:^|[-/+ ])(?:RRTN|RPCR|PRDD|UPDD|RCDD|UPCQ|CQRV|ARET|[NSF]?RTI)$"
_GERMAN_CODES = ("009", "059", "108", "109", "110", "111", "159", "160", "181", "182", "184", "193")
_NO_RETURN = ("fee", "interest", "tax", "own_transfer")

_LINE = (
    "line_id", "account", "currency", "amount", "booking_date", "counterparty_account", "counterparty_name", "remittance_information",
    "end_to_end_id", "mandate_id", "bank_reference", "charges", "customer_id", "state",
)  # fmt: skip

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Returned(NamedTuple):
    """What returned lines come to.

    Attributes:
        found: line_id, other_line, state, outcome, customer_id, reason of every returned line that nobody has decided.
        held: line_id, other_line, reason of credits that nobody has decided and that were, or may have been, taken back.
        taken_back: the returned line of each line that a returned line certainly belongs to.
    """

    found: pl.DataFrame
    held: pl.DataFrame
    taken_back: Mapping[str, str]


_FOUND = {name: pl.String() for name in ("line_id", "other_line", "state", "outcome", "customer_id", "reason")}
_HELD = {name: pl.String() for name in ("line_id", "other_line", "reason")}


def day(when: date) -> str:
    """A day as a sentence says it, in every locale alike."""
    return f"{when.day} {_NAMES[when.month - 1]} {when.year}"


def marked() -> pl.Expr:
    """Whether the bank marks a line as returned or reversed: by its own columns and codes, or by the words that it begins a text with.

    Money going out has the bank's words anywhere: no payer writes it.
    """
    text = pl.col("remittance_information")
    begins = text.str.contains(rf"(?i)^\W*(?:sepa[ -]?)?(?:{_AT_ONCE})\b|{_SIGNS}")
    words = pl.when(pl.col("amount") < 0).then(_says(text)).otherwise(begins)
    return (_by_bank() | words) & ~pl.col("kind").is_in(list(_NO_RETURN))


def _by_bank() -> pl.Expr:
    """Whether the bank's own columns or codes mark a line."""
    german = pl.col("transaction_code").is_in(list(_GERMAN_CODES)) & (pl.col("kind") == "") & (pl.col("currency") == "EUR")
    told = (pl.col("kind") == "return") | (pl.col("return_reason") != "") | pl.col("reversal")
    return told | pl.col("transaction_code").str.contains(_CODES) | german


def _says(text: pl.Expr) -> pl.Expr:
    return text.str.contains(rf"(?i)\b(?:{_WORDS})\b|{_SIGNS}")


def returns(lines: pl.DataFrame, undecided: pl.DataFrame, returned: Sequence[str] = ()) -> Returned:
    """Finds the partners of the returned lines that nobody has decided.

    Args:
        lines: columns of `frames.STATE_LINE`: all lines that count, decided or not.
        undecided: line_id of those of them that are looked at.
        returned: lines that a person has said were returned.
    """
    # words in a text of ours may be about goods: without a partner they make no return
    sure = marked() & (_by_bank() | (pl.col("amount") > 0))
    marks = lines.select(marked().alias("marked"), _says(pl.col("remittance_information")).alias("says"), sure.alias("sure"))
    marking = (marks["marked"] | marks["says"]) & (lines["amount"] != 0) & ~lines["kind"].is_in(list(_NO_RETURN))
    asked = lines.select(_LINE).with_columns(marks["sure"]).filter(marking).join(undecided, on="line_id", how="semi")
    if asked.is_empty():
        return Returned(pl.DataFrame(schema=_FOUND), pl.DataFrame(schema=_HELD), {})
    pool = lines.select(_LINE).filter(~marks["marked"] & ~pl.col("line_id").is_in(list(returned)))
    fitting: dict[str, list[_Pair]] = defaultdict(list)
    for row in _pairs(asked, pool).iter_rows():
        fitting[row[0]].append(_Pair._make(row))
    order = asked.sort("booking_date", "line_id").select("line_id", "amount", "currency", "booking_date", "sure").rows()
    return _told([_Asked._make(row) for row in order], fitting)


class _Asked(NamedTuple):
    line_id: str
    amount: int
    currency: str
    booking_date: date
    sure: bool


class _Pair(NamedTuple):
    """A returned line and an earlier one that it may belong to; the other fields are the earlier one's."""

    line_id: str
    other_line: str
    points: int
    amount: int
    booking_date: date
    customer_id: str
    state: str


def _pairs(asked: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    """Returned lines with the earlier ones that fit, as `_Pair`: equality joins on links and steps of amounts."""
    asked, pool = _measured(asked), _measured(pool).filter(pl.col("amount") != 0)
    far = pl.when(pl.col("amount") < 0).then(pl.col("step") - 1).otherwise(pl.col("step") + 1)
    stated = (pl.col("size") + pl.col("amount").sign() * pl.col("charges").fill_null(0).abs()) // pl.col("unit")
    steps = pl.concat_list("step", far, stated).list.unique().alias("step")
    near = asked.with_columns(steps).explode("step")
    found = []
    for link, points in _LINKS.items():
        key = ["account", "currency", "step", link]
        left = near.filter(pl.col(link) != "").select("line_id", *key)
        if left.height:
            right = pool.join(left.select(key).unique(), on=key, how="semi").select(pl.col("line_id").alias("other_line"), *key)
            found.append(left.join(right, on=key).select("line_id", "other_line", pl.lit(points).alias("points")))
    nameless = asked.filter((pl.col("payer_account") == "") & (pl.col("payer_name") == ""))
    if nameless.height:
        key = ["account", "currency", "size"]
        alike = pool.join(nameless.select(key).unique(), on=key, how="semi").filter(pl.len().over(key) <= MOST_ALIKE)
        right = alike.select(pl.col("line_id").alias("other_line"), *key)
        found.append(nameless.select("line_id", *key).join(right, on=key).select("line_id", "other_line", pl.lit(0).alias("points")))
    if not found:
        return pl.DataFrame(schema={"line_id": pl.String()})
    linked = pl.concat(found).unique().group_by("line_id", "other_line").agg(pl.col("points").sum())
    whole = linked.join(asked, on="line_id").join(pool, left_on="other_line", right_on="line_id", suffix=".other")
    return _fitting(whole)


_LINKS = {"payer_account": 4, "payer_name": 2, "end_to_end": 8, "mandate_id": 1, "bank_reference": 8}
"""What two lines may share, and how much it says."""


def _measured(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with their size, its step of amounts, and links in one form."""
    plain = r"[^\p{L}\p{N}]"
    units = {currency: FEE * 10 ** money.SCALE.get(currency, 2) for currency in lines["currency"].unique()}
    unit = pl.col("currency").replace_strict(units, default=0, return_dtype=pl.Int64)
    measured = lines.with_columns(
        pl.col("amount").abs().alias("size"),
        unit.alias("unit"),
        pl.col("counterparty_account").str.to_uppercase().str.replace_all(plain, "").alias("payer_account"),
        pl.col("counterparty_name").str.to_lowercase().str.replace_all(plain, "").alias("payer_name"),
        pl.when(pl.col("end_to_end_id").str.to_uppercase().str.replace_all(plain, "").is_in(["NOTPROVIDED", "NONREF"]))
        .then(pl.lit(""))
        .otherwise(pl.col("end_to_end_id"))
        .alias("end_to_end"),
    )
    return measured.with_columns((pl.col("size") // pl.col("unit")).alias("step"))


def _fitting(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose amounts, signs and days fit, with the points of their texts and amounts added."""
    kept = pl.col("size") - pl.col("size.other")
    fee = pl.when(pl.col("amount") < 0).then(kept).otherwise(-kept)
    stated = (fee == 0) | ((fee > 0) & (fee == pl.col("charges").fill_null(0).abs()))
    earlier = (pl.col("booking_date.other") <= pl.col("booking_date")) & (
        pl.col("booking_date.other") >= pl.col("booking_date").dt.offset_by(f"-{MONTHS}")
    )
    fits = pairs.filter(
        (pl.col("amount").sign() == -pl.col("amount.other").sign())
        & earlier
        & (stated | ((fee > 0) & (fee <= pl.col("unit"))))
        & (pl.col("line_id") != pl.col("other_line"))
    )
    text, other = pl.col("remittance_information"), pl.col("remittance_information.other")
    shared = _numbers(text).list.set_intersection(_numbers(other)).list.len() > 0
    said = pl.any_horizontal(
        (pl.col(name).str.len_chars() >= 4) & text.str.contains(pl.col(name), literal=True)
        for name in ("end_to_end.other", "bank_reference.other")
    )
    scored = fits.with_columns(
        points=pl.col("points").cast(pl.Int64) + 3 * stated.cast(pl.Int64) + 4 * shared.cast(pl.Int64) + 8 * said.cast(pl.Int64),
        linked=(pl.col("points") > 0) | shared | said,
    )
    columns = ("line_id", "other_line", "points", "amount.other", "booking_date.other", "customer_id.other", "state.other")
    return scored.filter("linked").select(columns).sort("line_id", "other_line")


def _numbers(text: pl.Expr) -> pl.Expr:
    """Numbers of five characters and more in a text, without what parts them."""
    return text.str.to_uppercase().str.extract_all(r"[\p{L}\p{N}]*\d(?:[-/._]?[\p{L}\p{N}]){4,}").list.unique()


def _told(asked: Sequence[_Asked], fitting: Mapping[str, Sequence[_Pair]]) -> Returned:
    """Gives each returned line its one partner; an earlier return goes first, and what it takes is no other's."""
    chosen: dict[str, _Pair] = {}
    used: set[str] = set()
    waiting = [line for line in asked if fitting.get(line.line_id)]
    while waiting:
        left = []
        for line in waiting:
            best = _best(line, [pair for pair in fitting[line.line_id] if pair.other_line not in used])
            if len(best) == 1:
                chosen[line.line_id] = best[0]
                used.add(best[0].other_line)
            else:
                left.append(line)
        if len(left) == len(waiting):
            break
        waiting = left
    found, held = [], []
    for line in asked:
        alike = _best(line, [pair for pair in fitting.get(line.line_id, ()) if pair.other_line not in used])
        who = f"Line {line.line_id[:10]} of {day(line.booking_date)} took"
        if pair := chosen.get(line.line_id):
            found.append(_row(line, pair.other_line, LineState.PROPOSED, pair.customer_id, _took_back(line, pair)))
            taken, why = [pair], f"{who} it back; it pays nothing until that is decided."
        elif line.sure or alike:
            customers = {pair.customer_id for pair in alike}
            found.append(_row(line, "", LineState.NONE, customers.pop() if len(customers) == 1 else "", _unsure(line, alike)))
            taken, why = alike, f"{who} this or an equal one back; it pays nothing until that is decided."
        else:
            continue
        held += [(p.other_line, line.line_id, why) for p in taken if p.amount > 0 and p.state != LineState.POSTED]
    back = {pair.other_line: line_id for line_id, pair in chosen.items()}
    held_frame = pl.DataFrame(held, schema=_HELD, orient="row").unique("line_id", keep="first", maintain_order=True)
    return Returned(pl.DataFrame(found, schema=_FOUND, orient="row"), held_frame, back)


def _best(line: _Asked, pairs: Sequence[_Pair]) -> list[_Pair]:
    """The pairs that fit best: one, or several that fit equally."""
    most = max((pair.points for pair in pairs), default=0)
    best = sorted((pair for pair in pairs if pair.points == most), key=lambda pair: pair.booking_date, reverse=True)
    if len(best) > 1:
        near, far = line.booking_date - timedelta(NEAR), line.booking_date - timedelta(FAR)
        if best[0].booking_date >= near and best[1].booking_date < far:
            return best[:1]
    return best


def _row(line: _Asked, other: str, state: str, customer: str, reason: str) -> tuple[str, ...]:
    return line.line_id, other, state, Outcome.OUTGOING if line.amount < 0 else Outcome.UNEXPLAINED, customer, reason


def _took_back(line: _Asked, pair: _Pair) -> str:
    what = f"of {day(pair.booking_date)} over {money.render(abs(pair.amount), line.currency)} {line.currency}"
    fee = abs(abs(line.amount) - abs(pair.amount))
    kept = f" and asks {money.render(fee, line.currency)} {line.currency} for it" if fee else ""
    if line.amount < 0:
        return f"The bank took back the receipt {what}{kept}; accept to reopen what it paid."
    less = f" less {money.render(fee, line.currency)} {line.currency}" if fee else ""
    return f"The payment {what} came back{less}; accept to reopen what it paid."


def _unsure(line: _Asked, alike: Sequence[_Pair]) -> str:
    kind = "receipt" if line.amount < 0 else "payment"
    if not alike:
        return f"The bank marks it as returned, and no earlier {kind} fits it; it pays no document."
    shown = ", ".join(f"{pair.other_line[:10]} of {day(pair.booking_date)}" for pair in alike[:3])
    return f"The bank marks it as returned, and {len(alike)} earlier {kind}s fit it equally: {shown}; a person says which."
