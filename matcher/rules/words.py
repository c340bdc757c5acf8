"""Rules in words: their conditions as sentences, and the end of docs/rules.md, which `python -m matcher.rules.words` prints."""

import sys
from collections.abc import Iterator

from matcher.amounts import percent
from matcher.rules.rulebook import Rule, Rulebook, default
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVIDENCE

MODES = {"post": "posts", "propose": "proposes", "shadow": "is only noted"}
"""What a rule does, by its mode."""


_RULES = """\
## The shipped rules

In order; `matcher rules show` adds how certain they have been. Each *needs* is a group, of which one kind must be there.

"""


def conditions(rule: Rule) -> Iterator[tuple[str, str]]:
    """What must hold, each condition with its name: items, amount, needs, without, most, log-odds."""
    yield "items", _any(BASES[word].words for word in rule.basis)
    yield "amount", _any(DIFFERENCES[word].words for word in rule.difference)
    for group in rule.needs:
        yield "needs", _any(EVIDENCE[word].words for word in group)
    if rule.without:
        yield "without", _any(EVIDENCE[word].words for word in rule.without)
    if rule.items < Rule.model_fields["items"].default:
        yield "most", f"{rule.items} item{'s' if rule.items > 1 else ''}"
    if rule.min_log_odds:
        yield "log_odds", f"to post, {rule.min_log_odds} points over all other explanations"


def sentence(rule: Rule) -> str:
    """All conditions in one text."""
    return "; ".join(f"{name}: {text}" for name, text in conditions(rule))


def certainty(book: Rulebook, rule: Rule, places: int = 2) -> str:
    """The range of the rule's table of confidence in per cent, '' when it has none. `places`: decimal places, rounded down."""
    steps = book.calibration.rule.get(rule.id, ())
    if not steps:
        return ""
    low, high = (percent(steps[place][1], places).removesuffix(" %") for place in (0, -1))
    return low if low == high else f"{low} to {high}"


def _any(texts: Iterator[str]) -> str:
    return ", or ".join(texts)


def page(book: Rulebook) -> str:
    """The generated part of docs/rules.md: the rules in order, and the vocabulary."""
    return (
        _RULES
        + table(book)
        + "\n## The vocabulary\n"
        + "".join(
            f"\n| {name} | {what} |\n|---|---|\n" + "".join(f"| `{word}` | {entry.words} |\n" for word, entry in words)
            for name, what, words in (
                ("basis", "the items are", BASES.items()),
                ("difference", "between their sum and the amount lies", DIFFERENCES.items()),
                ("evidence", "it says", EVIDENCE.items()),
            )
        )
    )


def table(book: Rulebook) -> str:
    """The rules in order as a Markdown table. What is measured anew now and then, the confidence, is not in it."""
    head = "| | rule | it | title | conditions |\n|---|---|---|---|---|\n"
    rows = (
        f"| {number} | `{rule.name}` | {MODES[rule.mode]} | {rule.title} | {_cell(rule)} |\n" for number, rule in enumerate(book.rule, 1)
    )
    return head + "".join(rows)


def _cell(rule: Rule) -> str:
    return "<br>".join(f"*{name}*: {text}" for name, text in conditions(rule)).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page(default()))
