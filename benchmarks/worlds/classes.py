"""Postings and errors by class of evidence (`matcher.rules.classes`). What an unknown rule posts is counted as ``other``."""

from collections.abc import Mapping

from matcher.rules import classes, rulebook

OTHER = "other"
_CLASS = {rule.id: classes.of_rule(rule) for rule in rulebook.default().rule}


def of_rule(rule: str) -> str:
    """The class of a shipped rule; another engine's rules are `OTHER`."""
    return _CLASS.get(rule, OTHER)


def by_class(rules: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Postings and errors of each class, from those of each rule."""
    found = {name: [0, 0] for name in (*(one.name for one in classes.CLASSES), OTHER)}
    for rule, counts in rules.items():
        own = found[of_rule(rule)]
        found[of_rule(rule)] = [one + two for one, two in zip(own, counts, strict=True)]
    return found
