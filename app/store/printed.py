# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What was made of what is stored and can be made again, PDFs and small photos: kept for a day as files of the data folder."""

from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=1)


def folder_of(data_dir: Path) -> Path:
    return data_dir / "printed"


def forget(data_dir: Path, now: datetime) -> int:
    """Remove what was set a day ago, whatever became of its day since; how many. It is set again when somebody asks."""
    return sum(_forget_old(one, now - KEPT) for one in folder_of(data_dir).glob("*"))


def _forget_old(path: Path, before: datetime) -> bool:
    try:
        old = path.stat().st_mtime < before.timestamp()
        if old:
            path.unlink()
    except FileNotFoundError:  # another process was quicker
        return False
    return old
