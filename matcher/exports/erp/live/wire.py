"""The wire to a system: calls over HTTPS, with bounds on time and size, and repeated only where nothing can be booked twice.

A call that books is repeated only when it certainly never reached the system (no connection) or was certainly turned away before it was
looked at (429). Whatever else goes wrong leaves its fate unknown, and is `Lost`. A call that only asks is repeated after any passing
failure. Redirects are never followed.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from matcher.errors import MatcherError
from matcher.exports.erp.calls import json_text
from matcher.exports.erp.live.base import Access, Context, Live, Reply, Request, is_loopback
from matcher.exports.erp.live.secret import Secret

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 32 << 20
"""Bytes of one answer."""
MAX_WORDS = 500
"""Characters of an answer that are kept as the system's words."""
ATTEMPTS = 5
"""How often a call is made that may be repeated."""
LONGEST_WAIT = 300
"""Seconds that a system may let us wait at once; one that wants more ends the command."""
_SLOWEST = 5
"""How many times its timeout an answer may take that comes drop by drop."""
_IDLE = 1.0
"""Seconds that a connection is kept: shorter than any server keeps it, or a call is written into one that the other side has closed."""
_PASSING = (408, 425, 500, 502, 503, 504)

pause: Callable[[float], None] = time.sleep
now: Callable[[], float] = time.monotonic


class Lost(Exception):
    """A call went out and no answer says what became of it. `why`: in words."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Wire:
    """The calls to one system. A context manager.

    Attributes:
        host: of the system, for messages.
        remarks: what signing in has to say to people.
    """

    def __init__(self, live: Live[Any, Any], about: Context[Any, Any], secrets: Sequence[Secret]) -> None:
        try:
            import httpx
        except ImportError:
            hint = "Install it: pip install 'matcher-recon[erp]'."
            raise MatcherError("extra.missing", "the package httpx is not installed", hint=hint) from None
        # their logs of bytes have headers in them
        for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._httpx = httpx
        self._live, self._about, self._secrets = live, about, secrets
        self._access: Access | None = None
        self.remarks: list[str] = []
        self._url: str = about.connection.url
        self.host: str = urlsplit(self._url).hostname or ""
        self._timeout = float(about.connection.timeout)
        limits = httpx.Limits(max_connections=1, keepalive_expiry=_IDLE)
        self._client = httpx.Client(
            timeout=self._timeout, limits=limits, follow_redirects=False, trust_env=not is_loopback(self.host),
            headers={"Accept": "application/json", "User-Agent": "matcher-recon"},
        )  # fmt: skip

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def ask(self, request: Request) -> Reply:
        """Makes a call that books nothing.

        Raises:
            MatcherError: ``api.unreachable``, ``api.limited``, ``api.denied``, ``api.answer``.
        """
        return self._repeatedly(lambda: self._let_in(request))

    def tell(self, request: Request) -> Reply:
        """Makes a call that books something.

        Raises:
            Lost: nobody knows what became of it.
            MatcherError: ``api.unreachable``, ``api.limited``, ``api.denied``, ``api.answer``: nothing was booked.
        """
        reply = self._let_in(request)
        if reply.status in _PASSING or reply.status >= 500:
            raise Lost(f"the answer is {reply.status}{f': {reply.text}' if reply.text else ''}")
        return reply

    def _let_in(self, request: Request) -> Reply:
        """The reply to a call that lets us in, signing in once more when the system says so."""
        for again in (False, True):
            if self._access is None or again:
                self._access = self._live.sign_in(self._ask_plainly, self._secrets, self._about)
                self.remarks += [self._access.remark] if self._access.remark not in ("", *self.remarks) else []
            reply = self._patiently(self._sealed(request, self._access))
            if not self._live.expired(reply):
                break
        if self._live.expired(reply) or reply.status == 403:
            raise MatcherError("api.denied", f"the answer is {reply.status}{f': {reply.text}' if reply.text else ''}", self.host)
        return reply

    def _ask_plainly(self, request: Request) -> Reply:
        """A call of signing in, which nothing lets in."""
        return self._repeatedly(lambda: self._patiently(request))

    def _repeatedly(self, call: Callable[[], Reply]) -> Reply:
        """The reply to a call that books nothing: it is repeated after any passing failure."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                reply = call()
            except Lost as lost:
                why = lost.why
            else:
                if reply.status not in _PASSING:
                    return reply
                why = f"the answer is {reply.status}"
            if attempt < ATTEMPTS:
                pause(_backoff(attempt))
        raise MatcherError("api.unreachable", f"{why}, {ATTEMPTS} times", self.host)

    def _sealed(self, request: Request, access: Access) -> Request:
        sealed = self._live.seal(request, access)
        return replace(sealed, headers={**sealed.headers, **{name: one.reveal() for name, one in access.headers.items()}})

    def _patiently(self, request: Request) -> Reply:
        """The reply to a call that is repeated while it does not reach the system, or is turned away because there were too many."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                reply = self._once(request)
            except _NotSent as error:
                if attempt == ATTEMPTS:
                    raise MatcherError("api.unreachable", f"{error.why}, {ATTEMPTS} times", self.host) from None
                pause(_backoff(attempt))
                continue
            if not self._live.limited(reply):
                return reply
            wait = _retry_after(reply.headers.get("retry-after", ""), self._live.pace or _backoff(attempt))
            if wait > LONGEST_WAIT or attempt == ATTEMPTS:
                raise MatcherError("api.limited", f"it takes no more calls now, and asks to wait {wait:.0f} seconds", self.host)
            pause(wait)
        raise AssertionError

    def _once(self, request: Request) -> Reply:
        url, body = self._address(request), None
        headers = dict(request.headers)
        if request.body is not None:
            body = json_text(request.body).encode(errors="backslashreplace")
            headers["Content-Type"] = "application/json"
        with self._failures():
            made = self._client.build_request(
                request.method, url, params=dict(request.query) or None, content=body,
                data=dict(request.form) if request.form is not None else None, headers=headers,
            )  # fmt: skip
            answer = self._client.send(made, stream=True)
            try:
                data = b"".join(_bounded(answer, now() + _SLOWEST * self._timeout))
            finally:
                answer.close()
        if 300 <= answer.status_code < 400:
            what = f"the answer is {answer.status_code}: it sends us to another address, which is not followed"
            raise MatcherError("api.answer", what, self.host, "Write the address that answers itself into matcher.toml.")
        return self._read(answer.status_code, data, answer.headers)

    def _address(self, request: Request) -> str:
        if request.path.startswith("/"):
            return self._url + request.path
        parts, ours = urlsplit(request.path), urlsplit(self._url)
        if parts[:2] != ours[:2] and (parts.scheme != "https" or parts.netloc not in self._live.hosts):
            raise MatcherError("api.answer", f"a call would go to another host ({parts.hostname})", self.host)
        return request.path

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What the client raises: as calls that never went out, or as calls of which nobody knows. None of its texts or frames is kept."""
        http = self._httpx
        failed: Exception | None = None
        try:
            yield
        except (http.ConnectError, http.ConnectTimeout, http.PoolTimeout, http.ProxyError, http.UnsupportedProtocol) as error:
            failed = _NotSent(_in_words(error))
        except (http.TransportError, http.DecodingError) as error:
            failed = Lost(_in_words(error))
        except http.InvalidURL:
            failed = MatcherError("api.answer", "a call would go to what is no address", self.host)
        if failed is not None:
            raise failed from None

    def _read(self, status: int, data: bytes, headers: "httpx.Headers") -> Reply:
        text = data.decode("utf-8", "replace")
        try:
            body = json.loads(text, parse_float=Decimal) if text.strip() else None
        except (ValueError, RecursionError):
            body = None
        return Reply(status, body, self._said(text), {name.lower(): value for name, value in headers.items()})

    def _said(self, text: str) -> str:
        """The beginning of an answer, in one line; a system may repeat to us what let us in."""
        words = " ".join(text[: 4 * MAX_WORDS].split())
        for secret in self._hidden():
            words = words.replace(secret, "***")
        return words[:MAX_WORDS]

    def without_secrets(self, text: str) -> str:
        """A system's words as they may be kept: in one line, bounded, without our secrets."""
        return self._said(text)

    def _hidden(self) -> Iterator[str]:
        access = self._access or Access()
        for one in (*self._secrets, *access.headers.values(), *access.values.values()):
            text = one.reveal()
            yield from (part for part in (text, text.rpartition(" ")[2]) if len(part) > 3)


