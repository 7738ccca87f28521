# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rendered bytes, kept per process under a key that carries the revision: a hit never needs to be invalidated."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from flask import current_app

Value = TypeVar("Value")


class RenderCache(Generic[Value]):
    """At most `size` entries per application; the one unused for longest leaves first. Safe between threads."""

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
        """Two applications in one process (tests, an operator's script) never see each other's pages."""
        caches: dict[RenderCache[Value], OrderedDict[Hashable, Value]]
        caches = current_app.extensions.setdefault("fachtag.caches", {})
        return caches.setdefault(self, OrderedDict())
