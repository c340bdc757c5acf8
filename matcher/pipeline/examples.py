"""Examples of rules, run as a run would decide them: the rows are checked like files, the engine finds candidates, `decide` decides."""

from collections.abc import Iterator
from dataclasses import dataclass

from matcher import frames, money
from matcher.engines.base import Engine
from matcher.errors import MatcherError
from matcher.matching.decide import Policy, decide
from matcher.matching.match import Company
from matcher.matching.records import Share
from matcher.pipeline.small import LINE_COLUMNS, small_company
from matcher.rules.rulebook import PPM, Example, Rule, Rulebook

POLICY = Policy(PPM // 2, auto_post=True, rejected=frozenset(), grace_days=0)
"""Examples run under the lowest precision that a policy may ask for: they show what a rule says, not how certain it is today."""

_LINE = {"booking_date": "2026-10-15", "currency": "EUR"}
_ITEM = {"issue_date": "2026-09-15", "due_date": "2026-10-15"}
_KNOWN = {
    "line": frozenset(LINE_COLUMNS),
    "items": frozenset(frames.ITEM) - {"extra", "first_seen", "seen", "discount_ppm"} | {"discount_pct"},
    "customers": frozenset(frames.CUSTOMER) - {"extra"},
    "rates": frozenset(("date", "currency", "per_base")),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example. `failure` is '' when it came out as expected."""

    rule: Rule
    example: Example
    failure: str


def run_examples(book: Rulebook, engine: Engine | None = None, only: str = "") -> Iterator[Outcome]:
    """Every example of a rulebook, in order. `book` is one for examples, see `own.effective`; `only` names one rule."""
    for rule in book.rule:
        if only in ("", rule.id):
            ready = _awake(book, rule)
            for example in rule.example:
                yield Outcome(rule, example, _failure(ready, rule, example, engine))


def _awake(book: Rulebook, rule: Rule) -> Rulebook:
    """A shadow rule's own examples show what it would do if it posted."""
    if rule.mode != "shadow":
        return book
    rules = tuple(one.model_copy(update={"mode": "post"}) if one.id == rule.id else one for one in book.rule)
    return book.changed(rule=rules)


def _failure(book: Rulebook, rule: Rule, example: Example, engine: Engine | None) -> str:
    expect = example.expect
    try:
        company = company_of(book, example, engine)
        currency = company.receipts[0].currency
        currencies = {item.item_id: item.currency for item in company.pool.items.values()}
        wanted = {item: _parsed(text, currency, currencies.get(item, currency)) for item, text in expect.items.items()}
        (verdict,) = decide(company.receipts, company.pool, company.known, book, POLICY)
    except MatcherError as error:
        return f"{error.code}: {error.where}{': ' if error.where else ''}{error.what}"
    decided = verdict.rule.partition("@")[0]
    if (decided == rule.id) != expect.applies:
        who = f"{decided} does" if decided else f"no rule does: {verdict.reason}"
        return f"it does not decide the line; {who}" if expect.applies else "it decides the line, and should not"
    if expect.state and verdict.state != expect.state:
        return f"the line is {verdict.state}, not {expect.state}: {verdict.reason}"
    shares = verdict.explanation.shares if verdict.explanation and verdict.rule else ()
    if wanted and {s.item_id: (s.amount, s.adjustment, s.reason) for s in shares} != wanted:
        return f"the items get {', '.join(_text(s, currency, currencies[s.item_id]) for s in shares) or 'nothing'}"
    return ""


def company_of(book: Rulebook, example: Example, engine: Engine | None = None) -> Company:
    """What an example is about, ready to be decided. Raises MatcherError for cells that a file could not hold."""
    groups = {"line": [example.line], "items": example.items, "customers": example.customers, "rates": example.rates}
    for name, rows in groups.items():
        unknown = sorted({column for row in rows for column in row} - _KNOWN[name])
        if unknown:
            raise MatcherError("rules.invalid", f"{unknown[0]!r} is no column of {name}")
    return small_company(
        [{**_LINE, **example.line}],
        [{**_ITEM, "currency": example.line.get("currency", "EUR"), **row} for row in example.items],
        example.customers,
        rates=example.rates,
        base_currency="EUR",
        duplicate_days=book.limits.duplicate_days,
        engine=engine,
    )


def _parsed(text: str, currency: str, item_currency: str) -> tuple[int, int, str]:
    """Cash, adjustment and its reason of ``98.00+2.00:discount``, in minor units."""
    cash, _, rest = text.partition("+")
    adjustment, _, reason = rest.partition(":")
    return money.parse(cash, currency), money.parse(adjustment, item_currency) if adjustment else 0, reason


def _text(share: Share, currency: str, item_currency: str) -> str:
    beside = f"+{money.render(share.adjustment, item_currency)}:{share.reason}" if share.adjustment else ""
    return f"{share.item_id} {money.render(share.amount, currency)}{beside}"
