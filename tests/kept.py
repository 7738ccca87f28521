# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a run keeps for the next one: a migrated database, compiled templates, which pages were found good."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def kept(name: str) -> Path:
    """A folder of this user's that outlives the run."""
    folder = Path(tempfile.gettempdir()) / f"fachtag-{name}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def fingerprint(folder: Path) -> str:
    """Another one whenever the code in the folder changes."""
    return fingerprint_of(sorted(one for one in folder.rglob("*") if one.suffix in {".py", ".mako", ".ini"}))


def fingerprint_of(files: Iterable[Path], *words: str) -> str:
    content = [*(one.read_bytes() for one in files), *(one.encode() for one in words)]
    return hashlib.sha256(b"\0".join(content)).hexdigest()[:16]
