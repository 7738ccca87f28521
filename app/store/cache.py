# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What was read or rendered, kept per process under a key that carries the revision: a hit never needs to be invalidated."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from app.store.transactions import current_engine

Value = TypeVar("Value")
_OF_ENGINE = "fachtag_caches"


class Cache(Generic[Value]):
    """At most `size` entries per database; the one unused for longest leaves first. Safe between threads."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        entries = self._entries()
        with self._lock:
            if key in entries:
                entries.move_to_end(key)
                return entries[key]
        value = make()
        with self._lock:
            entries[key] = value
            while len(entries) > self._size:
                entries.popitem(last=False)
        return value

    def find(self, key: Hashable) -> Value | None:
        """What is kept under the key, if anything is."""
        with self._lock:
            return self._entries().get(key)

    def _entries(self) -> OrderedDict[Hashable, Value]:
        """Two databases in one process (tests, an operator's script) never see each other's pages."""
        caches: dict[Cache[Value], OrderedDict[Hashable, Value]]
        caches = current_engine().__dict__.setdefault(_OF_ENGINE, {})
        return caches.setdefault(self, OrderedDict())


def forget_everything() -> None:
    """Of this database: when it was replaced by another under the same address."""
    current_engine().__dict__.pop(_OF_ENGINE, None)
