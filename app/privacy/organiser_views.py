# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The administrators' page of addresses that want no mail. It shows none: only hashes of them are kept."""

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, RadioField
from wtforms.validators import DataRequired, InputRequired, Length

from app.clock import now
from app.refusal import N_
from app.registration.suppression import allow, count_suppressed, suppress
from app.web import access
from app.web.database import db
from app.web.doing import did
from app.web.editing import options
from app.web.forms import BaseForm, valid_address
from app.web.pages import page, redirect_with
from app.web.texts import lazy_gettext as _l

bp = Blueprint("suppression", __name__, url_prefix="/organise/no-mails")

SUPPRESS, ALLOW = "suppress", "allow"


class SilenceForm(BaseForm):
    email = EmailField(
        _l("Mail address"),
        validators=[DataRequired(_l("Please enter the mail address.")), Length(max=254), valid_address],
        render_kw={"autocomplete": "off", "maxlength": 254},
    )
    wish = RadioField(
        _l("What shall hold for this address?"),
        choices=options(
            [(SUPPRESS, _l("No mails until somebody has confirmed it")), (ALLOW, _l("Mails as usual"))]
        ),
        validators=[InputRequired(_l("Please choose one of the two."))],
        default=SUPPRESS,
    )


@bp.route("", methods=["GET", "POST"])
@access.admin
def show() -> ResponseReturnValue:
    form = SilenceForm()
    suppressed = form.wish.data == SUPPRESS
    verb = suppress if suppressed else allow
    if did(form, lambda session: verb(session, form.email.data or "", g.organiser.id, now())):
        said = (
            N_("This address gets no more mails before it is confirmed.")
            if suppressed
            else N_("This address gets mails as usual.")
        )
        return redirect_with(url_for(".show"), said)
    return page("privacy/organise_suppression.html", form=form, count=count_suppressed(db.session()))
