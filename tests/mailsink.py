# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A hostile SMTP server in a process of its own.

It writes every message it accepts to a file, one JSON line each, before it says yes. What it does to a message is
written into the recipient's address, for instance `anna+busy2@example.org`:

busyN    451 to RCPT, the first N times           gone     550 to RCPT
closingN 421 to RCPT, the first N times           big      552 after the final dot
greyN    451 after the final dot, N times         cutN     hangs up in the middle of DATA, N times
lostN    hangs up after the final dot without accepting, N times
takenN   accepts and hangs up without an answer, N times
slowN    accepts and answers after N tenths of a second
dozeN    answers RCPT after N tenths of a second
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import re
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADDRESS = re.compile(r"<([^>]*)>")
TRICK = re.compile(r"([a-z]+)(\d*)")


# --- for tests ---------------------------------------------------------------------------------------------------


@dataclass
class Sink:
    """A running server, as its test sees it."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def records(self, event: str = "accepted") -> list[dict[str, Any]]:
        if not self.log.exists():
            return []
        lines = (json.loads(line) for line in self.log.read_text().splitlines())
        return [line for line in lines if line["event"] == event]

    def size(self) -> int:
        """How much has been written down, in bytes; cheap enough to ask all the time."""
        return self.log.stat().st_size if self.log.exists() else 0

    def accepted(self) -> list[str]:
        """The recipients of what was accepted, without their tricks, in order."""
        return [record["recipient"].partition("+")[0].partition("@")[0] for record in self.records()]


@contextmanager
def running_sink(log: Path, *options: str) -> Iterator[Sink]:
    """A server on a free port of the loopback; `options` are those of `python -m tests.mailsink`."""
    command = [sys.executable, "-m", "tests.mailsink", str(log), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    try:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()), log)
    finally:
        process.kill()
        process.communicate()


# --- the server --------------------------------------------------------------------------------------------------


class HangUp(Exception):
    """The server ends the connection without a word."""


class Server:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.seen: Counter[tuple[str, str]] = Counter()
        self.random = random.Random(options.seed)
        self.log = os.open(options.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.tls: ssl.SSLContext | None = None
        if options.certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.certificate)

    def record(self, event: str, **values: object) -> None:
        os.write(self.log, (json.dumps({"event": event, **values}) + "\n").encode())

    def plays(self, recipient: str, trick: str) -> int:
        """The number behind a trick in the address; 1 without a number, 0 when it is not there."""
        for part in recipient.partition("@")[0].split("+")[1:]:
            found = TRICK.fullmatch(part)
            if found and found[1] == trick:
                return int(found[2] or 1)
        return 0

    def still_plays(self, recipient: str, trick: str) -> bool:
        """Whether the trick is due once more; counts."""
        if self.seen[recipient, trick] >= self.plays(recipient, trick):
            return False
        self.seen[recipient, trick] += 1
        return True

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.record("connection")
        with suppress(HangUp, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await Dialogue(self, reader, writer).lead()
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def serve(self) -> None:
        tls = self.tls if self.options.implicit else None
        server = await asyncio.start_server(self.meet, "127.0.0.1", self.options.port, ssl=tls, limit=2**20)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()


class Dialogue:
    """One connection."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.encrypted = server.options.implicit
        self.recipient = ""

    async def say(self, line: str) -> None:
        await asyncio.sleep(self.server.random.uniform(0, self.server.options.jitter))
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def lead(self) -> None:
        options = self.server.options
        await self.say(f"{options.greeting} sink")
        if options.greeting != 220:
            return
        while line := await self.reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    await self.introduce()
                case "STARTTLS":
                    await self.encrypt()
                case "AUTH":
                    self.server.record("auth")
                    await self.say(f"{options.auth} sign-in")
                case "MAIL":
                    self.server.record("mail", sender=(ADDRESS.search(rest) or [None, ""])[1])
                    await self.say(f"{options.mail} sender")
                case "RCPT":
                    await self.receive(rest)
                case "DATA":
                    await self.data()
                case "RSET" | "NOOP":
                    await self.say("250 fine")
                case "QUIT":
                    if options.rude:
                        raise HangUp
                    await self.say("221 bye")
                    return
                case _:
                    await self.say("502 what?")

    async def introduce(self) -> None:
        extensions = ["sink", "AUTH PLAIN"]
        if self.server.tls is not None and not self.encrypted:
            extensions.append("STARTTLS")
        for number, extension in enumerate(extensions, 1):
            await self.say(f"250{' ' if number == len(extensions) else '-'}{extension}")

    async def encrypt(self) -> None:
        assert self.server.tls is not None
        await self.say("220 go ahead")
        await self.writer.start_tls(self.server.tls)
        self.encrypted = True

    async def receive(self, rest: str) -> None:
        found = ADDRESS.search(rest)
        self.recipient = found[1] if found else ""
        server, recipient = self.server, self.recipient
        self.server.record("rcpt", recipient=recipient)
        await asyncio.sleep(server.plays(recipient, "doze") / 10)
        if server.plays(recipient, "gone"):
            return await self.say("550 5.1.1 no such user")
        if server.still_plays(recipient, "closing"):
            return await self.say("421 4.3.2 closing")
        if server.still_plays(recipient, "busy"):
            return await self.say("451 4.7.1 come back later")
        return await self.say("250 fine")

    async def data(self) -> None:
        server, recipient = self.server, self.recipient
        await self.say("354 go ahead")
        if server.still_plays(recipient, "cut"):
            await self.reader.readexactly(20)
            raise HangUp
        content = bytearray()
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise HangUp
            content += line[1:] if line.startswith(b".") else line
        await asyncio.sleep(server.random.uniform(0, server.options.jitter))
        if server.still_plays(recipient, "lost"):
            raise HangUp
        if server.still_plays(recipient, "grey"):
            return await self.say("451 4.7.1 greylisted")
        if server.plays(recipient, "big"):
            return await self.say("552 5.3.4 too large")
        digest = hashlib.sha256(content).hexdigest()
        server.record("accepted", recipient=recipient, sha256=digest, encrypted=self.encrypted)
        if server.still_plays(recipient, "taken"):
            raise HangUp
        await asyncio.sleep(server.plays(recipient, "slow") / 10)
        return await self.say("250 2.0.0 accepted")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", help="PEM with certificate and key: offers STARTTLS")
    parser.add_argument("--implicit", action="store_true", help="TLS from the first byte")
    parser.add_argument("--greeting", type=int, default=220)
    parser.add_argument("--auth", type=int, default=235)
    parser.add_argument("--mail", type=int, default=250)
    parser.add_argument("--rude", action="store_true", help="hang up at QUIT")
    parser.add_argument("--jitter", type=float, default=0, help="at most so many seconds before each answer")
    parser.add_argument("--seed", type=int, default=1)
    with suppress(KeyboardInterrupt):
        asyncio.run(Server(parser.parse_args()).serve())


if __name__ == "__main__":
    main()
