# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The mailbox of the demo: what would have been mailed."""

from pathlib import Path

from flask import Blueprint, Response, current_app, request
from flask_sqlalchemy.pagination import Pagination

from app.demo import mailbox
from app.web import access
from app.web.pages import page

bp = Blueprint("demo", __name__, url_prefix="/demo/mailbox")

PER_PAGE = 20


class MailPages(Pagination):
    """Pages of a list that lies in a folder."""

    def _query_items(self) -> list[str]:
        wanted: list[str] = self._query_args["names"]
        start = (self.page - 1) * self.per_page
        return wanted[start : start + self.per_page]

    def _query_count(self) -> int:
        return len(self._query_args["names"])


@bp.get("")
@access.demo_only
def inbox() -> Response:
    folder = _folder()
    names = mailbox.names(folder) if folder else []
    number = request.args.get("page", 1, type=int)
    pages = MailPages(page=min(max(number, 1), 10_000), per_page=PER_PAGE, error_out=False, names=names)
    mails = [mailbox.read_envelope(folder, name) for name in pages.items] if folder else []
    return page("demo/inbox.html", mails=mails, pages=pages, total=len(names), kept_here=folder is not None)


@bp.get("/<name>")
@access.demo_only
def mail(name: str) -> Response:
    letter = mailbox.read_letter(_existing_folder(), name, str(current_app.config["BASE_URL"]))
    return page("demo/mail.html", letter=letter, mail=letter.envelope)


@bp.get("/<name>/mail.eml")
@access.demo_only
def download(name: str) -> Response:
    return _file(mailbox.content_of(_existing_folder(), name), "message/rfc822", "mail.eml")


@bp.get("/<name>/invite.ics")
@access.demo_only
def invitation(name: str) -> Response:
    content = mailbox.calendar_of(_existing_folder(), name)
    return _file(content, "text/calendar; charset=utf-8", "invite.ics")


def _file(content: bytes, content_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=content_type, headers=headers)


def _folder() -> Path | None:
    """None when mails leave by a real mail server."""
    maildir: str | None = current_app.config["MAIL_MAILDIR"]
    return Path(maildir) if maildir else None


def _existing_folder() -> Path:
    return _folder() or Path()
