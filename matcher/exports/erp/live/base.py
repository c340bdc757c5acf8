"""What a live target tells of its system: which calls book a document, which one asks for it, and which ones list items and customers.

A live target makes requests and reads replies. It sends nothing, waits for nothing and keeps nothing: `wire.Wire` does the first two,
`pipeline.live` decides what is called when, and what is never called twice.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from matcher.errors import MatcherError
from matcher.exports.erp.base import CustomerFeed
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Form
from matcher.exports.erp.settings import TargetSettings
from matcher.states import Answered

Row = Mapping[str, str]
"""A row of a list by its titles, as a file of the system would have it."""


class Outcome(NamedTuple):
    """What became of one call: the system's number of what it booked, and its words."""

    result: Answered
    number: str = ""
    message: str = ""


class Wait(NamedTuple):
    """Why a document cannot be sent yet, in words: it needs the number of another one."""

    why: str


class Connection(BaseModel):
    """The table ``[target.NAME.api]`` of matcher.toml. It holds no secrets.

    Attributes:
        url: address of the system, with https; http is for this machine only.
        timeout: seconds that an answer may take.
        page: rows that one page of a list has.
        entity: id of the legal entity of the books that the system is of, where it is of one and does not say which; '' where the books
            have one only, or the system says it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str = Field(min_length=1)
    timeout: int = Field(60, ge=1, le=600)
    page: int = Field(500, ge=1, le=5000)
    entity: str = ""

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must be an address like https://erp.example.com, without a name, a password or anything behind it")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must begin with https://: only this machine is called without encryption")
        return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    Attributes:
        method: GET, POST, PUT, PATCH or DELETE.
        path: behind the address of the system, beginning with ``/``; or a whole address whose host `Live.hosts` names.
        query: what stands behind the question mark.
        body: to be sent as JSON; None for nothing. `Decimal` becomes a number with its own digits, a date ISO text.
        form: to be sent as a form in the place of a body.
        headers: of this call only.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | Sequence[object] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the system answered.

    Attributes:
        status: of HTTP.
        body: the JSON in it, numbers with a point as `Decimal`; None where there is none.
        text: its beginning as text, in one line, without our secrets.
        headers: by names in small letters.
    """

    status: int
    body: object = None
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the status says that it was done."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Step:
    """A call that books something, and how to find out whether it was booked.

    Attributes:
        request: books it; or what makes it, when it is needed: with `Context.ask` it finds out ids that the call needs. An outcome in its
            place says why nothing can be called.
        read: what the reply means. ``unknown`` where it does not say: then the system is asked.
        find: asks whether it is booked.
        found: what the reply to `find` means, which is a success or 404; None only where it is certainly not booked.
        safe: the request carries a key under which the system books it once, however often it comes: it need not be asked beforehand.
    """

    request: Request | Callable[[], Request | Outcome]
    read: Callable[[Reply], Outcome]
    find: Request
    found: Callable[[Reply], Outcome | None]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What lets our calls in.

    Attributes:
        headers: that every call carries.
        values: whatever else the target's `seal` puts into calls: tokens in bodies, ids of companies.
        remark: what people are told at the end of the command; '' for nothing.
    """

    headers: Mapping[str, Secret] = field(default_factory=dict)
    values: Mapping[str, Secret] = field(default_factory=dict)
    remark: str = ""


class Control(NamedTuple):
    """What a system says of a whole list: how many rows it has, and what their column `Listing.summed` comes to; None where it does not."""

    rows: int | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list is read, page by page.

    Attributes:
        layout: of `openitems.layouts` that reads the rows; '' for the contract's own columns.
        columns: titles of the rows, in their order.
        key: title of the column that names a row; a name that comes twice ends the reading.
        page: the request for the next page, by the rows that were read so far and the latest reply (None before the first); None when
            that was the last.
        rows: of a reply; None where it is no page.
        control: asks what the whole list is; None where the system cannot say. It is asked before the first page and after the last.
        controlled: what the reply to `control` means; None where it is no answer.
        summed: title of the column whose sum `Control.total` is.
        twice: the list is read twice, and both must be the same: for a system that counts pages, where a row may go from one page to
            another between two calls, and cannot say what the whole list is.
    """

    layout: str
    columns: tuple[str, ...]
    key: str
    page: Callable[[Sequence[Row], Reply | None], Request | None]
    rows: Callable[[Reply], Sequence[Row] | None]
    control: Request | None = None
    controlled: Callable[[Reply], Control | None] = lambda reply: None
    summed: str = ""
    twice: bool = False


