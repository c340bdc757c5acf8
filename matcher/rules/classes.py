"""Classes of evidence: what postings rest on. Each keeps the promise of `policy.precision` by itself.

The list is closed, and a rule belongs to exactly one class, by its basis, its difference and what it needs. So does a rule of one's own.
"""

from typing import NamedTuple

from matcher.rules.rulebook import Rule, Rulebook
from matcher.rules.vocabulary import BASES


class EvidenceClass(NamedTuple):
    """A class by its name, and in words."""

    name: str
    words: str


WHOLE = EvidenceClass("whole number", "all documents that the text names, by whole numbers, are paid to the cent")
SHORT = EvidenceClass("damaged or short number", "a damaged or short number of a document, or the number of an order")
DIFFERENCE = EvidenceClass("number with a difference", "named documents with less or more than they have open, or only some of those named")
PAYER = EvidenceClass("payer and amount", "nothing but the payer and the amount of one document")
SUMS = EvidenceClass("sums", "a set of documents that the text does not name one by one, by their sum")

ADVICE = EvidenceClass(
    "remittance advice", "the documents that the payer's or the payment provider's advice lists, with amounts that add up"
)

CLASSES = (WHOLE, SHORT, DIFFERENCE, PAYER, SUMS, ADVICE)
"""All of them, in the order in which they are told."""

SAMPLED = "chosen for a check (policy.sample)"
"""Why a posting waits for a person though nothing speaks against it."""

TAKEN_BACK = "a person took back a posting of this class"
REFUSED = "a person refused a posting of this class"

HELD_BACK = (SAMPLED, TAKEN_BACK, REFUSED)
"""How the reason begins why something is only proposed that would have been posted: what a person says of it tells of its class."""

_SUMS = frozenset({"completed", "counted", "group", "due", "everything", "subset"})
_SOME = frozenset({"named_one", "named_subset"})
_WHOLE_NUMBERS = frozenset(
    {"reference_structured", "reference_whole", "reference_digits", "reference_parts", "reference_run", "reference_tail"}
)
_POOR_NUMBERS = frozenset(
    {"reference_short", "reference_doubtful", "reference_ocr", "reference_typo", "reference_cut", "reference_order"}
)  # fmt: skip


def of_rule(rule: Rule) -> str:
    """The class of a rule; of one that is about several, the one that says less of what is paid."""
    poor = any(_POOR_NUMBERS.issuperset(group) for group in rule.needs)
    shape = _of_shapes(frozenset(rule.basis), frozenset(rule.difference), poor)
    if shape == WHOLE and not any(_WHOLE_NUMBERS.issuperset(group) for group in rule.needs):
        return SHORT.name  # no whole number is asked for
    return shape.name


def of_shape(basis: str, difference: str) -> str:
    """The class of a posting by a rule that is no longer known."""
    return _of_shapes(frozenset({basis}), frozenset({difference}), poor=False).name


def of_rules(book: Rulebook) -> dict[str, str]:
    """The class of each rule that may post, by its id."""
    return {rule.id: of_rule(rule) for rule in book.rule if rule.mode == "post" or rule.held}


def _of_shapes(bases: frozenset[str], differences: frozenset[str], poor: bool) -> EvidenceClass:
    if "advice" in bases:
        return ADVICE
    if bases & _SUMS:
        return SUMS
    carried_by = {BASES[basis].carried_by for basis in bases if basis in BASES}
    if "none" in carried_by or not carried_by:
        return PAYER
    if "weak" in carried_by or poor:
        return SHORT
    return DIFFERENCE if differences != {"none"} or bases & _SOME else WHOLE
