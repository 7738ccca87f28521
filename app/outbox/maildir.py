# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Mails as files: what the demo's mailbox shows, and what a local program may collect. Knows no web."""

import hashlib
import os
from collections.abc import Callable, Collection
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

from app.outbox.errors import RouteDown


class Maildir:
    """The name of a file comes from the bytes, so a repeated copy replaces itself."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def ready(self, sender: str) -> None:  # noqa: ARG002
        """Be sure that the folders are there. Raises `RouteDown`."""
        try:
            for folder in ("tmp", "new", "cur"):
                (self.home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise _unusable(e) from e

    def hand_over(self, content: bytes, sender: str, recipient: str, before_data: Callable[[], None]) -> str:  # noqa: ARG002
        """Write the mail down; says as which file. Raises `RouteDown`."""
        self.ready(sender)
        header = BytesHeaderParser(policy=policy.SMTP).parsebytes(content)
        moment = int(header["Date"].datetime.timestamp())
        name = f"{moment}.{hashlib.sha256(content).hexdigest()[:32]}.fachtag"
        before_data()
        try:
            draft = self.home / "tmp" / name
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.home / "new" / name)
        except OSError as e:
            raise _unusable(e) from e
        return f"250 kept as {name}"

    def hang_up(self) -> None:
        """Nothing is held open."""


def _unusable(error: OSError) -> RouteDown:
    return RouteDown(f"{type(error).__name__}: {error}")


def forget_mails(folder: Path, known: Collection[str]) -> int:
    """A maildir stands for people's mailboxes, of which nobody clears ours: what the outbox has forgotten leaves it, too."""
    unknown = [
        path
        for path in folder.glob("*/*.fachtag")
        if _message_id(path) not in known  # new, cur
    ]
    for path in unknown:
        path.unlink(missing_ok=True)
    return len(unknown)


def _message_id(path: Path) -> str:
    with path.open("rb") as file:
        return str(BytesHeaderParser(policy=policy.default).parse(file)["Message-ID"])
