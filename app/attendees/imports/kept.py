# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Files between the upload and the last press: as they came, for an hour, for whoever uploaded them.

As they came, because how they are read can be changed on the page. They are handed to nobody again.
"""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from app.refusal import Missing

KEPT = timedelta(hours=1)


def keep(data_dir: Path, event_id: int, organiser_id: int, content: bytes, kind: str = "table") -> str:
    """Write the file down; the name is random, and of no use to anybody else (T02, T23), nor on a page for another kind."""
    token = secrets.token_hex(16)
    path = _path(data_dir, event_id, organiser_id, token, kind)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "xb", opener=_private) as file:
        file.write(content)
    return token


def kept(data_dir: Path, event_id: int, organiser_id: int, token: str, kind: str = "table") -> bytes:
    """Raises `Missing` when the hour is over, and for others' files."""
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        raise Missing
    try:
        return _path(data_dir, event_id, organiser_id, token, kind).read_bytes()
    except FileNotFoundError:
        raise Missing from None


def forget(data_dir: Path, event_id: int, organiser_id: int, token: str, kind: str = "table") -> None:
    _path(data_dir, event_id, organiser_id, token, kind).unlink(missing_ok=True)


def forget_old(data_dir: Path, now: datetime) -> int:
    """Delete the files that nobody came back to; how many."""
    old = [one for one in _all(data_dir) if one.stat().st_mtime < (now - KEPT).timestamp()]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def _all(data_dir: Path) -> Iterator[Path]:
    return (data_dir / "imports").glob("*")


def _path(data_dir: Path, event_id: int, organiser_id: int, token: str, kind: str) -> Path:
    return data_dir / "imports" / f"{event_id}-{organiser_id}-{token}.{kind}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
