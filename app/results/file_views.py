# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Files of the results, sent to a browser."""

import logging
from pathlib import Path

from flask import Response, current_app, request, send_file

from app.refusal import Missing
from app.results.files import path_of
from app.results.models import Material
from app.results.renditions import rendition
from app.results.rules import MaterialKind
from app.settings import Settings
from app.web.shown_files import KEPT_BY_BROWSERS, SANDBOX

log = logging.getLogger(__name__)


def data_dir() -> Path:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings.data_dir


def send_material(row: Material, *, public: bool) -> Response:
    """Photos are shown, also smaller (`?width=480`), documents are saved; neither may run anything. Raises `Missing` if the
    file is gone."""
    path = path_of(data_dir(), row.event_id, row.stored_name)
    if not path.is_file():
        log.error("the file of material %s is not there", row.id)
        raise Missing
    width = request.args.get("width", 0, type=int)
    path = rendition(data_dir(), row, path, width)
    response = send_file(
        path,
        mimetype=row.media_type,
        as_attachment=row.kind is MaterialKind.DOCUMENT,
        download_name=row.original_name,
        max_age=KEPT_BY_BROWSERS if public else None,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    if not public:
        response.headers["Cache-Control"] = "no-store"
    return response
