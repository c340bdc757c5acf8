"""Roles: which areas of work a person has, before a command opens the books. The kinds and amounts of decisions are `actions.rulings`."""

from collections.abc import Sequence

from matcher import actors
from matcher.errors import MatcherError
from matcher.policy_settings import Person, Policy
from matcher.states import ROLES, Work

_WORDS = {
    Work.IMPORT: "take files in",
    Work.RUN: "run the matching",
    Work.DECIDE: "take decisions",
    Work.APPROVE: "approve",
    Work.CLOSE: "close or open months",
    Work.SEND: "send receipts to the ERP",
    Work.SETUP: "set up the books",
}


def person(policy: Policy, actor: str) -> Person | None:
    """What is said of a person, however the name is spelled; None where nothing is."""
    return next((one for name, one in policy.people.items() if actors.same_person(name, actor)), None)


def role_of(policy: Policy, actor: str) -> str:
    """Name of a person's role; '' without one."""
    listed = person(policy, actor)
    return (listed.role if listed else "") or policy.default_role


def named(policy: Policy, actor: str) -> str:
    """The person's role, or without one the person, in a sentence."""
    role = role_of(policy, actor)
    return f"the role {role!r}" if role else repr(actor)


def areas(policy: Policy, actor: str) -> frozenset[Work]:
    """The areas that a person has: all of them unless the person or the role is bound."""
    role, listed = role_of(policy, actor), person(policy, actor)
    own = policy.roles.get(role)
    found: frozenset[Work] = ROLES.get(role, frozenset(Work))
    if own is not None and own.areas is not None:
        found = frozenset(map(Work, own.areas))
    return found if listed is None or listed.areas is None else found & frozenset(map(Work, listed.areas))


def reads_only(policy: Policy, actor: str) -> bool:
    """Whether a person has no area at all: then nothing is written for that person, not even the numbers of a list."""
    return not areas(policy, actor)


def check(policy: Policy, actor: str, work: Work) -> None:
    """Refuses work that is in none of a person's areas. Raises MatcherError: ``policy.role``."""
    if work not in areas(policy, actor):
        raise MatcherError("policy.role", f"{named(policy, actor)} may not {_WORDS[work]}")


def check_any(policy: Policy, actor: str, works: Sequence[Work]) -> None:
    """Refuses who has none of several areas, in the words of the first. Raises MatcherError: ``policy.role``."""
    if areas(policy, actor).isdisjoint(works):
        check(policy, actor, works[0])
