# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs that anybody may ask for: each version is set once and kept on the disk for a day, in `<data folder>/printed`."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

from flask import Response, current_app, send_file

from app.documents import Document, typeset_into
from app.store.printed import folder_of
from app.texts import language

_TAIL = 32  # bytes at the end of a file, in which a PDF says that it ends
_setting = Lock()  # one after the other: who asks for many at once takes one processor, not all


class OfADay(Protocol):
    """What a PDF belongs to; the identifier is never given to another day, whatever becomes of the database."""

    slug: str
    uid: str


def send_printed(day: OfADay, kind: str, version: str, make: Callable[[], Document]) -> Response:
    """The day's PDF of this kind and version in the reader's language, set by `make` if it is not there."""
    folder = folder_of(current_app.extensions["fachtag.settings"].data_dir)
    name = f"{day.uid.partition('@')[0]}-{kind}-{language()}"

    def send() -> Response:
        path = _kept(folder, name, version, make)
        return send_file(path, mimetype="application/pdf", download_name=f"{day.slug}-{kind}.pdf", max_age=0)

    try:
        return send()
    except FileNotFoundError:  # forgotten at this moment
        return send()


def _kept(folder: Path, name: str, version: str, make: Callable[[], Document]) -> Path:
    """Other versions of it go."""
    path = folder / f"{name}-{version}.pdf"
    if _is_whole(path):
        return path
    with _setting:
        if not _is_whole(path):
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(f".{os.getpid()}")
            with unfinished.open("wb") as file:
                typeset_into(make(), file)
                file.flush()
                os.fsync(
                    file.fileno()
                )  # before the name: a machine that stops here leaves no name without its content
            for old in folder.glob(f"{name}-*.pdf"):
                old.unlink(missing_ok=True)
            unfinished.replace(path)
    return path


def _is_whole(path: Path) -> bool:
    """A PDF ends with its mark. A full disk or a machine that stopped may have left a file that does not; it is set anew."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _TAIL, 0))
            return b"%%EOF" in file.read()
    except FileNotFoundError:
        return False
