# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Many keys, some hundred at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Key = TypeVar("Key")
AT_ONCE = 500  # in one statement, and of what it reads in memory


def portions(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in their order, as many as one statement names."""
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
