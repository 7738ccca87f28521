# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A browser small enough to be measured with: what benchmarks ask a server with."""

import http.client
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECONDS = 60  # to wait for an answer


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


class Browser:
    """One kept-alive connection and at most one cookie."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            self._connection.connect()
        except OSError:
            self._connection.close()
            raise
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._cookie = ""

    def get(self, address: str, headers: dict[str, str] | None = None) -> Answer:
        return self._ask("GET", address, None, headers or {})

    def post(self, address: str, values: dict[str, str]) -> Answer:
        return self._ask("POST", address, urlencode(values).encode(), FORM)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookie = {"Cookie": self._cookie} if self._cookie else {}
        self._connection.request(method, address, body, {"Accept-Language": "de", **headers, **cookie})
        response = self._connection.getresponse()
        found = Answer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        if "set-cookie" in found.headers:
            self._cookie = found.headers["set-cookie"].partition(";")[0]
        return found


def hidden(page: bytes) -> dict[str, str]:
    """Names and values of a page's hidden fields."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page.decode()):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name[1]] = value[1]
    return found
