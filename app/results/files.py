# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where the bytes of photos and documents lie: `<data folder>/materials/<event id>/<random name>`.

Every row has its file; a file without a row cannot be reached from anywhere. So a file is complete before its row is
written, goes again when the row could not be kept, and is removed only after its row is gone. What a power cut leaves
between the two steps is swept away later.
"""

import os
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

LEFT_ALONE = timedelta(days=1)  # a file this young may belong to an upload that is just being saved


_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|pdf)")


def new_name(extension: str) -> str:
    """128 random bits: nobody finds a material by trying (T23)."""
    return secrets.token_hex(16) + extension


def is_name(text: str) -> bool:
    """Whether this could be one of our names at all; nothing else is even looked up."""
    return _NAME.fullmatch(text) is not None


def path_of(data_dir: Path, event_id: int, stored_name: str) -> Path:
    """The path of a stored name from the database. Never hand in a name from an address."""
    return folder_of(data_dir, event_id) / stored_name


def folder_of(data_dir: Path, event_id: int) -> Path:
    return data_dir / "materials" / str(event_id)


def write(path: Path, content: bytes) -> None:
    """The file is there completely or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with open(unfinished, "xb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def kept_if_saved(path: Path, content: bytes) -> Iterator[None]:
    """Write the file, and take it away again when what happens inside fails. Goes around the transaction."""
    write(path, content)
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def strays(data_dir: Path, known: Collection[tuple[int, str]], now: datetime) -> list[Path]:
    """Files older than a day that no row knows. `known` holds (event id, stored name)."""
    oldest_kept = (now - LEFT_ALONE).timestamp()
    found = (path for path in (data_dir / "materials").glob("*/*") if path.is_file())
    return sorted(
        path
        for path in found
        if (_number(path.parent.name), path.name) not in known and path.stat().st_mtime < oldest_kept
    )


def _number(name: str) -> int:
    return int(name) if name.isdecimal() else -1
