"""Examples of rules, run as a run would decide them: the rows are checked like files, the engine finds candidates, `decide` decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matcher import frames, money
from matcher.engines.base import Engine
from matcher.errors import MatcherError
from matcher.matching.advised import AdvisedRow, BoundAdvice
from matcher.matching.decisions.decide import decide
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityItems
from matcher.model import Allocation
from matcher.money import PPM
from matcher.pipeline.in_memory import LINE_COLUMNS, entities_from_rows, entity_from_rows
from matcher.rules.rulebook import Example, Rule, Rulebook

POLICY = Policy(PPM // 2, auto_post=True, rejected=frozenset(), grace_days=0)
"""Examples run under the lowest precision that a policy may ask for, and without the measured bars: what is more likely right than
wrong may post. They show what a rule says, not how certain it is today."""

BASE, MARK = "EUR", "\u241f"
"""Base currency of examples; what stands between an example's place and its ids."""

_LINE: dict[str, object] = {"line_id": "1", "booking_date": "2026-10-15", "currency": BASE}
_ITEM: dict[str, object] = {"issue_date": "2026-09-15", "due_date": "2026-10-15"}
_KNOWN = {
    "line": frozenset(LINE_COLUMNS) - {"line_id", "entity"},
    "items": frozenset(frames.ITEM) - {"entity", "extra", "first_seen", "seen", "discount_ppm"} | {"discount_pct"},
    "customers": frozenset(frames.CUSTOMER) - {"entity", "extra"},
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
    chosen = [(rule, example) for rule in book.rule if only in ("", rule.id) for example in rule.example]
    # the few items of an example stand for the many of a company
    limits = book.limits.model_copy(update={"unique_among": 1})
    book = book.changed(calibration=book.calibration.model_copy(update={"bar": ()}), limits=limits)
    ready = _together(book, [example for _, example in chosen], engine)
    for place, (rule, example) in enumerate(chosen):
        yield Outcome(rule, example, _failure(_awake(book, rule), rule, example, ready[place] if ready else None, engine))


def _together(book: Rulebook, examples: Sequence[Example], engine: Engine | None) -> list[EntityItems]:
    """All examples in one go, each as a legal entity of its own: nothing is matched across those. Empty if one cannot be read."""
    groups: dict[str, list[dict[str, object]]] = {"line": [], "items": [], "customers": [], "rates": []}
    try:
        for place, example in enumerate(examples):
            for name, rows in _rows(example).items():
                groups[name] += [row if name == "rates" else _apart(row, f"{place:05d}") for row in rows]
        lines, items, customers, rates = groups.values()
        rates = [dict(pairs) for pairs in dict.fromkeys(tuple(sorted(row.items())) for row in rates)]
        return entities_from_rows(
            lines, items, customers, rates=rates, base_currency=BASE, duplicate_days=book.limits.duplicate_days, engine=engine
        )
    except MatcherError:
        return []  # each is then run alone, and the one at fault is named


def _apart(row: dict[str, object], company: str) -> dict[str, object]:
    return (
        row
        | {"entity": company}
        | {name: f"{company}{MARK}{row[name]}" for name in ("line_id", "item_id", "customer_id", "parent_id") if row.get(name)}
    )


def _awake(book: Rulebook, rule: Rule) -> Rulebook:
    """A shadow rule's own examples show what it would do if it posted."""
    if rule.mode != "shadow":
        return book
    rules = tuple(other.model_copy(update={"mode": "post"}) if other.id == rule.id else other for other in book.rule)
    return book.changed(rule=rules)


def _failure(book: Rulebook, rule: Rule, example: Example, ready: EntityItems | None, engine: Engine | None) -> str:
    expect = example.expect
    try:
        company = _advised(ready, example) if ready else company_of(book, example, engine)
        currency = company.receipts[0].currency
        currencies = {_own_id(item.item_id): item.currency for item in company.pool.items.values()}
        expected = {item: _parsed(text, currency, currencies.get(item, currency)) for item, text in expect.items.items()}
        (verdict,) = decide(company.receipts, company.pool, company.known, book, POLICY)
    except MatcherError as error:
        return f"{error.code}: {error.where}{': ' if error.where else ''}{error.what}"
    decided = verdict.rule.partition("@")[0]
    if (decided == rule.id) != expect.applies:
        who = f"{decided} does" if decided else f"no rule does: {verdict.reason}"
        return f"it does not decide the line; {who}" if expect.applies else "it decides the line, and should not"
    if expect.state and verdict.state != expect.state:
        return f"the line is {verdict.state}, not {expect.state}: {verdict.reason}"
    allocations = verdict.explanation.shares if verdict.explanation and verdict.rule else ()
    shares = [share._replace(item_id=_own_id(share.item_id)) for share in allocations]
    if expected and {s.item_id: (s.amount, s.adjustment, s.adjustment_reason) for s in shares} != expected:
        return f"the items get {', '.join(_text(s, currency, currencies[s.item_id]) for s in shares) or 'nothing'}"
    return ""


def company_of(book: Rulebook, example: Example, engine: Engine | None = None) -> EntityItems:
    """What an example is about, ready to be decided. Raises MatcherError for cells that a file could not hold."""
    lines, items, customers, rates = _rows(example).values()
    days = book.limits.duplicate_days
    company = entity_from_rows(lines, items, customers, rates=rates, base_currency=BASE, duplicate_days=days, engine=engine)
    return _advised(company, example)


def _advised(company: EntityItems, example: Example) -> EntityItems:
    """With the example's advice bound to its line, as if the line carried its number."""
    if not example.advice:
        return company
    (receipt,) = company.receipts
    ids = {item.document_no: item.item_id for item in company.pool.items.values()}
    rows = []
    for row in example.advice:
        number = str(row.get("document_no", ""))
        gross, discount, deduction, net = (
            money.parse(str(row.get(name, "0")), receipt.currency) for name in ("gross", "discount", "deduction", "net")
        )
        doubt = "" if number in ids or not number else f"document {number} is not in the books"
        reason = str(row.get("reason", ""))
        rows.append(AdvisedRow(number, ids.get(number, ""), "whole", gross, discount, deduction, net, reason, reason, doubt))
    bound = BoundAdvice("", "1", "advice.csv", "reference", payout=False, rows=tuple(rows))
    return replace(company, receipts=[receipt._replace(advices=(bound,))])


def _rows(example: Example) -> dict[str, list[dict[str, object]]]:
    """The example's tables, with what it leaves out filled in."""
    tables = {"line": (example.line,), "items": example.items, "customers": example.customers, "rates": example.rates}
    for name, rows in tables.items():
        unknown = sorted({column for row in rows for column in row} - _KNOWN[name])
        if unknown:
            raise MatcherError("rules.invalid", f"{unknown[0]!r} is no column of {name}")
    filled: dict[str, dict[str, object]] = {"line": _LINE, "items": {**_ITEM, "currency": example.line.get("currency", BASE)}}
    return {name: [{**filled.get(name, {}), **row} for row in rows] for name, rows in tables.items()}


def _own_id(item_id: str) -> str:
    """An item's id as the example writes it."""
    return item_id.rpartition(MARK)[2]


def _parsed(text: str, currency: str, item_currency: str) -> tuple[int, int, str]:
    """Cash, adjustment and its reason of ``98.00+2.00:discount``, in minor units."""
    cash, _, rest = text.partition("+")
    adjustment, _, reason = rest.partition(":")
    return money.parse(cash, currency), money.parse(adjustment, item_currency) if adjustment else 0, reason


def _text(share: Allocation, currency: str, item_currency: str) -> str:
    beside = f"+{money.render(share.adjustment, item_currency)}:{share.adjustment_reason}" if share.adjustment else ""
    return f"{share.item_id} {money.render(share.amount, currency)}{beside}"
