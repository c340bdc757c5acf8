"""`sample`: a monetary-unit sample of a month's postings for an auditor, and what the misstatements in it come to."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from matcher.cli.common import data, did, heading, note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, formatted, show
from matcher.codes import NEEDS_PERSON
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.books import Books
    from matcher.ledger.monetary_unit import Evaluation
    from matcher.pipeline.audit_sample import AuditSample, Evaluated, Stratum

_STRATA = (
    Column("currency", priority=0), Column("postings", kind=Kind.COUNT, priority=0, zeros=True),
    Column("value", kind=Kind.AMOUNT, priority=0), Column("materiality", kind=Kind.AMOUNT, priority=1),
    Column("interval", kind=Kind.AMOUNT, priority=1), Column("start", kind=Kind.AMOUNT, priority=3),
    Column("certain", kind=Kind.COUNT, priority=0, zeros=True), Column("certain_value", "their value", Kind.AMOUNT, priority=2),
    Column("drawn", kind=Kind.COUNT, priority=0, zeros=True),
)  # fmt: skip
_POSTINGS = (
    Column("selected", priority=2), Column("effective_date", "day", Kind.DATE, priority=0), Column("amount", kind=Kind.AMOUNT, priority=0),
    Column("currency", " ", priority=0, once=True), Column("payer", kind=Kind.TEXT, priority=1),
    Column("documents", kind=Kind.TEXT, priority=2),
    Column("text", kind=Kind.TEXT, priority=5), Column("rule", priority=4), Column("actor", priority=1),
    Column("confidence", kind=Kind.SHARE, priority=3),
    Column("line_id", "line", priority=3), Column("decision_id", "decision", priority=0),
)  # fmt: skip
_COMPLETE = (
    "selected", "decision_id", "kind", "effective_date", "amount", "currency", "line_id", "account", "booking_date", "bank_reference",
    "payer", "text", "customer_id", "documents", "rule", "actor", "run_by", "confidence", "reason", "sample",
)  # fmt: skip
_EVALUATED = (
    Column("currency", priority=0), Column("direction", priority=0), Column("errors", kind=Kind.COUNT, priority=0, zeros=True),
    Column("known", kind=Kind.AMOUNT, priority=2, zeros=True), Column("projected", kind=Kind.AMOUNT, priority=0, zeros=True),
    Column("basic", "basic precision", Kind.AMOUNT, priority=2, zeros=True),
    Column("incremental", kind=Kind.AMOUNT, priority=2, zeros=True), Column("limit", "upper limit", Kind.AMOUNT, priority=0, zeros=True),
    Column("materiality", kind=Kind.AMOUNT, priority=0),
    Column("conclusion", priority=0, tones={"above": Tone.BAD, "within": Tone.GOOD}),
)  # fmt: skip
F = TypeVar("F", bound=Callable[..., Any])


def _with_form(command: F) -> F:
    return formatted(command, file=False)


@click.command()
@with_books
@_with_form
@click.option("--month", default="", metavar="YYYY-MM", help="Postings of this month, by the day on which they take effect.")
@click.option("--confidence", type=click.IntRange(50, 99), default=95, metavar="PERCENT", show_default=True, help="How sure the limit is.")
@click.option("--materiality", multiple=True, metavar="AMOUNT", help="What all misstatements may come to; USD=AMOUNT for another currency.")
@click.option("--expected", multiple=True, metavar="AMOUNT", help="The misstatement that is expected; makes the sample larger.")
@click.option("--seed", default="", metavar="TEXT", help="Draws the postings; choose it yourself. Default: the journal's head.")
@click.option("--by", type=click.Choice(["all", "rules", "people"]), default="all", show_default=True, help="Whose postings.")
@click.option("-o", "--out", "path", default="", metavar="PATH", help="A file to fill in, .xlsx or .csv.")
@click.option("--evaluate", default="", metavar="FILE", help="Project the misstatements that are filled in, and bound them.")
def sample(output: str, path: str, evaluate: str, **asked: Any) -> None:
    """Draw a monetary-unit sample of a month's postings, or evaluate one.

    \b
    matcher sample --month 2026-10 --materiality 5000 --seed 4711 -o sample.xlsx
    matcher sample --evaluate sample.xlsx

    A posting's chance is its amount: every posting as large as the interval is taken, and from the others every interval-th unit of money
    takes the posting that it lies in. The same books, seed and figures give the same postings. Nothing is written to the books.

    Fill in `misstatement` for every posting: 0, or how much of it is wrong, above zero where the posting is overstated. The upper limit is
    Stringer's bound with the factors of the AICPA's guide. Exit status 1 when it is above the materiality.
    """
    books = open_books()
    if evaluate:
        if asked["month"] or path:
            raise MatcherError("usage.option", "--evaluate takes everything else from the file")
        _evaluate(books, evaluate, output)
        return
    if not asked["month"]:
        raise MatcherError("usage.option", "a sample is of a month: --month YYYY-MM, or --evaluate FILE")
    with busy("drawing"):
        found = books.audit_sample(
            asked["month"],
            asked["materiality"],
            confidence=asked["confidence"],
            expected=asked["expected"],
            seed=asked["seed"],
            by=asked["by"],
        )
    _show(books, found, output)
    if path:
        from pathlib import Path

        from matcher.pipeline.audit_sample_file import write

        write(found, Path(path))
        data(f"{path}\n")
    _notes(found)


def _show(books: "Books", found: "AuditSample", output: str) -> None:
    from matcher.money import render
    from matcher.pipeline.audit_sample_file import cells

    key = found.plan.text()
    rows: list[dict[str, Any]] = [
        cells(one)
        | {"amount": render(one.amount, one.currency), "documents": " ".join(one.documents), "sample": key}
        | {"confidence": "" if one.confidence is None else f"{one.confidence / 1_000_000:.6f}"}
        for one in found.postings
    ]
    if output == "table":
        head = heading(books, f"sample of the postings of {found.plan.month}")
        show([_stratum(one) for one in found.strata], _STRATA, output, head=(head[0], head[1]))
        if rows:
            show(rows, _POSTINGS, output, complete=_COMPLETE, title="To be looked at")
    else:
        show(rows, _POSTINGS, output, complete=_COMPLETE)


def _notes(found: "AuditSample") -> None:
    plan = found.plan
    did(postings=len(found.postings))
    whose = {"all": "all", "rules": "those of rules", "people": "those of people"}[plan.by]
    note(f"{counted(len(found.postings), 'posting')} to be looked at; of {whose}, confidence {plan.confidence} %, seed {plan.seed}.")
    note(f"Journal head: batch {plan.batch}, {plan.hash}.")
    for one in found.strata:
        if one.interval is None:
            postings = counted(one.count, "posting")
            note(f"{postings} in {one.currency} {'is' if one.count == 1 else 'are'} not sampled: add --materiality {one.currency}=AMOUNT.")


def _stratum(one: "Stratum") -> dict[str, Any]:
    from matcher.money import render

    amounts = {
        name: None if (amount := getattr(one, name)) is None else render(amount, one.currency)
        for name in ("value", "materiality", "interval", "start", "certain_value")
    }
    return {"currency": one.currency, "postings": one.count, "certain": one.certain, "drawn": one.drawn, **amounts}


def _evaluate(books: "Books", path: str, output: str) -> None:
    with busy("evaluating"):
        found, results = books.evaluate_sample(path)
    rows = [row for one in results for row in (_row(one, "overstated", one.over), _row(one, "understated", one.under))]
    show(rows, _EVALUATED, output, head=(books.config.books.name, f"sample of the postings of {found.plan.month}"))
    note(f"Confidence {found.plan.confidence} %, seed {found.plan.seed}, {counted(len(found.postings), 'posting')} looked at.")
    note(f"Journal head: batch {found.plan.batch}, {found.plan.hash}.")
    if not all(one.within for one in results):
        click.get_current_context().exit(NEEDS_PERSON)


def _row(one: "Evaluated", direction: str, found: "Evaluation") -> dict[str, Any]:
    from matcher.money import render

    stratum = one.stratum
    figures = {name: render(getattr(found, name), stratum.currency) for name in ("known", "projected", "basic", "incremental", "limit")}
    materiality = stratum.materiality or 0
    conclusion = "within" if found.limit <= materiality else "above"
    told = {"materiality": render(materiality, stratum.currency), "conclusion": conclusion}
    return {"currency": stratum.currency, "direction": direction, "errors": found.errors, **figures, **told}


COMMANDS = (sample,)
