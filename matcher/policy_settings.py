"""What matcher.toml says of who may do what, and of what is posted without a person."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from matcher.states import SETTLING, WORKS, DecisionKind

ELSEWHERE = "on_account_elsewhere"
"""A kind of decision of its own for four eyes: money on the account of another customer than the payer."""
_NOT_ASKED = (
    DecisionKind.MATCH, DecisionKind.PROPOSAL, DecisionKind.LISTED, DecisionKind.EXCLUDE, DecisionKind.SUBMIT, DecisionKind.DISMISS,
)  # fmt: skip
DECIDABLE = tuple(kind.value for kind in DecisionKind if kind not in _NOT_ASKED)
"""Kinds of decisions that a role may allow."""
MOVING = (*SETTLING, DecisionKind.WRITE_OFF.value, ELSEWHERE)
"""Kinds of decisions that another person may have to approve."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limit(_Strict):
    """How much may be cleared without cash of one document, for a reason or by a person.

    Attributes:
        amount: in the document's currency.
        percent: of the document's amount.
    """

    amount: Decimal | None = Field(default=None, ge=0, strict=False)
    percent: Decimal | None = Field(default=None, ge=0, le=100, strict=False)


class Role(Limit):
    """``[policy.roles.NAME]``: what people of a role may do.

    Attributes:
        may: kinds of decisions, as in the journal, and ``approve``; left out: all of them.
        total: how much one command may clear without cash in all, in each currency.
        refund: how much one decision may pay back, in the line's currency.
        areas: words of `states.Work`; left out: those of the shipped role of that name, else all of them.
        approves: kinds of decisions, as in ``four_eyes_for``, that may be approved; left out: all of them.
        approve_up_to: how large a decision may be that is approved, in its own currency.
    """

    may: tuple[str, ...] | None = Field(default=None, strict=False)
    areas: tuple[str, ...] | None = Field(default=None, strict=False)
    approves: tuple[str, ...] | None = Field(default=None, strict=False)
    approve_up_to: Decimal | None = Field(default=None, ge=0, strict=False)
    total: Decimal | None = Field(default=None, ge=0, strict=False)
    refund: Decimal | None = Field(default=None, ge=0, strict=False)

    @model_validator(mode="after")
    def _kinds(self) -> "Role":
        for kind in self.may or ():
            if kind not in DECIDABLE:
                raise ValueError(f"may: {kind!r} is none of {', '.join(DECIDABLE)}")
        for area in self.areas or ():
            if area not in WORKS:
                raise ValueError(f"areas: {area!r} is none of {', '.join(WORKS)}")
        for kind in self.approves or ():
            if kind not in MOVING:
                raise ValueError(f"approves: {kind!r} is no kind of decision that moves money")
        return self


class Person(Role):
    """``[policy.people.NAME]``: the same for one person, beside the role; the stricter counts. `role`: shipped, or of `policy.roles`."""

    role: str = ""


class Policy(_Strict):
    """``[policy]``: what may be posted without a person.

    Attributes:
        precision: share of automatic postings that must be right; the bar of the gate is set from it.
        auto_post: whether runs post at all, or only propose.
        discount_grace_days: days after the discount date on which an early-payment discount is still accepted.
        instalments_in_order: whether of equal instalments of one document the first due is paid, where no later one has fallen due.
        close_on_proof: whether a month stays open until bank and cash book agree, where there is a cash book.
        closing_percent: share of the open items, or of their amount, that a list of open items may close by not listing them.
        close_by: how many people close a month: 1, or 2 where one prepares and another one closes.
        limits: by reason code, how much may be cleared for it.
        people: by name, how much a person may clear, and the person's role.
        people_only: whether nobody else decides.
        roles: by name, what people of a role may do.
        default_role: the role of everybody who has none; '' for no bounds.
        four_eyes_above: amount, in the decision's own currency, above which another person approves a decision.
        four_eyes_for: kinds of decisions that another person always approves; ``on_account_elsewhere``: to another than the payer.
        four_eyes_classes: classes of evidence of which another person approves what is accepted.
        write_off_disputed: whether disputed items may be written off.
        sample: share of automatic postings that go to a person to be checked.
    """

    precision: float = Field(default=0.9995, ge=0.5, lt=1)
    auto_post: bool = True
    sample: float = Field(default=0, ge=0, le=1)
    discount_grace_days: int = Field(default=0, ge=0, le=31)
    instalments_in_order: bool = True
    closing_percent: int = Field(default=20, ge=0, le=100)
    close_by: int = Field(default=1, ge=1, le=2)
    close_on_proof: bool = False
    limits: dict[str, Limit] = Field(default_factory=dict)
    people: dict[str, Person] = Field(default_factory=dict)
    people_only: bool = False
    roles: dict[str, Role] = Field(default_factory=dict)
    default_role: str = ""
    four_eyes_above: Decimal | None = Field(default=None, ge=0, strict=False)
    four_eyes_for: tuple[str, ...] = Field(default=(), strict=False)
    four_eyes_classes: tuple[str, ...] = Field(default=(), strict=False)
    write_off_disputed: bool = True
