# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a start costs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from app.factory import create_app
from tests.conftest import settings_for


def test_an_address_is_compiled_when_it_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And then once: every command and every web worker starts, most of them build few addresses."""
    compiled, plain = list[Any](), Rule._compile_builder

    def note(self: Rule, *rest: Any) -> Callable[..., tuple[str, str]]:
        compiled.append(self.endpoint)
        return plain(self, *rest)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'fachtag.sqlite3'}", tmp_path))
    assert compiled == []
    adapter = app.url_map.bind("localhost")
    for _ in range(2):
        assert adapter.build("events.event", {"slug": "probe", "lang": "en"}) == "/events/probe?lang=en"
    assert compiled == ["events.event"]
