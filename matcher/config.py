"""`matcher.toml`: accounts, entities, policy. Finds it, reads it, says what is wrong with it."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from matcher import account_numbers, money, reasons
from matcher.characters import identifier_fault
from matcher.credit_settings import AddressSection, DunningSection, InsuranceSection, InterestSection
from matcher.errors import MatcherError
from matcher.settings import load_toml, read_text
from matcher.states import ROLES, SETTLING, WORKS, DecisionKind

CONFIG_NAME = "matcher.toml"
STORE_NAME = "books.duckdb"
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


def _identifier(text: str) -> str:
    if fault := identifier_fault(text):
        raise ValueError(f"{text!r} {fault}")
    return text


Identifier = Annotated[str, AfterValidator(_identifier)]
"""An id as it stands in files and on screens: nothing hidden, one form (`matcher.characters`)."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class BooksSection(_Strict):
    """``[books]``: the set of books as a whole.

    Attributes:
        name: stands in exports.
        base_currency: that exchange rates are stated for.
        encryption: whether books.duckdb is encrypted.
        key_file: the file that holds the key, from the books directory; empty: see `matcher.encryption`.
    """

    name: str
    base_currency: Currency
    encryption: bool = False
    key_file: str = ""


class Entity(_Strict):
    """``[[entity]]``: a legal entity. Nothing is matched across entities.

    Attributes:
        id: in files and on screens.
        name: of the company.
        control_account: its receivables in the general ledger.
        vat_id: by which its own electronic invoices are known.
        address: where it is, for codes that say so.
    """

    id: Identifier
    name: str
    control_account: str = ""
    vat_id: str = ""
    address: AddressSection = AddressSection()


class Account(_Strict):
    """``[[account]]``: one of our bank accounts. `number` is the IBAN or local number as the bank writes it."""

    id: Identifier
    number: str
    entity: str
    currency: Currency
    profile: str = ""


class AgingSection(_Strict):
    """``[aging]``: upper days of the buckets."""

    buckets: tuple[int, ...] = Field(default=(30, 60, 90, 120), strict=False)


class CreditSection(_Strict):
    """``[credit]``: how customers are judged.

    Attributes:
        grades: days late up to which a customer has the grades A, B, C and D; who is later has E.
    """

    grades: tuple[int, int, int, int] = Field(default=(3, 14, 30, 60), strict=False)

    @model_validator(mode="after")
    def _rising(self) -> "CreditSection":
        if list(self.grades) != sorted(set(self.grades)) or self.grades[0] < 0:
            raise ValueError(f"grades: {list(self.grades)} are not four rising numbers of days")
        return self


class CollectionTarget(_Strict):
    """``[collection_targets.NAME]``: what is to come in each month from the customers of an owner. `currency`: else the base's."""

    amount: Decimal = Field(ge=0, strict=False)
    currency: Currency | None = None


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


class ReasonSection(_Strict):
    """``[reasons.CODE]``: a reason of the books' own, or what a shipped one is in them.

    Attributes:
        gl_account: the ledger account that takes what is cleared.
        disputed: whether the customer contests it.
        dunnable: whether it is asked for again.
    """

    gl_account: str = ""
    disputed: bool = False
    dunnable: bool = False


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


class Journal(_Strict):
    """``[journal]``: the key that signs the journal. It is kept outside the books, or it proves nothing.

    Attributes:
        key_file: file that holds the key; a relative path begins at the books directory. '' when there is none.
        keyring: name of the key in the system's keyring, under the service ``matcher``. '' when it is not there.
        signed_from: number of the first batch that was signed; 0 when it is not said. Any later one without a signature is a defect.
    """

    key_file: str = ""
    keyring: str = ""
    signed_from: int = Field(default=0, ge=0)


class ProofSection(_Strict):
    """``[proof]``: bank and cash book held against each other. `old_after_days`: age from which an item in transit is marked."""

    old_after_days: int = Field(default=90, ge=1, le=3660)


class EngineSection(_Strict):
    """``[engine]``: what a run may use.

    Attributes:
        kind: ``local``, or ``spark`` for a Spark cluster.
        processes: of this program, together; 0 for as many as there are cores.
        master: the cluster, as Spark is given it.
    """

    kind: Literal["local", "spark"] = "local"
    processes: int = Field(default=0, ge=0, le=256)
    master: str = "local[*]"


