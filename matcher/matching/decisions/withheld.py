"""What would be posted and goes to a person all the same: its class of evidence has erred in these books."""

from collections.abc import Mapping

from matcher.rules.classes import of_rule
from matcher.rules.rulebook import Rule


def withheld(rule: Rule, demoted: Mapping[str, str]) -> str:
    """Why a posting by a rule waits for a person; '' when it does not. It is asked last, when nothing else speaks against the posting.

    `demoted`: classes of evidence that only propose, with the reason.
    """
    return demoted.get(of_rule(rule), "") if demoted else ""
