"""OAuth 2.0: an access token for a refresh token (RFC 6749, section 6), or for an app's own id and secret (section 4.4).

It lives for an hour or less, and is kept nowhere.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from matcher.errors import MatcherError
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Ask, Request, is_loopback
from matcher.exports.erp.live.secret import Secret


class Tokens(NamedTuple):
    """What a system gives for a refresh token: an access token, and another refresh token; None where it gives none."""

    access: Secret
    refresh: Secret | None = None


def tokens(ask: Ask, address: str, refresh: Secret, more: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Tokens:
    """Asks for an access token.

    Args:
        ask: makes calls.
        address: of the system's token endpoint.
        refresh: the refresh token.
        more: further fields of the form, such as the client's id.
        headers: such as the client's id and secret.

    Raises:
        MatcherError: ``api.denied`` when none is given; ``api.*``.
    """
    body = _asked(ask, address, {"grant_type": "refresh_token", "refresh_token": refresh.reveal(), **more}, headers, "the refresh token")
    other = text_of(at(body, "refresh_token"))
    return Tokens(Secret(text_of(at(body, "access_token"))), Secret(other) if other and other != refresh.reveal() else None)


def of_client(ask: Ask, address: str, more: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Secret:
    """Asks for an access token of an app that no person stands behind.

    Args:
        ask: makes calls.
        address: of the system's token endpoint.
        more: further fields of the form: what the token is for, and the app's id and secret where they are no headers.
        headers: such as the app's id and secret.

    Raises:
        MatcherError: ``api.denied`` when none is given; ``api.*``.
    """
    body = _asked(ask, address, {"grant_type": "client_credentials", **more}, headers, "id and secret of the app")
    return Secret(text_of(at(body, "access_token")))


def _asked(ask: Ask, address: str, form: Mapping[str, str], headers: Mapping[str, str] | None, what: str) -> object:
    """The answer with an access token in it. `what`: that it is asked for with, in words."""
    reply = ask(Request("POST", address, form=form, headers=headers or {}))
    if not text_of(at(reply.body, "access_token")):
        said = f"no access token is given for {what}: {reply.text or reply.status}"
        raise MatcherError("api.denied", said, urlsplit(address).hostname or "")
    return reply.body


def known_server(value: str, known: str) -> str:
    """Where tokens are asked for: at the system's own address, or on this machine, for a trial.

    Raises:
        ValueError: it is neither.
    """
    if value == known or (value.startswith("http://") and is_loopback(urlsplit(value).hostname or "")):
        return value
    raise ValueError(f"must be {known}")
