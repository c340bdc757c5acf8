"""What a shell offers behind Tab: lines that wait, customers, accounts, outcomes, rules, layouts, and topics of help.

Each answer is bounded, and none where anything fails: a shell that completes has no place for a message. The books are read for lines and
customers only, and not waited for.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from matcher.states import Outcome

if TYPE_CHECKING:
    from matcher.books import Books

MOST = 50
"""Words that are offered at once."""
Found = Iterable[tuple[str, str]]
"""Words with what is said of each."""


class Completed(click.ParamType[Any]):
    """A text of which the shell knows some."""

    name = "text"

    def __init__(self, find: Callable[[click.Context, str], Found]) -> None:
        self._find = find

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What the text may become; nothing on any failure."""
        found: list[CompletionItem] = []
        with suppress(Exception):
            for word, about in self._find(ctx, incomplete):
                if len(found) == MOST:
                    break
                if word.startswith(incomplete) or about.casefold().startswith(incomplete.casefold()):
                    found.append(CompletionItem(word, help=about or None))
        return found


def _books(ctx: click.Context) -> "Books":
    from matcher.books import Books
    from matcher.config import find_books

    given: dict[str, Any] = {}
    while ctx.parent is not None:
        given = {**ctx.params, **given}
        ctx = ctx.parent
    given = {**ctx.params, **given}
    return Books(find_books(given.get("books")), actor=given.get("actor") or "")


def _lines(ctx: click.Context, typed: str) -> Iterator[tuple[str, str]]:
    from matcher.display.records import NOBODY
    from matcher.money import grouped

    books = _books(ctx)
    waiting = books.waiting()
    ids = [line_id for line_id in waiting.line_ids if line_id.startswith(typed)][:MOST]
    for line in books.waiting_lines(ids, waiting.as_of):
        yield line.line_id[:10], f"{grouped(line.pending, line.currency)} {line.currency} {line.payer or NOBODY}"


def _customers(ctx: click.Context, typed: str) -> Found:
    return _books(ctx).customers_beginning(typed, MOST)


def _accounts(ctx: click.Context, typed: str) -> Found:
    return [(account.id, account.number) for account in _books(ctx).config.account]


def _entities(ctx: click.Context, typed: str) -> Found:
    return [(entity.id, entity.name) for entity in _books(ctx).config.entity]


def _outcomes(ctx: click.Context, typed: str) -> Found:
    return [(outcome.value, "") for outcome in Outcome]


def _rules(ctx: click.Context, typed: str) -> Found:
    from matcher.rules.rulebook import default

    return [(rule.name, rule.title) for rule in default().rule]


def _layouts(ctx: click.Context, typed: str) -> Iterator[tuple[str, str]]:
    from matcher.parsers.csv.library import available
    from matcher.pipeline.layouts import own_layouts

    own: dict[str, str] = {}
    with suppress(Exception):  # shipped ones are known without any books
        own = own_layouts(_books(ctx).directory)
    yield from ((name, "") for name in sorted(available(own)))


def _topics(ctx: click.Context, typed: str) -> Found:
    from matcher.cli.topics import names

    return names(ctx.find_root().command)


_BY_OPTION: dict[str, Callable[[click.Context, str], Found]] = {
    "--customer": _customers, "--account": _accounts, "--entity": _entities, "--outcome": _outcomes, "--rule": _rules,
    "--profile": _layouts,
}  # fmt: skip
_BY_WORD: dict[str, Callable[[click.Context, str], Found]] = {
    "LINE": _lines, "CUSTOMER": _customers, "RULE": _rules, "TOPIC": _topics,
}  # fmt: skip


def set_words(command: click.Command) -> None:
    """Has the shell complete what a command, and those below it, take."""
    for param in command.params:
        if not isinstance(param.type, click.types.StringParamType):
            continue
        named = (param.metavar or "").strip("[].").split("|")
        find = next((_BY_OPTION[name] for name in param.opts if name in _BY_OPTION), None)
        find = find or next((_BY_WORD[word] for word in named if word in _BY_WORD), None)
        if find:
            param.type = Completed(find)
    if isinstance(command, click.Group):
        for one in command.commands.values():
            set_words(one)