class Config(_Strict):
    """A checked `matcher.toml`. `target`: tables of export targets by their names; a target checks its own when it is used."""

    books: BooksSection
    entity: tuple[Entity, ...] = Field(default=(), strict=False)
    account: tuple[Account, ...] = Field(default=(), strict=False)
    aging: AgingSection = AgingSection()
    credit: CreditSection = CreditSection()
    policy: Policy = Policy()
    journal: Journal = Journal()
    proof: ProofSection = ProofSection()
    engine: EngineSection = EngineSection()
    reasons: dict[str, ReasonSection] = Field(default_factory=dict)
    collection_targets: dict[str, CollectionTarget] = Field(default_factory=dict)
    dunning: DunningSection = DunningSection()
    interest: InterestSection = InterestSection()
    insurance: InsuranceSection = InsuranceSection()
    target: dict[str, dict[str, object]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "Config":
        entities = {e.id for e in self.entity}
        for kind, ids in (("entity", [e.id for e in self.entity]), ("account", [a.id for a in self.account])):
            if len(set(ids)) != len(ids):
                raise ValueError(f"two [[{kind}]] have one id")
        numbers = [account_numbers.normal(a.number) for a in self.account]
        if len(set(zip(numbers, (a.currency for a in self.account), strict=True))) != len(numbers):
            raise ValueError("two [[account]] have one number and currency")
        for account in self.account:
            if account.entity not in entities:
                raise ValueError(f"account {account.id!r} names entity {account.entity!r}, which is not listed")
        for code in self.policy.limits:
            if code not in reasons.SHIPPED and code not in self.reasons:
                raise ValueError(f"policy.limits.{code} is no reason; add [reasons.{code}] for one of your own")
        self._check_people()
        of_targets = (target.currency for target in self.collection_targets.values() if target.currency)
        for code in (self.books.base_currency, *(a.currency for a in self.account), *of_targets):
            if code not in money.SCALE:
                raise ValueError(f"{code!r} is not an ISO 4217 currency code")
        return self

    def _check_people(self) -> None:
        known = {*ROLES, *self.policy.roles}
        for name, person in self.policy.people.items():
            if person.role and person.role not in known:
                raise ValueError(f"policy.people.{name} has the role {person.role!r}, which is not in [policy.roles]")
        if self.policy.default_role and self.policy.default_role not in known:
            raise ValueError(f"policy.default_role is {self.policy.default_role!r}, which is not in [policy.roles]")
        for kind in self.policy.four_eyes_for:
            if kind not in MOVING:
                raise ValueError(f"policy.four_eyes_for: {kind!r} is no kind of decision that moves money")

    def find_account(self, number: str, currency: str) -> Account | None:
        """The account of that number as a bank writes it: spaces and punctuation do not count; see `account_numbers.same`.

        A number that is held in several currencies is told apart by `currency`; otherwise None on more than one answer.
        """
        normalized = account_numbers.normal(number)
        exact = [a for a in self.account if normalized in (account_numbers.normal(a.number), account_numbers.normal(a.id))]
        near = exact or [a for a in self.account if account_numbers.same(number, a.number)]
        if len(near) > 1:
            near = [a for a in near if a.currency == currency]
        return near[0] if len(near) == 1 else None


def find_books(option: str | None) -> Path:
    """The books directory: the option's, else MATCHER_BOOKS, else the nearest folder upwards that holds matcher.toml.

    Raises:
        MatcherError: ``books.missing``; ``books.unreadable`` when a folder cannot be looked into.
    """
    try:
        return _find_books(option)
    except OSError as error:
        raise MatcherError("books.unreadable", f"the books directory cannot be read ({error.strerror})", option or "") from error


def _find_books(option: str | None) -> Path:
    named = option or os.environ.get("MATCHER_BOOKS")
    if named:
        if (Path(named) / CONFIG_NAME).is_file():
            return Path(named)
        raise MatcherError("books.missing", f"there is no {CONFIG_NAME} in this directory", named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    raise MatcherError("books.missing", f"neither this directory nor one above it holds a {CONFIG_NAME}")


def load(path: Path) -> Config:
    """Reads and checks a `matcher.toml`.

    Raises:
        MatcherError: ``config.invalid`` with the key at fault.
    """
    return parse(read_text(path, "config.invalid"), str(path))


def parse(text: str, where: str) -> Config:
    """Checks the text of a `matcher.toml`.

    Raises:
        MatcherError: ``config.invalid`` with the key at fault.
    """
    keys = load_toml(text, where, "config.invalid")
    try:
        return Config.model_validate(keys)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise MatcherError("config.invalid", f"{key + ': ' if key else ''}{message}", where) from error


_TEMPLATE = """\
# One set of books. See docs/configuration.md for every key.

[books]
name = "My company"
base_currency = "EUR"        # aging totals and key figures are in this currency
{encryption}
[[entity]]                   # a legal entity; nothing is matched across entities
id = "1"
name = "My company Ltd"

# One block for each bank account. `number` is the IBAN or local number as the bank's files write it.
# [[account]]
# id = "1"                   # the short id on screens and in files
# number = "DE02120300000000202051"
# entity = "1"
# currency = "EUR"
# profile = ""               # name of a CSV layout; empty: detect

[aging]
buckets = [30, 60, 90, 120]  # days past due

[credit]
grades = [3, 14, 30, 60]     # days late up to which a customer has the grade A, B, C, D; else E

[policy]
precision = 0.9995           # share of automatic postings that must be right
auto_post = true             # false: every match is only proposed
sample = 0                   # 0.02: one in fifty automatic postings goes to a person to be checked
discount_grace_days = 0      # days after the discount date on which the discount is still accepted
instalments_in_order = true  # of equal instalments of one document the first due is paid without asking
close_by = 1                 # people who close a month; 2: one prepares, another one closes
closing_percent = 20         # a list of open items that closes more than this by leaving items out is refused
"""


def template(*, encryption: bool = False) -> str:
    """A commented matcher.toml for a new set of books. `encryption`: whether they are encrypted."""
    line = "encryption = true            # the key is never in this file; see docs/security.md\n"
    return _TEMPLATE.replace("{encryption}", line if encryption else "")
