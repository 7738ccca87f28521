# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Style sheets, fonts and scripts: served under hashed names, so that browsers may keep them for a year."""

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from app.settings import ROOT
from app.web import access

STATIC = ROOT / "static"
MANIFEST = STATIC / "vendor" / "manifest.json"
ONE_YEAR = 31_536_000


@lru_cache(maxsize=1)
def _manifest(_stamp: float) -> dict[str, str]:
    names: dict[str, str] = json.loads(MANIFEST.read_text("utf-8"))
    return names


def asset(name: str) -> str:
    """The address of an asset by its plain name. Raises `KeyError` for a name that was not built."""
    return f"/static/vendor/{_manifest(MANIFEST.stat().st_mtime)[name]}"


def install(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset

    @app.get("/static/<path:name>")
    @access.public
    def static(name: str) -> Response:
        packed = (STATIC / f"{name}.gz").is_file()
        unpack = request.accept_encodings.quality("gzip") == 0
        # The name ends in .gz: from that Flask knows the encoding, and what is inside.
        response = send_from_directory(
            STATIC, f"{name}.gz" if packed and not unpack else name, max_age=ONE_YEAR
        )
        if packed:
            response.vary.add("Accept-Encoding")
        if Path(name).parts[0] == "vendor":
            response.cache_control.immutable = True
            response.cache_control.public = True
        response.cache_control.no_cache = None
        return response
