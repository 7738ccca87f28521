# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Compiled templates are read, never written by the running application, and never older than their source."""

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from app.web import compiled
from app.web.compiled import CompiledBefore

pytestmark = pytest.mark.sqlite_only


@pytest.mark.long
def test_all_are_compiled_and_then_only_read(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path / "ready")
    result = own_app.test_cli_runner().invoke(args=["compile-templates"])
    assert result.exit_code == 0, result.output
    names = own_app.jinja_env.list_templates()
    assert result.output.split()[0] == str(len(names))
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "ready").iterdir()}
    assert len(files) == len(names)

    own_app.jinja_env.bytecode_cache = CompiledBefore()
    own_app.jinja_env.cache.clear()  # type: ignore[union-attr]
    monkeypatch.setattr(own_app.jinja_env, "compile", _refuse)
    assert "Fachtage" in own_app.test_client().get("/").get_data(as_text=True)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "ready").iterdir()} == files


def test_without_them_or_with_older_ones_the_page_is_there(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ready"
    monkeypatch.setattr(compiled, "FOLDER", folder)
    own_app.jinja_env.bytecode_cache = CompiledBefore()
    assert own_app.test_client().get("/").status_code == 200
    assert not folder.exists()
    folder.mkdir()
    bucket = own_app.jinja_env.bytecode_cache = Written()
    own_app.jinja_env.cache.clear()  # type: ignore[union-attr]
    assert own_app.test_client().get("/").status_code == 200
    assert len(bucket.keys) > 3
    for key in bucket.keys:
        (folder / (compiled.PATTERN % key)).write_bytes(b"not what Jinja writes")
    own_app.jinja_env.bytecode_cache = CompiledBefore()
    own_app.jinja_env.cache.clear()  # type: ignore[union-attr]
    assert own_app.test_client().get("/").status_code == 200


class Written(BytecodeCache):
    """Remembers under which names templates would be kept."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def load_bytecode(self, bucket: Bucket) -> None:
        self.keys.append(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing is kept."""


def _refuse(*_args: object, **_kwargs: object) -> None:
    raise AssertionError("a template was compiled that was compiled before")