class _NotSent(Exception):
    """A call that never reached the system. `why`: in words."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def _in_words(error: Exception) -> str:
    name = type(error).__name__
    words = {
        "ConnectError": "no connection could be made", "ConnectTimeout": "no connection was made in time", "PoolTimeout": "no connection",
        "ProxyError": "the proxy does not let us through", "ReadTimeout": "no answer came in time",
        "WriteTimeout": "the call could not be sent in time", "ReadError": "the connection was lost before the answer",
        "RemoteProtocolError": "the connection was closed before the answer", "WriteError": "the connection was lost while we sent",
    }  # fmt: skip
    return words.get(name, f"the call failed ({name})")


def _bounded(answer: "httpx.Response", until: float) -> Iterator[bytes]:
    size = 0
    for chunk in answer.iter_bytes():
        size += len(chunk)
        if size > MAX_BYTES:
            raise Lost("the answer is larger than any this program reads")
        if now() > until:
            raise Lost("no answer came in time")
        yield chunk


def _backoff(attempt: int) -> float:
    return float(2 ** (attempt - 1))


def _retry_after(text: str, otherwise: float) -> float:
    """Seconds to wait: as the header Retry-After says, in seconds or as a moment."""
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return otherwise
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def words_of(value: Mapping[str, object] | object, *keys: str) -> str:
    """The first text that an answer has under one of these keys, in one line."""
    if isinstance(value, Mapping):
        for key in keys:
            if found := value.get(key):
                return " ".join(str(found).split())
    return ""