class Fed(NamedTuple):
    """A call that says how customers stand. It writes over what is there, and may be repeated.

    Attributes:
        request: says it.
        keys: of its rows, in their order.
        read: what the reply means: an outcome for each row, or one for all.
    """

    request: Request
    keys: tuple[str, ...]
    read: Callable[[Reply], Sequence[Outcome]]


S = TypeVar("S", bound=TargetSettings)
C = TypeVar("C", bound=Connection)
Ask = Callable[[Request], Reply]
"""Makes a call that books nothing; see `wire.Wire.ask`."""


def nobody(request: Request) -> Reply:
    """The `Context.ask` of a target that is not connected."""
    raise AssertionError(request.path)


@dataclass(frozen=True, slots=True)
class Context(Generic[S, C]):
    """What a live target knows besides a document: the tables ``[target.NAME]`` and ``[target.NAME.api]``, and the books' entities.

    Attributes:
        entities: name of each legal entity of the books, by its id.
        ask: makes a call that books nothing, for what `Step.request` and a reader of replies need besides.
        told: the numbers that the system has told of documents, by their external ids: what carries no id of ours there, and has one of
            these numbers, is of that document.
    """

    settings: S
    connection: C
    entities: Mapping[str, str] = field(default_factory=dict)
    ask: Ask = nobody
    told: Mapping[str, str] = field(default_factory=dict)


class Live(ABC, Generic[S, C]):
    """The live side of the target of the same name.

    Attributes:
        name: of the target.
        connection: model of ``[target.NAME.api]``.
        secrets: what lets us in, in the order in which `sign_in` gets them: ``TOKEN`` is looked for as MATCHER_NAME_TOKEN.
        hosts: further hosts that are called, besides that of the address: of tokens, of files.
        settle: seconds after which a call that was not answered can no longer arrive; 0 where every step is `Step.safe`.
        pace: seconds to wait after too many calls, where the system does not say how long; 0 for 1, 2, 4 and so on.
        forms: what the interface has a form for; None for what the files of the target have.
        lists: the lists that can be pulled.
    """

    name: ClassVar[str]
    connection: ClassVar[type[Connection]] = Connection
    secrets: ClassVar[tuple[str, ...]] = ("TOKEN",)
    hosts: ClassVar[tuple[str, ...]] = ()
    settle: ClassVar[int] = 120
    pace: ClassVar[int] = 0
    forms: ClassVar[frozenset[Form] | None] = None
    lists: ClassVar[tuple[str, ...]] = ("items", "customers")

    def refuses(self, document: Document, settings: Any) -> str:
        """Why the interface has no form for a document, beyond `forms`; '' when it has one."""
        return ""

    def waits(self, document: Document) -> Wait | None:
        """What a document has to wait for. An application, and a return, wait for the number of their receipt if that is wanted."""
        return None

    def needs(self, connection: C) -> tuple[str, ...]:
        """The secrets that this connection needs, of a system that lets in by more than one way; otherwise all of `secrets`."""
        return self.secrets

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: Context[S, C]) -> Access:
        """What lets our calls in. It is asked once, and again when the system says that it has expired.

        Args:
            ask: makes calls, for systems that give a token.
            secrets: in the order of `Live.secrets`.
            about: tables and entities.
        """
        return Access({"Authorization": Secret(f"Bearer {secrets[0].reveal()}")})

    def seal(self, request: Request, access: Access) -> Request:
        """A request with what lets it in, beyond `Access.headers`, which every request gets."""
        return request

    def understood(self, reply: Reply) -> Reply:
        """A reply with the status that HTTP has for it: some systems tell with status 200 what went wrong."""
        return reply

    def expired(self, reply: Reply) -> bool:
        """Whether a reply says that we are not signed in, or no longer: nothing was done then."""
        return reply.status == 401

    def limited(self, reply: Reply) -> bool:
        """Whether a reply says that there were too many calls: nothing was done then."""
        return reply.status == 429

    @abstractmethod
    def step(self, document: Document, about: Context[S, C], done: Sequence[Outcome]) -> Step | None:
        """The next call that books a document; None when all are done.

        Args:
            document: with the numbers of others as far as they are known.
            about: tables and entities.
            done: what became of the calls before, all of them accepted.
        """

    def feed(self, feed: CustomerFeed[S], about: Context[S, C]) -> Iterator[Fed]:
        """The calls that say how customers stand, for a system that shows it.

        Raises:
            MatcherError: ``target.no_form`` where it does not.
        """
        raise MatcherError("target.no_form", f"{self.name} cannot be told by calls how customers stand")

    @abstractmethod
    def listing(self, kind: str, about: Context[S, C]) -> Listing:
        """How a list is read. `kind`: one of `lists`."""
