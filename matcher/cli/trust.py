"""`matcher rules trust`: how far each class of evidence is trusted in these books."""

from math import ceil
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.common import note, open_books, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, show, with_format

if TYPE_CHECKING:
    from matcher.ledger.trust import Trust
    from matcher.pipeline.trust import Standing

_COMPLETE = (
    "class", "state", "posted", "taken_back", "precision", "errors_at_most", "checked", "refused", "check_precision",
    "check_errors_at_most", "confirmed", "needed", "accepted", "waiting", "since", "line_id", "reason",
)  # fmt: skip
_COLUMNS = (
    Column("class", priority=0), Column("state", priority=0, tones={"only proposes": Tone.BAD}),
    Column("posted", kind=Kind.COUNT, priority=0),
    Column("taken_back", kind=Kind.COUNT, priority=1), Column("precision", kind=Kind.SHARE, priority=1),
    Column("errors_at_most", kind=Kind.SHARE, priority=1, up=True), Column("checked", kind=Kind.COUNT, priority=2),
    Column("refused", kind=Kind.COUNT, priority=3), Column("check_precision", "precision checked", Kind.SHARE, priority=5),
    Column("check_errors_at_most", "errors at most, checked", Kind.SHARE, priority=4, up=True),
    Column("confirmed", kind=Kind.COUNT, priority=3), Column("needed", kind=Kind.COUNT, priority=3),
    Column("accepted", kind=Kind.COUNT, priority=2), Column("waiting", kind=Kind.COUNT, priority=2),
    Column("since", kind=Kind.DATE, priority=4), Column("line_id", "line", priority=5),
)  # fmt: skip


@click.command()
@with_books
@with_format
def trust(output: str) -> None:
    """What the engine posted on each class of evidence in these books, what persons said of it, and whether the class still posts.

    \b
    posted          postings, without those that were taken back with their run or statement
    taken back      of these, taken back by a person with `matcher undo`, line by line or by rule
    precision       share of the postings that nobody took back
    errors at most  upper bound of the share of errors (Clopper-Pearson, 95 %)
    checked         postings that a person looked at by policy.sample: see `matcher rules sample`
    refused         of these, wrong; precision and bound are told apart for them
    confirmed       held back and accepted as proposed since the latest error of the class
    needed          how many of them it takes until the class posts again: 3 / (1 - policy.precision)
    accepted        proposals of the class that persons accepted, whatever had kept them from being posted
    waiting         proposals of the class that wait
    since, line id  day and line of the latest error; reason: why the class only proposes

    From the run after a person takes back or refuses one of its postings a class only proposes, until enough are confirmed.
    """
    books = open_books()
    with busy("counting"):
        found = books.trust()
    show(class_rows(found), _COLUMNS, output, complete=_COMPLETE)
    for one in found.classes:
        if one.reason:
            note(f"{one.name} only proposes: {one.reason}.")
    if not found.auto_post:
        note("policy.auto_post is off: everything waits for a person.")


def class_rows(standing: "Standing") -> list[dict[str, Any]]:
    """A row for each class of evidence, with all columns."""
    return [_row(one) for one in standing.classes]


def _row(one: "Trust") -> dict[str, Any]:
    mark = one.mark
    return {
        "class": one.name,
        "state": "only proposes" if one.reason else "posts",
        "posted": one.posted,
        "taken_back": one.taken_back,
        "precision": _right(one.taken_back, one.posted),
        "errors_at_most": _bound(one.taken_back, one.posted),
        "checked": one.checked,
        "refused": one.refused,
        "check_precision": _right(one.refused, one.checked),
        "check_errors_at_most": _bound(one.refused, one.checked),
        "confirmed": one.confirmed if mark else None,
        "needed": one.needed if mark else None,
        "accepted": one.accepted,
        "waiting": one.waiting,
        "since": mark.day if mark else "",
        "line_id": mark.line_id if mark else "",
        "reason": one.reason,
    }


def _right(wrong: int, count: int) -> str:
    from matcher.money import PPM

    return _share((count - wrong) * PPM // count) if count else ""


def _bound(wrong: int, count: int) -> str:
    """Rounded up: what is shown must not be better than what is known."""
    from matcher.money import PPM
    from matcher.rules.bounds import at_most

    bound = at_most(wrong, count)
    return "" if bound is None else _share(ceil(round(bound * PPM, 6)))


def _share(millionths: int) -> str:
    return f"{millionths / 1_000_000:.6f}"
