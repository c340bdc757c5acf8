"""OAuth 2.0: an access token for a refresh token (RFC 6749, section 6), or for an app's own id and secret (section 4.4).

It lives for an hour or less, and is kept nowhere.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from matcher.errors import MatcherError
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Ask, Request
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
    form = {"grant_type": "refresh_token", "refresh_token": refresh.reveal(), **more}
    reply = ask(Request("POST", address, form=form, headers=headers or {}))
    access, other = text_of(at(reply.body, "access_token")), text_of(at(reply.body, "refresh_token"))
    if not access:
        what = f"no access token is given for the refresh token: {reply.text or reply.status}"
        raise MatcherError("api.denied", what, urlsplit(address).hostname or "")
    return Tokens(Secret(access), Secret(other) if other and other != refresh.reveal() else None)


def of_client(ask: Ask, address: str, client: Secret, word: Secret, scope: str) -> Secret:
    """Asks for an access token of an app that no person stands behind.

    Args:
        ask: makes calls.
        address: of the system's token endpoint.
        client: id of the app.
        word: its secret.
        scope: what the token is for.

    Raises:
        MatcherError: ``api.denied`` when none is given; ``api.*``.
    """
    form = {"grant_type": "client_credentials", "client_id": client.reveal(), "client_secret": word.reveal(), "scope": scope}
    reply = ask(Request("POST", address, form=form))
    access = text_of(at(reply.body, "access_token"))
    if not access:
        what = f"no access token is given for id and secret of the app: {reply.text or reply.status}"
        raise MatcherError("api.denied", what, urlsplit(address).hostname or "")
    return Secret(access)
