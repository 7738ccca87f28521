# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Fixed answers under the application's own server: what the same bytes cost when nothing at all is asked.

python -m tools.fixed PORT FILE     FILE: JSON, for each address its status, headers and body (base64)
"""

import json
import sys
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from app.serving import listen, serve_alone


class Fixed:
    """As a WSGI application; an address that it does not know is answered with 404."""

    def __init__(self, said: dict[str, tuple[str, list[tuple[str, str]], bytes]]) -> None:
        self._said = said

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = self._said.get(environ["PATH_INFO"], ("404 NOT FOUND", [], b""))
        start_response(status, list(headers))
        return [body]


def read(file: Path) -> Fixed:
    written = json.loads(file.read_text(encoding="utf-8"))
    return Fixed(
        {
            address: (
                one["status"],
                [(name, value) for name, value in one["headers"]],
                b64decode(one["body"]),
            )
            for address, one in written.items()
        }
    )


def main(port: str, file: str) -> None:
    serve_alone(read(Path(file)), listen("127.0.0.1", int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
