"""Who may see the books in a browser: whoever opens the printed address first, from then on in that browser alone.

Cookies of one host go to all of its ports, so another person's program on this machine could be sent ours. This one belongs to a path that
nobody else knows, and browsers send it nowhere but there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest

from aiohttp import web
from aiohttp.typedefs import Handler

HOST = "127.0.0.1"
COOKIE = "matcher"
REFUSED = "Nothing is shown here. `matcher review --web` prints an address, which opens once and in one browser.\n"
_SITES = ("none", "same-origin")
"""What a browser says of a request (Sec-Fetch-Site) that no other page has made."""


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Gate:
    """The token, the cookie, and what a request has to look like.

    Attributes:
        port: of the server; other ports, and other names of this machine, are other hosts.
        token: in the printed address; good for one request.
        path: under which everything is served; begins and ends with a slash.
        cookie: of the one browser.
        used: whether the token was.
    """

    port: int
    token: str = field(default_factory=_secret)
    path: str = field(default_factory=lambda: f"/{_secret()}/")
    cookie: str = field(default_factory=_secret)
    used: bool = False

    @property
    def host(self) -> str:
        """What the Host header must say."""
        return f"{HOST}:{self.port}"

    @property
    def origin(self) -> str:
        """What the Origin header must say, where there is one."""
        return f"http://{self.host}"

    @property
    def address(self) -> str:
        """What the person opens."""
        return f"{self.origin}/?token={self.token}"

    def admits(self, request: web.Request) -> bool:
        """Whether a request comes from the browser that has used the token, and from a page of ours or from none."""
        return self._ours(request) and request.path.startswith(self.path) and _same(request.cookies.get(COOKIE, ""), self.cookie)

    def admits_screen(self, request: web.Request) -> bool:
        """The same for a websocket, which pages of any origin may ask for: it must name ours."""
        return self.admits(request) and "Origin" in request.headers

    def takes_token(self, request: web.Request) -> bool:
        """Whether a request has the token, for the first time; it is used up then."""
        right = self._ours(request) and request.path == "/" and _same(request.query.get("token", ""), self.token)
        if not right or self.used:
            return False
        self.used = True
        return True

    def _ours(self, request: web.Request) -> bool:
        # several headers of one name are one too many: who is behind may read another one than we do
        hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
        return (
            request.method == "GET"
            and hosts == [self.host]
            and origins in ([], [self.origin])
            and request.headers.get("Sec-Fetch-Site", "none") in _SITES
        )

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answers what is not let in; nobody else learns whether there is anything."""
        if self.takes_token(request):
            return self._let_in()
        if not self.admits(request):
            raise web.HTTPForbidden(text=REFUSED)
        return await handler(request)

    def _let_in(self) -> web.Response:
        response = web.Response(status=303, headers={"Location": self.path})
        response.set_cookie(COOKIE, self.cookie, path=self.path, httponly=True, samesite="Strict")
        return response

    async def seal(self, request: web.Request, response: web.StreamResponse) -> None:
        """Puts on every answer what keeps it in this page: no other page frames it, no cache keeps it, no script of others runs in it."""
        response.headers.update(
            {
                "Server": "matcher",
                "Cache-Control": "no-store",
                "Content-Security-Policy": (
                    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
                    f"connect-src ws://{self.host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                ),
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "X-Frame-Options": "DENY",
            }
        )


def _same(given: str, right: str) -> bool:
    return compare_digest(given.encode("utf-8", "surrogateescape"), right.encode())
