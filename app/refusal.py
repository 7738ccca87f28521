# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Refusal: the base of every "no" that a person may read."""

import hashlib
from collections.abc import Mapping
from typing import TypeVar

Row = TypeVar("Row")


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return sentence


class Refusal(Exception):
    """A business "no": one sentence for a person and, if it belongs to one, the field.

    `sentence` is an English source string marked with `N_`; `values` fill its `%(name)s` places.
    """

    def __init__(self, sentence: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.values: Mapping[str, object] = values

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class Missing(Exception):
    """What was asked for does not exist, or not for this person: the same 404 for both.

    No `Refusal`: there is no form to show a sentence at, so whoever catches a "no" must not catch this.
    """

    status = 404


def found(row: Row | None) -> Row:
    """What a query found. Raises `Missing` where that is nothing."""
    if row is None:
        raise Missing
    return row


class ChangedMeanwhile(Refusal):
    """Somebody else saved first; both texts are shown, nothing typed is lost (F30)."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this in the meantime. Please compare below, then save again to keep your text."
            )
        )


class RemovedMeanwhile(Refusal):
    """What a form named, or a button was about, was removed or came into use while the page was open: the database says no,
    because one row would point to another that is not there."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Something that this is about was removed or taken into use meanwhile. Please open the page anew and"
                " choose again. Nothing was stored."
            )
        )


def fingerprint(facts: object) -> str:
    """32 hex digits by which a page knows again what it was filled with, where a row has no version of its own or one that
    rises for other reasons too. `facts` are values whose `repr` is the same for the same content."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def refuse_changed(facts: object, seen: str) -> None:
    """Raises `ChangedMeanwhile` unless `seen` is the fingerprint of the facts as they are now, read under their lock (F30)."""
    if fingerprint(facts) != seen:
        raise ChangedMeanwhile
