"""Options by which a command picks receipts that wait: the same for the queue and for all that decides on many at once."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from matcher.filters import SORTS, Filters

F = TypeVar("F", bound=Callable[..., Any])


class Percent(click.ParamType[int]):
    """A confidence in per cent, 98 or 98.5, or as a fraction up to 1; in millionths."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Reads it, or fails with the form that is wanted."""
        if isinstance(value, int):
            return value
        try:
            number = float(str(value).removesuffix("%").strip())
        except ValueError:
            number = -1
        if not 0 <= number <= 100:
            self.fail(f"{value!r} is no confidence like 98 or 98.5", param, ctx)
        return round(number * (1_000_000 if number <= 1 else 10_000))


_OPTIONS = {
    "customer": click.option("--customer", default="", metavar="ID|NAME", help="Only receipts that seem to be this customer's."),
    "account": click.option("--account", default="", metavar="ID", help="Only this bank account."),
    "entity": click.option("--entity", default="", metavar="ID", help="Only this legal entity."),
    "outcome": click.option("--outcome", default="", metavar="WORD", help="Only receipts with this outcome."),
    "rule": click.option("--rule", default="", metavar="ID", help="Only what this rule proposes."),
    "owner": click.option("--owner", default="", metavar="NAME", help="Only what was given to this person."),
    "min_confidence": click.option(
        "--min-confidence", type=Percent(), default=None, metavar="PERCENT", help="Only proposals at least so certain."
    ),
    "min_amount": click.option("--min-amount", default="", metavar="AMOUNT", help="Only receipts of at least so much."),
    "max_amount": click.option("--max-amount", default="", metavar="AMOUNT", help="Only receipts of at most so much."),
    "older_than": click.option(
        "--older-than", type=click.IntRange(0), default=None, metavar="DAYS", help="Only receipts booked more days ago."
    ),
    "search": click.option("--search", default="", metavar="TEXT", help="Only receipts whose texts, payer or customer hold this."),
}


def with_filters(command: F) -> F:
    """Adds the filters; the command gets them by `picked`."""
    for option in reversed(_OPTIONS.values()):
        command = option(command)
    return command


def with_filters_but_owner(command: F) -> F:
    """The same for a command whose --owner says something else."""
    for name in reversed(_OPTIONS):
        command = command if name == "owner" else _OPTIONS[name](command)
    return command


def picked(asked: dict[str, Any], *, held: bool = False, sort: str = "") -> Filters:
    """The filters that were read."""
    return Filters(**{name: asked[name] for name in _OPTIONS if name in asked}, held=held, sort=sort)


sort_option = click.option(
    "--sort", type=click.Choice(SORTS), default=None,
    help="In this order; default: proposed ones first, then the largest.",
)  # fmt: skip
