# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A maildir that stands for people's mailboxes."""

from collections.abc import Collection
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path


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
