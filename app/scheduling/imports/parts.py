# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workshops in parts, each of which is an event of a schedule of ours."""

from collections.abc import Iterable
from dataclasses import replace

from app.programme.schedule import LATER_PARTS, subtitle_of
from app.scheduling.imports.values import Entry
from app.texts import LANGUAGES, force_locale


def in_one(entries: Iterable[Entry]) -> list[Entry]:
    """Of files of ours: what goes on in another round is one workshop, from the beginning of its first part to the end of its last."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        number = int(entry.number) if entry.number.isascii() and entry.number.isdecimal() else 0
        first = str(number % LATER_PARTS) if number > LATER_PARTS else ""
        if first in found:
            found[first].append(entry)
        else:
            found[entry.number or f"at {len(found)}"] = [entry]
    return [_whole(parts) for parts in found.values()]


def _whole(parts: list[Entry]) -> Entry:
    if len(parts) == 1:
        return parts[0]
    parts = [parts[0], *sorted(parts[1:], key=lambda one: one.starts_at)]
    return replace(
        parts[0],
        starts_at=min(one.starts_at for one in parts),
        ends_at=max(one.ends_at for one in parts),
        parts=tuple((one.starts_at, one.ends_at) for one in parts),
        titles=tuple(_round_title(one, place, len(parts)) for place, one in enumerate(parts)),
    )


def _round_title(one: Entry, part: int, parts: int) -> str:
    """Without the words by which later parts say which they are."""
    for spoken in LANGUAGES:
        with force_locale(spoken):
            if one.subtitle.startswith(before := subtitle_of(part, parts, "").rstrip()):
                return one.subtitle.removeprefix(before).strip()
    return one.subtitle
