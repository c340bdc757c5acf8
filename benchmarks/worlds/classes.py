"""What kind of evidence each rule posts on. Another engine's rules, and new ones, are counted as ``other`` until they are named here."""

from collections.abc import Mapping

CLASSES: Mapping[str, tuple[str, ...]] = {
    "whole number": ("named-full",),
    "short, damaged, order": ("named-short-full", "damaged-full", "order-full"),
    "number, difference": (
        "named-some-full", "named-discount", "named-converted", "named-exchange", "named-rounding", "named-withholding", "named-fee",
        "named-part", "named-over", "named-likely",
    ),
    "payer and amount": ("payer-amount", "payer-number-amount", "number-amount", "name-amount", "payer-likely"),
    "sums": ("listed-completed", "payer-all", "payer-set"),
}  # fmt: skip

OTHER = "other"
_CLASS = {rule: name for name, rules in CLASSES.items() for rule in rules}


def of_rule(rule: str) -> str:
    """The class of a rule."""
    return _CLASS.get(rule, OTHER)


def by_class(rules: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Postings and errors of each class, from those of each rule."""
    found = {name: [0, 0] for name in (*CLASSES, OTHER)}
    for rule, counts in rules.items():
        own = found[of_rule(rule)]
        found[of_rule(rule)] = [one + two for one, two in zip(own, counts, strict=True)]
    return found
