# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who builds which mail. The slices' mails.py register a builder for each of their kinds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, before it becomes bytes.

    `recipient` is the address as it stands when the mail is rendered. `calendar` and `calendar_method` come
    together. `unsubscribe` is the address of the page that ends such mails. `references` is the Message-ID of the thread's first mail (`queries.first_message_id`).
    """

    subject: str
    text: str
    html: str | None
    recipient: str
    calendar: bytes | None = None
    calendar_method: Literal["REQUEST", "CANCEL"] | None = None
    references: str | None = None
    reply_to: str | None = None
    unsubscribe: str | None = None

    def __post_init__(self) -> None:
        if (self.calendar is None) != (self.calendar_method is None):
            raise ValueError("a calendar part and its method come together")


# Reads in a read-only session, in the recipient's language; None: overtaken, nothing is sent.
Builder = Callable[[Session, Message], Mail | None]


@dataclass(frozen=True, slots=True)
class Apart:
    """Mails of one kind whose readers read other sentences: a value of each `Message`, and who they are by it, in words."""

    by: Any
    whom: Callable[[Any], str]


BUILDERS: dict[str, Builder] = {}
APART: dict[str, Apart] = {}


def register(kind: str, builder: Builder, apart: Apart | None = None) -> None:
    """Say who builds mails of this kind. A kind has one builder for ever; registering it again is harmless."""
    if BUILDERS.setdefault(kind, builder) is not builder:
        raise ValueError(f"mails of the kind {kind} have a builder already")
    if apart is not None:
        APART[kind] = apart
